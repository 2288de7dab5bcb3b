/* mounts.c - the container's file system, made from inside its namespaces, before the old root is left.
 *
 * Only the new mount API is used: a mount is made detached, gets its flags, and is then moved onto a
 * descriptor that target_open found inside the root. No path of the image is ever looked up by the
 * kernel from the host's root. What stands between two mounts that depend on each other is the order of
 * the specification's list. */
#include "runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"

struct flags {
	uint64_t set, clear;
	bool recursive;
};

static const struct {
	const char *name;
	uint64_t set, clear;
	bool recursive;
} mount_flags[] = {
	{ "ro", MOUNT_ATTR_RDONLY, 0, false },
	{ "rw", 0, MOUNT_ATTR_RDONLY, false },
	{ "nosuid", MOUNT_ATTR_NOSUID, 0, false },
	{ "suid", 0, MOUNT_ATTR_NOSUID, false },
	{ "nodev", MOUNT_ATTR_NODEV, 0, false },
	{ "dev", 0, MOUNT_ATTR_NODEV, false },
	{ "noexec", MOUNT_ATTR_NOEXEC, 0, false },
	{ "exec", 0, MOUNT_ATTR_NOEXEC, false },
	{ "noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME, false },
	{ "strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME, false },
	{ "bind", 0, 0, false },
	{ "rbind", 0, 0, true },
};

/* The flags of the mount; what is no flag goes to the file system, through FS when that is >= 0. */
static int read_options(const struct strv *options, int fs, struct flags *f, struct err *e)
{
	for (size_t i = 0; i < options->n; i++) {
		const char *o = options->list[i];
		size_t k = 0, n = sizeof mount_flags / sizeof *mount_flags;
		while (k < n && !str_eq(mount_flags[k].name, o))
			k++;
		if (k < n) {
			f->set = (f->set & ~mount_flags[k].clear) | mount_flags[k].set;
			f->clear = (f->clear & ~mount_flags[k].set) | mount_flags[k].clear;
			f->recursive |= mount_flags[k].recursive;
			continue;
		}
		if (fs < 0)
			return err_set(e, ERR_USAGE, "unknown mount option %s", o);
		auto_free char *key = xstrdup(o);
		char *value = strchr(key, '=');
		if (value)
			*value++ = '\0';
		if (fsconfig(fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, key, value, 0)
		    < 0)
			return err_sys(e, "mount option %s", o);
	}
	return 0;
}

/* A new, detached mount of a file system of the kernel's. */
static int make_fs(const char *type, const char *source, const struct strv *options, struct err *e)
{
	struct flags f = { 0 };
	auto_fd int fs = fsopen(type, FSOPEN_CLOEXEC);
	if (fs < 0)
		return err_sys(e, "file system %s", type);
	if (read_options(options, fs, &f, e) < 0)
		return -1;
	/* only a word for whoever reads /proc/mounts */
	if (source && fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) < 0)
		return err_sys(e, "file system %s", type);
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return err_sys(e, "file system %s", type);
	int fd = fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)f.set);
	return fd < 0 ? err_sys(e, "file system %s", type) : fd;
}

/* A detached copy of what is mounted at the host's path. */
static int clone_tree(int dir, const char *path, struct flags f, struct err *e)
{
	unsigned how = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH
		       | (f.recursive ? AT_RECURSIVE : 0);
	auto_fd int fd = open_tree(dir, path, how);
	if (fd < 0)
		return err_sys(e, "%s", *path ? path : "bind");
	/* what is mounted there later, on either side, stays there */
	struct mount_attr a = { .attr_set = f.set, .propagation = MS_PRIVATE };
	unsigned all = AT_EMPTY_PATH | (f.recursive ? AT_RECURSIVE : 0);
	if (mount_setattr(fd, "", all, &a, sizeof a) < 0)
		return err_sys(e, "set the mount flags of %s", path);
	return fd_take(&fd);
}

static int attach(int mount, int target, const char *name, struct err *e)
{
	if (move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)
	    < 0)
		return err_sys(e, "mount onto %s", name);
	return 0;
}

