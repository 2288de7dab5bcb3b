/* unpack.c - see unpack.h. libarchive reads the tar, nothing else of it is used: it never touches a file.
 *
 * An entry is cleaned by text, its directory opened beneath the root (place.c), and made there with one
 * component and O_EXCL or its like: whatever stands at that name is not written through, it is replaced.
 * Directories get modes and times last (dirlog.c), because what is made in them changes both. */
#include "archive/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/attrs.h"
#include "archive/dirlog.h"
#include "archive/place.h"
#include "archive/whiteout.h"
#include "util/fd.h"
#include "util/path.h"
#include "util/str.h"

/* Device nodes whose names are kept, so that hard links to them are skipped as well. */
#define SKIPPED_MAX 4096
/* A long file's pages start on their way to the disk while the rest comes in; otherwise
 * the sync at the end has all of it to do. */
#define WRITEBACK_STEP (8 << 20)

struct unpack {
	struct stream *stream;
	struct archive *tar;
	struct dirlog *dirs;
	struct place at;
	struct strv skipped;
	struct unpack_stats *stats;
	struct err *stream_err; /* filled when the stream failed below libarchive */
	bool stream_failed, flatten;
};

/* --- reading --- */

static la_ssize_t next_block(struct archive *a, void *arg, const void **data)
{
	struct unpack *u = arg;
	size_t n;
	if (stream_next(u->stream, data, &n, u->stream_err) == 0)
		return (la_ssize_t)n;
	u->stream_failed = true;
	archive_set_error(a, EIO, "read");
	return ARCHIVE_FATAL;
}

/* Why libarchive gave up, as ours: the stream's error, which is in *E already, or its own words. */
static int tar_failed(struct unpack *u, struct err *e)
{
	const char *said = archive_error_string(u->tar);
	if (u->stream_failed)
		return -1;
	if (said && strstr(said, "Unrecognized archive format"))
		return err_set(e, ERR_CORRUPT,
			       stream_size(u->stream) ? "not a tar archive"
						      : "the archive is empty");
	return err_set(e, ERR_CORRUPT, "the tar archive is damaged: %s",
		       said ? said : "unknown reason");
}

static int tar_open(struct unpack *u, struct err *e)
{
	u->tar = archive_read_new();
	if (!u->tar)
		return err_set(e, ERR_SYSTEM, "out of memory");
	archive_read_support_format_tar(u->tar);
	if (archive_read_open(u->tar, u, NULL, next_block, NULL) != ARCHIVE_OK)
		return tar_failed(u, e);
	return 0;
}

/* --- the kinds of entries; each is made at u->at, whose directory is open and whose name is free --- */

static int copy_data(struct unpack *u, int fd, int64_t *end, struct err *e)
{
	int64_t started = 0;
	const void *data;
	size_t n;
	la_int64_t offset;
	int rc;
	while ((rc = archive_read_data_block(u->tar, &data, &n, &offset)) == ARCHIVE_OK) {
		for (const char *p = data; n;) {
			ssize_t done = pwrite(fd, p, n, offset);
			if (done < 0 && errno == EINTR)
				continue;
			if (done < 0)
				return err_sys(e, "write");
			p += done;
			n -= (size_t)done;
			offset += done;
			u->stats->bytes += (uint64_t)done;
		}
		*end = offset;
		if (offset - started >= WRITEBACK_STEP) {
			if (sync_file_range(fd, started, offset - started, SYNC_FILE_RANGE_WRITE)
			    < 0)
				errno = 0;
			started = offset;
		}
	}
	return rc == ARCHIVE_EOF ? 0 : tar_failed(u, e);
}

