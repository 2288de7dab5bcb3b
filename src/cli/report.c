/* report.c - see report.h. Nothing is printed of a list until all of it is made, so that an error in a
 * template leaves no half of a line. */
#include "cli/report.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/table.h"
#include "util/str.h"

/* "{{ json . }}" in any spacing. */
bool report_is_json(const char *format)
{
	struct buf b = { 0 };
	for (const char *p = format; p && *p; p++) {
		if (!isspace((unsigned char)*p))
			buf_putc(&b, *p);
	}
	auto_free char *text = buf_take(&b);
	return str_eq(text, "json") || str_eq(text, "{{json.}}") || str_eq(text, "{{json}}");
}

static void add_line(struct strv *lines, struct buf *b)
{
	if (b->len && b->data[b->len - 1] == '\n')
		b->data[b->len - 1] = '\0';
	strv_take(lines, buf_take(b));
}

/* All lines in B, which ends with a line's end or is empty. */
static void print_lines(const struct strv *lines, bool table)
{
	auto_buf struct buf b = { 0 };
	if (table)
		table_print(lines, &b);
	for (size_t i = 0; i < lines->n && !table; i++) {
		buf_puts(&b, lines->list[i]);
		buf_putc(&b, '\n');
	}
	fwrite(b.data ? b.data : "", 1, b.len, stdout);
}

static int make_lines(const struct template *t, const struct template_rows *names, json *rows,
		      struct strv *lines, struct err *e)
{
	auto_buf struct buf b = { 0 };
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		if (template_exec(t, names, json_object_array_get_idx(rows, i), &b, e) < 0)
			return -1;
		add_line(lines, &b);
	}
	return 0;
}

/* The lines that a template makes of the whole list. */
static int make_whole(const struct template *t, const struct template_rows *names, json *rows,
		      struct strv *lines, struct err *e)
{
	auto_buf struct buf b = { 0 };
	if (template_exec(t, names, rows, &b, e) < 0)
		return -1;
	if (b.len && b.data[b.len - 1] == '\n')
		b.data[--b.len] = '\0';
	strv_split(lines, b.data ? b.data : "", '\n');
	return 0;
}

int report_rows(const char *format, json *rows, const struct report *how, struct err *e)
{
	const struct template_rows names = { how ? how->fields : NULL, how ? how->ctx : NULL };
	auto_template struct template *t = NULL;
	auto_strv struct strv lines = { 0 };
	auto_buf struct buf heading = { 0 };
	auto_free char *columns = NULL;
	bool table = table_format(format, &columns);
	if (template_parse(table ? columns : format, &t, e) < 0)
		return -1;
	if (table && how && !how->noheading) {
		template_headings(t, &names, &heading);
		add_line(&lines, &heading);
	}
	if (template_is_range(t) ? make_whole(t, &names, rows, &lines, e) < 0
				 : make_lines(t, &names, rows, &lines, e) < 0)
		return -1;
	print_lines(&lines, table);
	return 0;
}

int report_doc(const char *format, json *doc, const struct report *how, struct err *e)
{
	const struct template_rows names = { how ? how->fields : NULL, how ? how->ctx : NULL };
	auto_template struct template *t = NULL;
	auto_buf struct buf b = { 0 };
	if (template_parse(format, &t, e) < 0 || template_exec(t, &names, doc, &b, e) < 0)
		return -1;
	if (!b.len || b.data[b.len - 1] != '\n')
		buf_putc(&b, '\n');
	fwrite(b.data, 1, b.len, stdout);
	return 0;
}

void report_json(json *doc)
{
	bool empty = json_object_is_type(doc, json_type_array)
		     && json_object_array_length(doc) == 0;
	auto_free char *text = empty ? xstrdup("[]") : json_text(doc, true);
	puts(text);
}
