/* json.h - json-c with types and bounds checked: documents come from strangers.
 *
 * Getters take an object (NULL is fine) and answer NULL, or the default, when the key is
 * absent *or of another type*; the _need forms make that an error that names the key. */
#pragma once
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include "util/err.h"
#include "util/str.h"

typedef struct json_object json; /* the library's own shape, shortened */

void json_free(json **j);
#define auto_json __attribute__((cleanup(json_free)))

/* Parse exactly one JSON value of LEN bytes; NAME is for the message. Depth at most 64, valid UTF-8. */
must_check int json_parse(const char *text, size_t len, const char *name, json **out,
			  struct err *e);
/* A file of our own, DIR/PATH, parsed; at most MAX bytes. Its strings are bytes, not always UTF-8. */
must_check int json_load_at(int dir, const char *path, size_t max, json **out, struct err *e);
/* Print and replace DIR/NAME (file_replace_at). */
must_check int json_save_at(int dir, const char *name, json *j, struct err *e);

json *json_obj(json *o, const char *key);       /* borrowed; an object or NULL */
json *json_arr(json *o, const char *key);       /* borrowed; an array or NULL */
const char *json_str(json *o, const char *key); /* borrowed; NULL when absent */
int64_t json_int(json *o, const char *key, int64_t fallback);
bool json_flag(json *o, const char *key, bool fallback);
/* An array of strings appended to V; -1 when the key is there but is anything else. null is absent. */
must_check int json_strv(json *o, const char *key, struct strv *v, struct err *e);
must_check int json_need_str(json *o, const char *key, const char **out, struct err *e);

/* Building: each takes what it is given into O. NULL strings are left out. */
void json_put(json *o, const char *key, json *value);
void json_put_str(json *o, const char *key, const char *s);
void json_put_int(json *o, const char *key, int64_t n);
void json_put_bool(json *o, const char *key, bool b);
void json_put_strv(json *o, const char *key, const struct strv *v); /* [] when empty */
/* A "K=V" list as an object, and back. */
void json_put_map(json *o, const char *key, const struct strv *v);
must_check int json_map(json *o, const char *key, struct strv *v, struct err *e);
/* The text, owned by the caller; pretty with four spaces as podman prints it, or compact. */
char *json_text(json *j, bool pretty);
