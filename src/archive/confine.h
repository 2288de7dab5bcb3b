/* confine.h - shut in a process that is about to read a stranger's archive.
 *
 * Afterwards it can change one directory, read and write the descriptors it has, and nothing else: no
 * new descriptor outside, no program, no socket, no process, little memory. For a process that is root
 * of its own user namespace and in its own mount namespace; the namespaces are the caller's part. */
#pragma once
#include <stddef.h>
#include "util/err.h"

/* Close every descriptor but the N of KEEP. */
must_check int confine_fds(const int *keep, size_t n, struct err *e);
/* Make TREE the root directory; give up capabilities that unpacking has no use for; Landlock where the
 * kernel has it; limits; seccomp. Whatever must be read outside TREE has been read before. */
must_check int confine_to(int tree, struct err *e);
