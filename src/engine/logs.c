/* logs.c - the log read back. The streams stay apart, because programs read one or the other, and what
 * a line was cut into ("P" pieces, see logfile.h) is put together again.
 *
 * Following waits for the file to grow and ends when the container has ended and all was read. It
 * asks for the state before it reads, so that the last lines are not missed. */
#include "engine/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/time.h"

#define CHUNK (64 << 10)
#define LOOK_MS 500 /* how soon an end is noticed when nothing more is written */
#define TAIL_MAX (1 << 20)

struct reader {
	const struct logs_opts *o;
	int fd;
	struct buf in;  /* read, not yet a whole line */
	struct buf out; /* for standard output or error, as TO says */
	int to;
	bool inside[2]; /* of each stream: the last piece did not end its line */
};

static int flush(struct reader *r, struct err *e)
{
	if (r->out.len && fd_write_all(r->to, r->out.data, r->out.len) < 0)
		return err_sys(e, "write the log");
	r->out.len = 0;
	return 0;
}

/* "TIME STREAM TAG text" of N characters, without its end of line. What does not look so is skipped: a
 * crash may have cut a line. */
static int print_piece(struct reader *r, const char *line, size_t n, struct err *e)
{
	const char *end = line + n;
	const char *stream = memchr(line, ' ', n);
	const char *tag = stream ? memchr(stream + 1, ' ', (size_t)(end - stream - 1)) : NULL;
	if (!tag || end - tag < 3 || tag[2] != ' ')
		return 0;
	const char *text = tag + 3;
	if (r->o->since || r->o->until) {
		auto_free char *when = xstrndup(line, (size_t)(stream - line));
		int64_t t;
		if (time_parse(when, 0, &t) < 0 || (r->o->since && t < r->o->since)
		    || (r->o->until && t > r->o->until))
			return 0;
	}
	int to = strncmp(stream, " stderr ", 8) == 0 ? STDERR_FILENO : STDOUT_FILENO;
	bool *inside = &r->inside[to == STDERR_FILENO];
	if ((to != r->to || r->out.len > CHUNK) && flush(r, e) < 0)
		return -1;
	r->to = to;
	if (!*inside && r->o->prefix)
		buf_printf(&r->out, "%s ", r->o->prefix);
	if (!*inside && r->o->timestamps)
		buf_add(&r->out, line, (size_t)(stream + 1 - line));
	buf_add(&r->out, text, (size_t)(end - text));
	*inside = tag[1] == 'P';
	if (!*inside)
		buf_putc(&r->out, '\n');
	return 0;
}

/* All that is there now. */
static int read_on(struct reader *r, struct err *e)
{
	auto_free char *chunk = xmalloc(CHUNK);
	for (;;) {
		ssize_t n = read(r->fd, chunk, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "read the log");
		if (n == 0)
			return flush(r, e);
		buf_add(&r->in, chunk, (size_t)n);
		char *p = r->in.data;
		for (char *nl; (nl = memchr(p, '\n', r->in.len - (size_t)(p - r->in.data)));
		     p = nl + 1) {
			if (print_piece(r, p, (size_t)(nl - p), e) < 0)
				return -1;
		}
		r->in.len -= (size_t)(p - r->in.data);
		memmove(r->in.data, p, r->in.len);
	}
}

/* Does this line of the file end a line of the container's? */
static bool is_whole(const char *line, size_t n)
{
	const char *stream = memchr(line, ' ', n);
	const char *tag = stream ? memchr(stream + 1, ' ', n - (size_t)(stream + 1 - line)) : NULL;
	return !tag || (size_t)(tag - line) + 1 >= n || tag[1] != 'P';
}

/* Where the last TAIL lines begin. One pass that remembers that many beginnings. */
static int seek_tail(int fd, size_t tail, struct err *e)
{
	int own = dup(fd);
	FILE *f = own < 0 ? NULL : fdopen(own, "r");
	if (!f)
		return err_sys(e, "read the log");
	off_t *starts = xcalloc(tail + 1, sizeof *starts);
	char *line = NULL;
	size_t cap = 0, count = 0;
	off_t at = 0, begin = 0;
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
		at += n;
		if (!is_whole(line, (size_t)n))
			continue;
		starts[count++ % (tail + 1)] = begin;
		begin = at;
	}
	off_t to = tail == 0 ? at : count <= tail ? 0 : starts[(count - tail) % (tail + 1)];
	fclose(f);
	free(line);
	free(starts);
	return lseek(fd, to, SEEK_SET) < 0 ? err_sys(e, "read the log") : 0;
}

static bool is_running(const struct container *c)
{
	struct state s;
	struct err ignored = { 0 };
	return container_state(c, &s, &ignored) == 0
	       && (s.status == CONTAINER_RUNNING || s.status == CONTAINER_STOPPING);
}

static int follow(struct reader *r, const struct container *c, struct err *e)
{
	auto_fd int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	auto_free char *path = str_printf("/proc/self/fd/%d", r->fd);
	char events[4096];
	if (watch < 0 || inotify_add_watch(watch, path, IN_MODIFY) < 0)
		return err_sys(e, "watch the log");
	for (;;) {
		bool running = is_running(c);
		if (read_on(r, e) < 0)
			return -1;
		if (!running)
			return 0;
		struct pollfd p = { .fd = watch, .events = POLLIN };
		if (poll(&p, 1, LOOK_MS) > 0 && read(watch, events, sizeof events) < 0
		    && errno != EAGAIN)
			return err_sys(e, "watch the log");
	}
}

int engine_logs(const struct container *c, const struct logs_opts *o, struct err *e)
{
	if (str_eq(c->record.opts.log_driver, "none")) {
		err_set(e, ERR_USAGE, "container %s keeps no log", c->name);
		return err_hint(e, "It was made with --log-driver none.");
	}
	auto_fd int fd = openat(c->dir, "log", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return 0; /* it was never started */
	if (fd < 0)
		return err_sys(e, "open the log of %s", c->name);
	if (o->tail >= 0 && o->tail < TAIL_MAX && seek_tail(fd, (size_t)o->tail, e) < 0)
		return -1;
	struct reader r = { .o = o, .fd = fd, .to = STDOUT_FILENO };
	int result = o->follow ? follow(&r, c, e) : read_on(&r, e);
	buf_free(&r.in);
	buf_free(&r.out);
	return result;
}
