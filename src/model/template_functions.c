/* template_functions.c - functions over lists and maps, and those that print: len, index, slice, print, printf,
 * println, json. What they make is counted against the run's bound. */
#include "model/template_internal.h"

#include <inttypes.h>
#include <string.h>

static int call_len(struct run *r, const struct value *args, size_t n, struct value *out,
		    struct err *e)
{
	size_t len = 0;
	switch (value_type(&args[0])) {
	case json_type_string:
		len = (size_t)json_object_get_string_len(args[0].json);
		break;
	case json_type_array:
		len = json_object_array_length(args[0].json);
		break;
	case json_type_object:
		len = (size_t)json_object_object_length(args[0].json);
		break;
	case json_type_null: /* of a list or a map that is not there */
		break;
	default:
		return err_set(e, ERR_USAGE, "template: len of %s", value_kind_name(&args[0]));
	}
	*out = value_int((int64_t)len);
	return 0;
}

/* --- index and slice --- */

/* POSITION as a number of at most MOST. */
static int position_of(const char *name, const struct value *position, size_t most, size_t *out,
		       struct err *e)
{
	if (value_type(position) != json_type_int)
		return err_set(e, ERR_USAGE, "template: %s wants a number, not %s", name,
			       value_kind_name(position));
	int64_t i = json_object_get_int64(position->json);
	if (i < 0 || (uint64_t)i > most) {
		err_set(e, ERR_USAGE, "template: %s: %" PRId64 " is out of range", name, i);
		return err_hint(e, "{{len .List}} tells how many there are; the first is 0.");
	}
	*out = (size_t)i;
	return 0;
}

static int index_object(const struct value *v, const struct value *key, struct value *out,
			struct err *e)
{
	json *found;
	if (value_type(key) != json_type_string)
		return err_set(e, ERR_USAGE, "template: index: a map's key is a text, not %s",
			       value_kind_name(key));
	if (v->json
	    && json_object_object_get_ex(v->json, json_object_get_string(key->json), &found))
		*out = value_of(json_object_get(found));
	else
		*out = (struct value){ .kind = VALUE_ZERO };
	return 0;
}

static int index_list(const struct value *v, const struct value *key, struct value *out,
		      struct err *e)
{
	bool text = value_type(v) == json_type_string;
	size_t n = text      ? (size_t)json_object_get_string_len(v->json)
		   : v->json ? json_object_array_length(v->json)
			     : 0,
	       i;
	if (position_of("index", key, n, &i, e) < 0)
		return -1;
	if (i == n)
		return err_set(e, ERR_USAGE, "template: index: %zu is out of range, there are %zu",
			       i, n);
	if (text) {
		*out = value_int((unsigned char)json_object_get_string(v->json)[i]);
		return 0;
	}
	*out = value_of(json_object_get(json_object_array_get_idx(v->json, i)));
	out->shape = v->shape == SHAPE_ROWS ? SHAPE_ROW : SHAPE_PLAIN;
	return 0;
}

/* null may be an empty list or an empty map: the key tells. */
static int index_once(const struct value *v, const struct value *key, struct value *out,
		      struct err *e)
{
	enum json_type type = value_type(v);
	bool text_key = value_type(key) == json_type_string;
	if (type == json_type_object || v->shape == SHAPE_MAP
	    || (type == json_type_null && text_key && v->kind != VALUE_NONE))
		return index_object(v, key, out, e);
	if (type == json_type_array || type == json_type_string
	    || (type == json_type_null && v->kind != VALUE_NONE))
		return index_list(v, key, out, e);
	return err_set(e, ERR_USAGE, "template: index of %s",
		       v->kind == VALUE_NONE ? "no value" : value_kind_name(v));
}

static int call_index(struct run *r, const struct value *args, size_t n, struct value *out,
		      struct err *e)
{
	*out = value_copy(&args[0]);
	for (size_t i = 1; i < n; i++) {
		struct value next = { 0 };
		if (index_once(out, &args[i], &next, e) < 0)
			return -1;
		value_free(out);
		*out = next;
	}
	return 0;
}

static int call_slice(struct run *r, const struct value *args, size_t n, struct value *out,
		      struct err *e)
{
	const struct value *v = &args[0];
	bool text = value_type(v) == json_type_string;
	if (!text && value_type(v) != json_type_array)
		return err_set(e, ERR_USAGE, "template: slice of %s", value_kind_name(v));
	size_t len = text ? (size_t)json_object_get_string_len(v->json)
			  : json_object_array_length(v->json);
	size_t from = 0, to = len, most = len;
	if (text && n > 3)
		return err_set(e, ERR_USAGE, "template: slice of a text takes two numbers");
	if ((n > 3 && position_of("slice", &args[3], len, &most, e) < 0)
	    || (n > 2 && position_of("slice", &args[2], most, &to, e) < 0)
	    || (n > 1 && position_of("slice", &args[1], to, &from, e) < 0)
	    || run_spend(r, to - from, e) < 0)
		return -1;
	if (text) {
		*out = value_text(json_object_get_string(v->json) + from, to - from);
		return 0;
	}
	*out = value_of(json_object_new_array());
	for (; from < to; from++)
		json_object_array_add(out->json,
				      json_object_get(json_object_array_get_idx(v->json, from)));
	return 0;
}

/* --- printing --- */

static int call_print(struct run *r, const struct value *args, size_t n, struct value *out,
		      struct err *e)
{
	auto_buf struct buf b = { 0 };
	if (print_values(r, args, n, false, &b, e) < 0)
		return -1;
	*out = value_text(b.data, b.len);
	return 0;
}

static int call_println(struct run *r, const struct value *args, size_t n, struct value *out,
			struct err *e)
{
	auto_buf struct buf b = { 0 };
	if (print_values(r, args, n, true, &b, e) < 0)
		return -1;
	*out = value_text(b.data, b.len);
	return 0;
}

static int call_printf(struct run *r, const struct value *args, size_t n, struct value *out,
		       struct err *e)
{
	auto_buf struct buf b = { 0 };
	if (value_type(&args[0]) != json_type_string)
		return err_set(e, ERR_USAGE, "template: printf wants a format, not %s",
			       value_kind_name(&args[0]));
	if (print_format(r, args, n, &b, e) < 0)
		return -1;
	*out = value_text(b.data, b.len);
	return 0;
}

static int call_json(struct run *r, const struct value *args, size_t n, struct value *out,
		     struct err *e)
{
	auto_free char *text = args[0].kind == VALUE_ZERO ? xstrdup("\"\"")
							  : json_text(args[0].json, false);
	*out = value_text(text, strlen(text));
	return run_spend(r, strlen(text), e);
}

const struct template_function functions_general[] = {
	{ "index", 1, ARGS_MANY, call_index },
	{ "json", 1, 1, call_json },
	{ "len", 1, 1, call_len },
	{ "print", 0, ARGS_MANY, call_print },
	{ "printf", 1, ARGS_MANY, call_printf },
	{ "println", 0, ARGS_MANY, call_println },
	{ "slice", 1, 4, call_slice },
	{ 0 },
};
