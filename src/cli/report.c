/* report.c - see report.h. Columns are aligned as Go's tabwriter does it for podman (cells at least
 * 12 wide, 2 apart, the last column as it is), so that scripts which cut by position keep working. */
#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "model/template.h"
#include "util/str.h"

#define CELL_MIN 12
#define CELL_GAP 2

bool report_is_json(const char *format)
{
	return str_eq(format, "json") || str_eq(format, "{{json .}}")
	       || str_eq(format, "{{ json . }}");
}

/* Characters, not bytes, of a cell that ends at a tab or the line's end. */
static size_t cell_width(const char *p, size_t n)
{
	size_t width = 0;
	for (size_t i = 0; i < n; i++)
		width += ((unsigned char)p[i] & 0xc0) != 0x80;
	return width;
}

struct widths {
	size_t *list, n, cap;
};

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

static void print_line(const struct widths *w, const char *line)
{
	for (size_t col = 0;; col++) {
		size_t n = strcspn(line, "\t");
		fwrite(line, 1, n, stdout);
		if (!line[n])
			break;
		printf("%*s", (int)(w->list[col] - cell_width(line, n)), "");
		line += n + 1;
	}
	putchar('\n');
}

static void print_columns(const struct strv *lines)
{
	struct widths w = { 0 };
	for (size_t i = 0; i < lines->n; i++)
		measure_line(&w, lines->list[i]);
	for (size_t i = 0; i < lines->n; i++)
		print_line(&w, lines->list[i]);
	free(w.list);
}

static const char *heading_of(void *arg, const char *field)
{
	for (const struct heading *h = arg; h->field; h++) {
		if (strcasecmp(h->field, field) == 0)
			return h->text;
	}
	return NULL;
}

static void add_line(struct strv *lines, struct buf *b)
{
	if (b->len && b->data[b->len - 1] == '\n')
		b->data[b->len - 1] = '\0';
	strv_take(lines, buf_take(b));
}

/* "table" alone, or "table " in front of a template. */
static bool is_table(const char **format)
{
	if (!str_starts(*format, "table") || ((*format)[5] != ' ' && (*format)[5] != '\t'))
		return false;
	*format += 6;
	return true;
}

int report_rows(const char *format, json *rows, const struct heading *headings, struct err *e)
{
	auto_template struct template *t = NULL;
	auto_strv struct strv lines = { 0 };
	auto_buf struct buf b = { 0 };
	bool table = is_table(&format);
	if (template_parse(format, &t, e) < 0)
		return -1;
	if (table && headings) {
		template_headings(t, heading_of, (void *)headings, &b);
		add_line(&lines, &b);
	}
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		if (template_exec(t, json_object_array_get_idx(rows, i), &b, e) < 0)
			return -1;
		add_line(&lines, &b);
	}
	if (table) {
		print_columns(&lines);
		return 0;
	}
	for (size_t i = 0; i < lines.n; i++)
		puts(lines.list[i]);
	return 0;
}

int report_doc(const char *format, json *doc, struct err *e)
{
	auto_template struct template *t = NULL;
	auto_buf struct buf b = { 0 };
	if (template_parse(format, &t, e) < 0 || template_exec(t, doc, &b, e) < 0)
		return -1;
	puts(b.data ? b.data : "");
	return 0;
}

void report_json(json *doc)
{
	bool empty = json_object_is_type(doc, json_type_array)
		     && json_object_array_length(doc) == 0;
	auto_free char *text = empty ? xstrdup("[]") : json_text(doc, true);
	puts(text);
}
