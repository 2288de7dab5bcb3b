/* store.c - opening the store, its locks, and the one way in which its files are written.
 *
 * A directory is taken for a store only when its version file says so, and made into one only
 * when it is empty: `--root ~' must not scatter directories over a home, and no command that
 * removes may ever work on something else. */
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>
#include "store/internal.h"
#include "util/path.h"

#define LAYOUT "1\n"

static const char *const subdirs[] = {
	"blobs", "blobs/sha256", "layers", "images", "tmp", "containers",
};

/* The file systems that give trouble, by the name people know. */
static const char *odd_fs(int fd)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} odd[] = {
		{ NFS_SUPER_MAGIC, "NFS" },     { 0x0bd00bd0, "Lustre" },
		{ FUSE_SUPER_MAGIC, "FUSE" },   { 0xff534d42, "CIFS" },
		{ SMB2_SUPER_MAGIC, "SMB" },    { MSDOS_SUPER_MAGIC, "FAT" },
		{ EXFAT_SUPER_MAGIC, "exFAT" }, { V9FS_MAGIC, "9p" },
		{ 0x47504653, "GPFS" },
	};
	struct statfs fs;
	if (fstatfs(fd, &fs) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		if ((unsigned long)fs.f_type == odd[i].magic)
			return odd[i].name;
	return NULL;
}

static int no_space(const struct store *s, struct err *e)
{
	struct statfs fs;
	if (fstatfs(s->root, &fs) == 0 && fs.f_files && !fs.f_ffree)
		return err_hint(
			e,
			"The file system has no inodes left: remove files, or use another --root.");
	return err_hint(e, "Make room (`cuddy rmi' and `cuddy rm' remove what you do not need), or "
			   "use another --root.");
}

int store_fail(const struct store *s, struct err *e)
{
	const char *fs = odd_fs(s->root);
	err_wrap(e, "store %s", s->path);
	switch (e->code) {
	case ENOSPC:
	case EDQUOT:
		return no_space(s, e);
	case ENOTDIR:
		return err_hint(e, "Name a directory with --root.");
	case EROFS:
		return err_hint(e, "The file system is read-only: use --root with a directory that "
				   "can be written.");
	case EACCES:
	case EPERM:
		if (!fs)
			return err_hint(e, "See who owns it: ls -la %s", s->path);
		break;
	default:
		break;
	}
	if (fs && e->code)
		return err_hint(e,
				"The store lies on %s, which cannot do everything that it needs: "
				"use --root with a directory on a local disk.",
				fs);
	return -1;
}

int store_flock(int fd, int how)
{
	int rc;
	do
		rc = flock(fd, how);
	while (rc < 0 && errno == EINTR);
	return rc;
}

int store_lock_open(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EROFS || errno == EACCES))
		fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return fd;
}

int store_hold(struct store *s, struct err *e)
{
	if (s->held >= 0)
		return 0;
	auto_fd int fd = store_lock_open(s->root, "lock");
	if (fd < 0 || store_flock(fd, LOCK_SH) < 0) {
		err_sys(e, "lock");
		return store_fail(s, e);
	}
	s->held = fd_take(&fd);
	return 0;
}

void store_tmp_name(const char *kind, char name[static 64])
{
	char random[17];
	random_hex(random, 16);
	snprintf(name, 64, "%.40s-%s", kind, random);
}

int store_sync_dir(int dir)
{
	/* some file systems (FUSE) have no such call; they have no more to offer */
	return fsync(dir) < 0 && errno != EINVAL && errno != ENOSYS ? -1 : 0;
}

/* The temporary lies in tmp/ under a lock, where a sweep finds it should we die. A sweep that
 * comes between its making and its locking takes it for dead: then *GONE, and we try again. */
static int replace_once(const struct store *s, int tmp, int dir, const char *name, const void *data,
			size_t n, bool *gone)
{
	char file[64];
	store_tmp_name("file", file);
	auto_fd int fd = openat(tmp, file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				0600);
	if (fd < 0)
		return -1;
	*gone = store_flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	if (*gone)
		return -1;
	if (fd_write_all(fd, data, n) == 0 && fsync(fd) == 0 && renameat(tmp, file, dir, name) == 0)
		return store_sync_dir(dir);
	int code = errno;
	*gone = code == ENOENT;
	unlinkat(tmp, file, 0);
	errno = code;
	return -1;
}

