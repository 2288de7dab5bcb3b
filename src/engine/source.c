/* source.c - see source.h. Names come from documents of strangers: in a directory they are looked up beneath
 * it, following nothing; in an archive they are compared with the names in its index. */
#include "engine/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/hash.h"
#include "archive/stream.h"
#include "archive/tarindex.h"
#include "util/fd.h"
#include "util/path.h"

struct source {
	struct store *store;
	int dir;  /* -1: an archive */
	int file; /* the plain tar */
	struct tar_index index;
	struct stage stage; /* where the plain tar is when it is a copy; else dir -1 */
	int *opened;        /* descriptors handed out */
	size_t nopened, cap;
};

static int spool(struct source *src, struct stream *in, struct err *e)
{
	const void *data;
	size_t n;
	if (stage_open(src->store, "load", &src->stage, e) < 0)
		return -1;
	src->file = openat(src->stage.dir, "archive", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (src->file < 0)
		return err_sys(e, "create a copy of the archive");
	do {
		if (stream_next(in, &data, &n, e) < 0)
			return -1;
		if (n && fd_write_all(src->file, data, n) < 0) {
			err_sys(e, "copy the archive");
			return err_hint(e, "An archive that is compressed or comes through a pipe "
					   "needs room in the store.");
		}
	} while (n);
	return 0;
}

/* Can FD be read in any order as it is? Its position is where it was. */
static bool is_plain(int fd)
{
	char magic[8] = "";
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || pread(fd, magic, sizeof magic, 257) < 5)
		return false;
	return memcmp(magic, "ustar", 5) == 0;
}

static int open_archive(struct source *src, int in, struct err *e)
{
	if (is_plain(in)) {
		src->file = fcntl(in, F_DUPFD_CLOEXEC, 3);
		if (src->file < 0)
			return err_sys(e, "read the archive");
	} else {
		auto_stream struct stream *s = NULL;
		if (stream_open(in, &s, e) < 0 || spool(src, s, e) < 0)
			return -1;
	}
	return tar_index_read(src->file, &src->index, e);
}

static int open_input(const char *path, struct err *e)
{
	int fd = str_eq(path, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				   : open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open %s", path) : fd;
}

int source_open(struct store *s, const char *path, struct source **out, struct err *e)
{
	struct stat st;
	auto_fd int in = open_input(path, e);
	if (in < 0)
		return -1;
	auto_source struct source *src = xcalloc(1, sizeof *src);
	src->store = s;
	src->dir = src->file = src->stage.dir = src->stage.lock = -1;
	if (fstat(in, &st) < 0)
		return err_sys(e, "look at %s", path);
	if (S_ISDIR(st.st_mode))
		src->dir = fd_take(&in);
	else if (open_archive(src, in, e) < 0)
		return -1;
	*out = take(src);
	return 0;
}

void source_close(struct source *src)
{
	if (!src)
		return;
	for (size_t i = 0; i < src->nopened; i++)
		close(src->opened[i]);
	free(src->opened);
	tar_index_free(&src->index);
	fd_close(&src->dir);
	fd_close(&src->file);
	if (src->stage.dir >= 0)
		stage_drop(src->store, &src->stage);
	free(src);
}

void source_close_p(struct source **src)
{
	source_close(*src);
	*src = NULL;
}

bool source_is_dir(const struct source *src)
{
	return src->dir >= 0;
}

static int missing(const char *name, struct err *e)
{
	auto_free char *shown = str_printable(name);
	return err_set(e, ERR_NOTFOUND, "%.200s is not there", shown);
}

static int find_file(struct source *src, const char *name, struct span *out, struct err *e)
{
	struct stat st;
	auto_fd int fd = path_open_beneath(src->dir, name, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return errno == ENOENT ? missing(name, e) : err_sys(e, "open %.200s", name);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, ERR_CORRUPT, "%.200s is not a file", name);
	xgrow(&src->opened, &src->cap, src->nopened + 1, sizeof *src->opened);
	src->opened[src->nopened++] = fd;
	*out = (struct span){ .fd = fd_take(&fd), .size = (uint64_t)st.st_size };
	return 0;
}

int source_find(struct source *src, const char *name, struct span *out, struct err *e)
{
	if (src->dir >= 0)
		return find_file(src, name, out, e);
	const struct tar_member *m = tar_index_find(&src->index, name);
	if (!m)
		return missing(name, e);
	*out = (struct span){ .fd = src->file, .offset = m->offset, .size = m->size };
	return 0;
}

bool source_has(struct source *src, const char *name)
{
	struct span span;
	struct err ignored;
	return source_find(src, name, &span, &ignored) == 0;
}

int source_read(struct source *src, const char *name, size_t max, char **text, size_t *len,
		struct err *e)
{
	struct span at;
	if (source_find(src, name, &at, e) < 0)
		return -1;
	if (at.size > max)
		return err_set(e, ERR_CORRUPT, "%.200s is larger than %zu bytes", name, max);
	auto_free char *data = xmalloc((size_t)at.size + 1);
	for (size_t got = 0; got < at.size;) {
		ssize_t n = pread(at.fd, data + got, (size_t)at.size - got,
				  (off_t)(at.offset + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "read %.200s", name);
		if (n == 0)
			return err_set(e, ERR_CORRUPT, "%.200s is cut short", name);
		got += (size_t)n;
	}
	data[at.size] = '\0';
	*len = (size_t)at.size;
	*text = take(data);
	return 0;
}

int source_read_blob(struct source *src, const char *name, const struct descriptor *d, size_t max,
		     char **text, struct err *e)
{
	char got[DIGEST_TEXT];
	size_t len;
	auto_free char *data = NULL;
	if (source_read(src, name, max, &data, &len, e) < 0)
		return -1;
	struct digest is = hash_of(data, len);
	if (len != d->size)
		return err_set(e, ERR_CORRUPT, "%.200s is %zu bytes long, not %llu as announced",
			       name, len, (unsigned long long)d->size);
	if (!digest_eq(&is, &d->digest))
		return err_set(e, ERR_CORRUPT, "%.200s is in truth %s", name,
			       digest_text(&is, got));
	*text = take(data);
	return 0;
}
