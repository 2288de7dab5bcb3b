/* template_strings.c - functions over texts: podman's join, lower, pad, split, title, truncate, upper, and Go's
 * escapers html, js and urlquery. Letters are those of ASCII; other bytes are left as they are. */
#include "model/template_internal.h"

#include <ctype.h>
#include <string.h>

#define PAD_MAX 4096
#define PART_COST 64 /* bytes that a part of a split text takes besides its own */

/* Argument V as text; the zero of any type is "". */
static int text_of(const char *name, const struct value *v, const char **s, size_t *n,
		   struct err *e)
{
	*s = "";
	*n = 0;
	if (v->kind == VALUE_ZERO)
		return 0;
	if (value_type(v) != json_type_string)
		return err_set(e, ERR_USAGE, "template: %s wants a text, not %s", name,
			       value_kind_name(v));
	*s = json_object_get_string(v->json);
	*n = (size_t)json_object_get_string_len(v->json);
	return 0;
}

static int number_of(const char *name, const struct value *v, int64_t most, int64_t *out,
		     struct err *e)
{
	*out = json_object_get_int64(v->json);
	if (value_type(v) != json_type_int)
		return err_set(e, ERR_USAGE, "template: %s wants a number, not %s", name,
			       value_kind_name(v));
	if (*out < 0 || *out > most)
		return err_set(e, ERR_USAGE, "template: %s: %lld is out of range", name,
			       (long long)*out);
	return 0;
}

static int give(struct run *r, const struct buf *b, struct value *out, struct err *e)
{
	*out = value_text(b->data, b->len);
	return run_spend(r, b->len, e);
}

/* --- letters --- */

