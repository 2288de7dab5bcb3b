/* template.h - Go's text/template, as far as --format needs it: a JSON value in, text out.
 *
 * Understood: text, {{.}}, {{.A.B}}, {{json .A}}, {{.A | json}}, comments, trim markers, and \t and
 * \n as podman expands them. Anything else is an error that says so, never a guess. */
#pragma once
#include <stdbool.h>
#include "util/err.h"
#include "util/json.h"
#include "util/str.h"

struct template; /* opaque; one owner */

/* Parse TEXT. On success *OUT is owned. */
must_check int template_parse(const char *text, struct template **out, struct err *e);
void template_free(struct template *t);
void template_free_p(struct template **t);
#define auto_template __attribute__((cleanup(template_free_p)))
/* Append T filled in from DATA. A field is found by its exact name, then in any case (podman's
 * templates say .ID where its JSON says Id); a field that is not there is an error. */
must_check int template_exec(const struct template *t, json *data, struct buf *out, struct err *e);
/* Append T with each field replaced by its heading: HEADING(ARG, name of the last field), or that
 * name in capitals where it returns NULL. */
void template_headings(const struct template *t,
		       const char *(*heading)(void *arg, const char *field), void *arg,
		       struct buf *out);
