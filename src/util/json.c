/* json.c - see json.h. */
#include "util/json.h"

#include <errno.h>
#include <string.h>
#include "util/fd.h"

#define MAX_DEPTH 64

void json_free(json **j)
{
	json_object_put(*j);
	*j = NULL;
}

static int parse(const char *text, size_t len, int flags, const char *name, json **out,
		 struct err *e)
{
	struct json_tokener *t = json_tokener_new_ex(MAX_DEPTH);
	if (!t || len > INT32_MAX - 1) {
		if (t)
			json_tokener_free(t);
		return err_set(e, ERR_CORRUPT, "%s: too large", name);
	}
	json_tokener_set_flags(t, flags | JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	json *j = json_tokener_parse_ex(t, text, (int)len);
	enum json_tokener_error why = json_tokener_get_error(t);
	size_t end = json_tokener_get_parse_end(t);
	json_tokener_free(t);
	if (why == json_tokener_continue && len)
		why = json_tokener_error_parse_eof;
	if (why == json_tokener_success && j) {
		while (end < len && strchr(" \t\r\n", text[end]) && text[end])
			end++;
		if (end == len) {
			*out = j;
			return 0;
		}
		why = json_tokener_error_parse_unexpected;
	}
	json_object_put(j);
	return err_set(e, ERR_CORRUPT, "%s is not valid JSON: %s", name,
		       why == json_tokener_success ? "nothing there"
						   : json_tokener_error_desc(why));
}

int json_parse(const char *text, size_t len, const char *name, json **out, struct err *e)
{
	return parse(text, len, JSON_TOKENER_VALIDATE_UTF8, name, out, e);
}

/* Our own files hold what users typed: arguments and variables are bytes, in no particular encoding. */
int json_load_at(int dir, const char *path, size_t max, json **out, struct err *e)
{
	auto_free char *text = NULL;
	size_t len;
	if (file_read_at(dir, path, max, &text, &len, e) < 0)
		return -1;
	return parse(text, len, 0, path, out, e);
}

int json_save_at(int dir, const char *name, json *j, struct err *e)
{
	auto_free char *text = json_text(j, true);
	return file_replace_at(dir, name, text, strlen(text), 0600, e);
}

static json *typed(json *o, const char *key, enum json_type type)
{
	json *v;
	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
		return NULL;
	return json_object_is_type(v, type) ? v : NULL;
}

json *json_obj(json *o, const char *key)
{
	return typed(o, key, json_type_object);
}

json *json_arr(json *o, const char *key)
{
	return typed(o, key, json_type_array);
}

const char *json_str(json *o, const char *key)
{
	json *v = typed(o, key, json_type_string);
	/* a NUL inside would make two readers of one document see two texts */
	if (!v || strlen(json_object_get_string(v)) != (size_t)json_object_get_string_len(v))
		return NULL;
	return json_object_get_string(v);
}

int64_t json_int(json *o, const char *key, int64_t fallback)
{
	json *v = typed(o, key, json_type_int);
	return v ? json_object_get_int64(v) : fallback;
}

bool json_flag(json *o, const char *key, bool fallback)
{
	json *v = typed(o, key, json_type_boolean);
	return v ? json_object_get_boolean(v) : fallback;
}

static const char *plain_string(json *v)
{
	if (!json_object_is_type(v, json_type_string))
		return NULL;
	const char *s = json_object_get_string(v);
	return strlen(s) == (size_t)json_object_get_string_len(v) ? s : NULL;
}

int json_strv(json *o, const char *key, struct strv *v, struct err *e)
{
	json *a;
	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &a)
	    || !a)
		return 0;
	if (!json_object_is_type(a, json_type_array))
		return err_set(e, ERR_CORRUPT, "%s is not a list of strings", key);
	for (size_t i = 0; i < json_object_array_length(a); i++) {
		const char *s = plain_string(json_object_array_get_idx(a, i));
		if (!s)
			return err_set(e, ERR_CORRUPT, "%s is not a list of strings", key);
		strv_add(v, s);
	}
	return 0;
}

int json_need_str(json *o, const char *key, const char **out, struct err *e)
{
	*out = json_str(o, key);
	return *out ? 0 : err_set(e, ERR_CORRUPT, "%s is missing or not a string", key);
}

void json_put(json *o, const char *key, json *value)
{
	json_object_object_add(o, key, value);
}

void json_put_str(json *o, const char *key, const char *s)
{
	if (s)
		json_put(o, key, json_object_new_string(s));
}

void json_put_int(json *o, const char *key, int64_t n)
{
	json_put(o, key, json_object_new_int64(n));
}

void json_put_bool(json *o, const char *key, bool b)
{
	json_put(o, key, json_object_new_boolean(b));
}

void json_put_strv(json *o, const char *key, const struct strv *v)
{
	json *a = json_object_new_array();
	for (size_t i = 0; i < v->n; i++)
		json_object_array_add(a, json_object_new_string(v->list[i]));
	json_put(o, key, a);
}

void json_put_map(json *o, const char *key, const struct strv *v)
{
	json *m = json_object_new_object();
	for (size_t i = 0; i < v->n; i++) {
		const char *eq = strchrnul(v->list[i], '=');
		auto_free char *k = xstrndup(v->list[i], (size_t)(eq - v->list[i]));
		json_put_str(m, k, *eq ? eq + 1 : "");
	}
	json_put(o, key, m);
}

int json_map(json *o, const char *key, struct strv *v, struct err *e)
{
	json *m;
	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &m)
	    || !m)
		return 0;
	if (!json_object_is_type(m, json_type_object))
		return err_set(e, ERR_CORRUPT, "%s is not a map of strings", key);
	json_object_object_foreach(m, k, value) {
		const char *s = value ? plain_string(value) : "";
		if (!s)
			return err_set(e, ERR_CORRUPT, "%s: %s is not a string", key, k);
		strv_addf(v, "%s=%s", k, s);
	}
	return 0;
}

char *json_text(json *j, bool pretty)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	flags |= pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED
			: JSON_C_TO_STRING_PLAIN;
	return xstrdup(json_object_to_json_string_ext(j, flags));
}
