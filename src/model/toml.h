/* toml.h - TOML 1.0 into a JSON value tree: what containers.conf, storage.conf and registries.conf
 * are written in. Pure; fuzzed. */
#pragma once
#include <stddef.h>
#include "util/err.h"
#include "util/json.h"

/* Read LEN bytes of TEXT. NAME stands in front of errors: "NAME:LINE: ...". *OUT is an object, owned.
 * Tables are objects, arrays of tables arrays of objects; dates and times are kept as text.
 * Refused: what is not UTF-8, a NUL in a string, nesting deeper than 16 tables or 32 values. */
must_check int toml_parse(const char *text, size_t len, const char *name, json **out,
			  struct err *e);