static bool is_dir(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Fill an empty volume with what is in its place, TARGET. */
static int copy_up(struct child *c, const struct spec_mount *m, int target, struct err *e)
{
	auto_fd int src = openat(target, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (src < 0)
		return err_sys(e, "open %s in the container", m->destination);
	auto_fd int dst = open(m->source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dst < 0)
		return err_sys(e, "open volume %s", m->source);
	return c->args->hooks.copy_tree(src, dst, e);
}

/* What will be mounted, detached. */
static int make_mount(const struct spec_mount *m, struct err *e)
{
	struct flags f = { 0 };
	if (!str_eq(m->type, "bind"))
		return make_fs(m->type, m->source, &m->options, e);
	return read_options(&m->options, -1, &f, e) < 0 ? -1
							: clone_tree(AT_FDCWD, m->source, f, e);
}

/* /proc, /sys, /dev must be themselves: were they links of the image, they would land elsewhere. */
static int refuse_link(struct child *c, const char *path, struct err *e)
{
	auto_fd int fd = path_open_beneath(c->root, path + 1, O_PATH | O_NOFOLLOW, 0);
	if (fd >= 0 ? is_dir(fd) : errno == ENOENT)
		return 0;
	err_set(e, ERR_CORRUPT, "the image's %s is not a directory", path);
	return err_hint(e, "such an image cannot be run safely; report it to whoever made it");
}

static bool is_kernel_place(const char *path)
{
	return str_eq(path, "/proc") || str_eq(path, "/sys") || str_eq(path, "/dev");
}

void child_mounts_make(struct child *c)
{
	struct err ignored;
	c->made = xcalloc(c->spec->nmounts, sizeof *c->made);
	for (size_t i = 0; i < c->spec->nmounts; i++)
		c->made[i] = make_mount(&c->spec->mounts[i], &ignored);
}

static int mount_one(struct child *c, const struct spec_mount *m, int made, struct err *e)
{
	auto_fd int mount = made >= 0 ? made : make_mount(m, e);
	if (mount < 0 || (is_kernel_place(m->destination) && refuse_link(c, m->destination, e) < 0))
		return -1;
	auto_fd int target = target_open(c->root, m->destination, is_dir(mount), e);
	if (target < 0 || (m->copy_up && copy_up(c, m, target, e) < 0))
		return -1;
	return attach(mount, target, m->destination, e);
}

int child_mounts(struct child *c, struct err *e)
{
	for (size_t i = 0; i < c->spec->nmounts; i++) {
		const struct spec_mount *m = &c->spec->mounts[i];
		if (mount_one(c, m, c->made[i], e) == 0)
			continue;
		/* an old kernel without cgroup v2, or an outer container that hides its own: go without */
		if (str_eq(m->type, "cgroup2") && e->kind != ERR_CORRUPT)
			continue;
		return err_wrap(e, "mount %s", m->destination);
	}
	free_ptr(&c->made);
	return 0;
}

static int mask_one(struct child *c, const char *path, int null, int empty, struct err *e)
{
	auto_fd int target = path_open_beneath(c->root, path + 1, O_PATH | O_NOFOLLOW, 0);
	if (target < 0)
		return errno == ENOENT || errno == EACCES ? 0 : err_sys(e, "mask %s", path);
	struct flags f = { .set = MOUNT_ATTR_RDONLY };
	auto_fd int cover = clone_tree(is_dir(target) ? empty : null, "",
				       is_dir(target) ? f : (struct flags){ 0 }, e);
	return cover < 0 ? -1 : attach(cover, target, path, e);
}

static int make_read_only(struct child *c, const char *path, struct err *e)
{
	struct flags f = { .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
				  | MOUNT_ATTR_NOEXEC,
			   .recursive = true };
	auto_fd int target = path_open_beneath(c->root, path + 1, O_PATH | O_NOFOLLOW, 0);
	if (target < 0)
		return errno == ENOENT || errno == EACCES ? 0
							  : err_sys(e, "make %s read-only", path);
	auto_fd int same = clone_tree(target, "", f, e);
	return same < 0 ? -1 : attach(same, target, path, e);
}

int child_mask_paths(struct child *c, struct err *e)
{
	auto_strv struct strv tiny = { 0 };
	if (!c->spec->masked.n && !c->spec->read_only.n)
		return 0;
	strv_split(&tiny, "ro,nosuid,nodev,noexec,size=0,mode=0755", ',');
	auto_fd int empty = make_fs("tmpfs", "tmpfs", &tiny, e);
	auto_fd int null = path_open_beneath(c->root, "dev/null", O_PATH | O_NOFOLLOW, 0);
	if (empty < 0)
		return -1;
	if (null < 0)
		return err_sys(e, "open /dev/null in the container");
	for (size_t i = 0; i < c->spec->read_only.n; i++)
		if (make_read_only(c, c->spec->read_only.list[i], e) < 0)
			return -1;
	for (size_t i = 0; i < c->spec->masked.n; i++)
		if (mask_one(c, c->spec->masked.list[i], null, empty, e) < 0)
			return -1;
	return 0;
}

int child_pivot(struct child *c, struct err *e)
{
	struct mount_attr ro = { .attr_set = MOUNT_ATTR_RDONLY };
	if (c->spec->read_only_root
	    && mount_setattr(c->root, "", AT_EMPTY_PATH, &ro, sizeof ro) < 0)
		return err_sys(e, "make the root file system read-only");
	if (fchdir(c->root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return err_sys(e, "change the root file system");
	/* the old root lies on top of the new one at "."; pivot_root(2), "pivot_root(".", ".")" */
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(e, "leave the old root file system");
	fd_close(&c->root);
	return 0;
}
