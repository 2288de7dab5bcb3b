/* diff.c - the walk is done in the user namespace, by a child; its findings come back through a memory file. */
#include "engine/diff.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "store/diff.h"
#include "util/fd.h"

#define PIECE 65536
#define FINDINGS_MAX (1U << 30)

struct job {
	struct engine *en;
	const struct container *c;
	int out;
	struct buf piece;
};

/* These every container has from us. */
static bool is_ours(const char *path)
{
	static const char *const paths[] = {
		"/dev", "/etc/hostname", "/etc/hosts",         "/etc/resolv.conf", "/proc",
		"/run", "/sys",          "/run/.containerenv", "/run/secrets",
	};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (str_eq(path, paths[i]))
			return true;
	return false;
}

static int flush(struct job *j, struct err *e)
{
	if (j->piece.len && fd_write_all(j->out, j->piece.data, j->piece.len) < 0)
		return err_sys(e, "write the list of changes");
	j->piece.len = 0;
	return 0;
}

/* "A /path" and a NUL, since a name may hold anything else. */
static int found(void *arg, enum diff_kind kind, const char *path, struct err *e)
{
	struct job *j = arg;
	if (is_ours(path))
		return 0;
	buf_printf(&j->piece, "%c %s", kind, path);
	buf_putc(&j->piece, '\0');
	return j->piece.len < PIECE ? 0 : flush(j, e);
}

static int walk(void *arg, struct err *e)
{
	struct job *j = arg;
	const struct diff_opts o = {
		.store_root = store_fd(j->en->store),
		.container_dir = j->c->dir,
		.layers = j->c->record.layers,
		.nlayers = (unsigned)j->c->record.nlayers,
	};
	return rootfs_diff(&o, found, j, e) < 0 ? -1 : flush(j, e);
}

int engine_diff(struct engine *en, const struct container *c, struct strv *lines, struct err *e)
{
	auto_fd int file = memfd_create("cuddy-diff", MFD_CLOEXEC);
	auto_free char *text = NULL;
	size_t len;
	struct job job = { .en = en, .c = c, .out = file };
	if (file < 0)
		return err_sys(e, "make a memory file");
	int result = userns_run(&en->ids, 0, walk, &job, e);
	buf_free(&job.piece);
	if (result < 0)
		return err_wrap(e, "cannot compare container %s with its image", c->name);
	if (lseek(file, 0, SEEK_SET) < 0
	    || fd_read_text(file, "the list of changes", FINDINGS_MAX, &text, &len, e) < 0)
		return -1;
	for (const char *p = text; p < text + len; p += strlen(p) + 1)
		strv_add(lines, p);
	return 0;
}
