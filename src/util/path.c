/* path.c - see path.h. Everything here walks by descriptor: what a name meant a
 * moment ago does not matter when somebody else may rename it. */
#include "util/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/str.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

int dir_make(const char *path, struct err *e)
{
	auto_free char *p = xstrdup(path);
	for (char *s = p + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		if (mkdir(p, 0700) < 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
			return err_sys(e, "make directory %s", p);
		*s = '/';
	}
	if (mkdir(p, 0700) < 0 && errno != EEXIST)
		return err_sys(e, "make directory %s", p);
	int fd = open(p, DIR_FLAGS);
	return fd < 0 ? err_sys(e, "open directory %s", p) : fd;
}

int dir_make_at(int dir, const char *name, struct err *e)
{
	if (mkdirat(dir, name, 0700) < 0 && errno != EEXIST)
		return err_sys(e, "make directory %s", name);
	return dir_open_at(dir, name, e);
}

int dir_open_at(int dir, const char *name, struct err *e)
{
	int fd = openat(dir, name, DIR_FLAGS | O_NOFOLLOW);
	return fd < 0 ? err_sys(e, "open directory %s", name) : fd;
}

static int open_how(int dir, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	struct open_how how = { .flags = (uint64_t)flags | O_CLOEXEC, .resolve = resolve };
	if (flags & (O_CREAT | O_TMPFILE))
		how.mode = mode & 07777;
	int fd;
	int tries = 0;
	/* EAGAIN: a rename elsewhere raced with the look-up of ".." */
	do
		fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
	while (fd < 0 && (errno == EAGAIN || errno == EINTR) && ++tries < 64);
	return fd;
}

int path_open_in_root(int dir, const char *path, int flags, mode_t mode)
{
	return open_how(dir, path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

/* ---- the same without openat2, which old sandboxes and valgrind hide: one component at a time */

/* Is FD on the mount that ROOT is on? */
static int check_mount(int root, int fd)
{
	struct statx a, b;
	if (statx(root, "", AT_EMPTY_PATH, STATX_MNT_ID, &a) < 0
	    || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &b) < 0)
		return -1;
	if (a.stx_mnt_id == b.stx_mnt_id && a.stx_dev_major == b.stx_dev_major
	    && a.stx_dev_minor == b.stx_dev_minor)
		return 0;
	errno = EXDEV;
	return -1;
}

/* The last component: as asked for, but never a link in its place. */
static int open_last(int dir, const char *name, int flags, mode_t mode)
{
	struct stat st;
	auto_fd int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, mode & 07777);
	if (fd >= 0 && (flags & O_PATH) && !(flags & O_NOFOLLOW) && fstat(fd, &st) == 0
	    && S_ISLNK(st.st_mode)) {
		errno = ELOOP;
		return -1;
	}
	return fd_take(&fd);
}

static int walk(int dir, const char *path, int flags, mode_t mode, bool same_mount)
{
	auto_strv struct strv parts = { 0 };
	auto_free char *clean = path_clean(path);
	/* cleaned by text is right here only because links are refused; ".." is, too */
	if (*path == '/' || strstr(path, "..")) {
		errno = EXDEV;
		return -1;
	}
	strv_split(&parts, *clean ? clean : ".", '/');
	auto_fd int at = openat(dir, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; at >= 0 && i < parts.n; i++) {
		bool last = i + 1 == parts.n;
		int next = last ? open_last(at, parts.list[i], flags, mode)
				: openat(at, parts.list[i],
					 O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next >= 0 && same_mount && check_mount(at, next) < 0)
			fd_close(&next);
		fd_close(&at);
		at = next;
	}
	return fd_take(&at);
}

int path_open_beneath(int dir, const char *path, int flags, mode_t mode)
{
	int fd = open_how(dir, path, flags, mode,
			  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
	return fd < 0 && errno == ENOSYS ? walk(dir, path, flags, mode, false) : fd;
}

int path_open_same_mount(int dir, const char *path, int flags, mode_t mode)
{
	int fd = open_how(dir, path, flags, mode,
			  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
				  | RESOLVE_NO_XDEV);
	return fd < 0 && errno == ENOSYS ? walk(dir, path, flags, mode, true) : fd;
}

char *path_clean(const char *path)
{
	auto_strv struct strv in = { 0 };
	auto_strv struct strv out = { 0 };
	strv_split(&in, path, '/');
	for (size_t i = 0; i < in.n; i++) {
		if (!*in.list[i] || str_eq(in.list[i], "."))
			continue;
		if (!str_eq(in.list[i], ".."))
			strv_add(&out, in.list[i]);
		else if (out.n)
			strv_remove(&out, out.n - 1);
	}
	auto_free char *joined = strv_join(&out, "/");
	return str_printf("%s%s", *path == '/' ? "/" : "", joined);
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

void random_hex(char *out, size_t n)
{
	unsigned char bytes[64];
	size_t want = (n + 1) / 2;
	if (want > sizeof bytes || getrandom(bytes, want, 0) != (ssize_t)want)
		abort();
	for (size_t i = 0; i < n; i++) {
		unsigned char nibble = i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4;
		out[i] = "0123456789abcdef"[nibble];
	}
	out[n] = '\0';
}
