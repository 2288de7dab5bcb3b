/* progress.c - see progress.h.
 *
 * The bars stand below everything else, one for each part that moves, so that any number of parts fits
 * any terminal: what is through becomes a line that scrolls away. Each drawing is one write. Text of
 * strangers does not get here: labels are digests and counts. */
#include "engine/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/str.h"

#define INTERVAL 0.1 /* seconds between drawings */
#define BAR_MAX 40   /* columns */
#define LINE_MIN 64  /* columns below which there is no bar, only figures */

struct part {
	char label[64];
	uint64_t total, have;
	double begun;
	double rate, seen; /* bytes a second, smoothed; when it was taken */
	uint64_t seen_have;
	bool moving;
};

struct progress {
	bool quiet, bars, color;
	struct part *parts;
	size_t n, cap;
	unsigned lines; /* that the bars take now */
	double drawn;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct progress *progress_new(bool quiet)
{
	const char *term = getenv("TERM");
	struct progress *p = xcalloc(1, sizeof *p);
	p->quiet = quiet;
	p->bars = !quiet && isatty(STDERR_FILENO) && !str_empty(term) && !str_eq(term, "dumb");
	p->color = p->bars && str_empty(getenv("NO_COLOR"));
	return p;
}

static void out(const struct buf *b)
{
	/* a terminal that is gone is no reason to stop */
	if (b->len && fd_write_all(STDERR_FILENO, b->data, b->len) < 0)
		return;
}

/* Back to where the bars began, and nothing below. */
static void clear_bars(struct progress *p, struct buf *b)
{
	if (p->lines)
		buf_printf(b, "\033[%uA\r\033[J", p->lines);
	p->lines = 0;
}

void progress_free(struct progress **pp)
{
	struct progress *p = *pp;
	auto_buf struct buf b = { 0 };
	if (!p)
		return;
	clear_bars(p, &b);
	out(&b);
	free(p->parts);
	free(p);
	*pp = NULL;
}

static unsigned columns(void)
{
	struct winsize w;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : 80;
}

static void add_bar(const struct progress *p, struct buf *b, double share, unsigned width)
{
	unsigned full = (unsigned)(share * width);
	buf_puts(b, p->color ? " [\033[32m" : " [");
	for (unsigned i = 0; i < width; i++)
		buf_putc(b, i < full ? '=' : i == full ? '>' : ' ');
	buf_puts(b, p->color ? "\033[0m]" : "]");
}

static void measure(struct part *t, double at)
{
	double span = at - t->seen;
	if (span < INTERVAL / 2)
		return;
	double rate = (double)(t->have - t->seen_have) / span;
	t->rate = t->seen > t->begun ? 0.8 * t->rate + 0.2 * rate : rate;
	t->seen = at;
	t->seen_have = t->have;
}

static void add_line(struct progress *p, struct buf *b, struct part *t, unsigned width)
{
	auto_free char *have = str_human_size(t->have), *rate = str_human_size((uint64_t)t->rate);
	auto_free char *total = t->total ? str_human_size(t->total) : xstrdup("?");
	const char *left = t->label;
	auto_free char *right = str_printf(" %8s / %-8s %9s/s", have, total, rate);
	size_t used = strlen(left) + strlen(right) + 4;
	double share = t->total ? (double)t->have / (double)t->total : 0;

	buf_printf(b, "%.*s", (int)width - 1, left);
	if (width >= LINE_MIN && used + 8 < width && t->total)
		add_bar(p, b, share > 1 ? 1 : share,
			width - used - 1 < BAR_MAX ? (unsigned)(width - used - 1) : BAR_MAX);
	if (strlen(left) + strlen(right) < width)
		buf_puts(b, right);
	buf_putc(b, '\n');
	p->lines++;
}

void progress_draw(struct progress *p)
{
	auto_buf struct buf b = { 0 };
	double at = now();
	if (!p->bars || at - p->drawn < INTERVAL)
		return;
	p->drawn = at;
	unsigned width = columns();
	clear_bars(p, &b);
	for (size_t i = 0; i < p->n; i++) {
		if (p->parts[i].moving) {
			measure(&p->parts[i], at);
			add_line(p, &b, &p->parts[i], width);
		}
	}
	out(&b);
}

void progress_say(struct progress *p, const char *fmt, ...)
{
	auto_buf struct buf b = { 0 };
	char text[512];
	va_list ap;
	if (p->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	clear_bars(p, &b);
	buf_printf(&b, "%s\n", text);
	out(&b);
	p->drawn = 0;
	progress_draw(p);
}

int progress_begin(struct progress *p, const char *label, uint64_t total)
{
	xgrow(&p->parts, &p->cap, p->n + 1, sizeof *p->parts);
	struct part *t = &p->parts[p->n++];
	*t = (struct part){ .total = total, .begun = now(), .moving = true };
	t->seen = t->begun;
	snprintf(t->label, sizeof t->label, "%s", label);
	return (int)(p->n - 1);
}

void progress_set(struct progress *p, int part, uint64_t have)
{
	p->parts[part].have = have;
}

void progress_end(struct progress *p, int part)
{
	struct part *t = &p->parts[part];
	double took = now() - t->begun;
	auto_free char *size = str_human_size(t->have);
	auto_free char *rate = str_human_size(
		(uint64_t)((double)t->have / (took > 0.001 ? took : 0.001)));
	t->moving = false;
	progress_say(p, "%s done   %s in %.1f s, %s/s", t->label, size, took, rate);
}
