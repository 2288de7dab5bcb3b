/* report.h - lists and documents as --format asks: a table, JSON, or a template. */
#pragma once
#include <stdbool.h>
#include "model/template.h"
#include "util/err.h"
#include "util/json.h"

/* What a report's rows answer besides the keys of their documents, and what stands over its columns. */
struct report {
	const struct template_field *fields; /* may be NULL */
	const void *ctx;                     /* what the fields are given */
	bool noheading;
};

/* Does FORMAT ask for the JSON document instead of text ("json", "{{json .}}")? NULL does not. */
bool report_is_json(const char *format);
/* Print ROWS (an array) by FORMAT, one line each. "table T" is T in columns under headings. A template that
 * begins with {{range .}} is given the whole array at once. HOW may be NULL: keys alone, no headings. */
must_check int report_rows(const char *format, json *rows, const struct report *how, struct err *e);
/* Print one DOC by a template, and a line's end. HOW may be NULL. */
must_check int report_doc(const char *format, json *doc, const struct report *how, struct err *e);
/* Print DOC as podman prints JSON. */
void report_json(json *doc);
