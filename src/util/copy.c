/* copy.c - see copy.h.
 *
 * One directory after the other, from a list of paths: no recursion, so that a deep tree costs no
 * descriptors. A directory's own attributes come after its entries, because making those changes
 * its times. Attributes that follow from the owner (mode bits, capabilities) come after the owner. */
#include "util/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"

#define XATTRS_MAX 65536
#define OVERLAY_PREFIX "user.overlay."

struct link { /* a file with several names, and the first that we gave it */
	dev_t dev;
	ino_t ino;
	char *path;
};

struct copy {
	int src, dst; /* the two roots */
	bool layer;
	struct strv todo;   /* directories to enter, as paths below the roots */
	struct link *links; /* hashed by inode, open addressing */
	size_t nlinks, room;
};

/* ---- hard links */

static struct link *link_slot(const struct copy *c, const struct stat *st)
{
	size_t i = (size_t)str_hash(&st->st_ino, sizeof st->st_ino, 0) % c->room;
	while (c->links[i].path && (c->links[i].ino != st->st_ino || c->links[i].dev != st->st_dev))
		i = (i + 1) % c->room;
	return &c->links[i];
}

static void links_grow(struct copy *c)
{
	struct link *old = c->links;
	size_t n = c->room;
	c->room = n ? n * 2 : 64;
	c->links = xcalloc(c->room, sizeof *c->links);
	for (size_t i = 0; i < n; i++) {
		struct stat st = { .st_ino = old[i].ino, .st_dev = old[i].dev };
		if (old[i].path)
			*link_slot(c, &st) = old[i];
	}
	free(old);
}

static void links_free(struct copy *c)
{
	for (size_t i = 0; i < c->room; i++)
		free(c->links[i].path);
	free(c->links);
}

/* 1 when the file was copied before and DIR/NAME now is another link to it. */
static int copy_link(struct copy *c, const struct stat *st, int dir, const char *name,
		     const char *path, struct err *e)
{
	if (st->st_nlink < 2)
		return 0;
	if (c->nlinks * 2 >= c->room)
		links_grow(c);
	struct link *l = link_slot(c, st);
	if (!l->path) {
		*l = (struct link){ st->st_dev, st->st_ino, xstrdup(path) };
		c->nlinks++;
		return 0;
	}
	return linkat(c->dst, l->path, dir, name, 0) < 0 ? err_sys(e, "link %s", path) : 1;
}

/* ---- attributes */

static int give_owner(int dir, const char *name, const struct stat *st)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
	/* not mapped here, or only one id is: then it was flattened before, too */
	if (fchownat(dir, name, st->st_uid, st->st_gid, flags) < 0 && errno != EINVAL
	    && errno != EPERM)
		return -1;
	return 0;
}

static int copy_xattr(int from, int to, const char *name)
{
	char small[4096];
	auto_free char *big = NULL;
	char *value = small;
	ssize_t n = fgetxattr(from, name, small, sizeof small);
	if (n < 0 && errno == ERANGE) {
		value = big = xmalloc(XATTRS_MAX);
		n = fgetxattr(from, name, big, XATTRS_MAX);
	}
	if (n < 0)
		return errno == ENODATA ? 0 : -1;
	/* the file system cannot keep it, or we may not set it (security.*): as when it was unpacked */
	if (fsetxattr(to, name, value, (size_t)n, 0) < 0 && errno != EOPNOTSUPP && errno != EPERM)
		return -1;
	return 0;
}

static int copy_xattrs(const struct copy *c, int from, int to)
{
	char list[4096];
	auto_free char *big = NULL;
	char *names = list;
	ssize_t n = flistxattr(from, list, sizeof list);
	if (n < 0 && errno == ERANGE) {
		names = big = xmalloc(XATTRS_MAX);
		n = flistxattr(from, big, XATTRS_MAX);
	}
	if (n < 0)
		return errno == EOPNOTSUPP ? 0 : -1;
	for (char *p = names; p < names + n; p += strlen(p) + 1) {
		if (c->layer && str_starts(p, OVERLAY_PREFIX))
			continue;
		if (copy_xattr(from, to, p) < 0)
			return -1;
	}
	return 0;
}

