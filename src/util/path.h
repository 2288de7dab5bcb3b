/* path.h - directories and paths, always seen from a directory descriptor. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>
#include "util/err.h"

/* Make PATH and its missing parents (0700), open it as a directory. An fd, or -1. */
must_check int dir_make(const char *path, struct err *e);
/* Make DIR/NAME if missing (0700) and open it, following no link. An fd, or -1. */
must_check int dir_make_at(int dir, const char *name, struct err *e);
/* Open DIR/NAME as a directory, following no link. An fd, or -1. */
must_check int dir_open_at(int dir, const char *name, struct err *e);
/* openat2 with RESOLVE_IN_ROOT: PATH is looked up as if DIR were "/"; links are followed, but
 * never out, and magic links never. FLAGS and MODE as for open. An fd, or -1 with errno. */
must_check int path_open_in_root(int dir, const char *path, int flags, mode_t mode);
/* openat2 with RESOLVE_BENEATH|NO_SYMLINKS|NO_MAGICLINKS. An fd, or -1 with errno. */
must_check int path_open_beneath(int dir, const char *path, int flags, mode_t mode);
/* The same, and through no mount, bind mounts of the same device included. */
must_check int path_open_same_mount(int dir, const char *path, int flags, mode_t mode);
/* Remove DIR/NAME and all below it, following no link, crossing no mount; not there is fine. Any
 * depth, a bounded number of descriptors. What can go goes; -1 with errno of the first thing that
 * would not. */
must_check int tree_remove_at(int dir, const char *name);
/* Resolve "." and ".." and double slashes by text alone: "/a/../b//c" -> "/b/c". Owned. */
char *path_clean(const char *path);
const char *path_base(const char *path);
/* N (at most 128) random hex digits and a NUL into OUT. */
void random_hex(char *out, size_t n);
