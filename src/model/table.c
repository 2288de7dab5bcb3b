/* table.c - see table.h. */
#include "model/table.h"

#include <stdlib.h>
#include <string.h>

#define CELL_MIN 12
#define CELL_GAP 2

struct widths {
	size_t *list, n, cap;
};

static size_t cell_width(const char *p, size_t n)
{
	size_t width = 0;
	for (size_t i = 0; i < n; i++)
		width += ((unsigned char)p[i] & 0xc0) != 0x80;
	return width;
}

static void measure_line(struct widths *w, const char *line)
{
	for (size_t col = 0;; col++) {
		size_t n = strcspn(line, "\t");
		if (!line[n])
			return;
		if (col >= w->n) {
			xgrow(&w->list, &w->cap, col + 1, sizeof *w->list);
			w->list[col] = CELL_MIN;
			w->n = col + 1;
		}
		size_t need = cell_width(line, n) + CELL_GAP;
		if (need > w->list[col])
			w->list[col] = need;
		line += n + 1;
	}
}

static void print_line(const struct widths *w, const char *line, struct buf *out)
{
	for (size_t col = 0;; col++) {
		size_t n = strcspn(line, "\t");
		buf_add(out, line, n);
		if (!line[n])
			break;
		buf_printf(out, "%*s", (int)(w->list[col] - cell_width(line, n)), "");
		line += n + 1;
	}
	buf_putc(out, '\n');
}

void table_print(const struct strv *lines, struct buf *out)
{
	struct widths w = { 0 };
	for (size_t i = 0; i < lines->n; i++)
		measure_line(&w, lines->list[i]);
	for (size_t i = 0; i < lines->n; i++)
		print_line(&w, lines->list[i], out);
	free(w.list);
}

bool table_format(const char *format, char **rest)
{
	struct buf b = { 0 };
	bool inside = false;
	if (!str_starts(format, "table") || (format[5] != ' ' && format[5] != '\t'))
		return false;
	for (const char *p = format + 6; *p; p++) {
		if (str_starts(p, "{{") || str_starts(p, "}}"))
			inside = *p == '{';
		buf_putc(&b, *p == ' ' && !inside ? '\t' : *p);
	}
	*rest = buf_take(&b);
	return true;
}
