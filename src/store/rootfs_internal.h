/* rootfs_internal.h - what the drivers of rootfs.h share. */
#pragma once
#include "store/rootfs.h"

struct rootfs {
	const struct rootfs_opts *o;
	int store, dir, merged; /* in this mount namespace: store, containers/ID, where to mount */
	int *layers;            /* O_PATH, base first; at least one */
	unsigned nlayers;
};

/* What a driver answers: 0 mounted, -1 failed for good, or that it cannot work here, with the reason in
 * *E: then the next is tried. */
#define ROOTFS_REFUSED 1

must_check int overlay_mount(const struct rootfs *r, struct err *e);
must_check int fuse_mount(const struct rootfs *r, struct err *e);
must_check int copy_mount(const struct rootfs *r, struct err *e);

/* Open (made when missing, with the attributes of the topmost layer) upper/ and work/. 0, -1 or
 * ROOTFS_REFUSED when the file system cannot hold them. */
must_check int rootfs_upper(const struct rootfs *r, int *upper, int *work, struct err *e);
/* DIR/NAME made when missing with exactly MODE, and opened. An fd, or -1. */
must_check int rootfs_dir(int dir, const char *name, mode_t mode, struct err *e);
/* "/proc/self/fd/N" into OUT. */
#define FD_PATH 32
const char *rootfs_fd_path(int fd, char out[static FD_PATH]);
