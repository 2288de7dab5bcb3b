/* dirlog.c - see dirlog.h. A record is a struct, the path, the ACL; they are written
 * and read by this process only, so their layout is nobody else's matter. */
#include "archive/dirlog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"
#include "util/str.h"

#define MEMORY_MAX (512u << 10)
#define ACL_MAX (64u << 10)

struct record {
	uint32_t path_len, acl_len;
	mode_t mode;
	struct timespec times[2];
};

struct dirlog {
	int root;          /* borrowed */
	int spill;         /* -1 until the list is long */
	struct buf recent; /* not yet in the file */
};

struct dirlog *dirlog_new(int root)
{
	struct dirlog *l = xcalloc(1, sizeof *l);
	l->root = root;
	l->spill = -1;
	return l;
}

void dirlog_free(struct dirlog *l)
{
	fd_close(&l->spill);
	buf_free(&l->recent);
	free(l);
}

/* A file of the root's file system that no name leads to. O_TMPFILE is not everywhere. */
static int open_spill(int root)
{
	char name[32] = ".cuddy-";
	random_hex(name + strlen(name), 16);
	int fd = openat(root, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && unlinkat(root, name, 0) < 0)
		fd_close(&fd);
	return fd;
}

static int spill(struct dirlog *l, struct err *e)
{
	if (l->spill < 0)
		l->spill = open_spill(l->root);
	if (l->spill < 0 || fd_write_all(l->spill, l->recent.data, l->recent.len) < 0)
		return err_sys(e, "write the list of directories");
	l->recent.len = 0;
	return 0;
}

int dirlog_add(struct dirlog *l, const char *path, const struct dir_finish *f, struct err *e)
{
	struct record r = {
		.path_len = (uint32_t)strlen(path),
		.acl_len = (uint32_t)(f->acl ? f->acl_len : 0),
		.mode = f->mode,
		.times = { f->times[0], f->times[1] },
	};
	if (r.acl_len > ACL_MAX)
		r.acl_len = 0;
	buf_add(&l->recent, &r, sizeof r);
	buf_add(&l->recent, path, r.path_len);
	if (r.acl_len)
		buf_add(&l->recent, f->acl, r.acl_len);
	return l->recent.len > MEMORY_MAX ? spill(l, e) : 0;
}

static int finish(int root, const char *path, const struct record *r, const void *acl,
		  struct err *e)
{
	auto_fd int fd = path_open_in_root(root, *path ? path : ".",
					   O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0;
	if (fd < 0 || fchmod(fd, r->mode) < 0)
		return err_sys(e, "set the mode of %s", path);
	/* refused where the file system has no ACLs: counted when it was added */
	if (r->acl_len && fsetxattr(fd, "system.posix_acl_default", acl, r->acl_len, 0) < 0
	    && errno == ENOSPC)
		return err_sys(e, "set the default ACL of %s", path);
	return futimens(fd, r->times) < 0 ? err_sys(e, "set the time of %s", path) : 0;
}

/* Either place that records are in, read the same way. */
struct source {
	FILE *file;
	const char *mem;
	size_t left;
};

static size_t take_bytes(struct source *s, void *to, size_t n)
{
	if (s->file)
		return fread(to, 1, n, s->file);
	n = n < s->left ? n : s->left;
	if (!n)
		return 0;
	memcpy(to, s->mem, n);
	s->mem += n;
	s->left -= n;
	return n;
}

static int apply(struct dirlog *l, struct source *s, struct err *e)
{
	auto_free char *acl = xmalloc(ACL_MAX);
	char path[PATH_MAX];
	struct record r;
	while (take_bytes(s, &r, sizeof r) == sizeof r) {
		if (r.path_len >= sizeof path || r.acl_len > ACL_MAX
		    || take_bytes(s, path, r.path_len) != r.path_len
		    || take_bytes(s, acl, r.acl_len) != r.acl_len)
			return err_set(e, ERR_SYSTEM,
				       "the list of directories cannot be read back");
		path[r.path_len] = '\0';
		if (finish(l->root, path, &r, acl, e) < 0)
			return -1;
	}
	return 0;
}

static int apply_spilled(struct dirlog *l, struct err *e)
{
	if (lseek(l->spill, 0, SEEK_SET) < 0)
		return err_sys(e, "read the list of directories");
	struct source s = { .file = fdopen(l->spill, "r") };
	if (!s.file)
		return err_sys(e, "read the list of directories");
	l->spill = -1;
	int rc = apply(l, &s, e);
	if (rc == 0 && ferror(s.file))
		rc = err_sys(e, "read the list of directories");
	fclose(s.file);
	return rc;
}

int dirlog_apply(struct dirlog *l, struct err *e)
{
	struct source s = { .mem = l->recent.data, .left = l->recent.len };
	if (l->spill >= 0 && apply_spilled(l, e) < 0)
		return -1;
	return apply(l, &s, e);
}
