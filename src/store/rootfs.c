/* rootfs.c - see rootfs.h: prepares what every driver needs, and tries the drivers in order.
 *
 * The descriptors that we are given may come from outside the mount namespace. The kernel lets
 * nothing be mounted on, or cloned from, another namespace's mounts, so both directories are
 * looked up again by their paths, and must turn out to be the same. */
#include "store/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "model/image.h"
#include "store/rootfs_internal.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/path.h"
#include "util/str.h"

static const struct driver {
	const char *name;
	int (*mount)(const struct rootfs *r, struct err *e);
} drivers[] = {
	{ "overlay", overlay_mount },
	{ "fuse-overlayfs", fuse_mount },
	{ "copy", copy_mount },
	{ "vfs",
	  copy_mount }, /* podman's name; after the others, so that it is never tried twice */
};
#define NTRIED 3

static const struct driver *find_driver(const char *name)
{
	for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
		if (str_eq(drivers[i].name, name))
			return &drivers[i];
	return NULL;
}

int rootfs_driver_check(const char *name, struct err *e)
{
	if (find_driver(name))
		return 0;
	auto_free char *shown = str_printable(name);
	err_set(e, ERR_USAGE, "unknown storage driver \"%.100s\"", shown);
	return err_hint(e, "The drivers are overlay, fuse-overlayfs and copy.");
}

const char *rootfs_fd_path(int fd, char out[static FD_PATH])
{
	snprintf(out, FD_PATH, "/proc/self/fd/%d", fd);
	return out;
}

int rootfs_dir(int dir, const char *name, mode_t mode, struct err *e)
{
	struct stat st;
	bool made = mkdirat(dir, name, mode) == 0;
	if (!made && errno != EEXIST)
		return err_sys(e, "make directory %s", name);
	auto_fd int fd = dir_open_at(dir, name, e);
	if (fd < 0)
		return -1;
	/* mkdir goes by the umask and leaves out some bits */
	if (made && fstat(fd, &st) == 0 && (st.st_mode & 07777) != mode && fchmod(fd, mode) < 0)
		return err_sys(e, "set the mode of %s", name);
	return fd_take(&fd);
}

/* The root's attributes are those of the layer on top. upper/ gets its name when it has them. */
static int make_upper(const struct rootfs *r, struct err *e)
{
	struct stat st;
	if (fstat(r->layers[r->nlayers - 1], &st) < 0)
		return err_sys(e, "read the topmost layer");
	auto_fd int upper = rootfs_dir(r->dir, "upper.new", st.st_mode & 07777, e);
	if (upper < 0)
		return -1;
	if ((st.st_uid || st.st_gid) && fchown(upper, st.st_uid, st.st_gid) < 0 && errno != EINVAL
	    && errno != EPERM)
		return err_sys(e, "give upper its owner");
	if (renameat(r->dir, "upper.new", r->dir, "upper") < 0)
		return err_sys(e, "rename upper.new");
	return fd_take(&upper);
}

/* Overlay needs such attributes as soon as a directory is replaced, and fails only then. */
static int check_xattrs(int work, struct err *e)
{
	if (fsetxattr(work, "user.overlay.test", "y", 1, 0) == 0)
		return 0;
	err_sys(e, "extended attributes (user.*) on the store's file system");
	return e->code == EOPNOTSUPP || e->code == EPERM ? ROOTFS_REFUSED : -1;
}

