/* report.h - lists and documents as --format asks: a table, JSON, or a template. */
#pragma once
#include <stdbool.h>
#include "util/err.h"
#include "util/json.h"

/* What stands over a column when the field's own name in capitals would not do. */
struct heading {
	const char *field, *text; /* field NULL ends the list */
};

/* Is FORMAT one that asks for the JSON document instead of text ("json", "{{json .}}")? */
bool report_is_json(const char *format);
/* Print ROWS (an array) by FORMAT, one line each. "table T" is T in columns under headings, without
 * them when HEADINGS is NULL. */
must_check int report_rows(const char *format, json *rows, const struct heading *headings,
			   struct err *e);
/* Print one DOC by a template, and a line's end. */
must_check int report_doc(const char *format, json *doc, struct err *e);
/* Print DOC as podman prints JSON. */
void report_json(json *doc);
