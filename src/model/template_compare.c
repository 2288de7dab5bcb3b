/* template_compare.c - truth and order: Go's rules, where a text and a number are not unequal but an error. */
#include "model/template_internal.h"

#include <string.h>

enum basic {
	BASIC_NIL,
	BASIC_ZERO, /* takes the other's type */
	BASIC_BOOL,
	BASIC_INT,
	BASIC_FLOAT,
	BASIC_TEXT,
	BASIC_NONE, /* lists and objects */
};

static enum basic basic_of(const struct value *v)
{
	static const enum basic kinds[] = {
		[json_type_null] = BASIC_NIL,    [json_type_boolean] = BASIC_BOOL,
		[json_type_int] = BASIC_INT,     [json_type_double] = BASIC_FLOAT,
		[json_type_string] = BASIC_TEXT, [json_type_array] = BASIC_NONE,
		[json_type_object] = BASIC_NONE,
	};
	return v->kind == VALUE_ZERO ? BASIC_ZERO : kinds[value_type(v)];
}

static int incomparable(const char *name, const struct value *a, const struct value *b,
			struct err *e)
{
	return err_set(e, ERR_USAGE, "template: %s cannot compare %s with %s", name,
		       value_kind_name(a), value_kind_name(b));
}

/* Both of KIND, or the zero of it. *OUT is below, at or above 0. */
static int order(struct run *r, enum basic kind, json *a, json *b, int *out, struct err *e)
{
	if (kind == BASIC_TEXT) {
		/* bytes, as Go does it; json-c's texts may hold NUL */
		size_t n = (size_t)json_object_get_string_len(a),
		       m = (size_t)json_object_get_string_len(b);
		const char *x = a ? json_object_get_string(a) : "",
			   *y = b ? json_object_get_string(b) : "";
		*out = memcmp(x, y, n < m ? n : m);
		if (!*out)
			*out = (n > m) - (n < m);
		return run_spend(r, n < m ? n : m, e);
	} else if (kind == BASIC_FLOAT) {
		double x = json_object_get_double(a), y = json_object_get_double(b);
		*out = (x > y) - (x < y);
	} else {
		int64_t x = json_object_get_int64(a), y = json_object_get_int64(b);
		*out = (x > y) - (x < y);
	}
	return 0;
}

static int equal(struct run *r, const char *name, const struct value *a, const struct value *b,
		 bool *out, struct err *e)
{
	enum basic x = basic_of(a), y = basic_of(b);
	int sign;
	if (x == BASIC_NONE || y == BASIC_NONE)
		return incomparable(name, a, b, e);
	if (x == BASIC_NIL || y == BASIC_NIL || (x == BASIC_ZERO && y == BASIC_ZERO)) {
		*out = x == y;
		return 0;
	}
	if (x != y && x != BASIC_ZERO && y != BASIC_ZERO)
		return incomparable(name, a, b, e);
	if (order(r, x == BASIC_ZERO ? y : x, a->json, b->json, &sign, e) < 0)
		return -1;
	*out = sign == 0;
	return 0;
}

/* As equal, for what has an order. */
static int compare(struct run *r, const char *name, const struct value *args, int *sign,
		   struct err *e)
{
	enum basic x = basic_of(&args[0]), y = basic_of(&args[1]);
	enum basic kind = x == BASIC_ZERO ? y : x;
	if ((x != y && x != BASIC_ZERO && y != BASIC_ZERO) || kind < BASIC_INT || kind > BASIC_TEXT)
		return incomparable(name, &args[0], &args[1], e);
	return order(r, kind, args[0].json, args[1].json, sign, e);
}

/* The first one equal to any other? */
static int call_eq(struct run *r, const struct value *args, size_t n, struct value *out,
		   struct err *e)
{
	bool same = false;
	for (size_t i = 1; i < n && !same; i++) {
		if (equal(r, "eq", &args[0], &args[i], &same, e) < 0)
			return -1;
	}
	*out = value_bool(same);
	return 0;
}

static int call_ne(struct run *r, const struct value *args, size_t n, struct value *out,
		   struct err *e)
{
	bool same;
	if (equal(r, "ne", &args[0], &args[1], &same, e) < 0)
		return -1;
	*out = value_bool(!same);
	return 0;
}

static int call_lt(struct run *r, const struct value *args, size_t n, struct value *out,
		   struct err *e)
{
	int sign;
	if (compare(r, "lt", args, &sign, e) < 0)
		return -1;
	*out = value_bool(sign < 0);
	return 0;
}

static int call_le(struct run *r, const struct value *args, size_t n, struct value *out,
		   struct err *e)
{
	int sign;
	if (compare(r, "le", args, &sign, e) < 0)
		return -1;
	*out = value_bool(sign <= 0);
	return 0;
}

static int call_gt(struct run *r, const struct value *args, size_t n, struct value *out,
		   struct err *e)
{
	int sign;
	if (compare(r, "gt", args, &sign, e) < 0)
		return -1;
	*out = value_bool(sign > 0);
	return 0;
}

static int call_ge(struct run *r, const struct value *args, size_t n, struct value *out,
		   struct err *e)
{
	int sign;
	if (compare(r, "ge", args, &sign, e) < 0)
		return -1;
	*out = value_bool(sign >= 0);
	return 0;
}

static int call_not(struct run *r, const struct value *args, size_t n, struct value *out,
		    struct err *e)
{
	*out = value_bool(!value_truth(&args[0]));
	return 0;
}

const struct template_function functions_compare[] = {
	{ "and", 1, ARGS_MANY, NULL }, { "eq", 2, ARGS_MANY, call_eq },
	{ "ge", 2, 2, call_ge },       { "gt", 2, 2, call_gt },
	{ "le", 2, 2, call_le },       { "lt", 2, 2, call_lt },
	{ "ne", 2, 2, call_ne },       { "not", 1, 1, call_not },
	{ "or", 1, ARGS_MANY, NULL },  { 0 },
};
