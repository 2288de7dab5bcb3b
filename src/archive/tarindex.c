/* tarindex.c - see tarindex.h.
 *
 * libarchive tells where a member's header begins, not where its content does; but a content ends where the
 * next header begins, padded to a block. Sparse members, whose content is not in one
 * piece, are left out: no tool writes a layer like that. */
#include "archive/tarindex.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/place.h"
#include "util/str.h"

#define BLOCK 512
#define LINKS_MAX 8

/* A member whose end is not known yet. */
struct open_member {
	bool any;
	struct tar_member m;
};

/* "blobs/x" for "./blobs/x"; NULL for names that lead out, which no document can mean. */
static char *clean(const char *raw)
{
	char path[PATH_MAX];
	struct err ignored;
	return raw && place_clean(raw, path, &ignored) == 0 ? xstrdup(path) : NULL;
}

/* A symbolic link is relative to where it stands, a hard link to the root of the archive. */
static char *clean_link(const char *name, const char *target)
{
	const char *slash = strrchr(name, '/');
	auto_free char *joined = str_printf("%.*s/%s", slash ? (int)(slash - name) : 0, name,
					    target);
	return clean(*target == '/' ? target : joined);
}

static void begin(struct archive_entry *ae, struct open_member *o)
{
	const char *hard = archive_entry_hardlink(ae), *soft = archive_entry_symlink(ae);
	bool file = archive_entry_filetype(ae) == AE_IFREG && archive_entry_sparse_count(ae) == 0;
	o->any = false;
	if (!hard && !soft && !file)
		return;
	o->m = (struct tar_member){ .name = clean(archive_entry_pathname(ae)) };
	if (!o->m.name)
		return;
	if (hard)
		o->m.link = clean(hard);
	else if (soft)
		o->m.link = clean_link(o->m.name, soft);
	else
		o->m.size = (uint64_t)archive_entry_size(ae);
	o->any = true;
}

/* END is where the header behind it begins. */
static int end(struct tar_index *t, struct open_member *o, int64_t at, size_t *bytes, struct err *e)
{
	uint64_t padded = (o->m.size + BLOCK - 1) / BLOCK * BLOCK;
	if (!o->any)
		return 0;
	o->any = false;
	*bytes += strlen(o->m.name) + (o->m.link ? strlen(o->m.link) : 0);
	xgrow(&t->members, &t->cap, t->n + 1, sizeof *t->members);
	t->members[t->n++] = o->m;
	if (at < 0 || (uint64_t)at < padded)
		return err_set(e, ERR_CORRUPT, "the tar archive is damaged");
	t->members[t->n - 1].offset = (uint64_t)at - padded;
	if (t->n > TAR_INDEX_MEMBERS || *bytes > TAR_INDEX_BYTES)
		return err_set(e, ERR_CORRUPT, "too many files for an archive of images");
	return 0;
}

static int failed(struct archive *a, struct err *e)
{
	const char *said = archive_error_string(a);
	if (!said || strstr(said, "Unrecognized archive format"))
		return err_set(e, ERR_CORRUPT, "not a tar archive");
	return err_set(e, ERR_CORRUPT, "the tar archive is damaged: %s", said);
}

static int read_all(struct archive *a, struct tar_index *t, struct err *e)
{
	struct archive_entry *ae;
	struct open_member last = { 0 };
	size_t bytes = 0;
	int rc;
	while ((rc = archive_read_next_header(a, &ae)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		if (end(t, &last, archive_read_header_position(a), &bytes, e) < 0)
			return -1;
		begin(ae, &last);
	}
	if (rc == ARCHIVE_EOF)
		return end(t, &last, archive_read_header_position(a), &bytes, e);
	if (last.any) {
		free(last.m.name);
		free(last.m.link);
	}
	return failed(a, e);
}

/* By name, then by place in the archive. */
static int compare(const void *a, const void *b)
{
	const struct tar_member *x = a, *y = b;
	int rc = strcmp(x->name, y->name);
	return rc ? rc : (x->offset > y->offset) - (x->offset < y->offset);
}

int tar_index_read(int fd, struct tar_index *out, struct err *e)
{
	struct stat st;
	*out = (struct tar_index){ 0 };
	if (lseek(fd, 0, SEEK_SET) < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "read the archive");
	if (st.st_size == 0)
		return err_set(e, ERR_CORRUPT, "the archive is empty");
	struct archive *a = archive_read_new();
	if (!a)
		return err_set(e, ERR_SYSTEM, "out of memory");
	archive_read_support_format_tar(a);
	int rc = archive_read_open_fd(a, fd, 64 << 10) == ARCHIVE_OK ? read_all(a, out, e)
								     : failed(a, e);
	archive_read_free(a);
	/* a member may promise more than there is; nothing has been read of it yet */
	for (size_t i = 0; rc == 0 && i < out->n; i++)
		if (out->members[i].offset + out->members[i].size > (uint64_t)st.st_size)
			rc = err_set(e, ERR_CORRUPT, "the tar archive is cut short");
	if (rc < 0)
		tar_index_free(out);
	else if (out->n)
		qsort(out->members, out->n, sizeof *out->members, compare);
	return rc;
}

/* The last of those called NAME. */
static const struct tar_member *find(const struct tar_index *t, const char *name)
{
	size_t low = 0, high = t->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(t->members[middle].name, name) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low && str_eq(t->members[low - 1].name, name) ? &t->members[low - 1] : NULL;
}

const struct tar_member *tar_index_find(const struct tar_index *t, const char *name)
{
	const struct tar_member *m = find(t, name);
	for (int i = 0; m && m->link && i < LINKS_MAX; i++)
		m = find(t, m->link);
	return m && !m->link ? m : NULL;
}

void tar_index_free(struct tar_index *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->members[i].name);
		free(t->members[i].link);
	}
	free(t->members);
	*t = (struct tar_index){ 0 };
}
