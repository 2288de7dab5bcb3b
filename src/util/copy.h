/* copy.h - copying a tree, with everything that makes a file what it is: owner, mode, times,
 * extended attributes, hard links, holes. Content is shared where the file system can
 * (reflinks). Follows no link, goes through no mount. */
#pragma once
#include "util/err.h"

/* Copy what is in the directory SRC into the directory DST, and SRC's own attributes to DST.
 * What is already in DST is replaced, directories are merged. Device nodes, which need privileges
 * that we do not have, are left out. An owner that cannot be given stays ours. */
must_check int tree_copy(int src, int dst, struct err *e);
/* The same for one layer over those below: overlay's whiteouts (character device 0:0, or the attribute
 * user.overlay.whiteout) remove, opaque directories empty. */
must_check int tree_copy_layer(int src, int dst, struct err *e);