static int change_case(struct run *r, const char *name, const struct value *arg, int (*to)(int),
		       struct value *out, struct err *e)
{
	const char *s;
	size_t n;
	auto_buf struct buf b = { 0 };
	if (text_of(name, arg, &s, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		buf_putc(&b, (unsigned char)s[i] < 0x80 ? (char)to((unsigned char)s[i]) : s[i]);
	return give(r, &b, out, e);
}

static int call_lower(struct run *r, const struct value *args, size_t n, struct value *out,
		      struct err *e)
{
	return change_case(r, "lower", &args[0], tolower, out, e);
}

static int call_upper(struct run *r, const struct value *args, size_t n, struct value *out,
		      struct err *e)
{
	return change_case(r, "upper", &args[0], toupper, out, e);
}

/* The first letter of each word. */
static int call_title(struct run *r, const struct value *args, size_t argc, struct value *out,
		      struct err *e)
{
	const char *s;
	size_t n;
	bool inside = false;
	auto_buf struct buf b = { 0 };
	if (text_of("title", &args[0], &s, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		buf_putc(&b, inside || c >= 0x80 ? s[i] : (char)toupper(c));
		inside = c >= 0x80 || isalnum(c) || c == '_';
	}
	return give(r, &b, out, e);
}

/* --- length --- */

/* pad TEXT BEFORE BEHIND: spaces; an empty text stays empty. */
static int call_pad(struct run *r, const struct value *args, size_t argc, struct value *out,
		    struct err *e)
{
	const char *s;
	size_t n;
	int64_t before, behind;
	auto_buf struct buf b = { 0 };
	if (text_of("pad", &args[0], &s, &n, e) < 0
	    || number_of("pad", &args[1], PAD_MAX, &before, e) < 0
	    || number_of("pad", &args[2], PAD_MAX, &behind, e) < 0)
		return -1;
	if (n) {
		buf_printf(&b, "%*s", (int)before, "");
		buf_add(&b, s, n);
		buf_printf(&b, "%*s", (int)behind, "");
	}
	return give(r, &b, out, e);
}

/* At most so many bytes, and no half character. */
static int call_truncate(struct run *r, const struct value *args, size_t argc, struct value *out,
			 struct err *e)
{
	const char *s;
	size_t n;
	int64_t most;
	if (text_of("truncate", &args[0], &s, &n, e) < 0
	    || number_of("truncate", &args[1], INT64_MAX, &most, e) < 0)
		return -1;
	if ((uint64_t)most < n) {
		n = (size_t)most;
		while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
	}
	*out = value_text(s, n);
	return run_spend(r, n, e);
}

/* --- lists --- */

/* join LIST SEPARATOR */
static int call_join(struct run *r, const struct value *args, size_t argc, struct value *out,
		     struct err *e)
{
	const char *sep;
	size_t sep_n;
	auto_buf struct buf b = { 0 };
	json *list = args[0].json;
	if (list && !json_object_is_type(list, json_type_array)) {
		err_set(e, ERR_USAGE, "template: join wants a list, not %s",
			value_kind_name(&args[0]));
		return err_hint(e, "Write {{join .List \", \"}}.");
	}
	if (text_of("join", &args[1], &sep, &sep_n, e) < 0)
		return -1;
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct value item = { .json = json_object_array_get_idx(list, i) }; /* borrowed */
		size_t before = b.len;
		if (i)
			buf_add(&b, sep, sep_n);
		print_value(&item, &b);
		if (run_spend(r, b.len - before, e) < 0)
			return -1;
	}
	*out = value_text(b.data, b.len);
	return 0;
}

/* The next part of S, N bytes left, up to SEP; an empty SEP parts every character. */
static size_t part_length(const char *s, size_t n, const char *sep, size_t sep_n)
{
	if (sep_n) {
		const char *at = memmem(s, n, sep, sep_n);
		return at ? (size_t)(at - s) : n;
	}
	size_t i = n > 0;
	while (i < n && ((unsigned char)s[i] & 0xc0) == 0x80)
		i++;
	return i;
}

/* split TEXT SEPARATOR */
static int call_split(struct run *r, const struct value *args, size_t argc, struct value *out,
		      struct err *e)
{
	const char *s, *sep;
	size_t n, sep_n;
	if (text_of("split", &args[0], &s, &n, e) < 0
	    || text_of("split", &args[1], &sep, &sep_n, e) < 0)
		return -1;
	*out = value_of(json_object_new_array());
	for (bool more = sep_n || n; more;) {
		size_t k = part_length(s, n, sep, sep_n);
		if (run_spend(r, k + PART_COST, e) < 0)
			return -1;
		json_object_array_add(out->json, json_object_new_string_len(s, (int)k));
		more = k < n;
		s += more ? k + sep_n : k;
		n -= more ? k + sep_n : k;
	}
	return 0;
}

/* --- escapers --- */

static void put_html(unsigned char c, struct buf *out)
{
	static const char special[] = "\"'&<>";
	static const char *const names[] = { "&#34;", "&#39;", "&amp;", "&lt;", "&gt;" };
	const char *at = c ? strchr(special, c) : NULL;
	if (at)
		buf_puts(out, names[at - special]);
	else if (c)
		buf_putc(out, (char)c);
	else
		buf_puts(out, "\xef\xbf\xbd");
}

static void put_js(unsigned char c, struct buf *out)
{
	if (c && strchr("\\'\"", c))
		buf_printf(out, "\\%c", c);
	else if (c < ' ' || strchr("<>&=", c))
		buf_printf(out, "\\u%04X", c);
	else
		buf_putc(out, (char)c);
}

static void put_url(unsigned char c, struct buf *out)
{
	if ((c < 0x80 && isalnum(c)) || (c && strchr("-_.~", c)))
		buf_putc(out, (char)c);
	else if (c == ' ')
		buf_putc(out, '+');
	else
		buf_printf(out, "%%%02X", c);
}

static int escape(struct run *r, const struct value *args, size_t n,
		  void (*put)(unsigned char, struct buf *), struct value *out, struct err *e)
{
	auto_buf struct buf plain = { 0 }, b = { 0 };
	if (print_values(r, args, n, false, &plain, e) < 0)
		return -1;
	for (size_t i = 0; i < plain.len; i++)
		put((unsigned char)plain.data[i], &b);
	return give(r, &b, out, e);
}

static int call_html(struct run *r, const struct value *args, size_t n, struct value *out,
		     struct err *e)
{
	return escape(r, args, n, put_html, out, e);
}

static int call_js(struct run *r, const struct value *args, size_t n, struct value *out,
		   struct err *e)
{
	return escape(r, args, n, put_js, out, e);
}

static int call_urlquery(struct run *r, const struct value *args, size_t n, struct value *out,
			 struct err *e)
{
	return escape(r, args, n, put_url, out, e);
}

const struct template_function functions_strings[] = {
	{ "html", 0, ARGS_MANY, call_html },
	{ "join", 2, 2, call_join },
	{ "js", 0, ARGS_MANY, call_js },
	{ "lower", 1, 1, call_lower },
	{ "pad", 3, 3, call_pad },
	{ "split", 2, 2, call_split },
	{ "title", 1, 1, call_title },
	{ "truncate", 2, 2, call_truncate },
	{ "upper", 1, 1, call_upper },
	{ "urlquery", 0, ARGS_MANY, call_urlquery },
	{ 0 },
};
