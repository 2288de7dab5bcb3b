/* rootfs.h - the root file system of a container: its layers below, a writable layer above.
 *
 * Called inside the container's user and mount namespace, with one thread. Drivers, best first:
 *   overlay         the kernel's, with userxattr
 *   fuse-overlayfs  where the kernel refuses; needs that program and /dev/fuse
 *   copy            plain copies (reflinks where the file system has them), last resort
 * The first that works is taken. That the kernel refuses is found by trying, every time: a failed
 * try costs 50 microseconds, and there is nothing to remember, or to forget after an update. A
 * container that was copied once stays with its copy.
 *
 * What lies in containers/ID, made when missing: upper/ and work/ (overlay, fuse-overlayfs), or copy/;
 * merged/ to mount on; empty/ for an image without layers. The process that serves fuse-overlayfs is
 * a child of the caller and lives in its user and pid namespace, in a mount namespace of its own; it
 * ends when the mount goes. */
#pragma once
#include <stdbool.h>
#include "util/err.h"
#include "model/digest.h"

struct store;

struct rootfs_opts {
	int store_root;    /* descriptor of the store's root; may be from before the namespace */
	int container_dir; /* descriptor of containers/ID; the same */
	const struct digest *layers; /* base first */
	unsigned nlayers;
	const char *driver; /* NULL: the best that works; else forced */
	bool is_volatile; /* --rm: overlay's volatile, fsync inside costs nothing; mounted once only */
	bool may_trace; /* the container may trace processes: no driver that leaves one inside, with
			 * descriptors of the store */
	bool read_only; /* no writable layer at all: not even mount points can be made */
};

/* Is NAME a driver that can be forced ("overlay", "fuse-overlayfs", "copy" or podman's "vfs")? */
must_check int rootfs_driver_check(const char *name, struct err *e);
/* Would the kernel's overlay take a writable layer in this store? Tried out in a stage, in the user and mount
 * namespace like all that follows. 0, or -1 and why not. */
must_check int rootfs_probe_overlay(struct store *s, struct err *e);
/* Mount (or copy) the root file system on containers/ID/merged in the caller's mount namespace. Returns an
 * O_PATH descriptor of its root, for pivot_root. */
must_check int rootfs_mount(const struct rootfs_opts *o, struct err *e);
/* Remove all that rootfs_mount made in containers/ID, with the container's files. In the user
 * namespace, not mounted. */
must_check int rootfs_remove(int container_dir, struct err *e);