static int copy_attributes(const struct copy *c, int from, int to, const struct stat *st)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	if (give_owner(to, "", st) < 0 || fchmod(to, st->st_mode & 07777) < 0)
		return -1;
	if (copy_xattrs(c, from, to) < 0)
		return -1;
	return futimens(to, times);
}

/* ---- content */

static int copy_plainly(int from, int to, off_t at, off_t end)
{
	char data[65536];
	if (lseek(to, at, SEEK_SET) < 0)
		return -1;
	while (at < end) {
		size_t want = end - at < (off_t)sizeof data ? (size_t)(end - at) : sizeof data;
		ssize_t n = pread(from, data, want, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		if (fd_write_all(to, data, (size_t)n) < 0)
			return -1;
		at += n;
	}
	return 0;
}

static int copy_range(int from, int to, off_t at, off_t end)
{
	while (at < end) {
		off_t in = at, out = at;
		ssize_t n = copy_file_range(from, &in, to, &out, (size_t)(end - at), 0);
		if (n < 0
		    && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP
			|| errno == ENOSYS))
			return copy_plainly(from, to, at, end);
		if (n <= 0)
			return (int)n;
		at += n;
	}
	return 0;
}

/* Only what has data, so that holes stay holes. */
static int copy_content(int from, int to, off_t size)
{
	if (!size || ioctl(to, FICLONE, from) == 0)
		return 0;
	off_t data = 0;
	while (data < size) {
		off_t start = lseek(from, data, SEEK_DATA);
		if (start < 0 && errno == ENXIO)
			break;
		off_t end = start < 0 ? size : lseek(from, start, SEEK_HOLE);
		if (start < 0)
			start = data;
		if (end < 0)
			end = size;
		if (copy_range(from, to, start, end) < 0)
			return -1;
		data = end;
	}
	return ftruncate(to, size);
}

