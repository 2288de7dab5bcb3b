/* fuzz_template.c - templates: any text is a tree or an error, any tree over any document ends soon, as text or
 * as an error, and reads and frees nothing twice. The text up to the first NUL is the template, what is behind it
 * the document; without one it is a document with everything in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "model/table.h"
#include "model/template.h"

#define OUT_MAX (80 << 20) /* the bound of a run, and a value more */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char everything[] =
	"{\"Id\":\"abc\",\"N\":12,\"F\":2.5,\"B\":true,\"Z\":null,\"S\":{\"P\":7},\"L\":[1,\"a\",["
	"2]],"
	"\"Labels\":{\"k\":\"v\"},\"Ports\":null,\"lower_case\":\"\\u00e4\\u0000<\"}";

static json *get_label(const void *ctx, json *row, const char *arg)
{
	return json_object_new_string(arg);
}

static json *get_row(const void *ctx, json *row, const char *arg)
{
	return json_object_get(row);
}

static const struct template_field fields[] = {
	{ "Label", NULL, get_label, true },
	{ "Self", "ME", get_row, false },
	{ 0 },
};
static const struct template_rows rows = { fields, NULL };

static void check_error(const struct err *e)
{
	if (e->kind != ERR_USAGE || !str_starts(e->msg, "template: "))
		abort();
}

static void run(const struct template *t, const char *doc, size_t n)
{
	auto_json json *j = NULL;
	auto_buf struct buf out = { 0 }, heading = { 0 };
	struct err e = { 0 };
	if (json_parse(doc, n, "doc", &j, &e) < 0)
		return;
	err_clear(&e);
	if (template_exec(t, &rows, j, &out, &e) < 0)
		check_error(&e);
	if (out.len > OUT_MAX)
		abort();
	template_headings(t, &rows, &heading);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_template struct template *t = NULL;
	auto_free char *text = xstrndup((const char *)data, size);
	auto_free char *columns = NULL;
	struct err e = { 0 };
	size_t n = strlen(text);
	if (template_parse(table_format(text, &columns) ? columns : text, &t, &e) < 0) {
		check_error(&e);
		return 0;
	}
	template_is_range(t);
	if (n < size)
		run(t, (const char *)data + n + 1, size - n - 1);
	else
		run(t, everything, strlen(everything));
	return 0;
}
