/* copy.c - the last resort: all layers copied into one tree, once a container. It needs nothing
 * of the kernel but a bind mount. Where the file system can share content the copy costs no
 * space, and little time. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <unistd.h>
#include "store/rootfs_internal.h"
#include "util/copy.h"
#include "util/fd.h"
#include "util/path.h"
#include "util/str.h"

/* copy.new becomes copy when it is whole: what a killed attempt left is begun anew. */
static int make(const struct rootfs *r, struct err *e)
{
	if (tree_remove_at(r->dir, "copy.new") < 0)
		return err_sys(e, "remove copy.new");
	auto_fd int to = rootfs_dir(r->dir, "copy.new", 0755, e);
	if (to < 0)
		return -1;
	for (unsigned i = 0; i < r->nlayers; i++)
		if (tree_copy_layer(r->layers[i], to, e) < 0)
			return -1;
	if (!r->o->is_volatile && fd_sync_fs(to, e) < 0)
		return -1;
	return renameat(r->dir, "copy.new", r->dir, "copy") < 0 ? err_sys(e, "rename copy.new") : 0;
}

static int open_copy(const struct rootfs *r, struct err *e)
{
	int fd = openat(r->dir, "copy", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return err_sys(e, "open copy");
	if (faccessat(r->dir, "upper", F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		err_set(e, ERR_DENIED,
			"the container's files were written with an overlay driver, which does not "
			"work now");
		return err_hint(e, "Start it where overlay works, or make a new container.");
	}
	return make(r, e) < 0 ? -1 : dir_open_at(r->dir, "copy", e);
}

/* A namespace of ours may not take away the flags that the mount has from outside. */
static int make_read_only(const struct rootfs *r, struct err *e)
{
	char path[FD_PATH];
	struct statfs fs;
	auto_fd int fd = openat(r->dir, "merged", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return err_sys(e, "open merged");
	unsigned long kept = (unsigned long)fs.f_flags
			     & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME
				| MS_RELATIME);
	rootfs_fd_path(fd, path);
	if (mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | kept, NULL) < 0)
		return err_sys(e, "make the copy read-only");
	return 0;
}

int copy_mount(const struct rootfs *r, struct err *e)
{
	char from[FD_PATH], to[FD_PATH];
	auto_fd int copy = open_copy(r, e);
	if (copy < 0)
		return -1;
	rootfs_fd_path(copy, from);
	rootfs_fd_path(r->merged, to);
	if (mount(from, to, NULL, MS_BIND, NULL) < 0)
		return err_sys(e, "bind the copy");
	if (!r->o->read_only)
		return 0;
	return make_read_only(r, e);
}