static int make_file(struct unpack *u, struct archive_entry *ae, struct attrs *a, struct err *e)
{
	int64_t end = 0, size = archive_entry_size(ae);
	auto_fd int fd = openat(u->at.dir, u->at.name,
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				a->mode & 0777);
	if (fd < 0)
		return err_sys(e, "create");
	if (copy_data(u, fd, &end, e) < 0)
		return -1;
	if (end < size && ftruncate(fd, size) < 0)
		return err_sys(e, "make a file of %lld bytes", (long long)size);
	if ((a->uid || a->gid || a->flattened) && attrs_own(a, fd, "", u->stats, e) < 0)
		return -1;
	if ((a->mode & 07000) && fchmod(fd, a->mode) < 0)
		return err_sys(e, "set its mode");
	if (attrs_xattrs(ae, fd, u->stats, e) < 0)
		return -1;
	return futimens(fd, a->times) < 0 ? err_sys(e, "set its time") : 0;
}

static const void *default_acl(struct archive_entry *ae, size_t *len)
{
	const char *name;
	const void *value;
	if (!archive_entry_xattr_reset(ae))
		return NULL;
	while (archive_entry_xattr_next(ae, &name, &value, len) == ARCHIVE_OK)
		if (str_eq(name, "system.posix_acl_default"))
			return value;
	return NULL;
}

