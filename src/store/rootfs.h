/* rootfs.h - the root file system of a container: its layers below, a writable layer above.
 *
 * Called inside the container's user and mount namespace. Drivers, best first:
 *   overlay       the kernel's, with userxattr
 *   fuse-overlayfs  where the kernel refuses
 *   copy          plain copies (reflinks where the file system has them), last resort */
#pragma once
#include <stdbool.h>
#include "util/err.h"
#include "model/digest.h"

struct rootfs_opts {
	int store_root;                 /* descriptor of the store's root */
	int container_dir;              /* descriptor of containers/ID: holds upper/, work/ (or copy/) */
	const struct digest *layers;    /* base first */
	unsigned nlayers;
	const char *driver;             /* NULL: the best that works; else forced */
	bool is_volatile;               /* --rm: overlay's volatile, fsync inside costs nothing */
	bool read_only;
};

/* Mount (or copy) the root file system. Returns an fd of the mount's root (a detached tree from
 * fsmount, or an O_PATH descriptor) that the runtime then makes its root with pivot_root. */
must_check int rootfs_mount(const struct rootfs_opts *o, struct err *e);
/* Remove the writable layer and its work directory: DIR is containers/ID. In the user namespace. */
must_check int rootfs_remove(int container_dir, struct err *e);