int rootfs_upper(const struct rootfs *r, int *upper, int *work, struct err *e)
{
	*upper = openat(r->dir, "upper", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool fresh = *upper < 0 && errno == ENOENT;
	if (*upper < 0 && !fresh)
		return err_sys(e, "open upper");
	*work = rootfs_dir(r->dir, "work", 0700, e);
	if (*work < 0)
		return -1;
	if (!fresh)
		return 0;
	/* checked before upper/ is there, which stands for "overlay works here" */
	int rc = check_xattrs(*work, e);
	if (rc == 0)
		*upper = make_upper(r, e);
	return rc ? rc : *upper < 0 ? -1 : 0;
}

/* FD as it is seen in this mount namespace. */
static int here(int fd, const char *what, struct err *e)
{
	char link[FD_PATH], path[PATH_MAX + 1];
	struct stat given, found;
	ssize_t n = readlink(rootfs_fd_path(fd, link), path, sizeof path - 1);
	if (n > 0) {
		path[n] = '\0';
		auto_fd int again = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (again >= 0 && fstat(again, &found) == 0 && fstat(fd, &given) == 0
		    && found.st_dev == given.st_dev && found.st_ino == given.st_ino)
			return fd_take(&again);
	}
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return copy < 0 ? err_sys(e, "open %s", what) : copy;
}

static int open_layers(struct rootfs *r, struct err *e)
{
	const struct rootfs_opts *o = r->o;
	if (o->nlayers > IMAGE_LAYERS_MAX)
		return err_set(e, ERR_CORRUPT, "%u layers; at most %d are possible", o->nlayers,
			       IMAGE_LAYERS_MAX);
	r->layers = xcalloc(o->nlayers + 1, sizeof *r->layers);
	for (; r->nlayers < o->nlayers; r->nlayers++) {
		char path[128];
		const char *hex = o->layers[r->nlayers].hex;
		snprintf(path, sizeof path, "layers/%s/tree", hex);
		int fd = path_open_beneath(r->store, path, O_PATH | O_DIRECTORY, 0);
		if (fd < 0) {
			err_sys(e, "layer %.12s", hex);
			return err_hint(e, "Pull or load the image again.");
		}
		r->layers[r->nlayers] = fd;
	}
	if (r->nlayers)
		return 0;
	int fd = rootfs_dir(r->dir, "empty", 0755, e);
	if (fd < 0)
		return -1;
	r->layers[r->nlayers++] = fd;
	return 0;
}

static int prepare(struct rootfs *r, struct err *e)
{
	r->store = here(r->o->store_root, "the store", e);
	r->dir = r->store < 0 ? -1 : here(r->o->container_dir, "the container's directory", e);
	if (r->dir < 0 || open_layers(r, e) < 0)
		return -1;
	r->merged = rootfs_dir(r->dir, "merged", 0700, e);
	return r->merged < 0 ? -1 : 0;
}

static void finish(struct rootfs *r)
{
	for (unsigned i = 0; i < r->nlayers; i++)
		fd_close(&r->layers[i]);
	free(r->layers);
	fd_close(&r->merged);
	fd_close(&r->dir);
	fd_close(&r->store);
}

static int try_all(const struct rootfs *r, struct err *e)
{
	struct err why[NTRIED];
	for (size_t i = 0; i < NTRIED; i++) {
		int rc = drivers[i].mount(r, &why[i]);
		if (rc == 0)
			return 0;
		if (rc != ROOTFS_REFUSED) {
			*e = why[i];
			return err_wrap(e, "driver %s", drivers[i].name);
		}
		log_debug("driver %s cannot be used: %s", drivers[i].name, why[i].msg);
	}
	err_set(e, ERR_DENIED,
		"no driver works: overlay: %.200s; fuse-overlayfs: %.200s; copy: %.200s",
		why[0].msg, why[1].msg, why[2].msg);
	return err_hint(e, "Use --root with a directory on a local disk (ext4, xfs, btrfs).");
}

static int mount_forced(const struct rootfs *r, const struct driver *d, struct err *e)
{
	int rc = d->mount(r, e);
	if (rc == 0)
		return 0;
	err_wrap(e, "driver %s", d->name);
	if (rc == ROOTFS_REFUSED)
		err_hint(e, "Leave out --storage-driver to have one chosen that works here.");
	return -1;
}

static int mount_root(const struct rootfs *r, struct err *e)
{
	const char *name = r->o->driver;
	if (name && rootfs_driver_check(name, e) < 0)
		return -1;
	if (!name && faccessat(r->dir, "copy", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		name = "copy";
	return name ? mount_forced(r, find_driver(name), e) : try_all(r, e);
}

int rootfs_mount(const struct rootfs_opts *o, struct err *e)
{
	struct rootfs r = { .o = o, .store = -1, .dir = -1, .merged = -1 };
	int fd = -1;
	if (prepare(&r, e) == 0 && mount_root(&r, e) == 0) {
		/* by name, because r.merged is what lies below the mount */
		fd = openat(r.dir, "merged", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			err_sys(e, "open merged");
	}
	finish(&r);
	return fd < 0 ? err_wrap(e, "cannot make the root file system") : fd;
}

int rootfs_remove(int container_dir, struct err *e)
{
	static const char *const ours[] = {
		"upper", "upper.new", "work", "copy", "copy.new", "merged", "empty",
	};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (tree_remove_at(container_dir, ours[i]) < 0)
			return err_sys(e, "remove %s", ours[i]);
	return 0;
}