static int copy_file(struct copy *c, int sdir, int ddir, const char *name, struct err *e)
{
	struct stat st;
	auto_fd int from = openat(sdir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (from < 0 || fstat(from, &st) < 0)
		return err_sys(e, "open %s", name);
	auto_fd int to = openat(ddir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				0600);
	if (to < 0)
		return err_sys(e, "create %s", name);
	if (copy_content(from, to, st.st_size) < 0 || copy_attributes(c, from, to, &st) < 0)
		return err_sys(e, "copy %s", name);
	return 0;
}

static int copy_symlink(int sdir, int ddir, const char *name, const struct stat *st, struct err *e)
{
	char target[PATH_MAX + 1];
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	ssize_t n = readlinkat(sdir, name, target, sizeof target - 1);
	if (n < 0)
		return err_sys(e, "read link %s", name);
	target[n] = '\0';
	if (symlinkat(target, ddir, name) < 0 || give_owner(ddir, name, st) < 0
	    || utimensat(ddir, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "make link %s", name);
	return 0;
}

static int copy_node(int ddir, const char *name, const struct stat *st, struct err *e)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		return 0;
	/* the node is ours and new: chmod follows no link */
	if (mknodat(ddir, name, (st->st_mode & S_IFMT) | 0600, 0) < 0
	    || give_owner(ddir, name, st) < 0 || fchmodat(ddir, name, st->st_mode & 07777, 0) < 0
	    || utimensat(ddir, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "make %s", name);
	return 0;
}

/* ---- one entry, one directory */

static bool has_mark(int dir, const char *name, int flags, const char *mark)
{
	char value[2];
	auto_fd int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags);
	return fd >= 0 && fgetxattr(fd, mark, value, sizeof value) == 1 && value[0] == 'y';
}

static bool is_whiteout(const struct copy *c, int dir, const char *name, const struct stat *st)
{
	if (!c->layer)
		return false;
	if (S_ISCHR(st->st_mode))
		return st->st_rdev == makedev(0, 0);
	return S_ISREG(st->st_mode) && !st->st_size
	       && has_mark(dir, name, 0, OVERLAY_PREFIX "whiteout");
}

/* DDIR/NAME is to become a directory; one that is there stays, and its content unless opaque. */
static int make_dir(struct copy *c, int sdir, int ddir, const char *name, struct err *e)
{
	struct stat st;
	bool there = fstatat(ddir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (there
	    && (!S_ISDIR(st.st_mode)
		|| (c->layer && has_mark(sdir, name, O_DIRECTORY, OVERLAY_PREFIX "opaque")))) {
		if (tree_remove_at(ddir, name) < 0)
			return err_sys(e, "replace %s", name);
		there = false;
	}
	return !there && mkdirat(ddir, name, 0700) < 0 ? err_sys(e, "make directory %s", name) : 0;
}

static int copy_entry(struct copy *c, int sdir, int ddir, const char *name, const char *path,
		      struct err *e)
{
	struct stat st;
	if (fstatat(sdir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "read %s", name);
	if (S_ISDIR(st.st_mode)) {
		if (make_dir(c, sdir, ddir, name, e) < 0)
			return -1;
		strv_add(&c->todo, path);
		return 0;
	}
	if (tree_remove_at(ddir, name) < 0)
		return err_sys(e, "replace %s", name);
	if (is_whiteout(c, sdir, name, &st))
		return 0;
	int linked = copy_link(c, &st, ddir, name, path, e);
	if (linked)
		return linked < 0 ? -1 : 0;
	if (S_ISREG(st.st_mode))
		return copy_file(c, sdir, ddir, name, e);
	if (S_ISLNK(st.st_mode))
		return copy_symlink(sdir, ddir, name, &st, e);
	return copy_node(ddir, name, &st, e);
}

static int open_dir(int root, const char *path, const char *what, struct err *e)
{
	int fd = path_open_same_mount(root, path, O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 ? err_sys(e, "open %s directory %s", what, path) : fd;
}

static int copy_entries(struct copy *c, DIR *d, int ddir, const char *path, struct err *e)
{
	struct dirent *ent;
	while ((errno = 0, ent = readdir(d))) {
		if (str_eq(ent->d_name, ".") || str_eq(ent->d_name, ".."))
			continue;
		auto_free char *below = str_eq(path, ".") ? xstrdup(ent->d_name)
							  : str_printf("%s/%s", path, ent->d_name);
		if (copy_entry(c, dirfd(d), ddir, ent->d_name, below, e) < 0)
			return -1;
	}
	return errno ? err_sys(e, "read directory") : 0;
}

static int copy_dir(struct copy *c, const char *path, struct err *e)
{
	struct stat st;
	auto_fd int from = open_dir(c->src, path, "source", e);
	auto_fd int to = from < 0 ? -1 : open_dir(c->dst, path, "target", e);
	if (to < 0)
		return -1;
	int again = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	if (!d) {
		err_sys(e, "read directory %s", path);
		fd_close(&again);
		return -1;
	}
	int rc = copy_entries(c, d, to, path, e);
	closedir(d);
	if (rc < 0)
		return -1;
	if (fstat(from, &st) < 0 || copy_attributes(c, from, to, &st) < 0)
		return err_sys(e, "copy the attributes");
	return 0;
}

static int run(struct copy *c, struct err *e)
{
	int rc = 0;
	strv_add(&c->todo, ".");
	while (rc == 0 && c->todo.n) {
		auto_free char *path = c->todo.list[--c->todo.n];
		c->todo.list[c->todo.n] = NULL;
		rc = copy_dir(c, path, e);
		if (rc < 0 && !str_eq(path, "."))
			err_wrap(e, "%s", path);
	}
	strv_free(&c->todo);
	links_free(c);
	return rc;
}

int tree_copy(int src, int dst, struct err *e)
{
	struct copy c = { .src = src, .dst = dst };
	return run(&c, e);
}

int tree_copy_layer(int src, int dst, struct err *e)
{
	struct copy c = { .src = src, .dst = dst, .layer = true };
	return run(&c, e);
}