int store_file_replace(const struct store *s, const char *dir, const char *name, const void *data,
		       size_t n, struct err *e)
{
	auto_fd int tmp = dir_open_at(s->root, "tmp", e);
	if (tmp < 0)
		return -1;
	auto_fd int to = openat(s->root, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (to < 0)
		return err_sys(e, "open directory %s", dir);
	for (int i = 0; i < 16; i++) {
		bool gone = false;
		if (replace_once(s, tmp, to, name, data, n, &gone) == 0)
			return 0;
		if (!gone)
			break;
	}
	return err_sys(e, "write %s", name);
}

/* 1 when there is anything in it but what a fresh disk has, and a store that is just being made. */
static int has_other_things(const struct store *s)
{
	int fd = openat(s->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *ent;
	bool other = false;
	if (!d) {
		fd_close(&fd);
		return -1;
	}
	while (!other && (ent = readdir(d)))
		other = !str_eq(ent->d_name, ".") && !str_eq(ent->d_name, "..")
			&& !str_eq(ent->d_name, "lost+found")
			&& !str_starts(ent->d_name, ".version.");
	closedir(d);
	return other;
}

static int make_version(const struct store *s, struct err *e)
{
	int other = has_other_things(s);
	if (other < 0)
		return err_sys(e, "read the directory");
	/* somebody else may have made it since we looked: the version is what comes first */
	if (other && faccessat(s->root, "version", F_OK, 0) == 0)
		return 0;
	if (other) {
		err_set(e, ERR_USAGE, "the directory is not empty and not a store of cuddy's");
		return err_hint(e, "Name an empty or a new directory with --root.");
	}
	if (fchmod(s->root, 0700) < 0)
		return err_sys(e, "set the mode");
	return file_replace_at(s->root, "version", LAYOUT, strlen(LAYOUT), 0600, e);
}

static int no_store(struct err *e)
{
	err_set(e, ERR_NOTFOUND, "there is no store");
	return err_hint(e, "The first pull, load or import makes it.");
}

static int check_version(const struct store *s, bool create, struct err *e)
{
	char text[16] = "";
	auto_fd int fd = openat(s->root, "version", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT && !create)
		return no_store(e);
	if (fd < 0 && errno == ENOENT) {
		if (make_version(s, e) < 0)
			return -1;
		fd = openat(s->root, "version", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	}
	if (fd < 0 || fd_read_full(fd, text, sizeof text - 1) < 0)
		return err_sys(e, "read version");
	if (str_eq(text, LAYOUT))
		return 0;
	text[strcspn(text, "\n")] = '\0';
	auto_free char *shown = str_printable(text);
	err_set(e, ERR_CORRUPT, "it has version \"%s\"; this cuddy knows version 1", shown);
	return err_hint(e, "Another version of cuddy made it: use that one, or another --root.");
}

static int check_owner(const struct store *s, struct err *e)
{
	struct stat st;
	if (fstat(s->root, &st) < 0)
		return err_sys(e, "stat");
	if (st.st_uid != geteuid()) {
		err_set(e, ERR_DENIED, "it belongs to user %u, not to you (%u)", st.st_uid,
			geteuid());
		return err_hint(e, "Every user has a store of their own: leave out --root, or name "
				   "a directory of yours.");
	}
	/* Layers hold programs with set-user-id bits: nobody else may come to them. */
	if ((st.st_mode & 077) && fchmod(s->root, 0700) < 0 && errno != EROFS)
		return err_sys(e, "set the mode");
	return 0;
}

static int open_root(struct store *s, const char *root, bool create, struct err *e)
{
	s->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->root < 0 && errno == ENOENT && create)
		s->root = dir_make(root, e);
	else if (s->root < 0 && errno == ENOENT)
		return no_store(e);
	else if (s->root < 0)
		return err_sys(e, "open");
	return s->root < 0 ? -1 : 0;
}

int store_open(const char *root, bool create, struct store **out, struct err *e)
{
	auto_store struct store *s = xcalloc(1, sizeof *s);
	*s = (struct store){ .root = -1, .held = -1, .path = xstrdup(root) };
	if (*root != '/')
		return err_set(e, ERR_USAGE, "the store's path is not absolute: %s", root);
	if (open_root(s, root, create, e) < 0 || check_owner(s, e) < 0
	    || check_version(s, create, e) < 0)
		return store_fail(s, e);
	for (size_t i = 0; create && i < sizeof subdirs / sizeof *subdirs; i++) {
		if (mkdirat(s->root, subdirs[i], 0700) < 0 && errno != EEXIST) {
			err_sys(e, "make directory %s", subdirs[i]);
			return store_fail(s, e);
		}
	}
	*out = take(s);
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	fd_close(&s->held);
	fd_close(&s->root);
	free(s->path);
	free(s);
}

void store_close_p(struct store **s)
{
	store_close(*s);
	*s = NULL;
}

int store_fd(const struct store *s)
{
	return s->root;
}

const char *store_root(const struct store *s)
{
	return s->path;
}
