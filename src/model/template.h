/* template.h - Go's text/template, as far as --format needs it: a JSON value in, text out.
 *
 * Understood: text (with \t and \n as podman expands them), fields, variables, constants, pipelines, if,
 * with, range, break, continue, comments, trim markers, Go's functions but call, and podman's join, json,
 * lower, upper, title, split, pad and truncate. Not: define, template, block; these are errors.
 *
 * One description of an object gives its JSON keys and its template names: a name is a key, first
 * exactly, then whatever its case and without "_" (.Host.Security.SELinuxEnabled is selinuxEnabled,
 * .NetworkInterface is network_interface), then by the names in template_names.c (.Src is Source). Keys that
 * hold a map and not a fixed set of fields (Labels) are listed there too: in a map a key is found
 * exactly or not at all, and none is "<no value>" instead of an error, as in Go.
 *
 * A run is bounded in steps, depth and bytes, so that no template hangs or eats the memory. */
#pragma once
#include <stdbool.h>
#include "util/err.h"
#include "util/json.h"
#include "util/str.h"

struct template; /* opaque; one owner */

/* A name that rows answer otherwise than by the key of the same name, or have no key for. */
struct template_field {
	const char *name;    /* NULL ends a list */
	const char *heading; /* over its column; NULL: the name in capitals */
	/* The value for ROW, owned by the caller; NULL is null. CTX is the report's, ARG what stands behind
	 * a method. GET may be NULL: the key decides, and this is but its heading. */
	json *(*get)(const void *ctx, json *row, const char *arg);
	bool method; /* takes one text: {{.Label "k"}} */
};

/* What the rows of one report answer besides their keys. */
struct template_rows {
	const struct template_field *fields; /* may be NULL */
	const void *ctx;
};

/* Parse TEXT. On success *OUT is owned. */
must_check int template_parse(const char *text, struct template **out, struct err *e);
void template_free(struct template *t);
void template_free_p(struct template **t);
#define auto_template __attribute__((cleanup(template_free_p)))
/* Append T filled in from DATA: a row, or an array of rows where template_is_range. ROWS may be NULL.
 * A field that is not there is an error that names the ones that are. */
must_check int template_exec(const struct template *t, const struct template_rows *rows, json *data,
			     struct buf *out, struct err *e);
/* Append T as the heading of a table: each field replaced by its heading, or its name in capitals. */
void template_headings(const struct template *t, const struct template_rows *rows, struct buf *out);
/* Does T begin with {{range .}}, so that it is meant for the whole list and not for each row? */
bool template_is_range(const struct template *t);