/* A directory that is there: now what children do not change, at the end what they do. */
static int finish_dir(struct unpack *u, struct archive_entry *ae, struct attrs *a, struct err *e)
{
	const char *name = *u->at.name ? u->at.name : ".";
	auto_fd int fd = openat(u->at.dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open");
	if (attrs_own(a, fd, "", u->stats, e) < 0 || attrs_xattrs(ae, fd, u->stats, e) < 0)
		return -1;
	struct dir_finish f = { .mode = a->mode, .times = { a->times[0], a->times[1] } };
	f.acl = default_acl(ae, &f.acl_len);
	return dirlog_add(u->dirs, u->at.path, &f, e);
}

static int make_dir(struct unpack *u, struct archive_entry *ae, struct attrs *a, bool replaces,
		    struct err *e)
{
	if (mkdirat(u->at.dir, u->at.name, 0700) < 0)
		return err_sys(e, "make the directory");
	/* what it replaces has hidden the layers below; it must go on hiding them */
	if (replaces && whiteout_opaque_at(u->at.dir, u->at.name, e) < 0)
		return -1;
	return finish_dir(u, ae, a, e);
}

/* What has no descriptor to write through: links and FIFOs. */
static int finish_special(struct unpack *u, struct archive_entry *ae, struct attrs *a,
			  struct err *e)
{
	if ((a->uid || a->gid || a->flattened)
	    && attrs_own(a, u->at.dir, u->at.name, u->stats, e) < 0)
		return -1;
	if (attrs_xattrs(ae, -1, u->stats, e) < 0)
		return -1;
	if (utimensat(u->at.dir, u->at.name, a->times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "set its time");
	return 0;
}

static int make_symlink(struct unpack *u, struct archive_entry *ae, struct attrs *a, struct err *e)
{
	const char *target = archive_entry_symlink(ae);
	if (str_empty(target))
		return err_set(e, ERR_CORRUPT, "a symbolic link to nothing");
	if (symlinkat(target, u->at.dir, u->at.name) < 0)
		return err_sys(e, "make a symbolic link");
	return finish_special(u, ae, a, e);
}

static int make_fifo(struct unpack *u, struct archive_entry *ae, struct attrs *a, struct err *e)
{
	if (mknodat(u->at.dir, u->at.name, S_IFIFO | (a->mode & 0777), 0) < 0)
		return err_sys(e, "make a FIFO");
	return finish_special(u, ae, a, e);
}

/* --- hard links --- */

static int open_target_dir(struct unpack *u, char *path, const char **name, struct err *e)
{
	char *slash = strrchr(path, '/');
	*name = slash ? slash + 1 : path;
	if (slash)
		*slash = '\0';
	int fd = path_open_in_root(u->at.root, slash ? path : ".", O_PATH | O_DIRECTORY, 0);
	if (slash)
		*slash = '/';
	return fd < 0 ? err_sys(e, "look for %s", path) : fd;
}

static int check_target(const struct stat *target, const char *path, struct err *e)
{
	if (S_ISDIR(target->st_mode))
		return err_set(e, ERR_CORRUPT, "a hard link to %s, which is a directory", path);
	if (place_is_whiteout(target))
		return err_set(e, ERR_CORRUPT, "a hard link to %s, which was removed", path);
	return 0;
}

static int make_hardlink(struct unpack *u, const char *raw, bool there, const struct stat *old,
			 struct err *e)
{
	char path[PATH_MAX];
	struct stat st;
	const char *name;
	if (place_clean(raw, path, e) < 0)
		return err_wrap(e, "a hard link");
	if (strv_has(&u->skipped, path)) {
		u->stats->devices++;
		return 0;
	}
	auto_fd int dir = open_target_dir(u, path, &name, e);
	if (dir < 0)
		return err_wrap(e, "a hard link");
	if (fstatat(dir, *name ? name : ".", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "a hard link to %s", path);
	if (check_target(&st, path, e) < 0)
		return -1;
	if (there && old->st_ino == st.st_ino && old->st_dev == st.st_dev)
		return 0;
	if (there && place_clear(&u->at, old, e) < 0)
		return -1;
	if (linkat(dir, name, u->at.dir, u->at.name, 0) < 0)
		return err_sys(e, "a hard link to %s", path);
	return 0;
}

/* --- whiteouts --- */

/* Any part but the last that is a whiteout's name: nothing can be in there. */
static bool has_reserved_parent(const struct place *p)
{
	for (const char *s = p->path; s < p->name; s = strchr(s, '/') + 1)
		if (str_starts(s, WHITEOUT_PREFIX))
			return true;
	return false;
}

static int hide(struct unpack *u, const char *name, struct err *e)
{
	struct stat st;
	if (fstatat(u->at.dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? whiteout_make_at(u->at.dir, name, e)
				       : err_sys(e, "look at %s", name);
	/* its own layer brought it: only what is below goes */
	return S_ISDIR(st.st_mode) ? whiteout_opaque_at(u->at.dir, name, e) : 0;
}

static int whiteout(struct unpack *u, struct err *e)
{
	const char *hidden = u->at.name + strlen(WHITEOUT_PREFIX);
	bool gone = false;
	if (str_eq(hidden, ".wh..opq")) {
		if (place_open_dir(&u->at, NULL, e) < 0)
			return -1;
		return whiteout_opaque_at(u->at.dir, ".", e);
	}
	/* bookkeeping of aufs, which old layers carry */
	if (str_starts(hidden, WHITEOUT_PREFIX))
		return 0;
	if (!*hidden || str_eq(hidden, ".") || str_eq(hidden, ".."))
		return err_set(e, ERR_CORRUPT, "a whiteout that names nothing");
	if (place_open_dir(&u->at, &gone, e) < 0)
		return -1;
	return gone ? 0 : hide(u, hidden, e);
}

/* --- one entry --- */

static bool is_device(mode_t type)
{
	return type == AE_IFCHR || type == AE_IFBLK || type == AE_IFSOCK;
}

static int skip_device(struct unpack *u)
{
	u->stats->devices++;
	if (u->skipped.n < SKIPPED_MAX && !strv_has(&u->skipped, u->at.path))
		strv_add(&u->skipped, u->at.path);
	return 0;
}

static int make_kind(struct unpack *u, struct archive_entry *ae, mode_t type, bool there,
		     const struct stat *old, struct err *e)
{
	struct attrs a;
	attrs_read(ae, u->flatten, &a);
	if (type == AE_IFDIR && there && S_ISDIR(old->st_mode))
		return finish_dir(u, ae, &a, e);
	if (there && place_clear(&u->at, old, e) < 0)
		return -1;
	switch (type) {
	case AE_IFREG:
		return make_file(u, ae, &a, e);
	case AE_IFDIR:
		return make_dir(u, ae, &a, there, e);
	case AE_IFLNK:
		return make_symlink(u, ae, &a, e);
	case AE_IFIFO:
		return make_fifo(u, ae, &a, e);
	default:
		return err_set(e, ERR_CORRUPT, "an entry of unknown type");
	}
}

static int root_entry(struct unpack *u, struct archive_entry *ae, struct err *e)
{
	struct attrs a;
	if (archive_entry_hardlink(ae) || archive_entry_filetype(ae) != AE_IFDIR)
		return err_set(e, ERR_CORRUPT, "the root is not a directory");
	if (place_open_dir(&u->at, NULL, e) < 0)
		return -1;
	attrs_read(ae, u->flatten, &a);
	return finish_dir(u, ae, &a, e);
}

static int entry(struct unpack *u, struct archive_entry *ae, const char *raw, struct err *e)
{
	struct stat old;
	const char *link = archive_entry_hardlink(ae);
	mode_t type = archive_entry_filetype(ae);
	if (place_name(&u->at, raw, e) < 0)
		return -1;
	if (!*u->at.path)
		return root_entry(u, ae, e);
	if (str_starts(u->at.path, ".wh..wh.plnk/"))
		return 0;
	if (has_reserved_parent(&u->at))
		return err_set(e, ERR_CORRUPT,
			       "names that begin with " WHITEOUT_PREFIX " are reserved");
	if (str_starts(u->at.name, WHITEOUT_PREFIX))
		return whiteout(u, e);
	if (!link && is_device(type))
		return skip_device(u);
	if (place_open_dir(&u->at, NULL, e) < 0)
		return -1;
	int there = place_stat(&u->at, &old, e);
	if (there < 0)
		return -1;
	if (link)
		return make_hardlink(u, link, there, &old, e);
	return make_kind(u, ae, type, there, &old, e);
}

static int entries(struct unpack *u, struct err *e)
{
	struct archive_entry *ae;
	int rc;
	/* ARCHIVE_WARN: a name that is no text in this locale; it comes as the bytes it is */
	while ((rc = archive_read_next_header(u->tar, &ae)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		const char *raw = archive_entry_pathname(ae);
		if (!raw)
			return err_set(e, ERR_CORRUPT,
				       "the tar archive has a name that cannot be read");
		u->stats->entries++;
		if (entry(u, ae, raw, e) == 0)
			continue;
		if (u->stream_failed)
			return -1;
		auto_free char *shown = str_printable(raw);
		if (e->code == ENOSPC || e->code == EDQUOT)
			err_hint(e, "Free some space (cuddy rmi IMAGE), or put the store elsewhere "
				    "with --root.");
		return err_wrap(e, "cannot unpack %.200s", shown);
	}
	return rc == ARCHIVE_EOF ? 0 : tar_failed(u, e);
}

/* What the root is like when no entry says: whoever made it may have had a umask or a setgid parent. */
static int prepare_root(int root, struct err *e)
{
	struct stat st;
	if (fstat(root, &st) < 0)
		return err_sys(e, "look at the stage");
	if ((st.st_uid || st.st_gid) && fchown(root, 0, 0) < 0 && errno != EPERM)
		return err_sys(e, "set the owner of the root");
	return fchmod(root, 0755) < 0 ? err_sys(e, "set the mode of the root") : 0;
}

int unpack_tar(struct stream *s, int root, bool flatten, struct unpack_stats *out, struct err *e)
{
	struct err below = { 0 };
	struct unpack u = { .stream = s, .stats = out, .stream_err = &below, .flatten = flatten };
	mode_t mask = umask(0);
	*out = (struct unpack_stats){ 0 };
	place_init(&u.at, root);
	u.dirs = dirlog_new(root);
	bool done = prepare_root(root, e) == 0 && tar_open(&u, e) == 0 && entries(&u, e) == 0
		    && stream_drain(s, e) == 0 && dirlog_apply(u.dirs, e) == 0;
	if (!done && u.stream_failed)
		*e = below;
	archive_read_free(u.tar);
	dirlog_free(u.dirs);
	place_free(&u.at);
	strv_free(&u.skipped);
	umask(mask);
	return done ? 0 : -1;
}

void unpack_prepare(void)
{
	iconv_t c = iconv_open("ANSI_X3.4-1968", "UTF-8");
	if (c != (iconv_t)-1)
		iconv_close(c);
}
