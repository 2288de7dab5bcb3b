/* toml.c - see toml.h. One pass over the text, one function a rule of the grammar.
 *
 * Whether a table may be written to again depends on how it came to be (toml.io, "Table"), so each
 * one carries its origin as json-c's user data. */
#include "model/toml.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "util/alloc.h"

#define MAX_KEYS 16  /* of a dotted key or a header */
#define MAX_DEPTH 32 /* of arrays and inline tables */

struct toml {
	const char *p, *end;
	unsigned line, depth;
	const char *name;
	struct err *e;
};

/* How a table or array came to be; what has no origin is a plain value. */
enum origin {
	PLAIN,
	IMPLIED, /* by a header below it: may still get a header of its own */
	HEADER,  /* [it] */
	DOTTED,  /* it.key = value: may get more such keys */
	TABLES   /* [[it]] */
};

static int value(struct toml *t, json **out);

static int fail(struct toml *t, const char *fmt, ...) printf_like(2, 3);
static int fail(struct toml *t, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(t->e, ERR_USAGE, "%s:%u: %s", t->name, t->line, text);
}

static enum origin origin_of(json *j)
{
	return (enum origin)(intptr_t)json_object_get_userdata(j);
}

static json *with_origin(json *j, enum origin o)
{
	json_object_set_userdata(j, (void *)(intptr_t)o, NULL);
	return j;
}

/* ---- characters */

static int peek(const struct toml *t)
{
	return t->p < t->end ? (unsigned char)*t->p : -1;
}

static bool at(const struct toml *t, const char *what)
{
	size_t n = strlen(what);
	return (size_t)(t->end - t->p) >= n && memcmp(t->p, what, n) == 0;
}

static bool accept(struct toml *t, const char *what)
{
	if (!at(t, what))
		return false;
	t->p += strlen(what);
	return true;
}

static bool newline(struct toml *t)
{
	if (!accept(t, "\n") && !accept(t, "\r\n"))
		return false;
	t->line++;
	return true;
}

static bool control(int c)
{
	return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f;
}

static void blanks(struct toml *t)
{
	while (peek(t) == ' ' || peek(t) == '\t')
		t->p++;
}

static int comment(struct toml *t)
{
	if (!accept(t, "#"))
		return 0;
	while (t->p < t->end && *t->p != '\n') {
		if (control(peek(t)) && !at(t, "\r\n"))
			return fail(t, "a control character in a comment");
		t->p++;
	}
	return 0;
}

/* What may stand between the values of an array: blanks, comments, new lines. */
static int space(struct toml *t)
{
	do {
		blanks(t);
		if (comment(t) < 0)
			return -1;
	} while (newline(t));
	return 0;
}

static int end_of_line(struct toml *t)
{
	blanks(t);
	if (comment(t) < 0)
		return -1;
	if (t->p == t->end || newline(t))
		return 0;
	return fail(t, "something is left over at the end of the line");
}

/* ---- strings */

static void put_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	}
}

static int unicode_escape(struct toml *t, int digits, struct buf *b)
{
	uint32_t c = 0;
	for (int i = 0; i < digits; i++, t->p++) {
		int d = peek(t);
		if (d < 0 || !isxdigit(d))
			return fail(t, "\\u wants 4 hexadecimal digits and \\U 8");
		c = c << 4 | (uint32_t)(isdigit(d) ? d - '0' : (d | 0x20) - 'a' + 10);
	}
	if (!c || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return fail(t, "\\u names no character that can be used");
	put_utf8(b, c);
	return 0;
}

static int escape(struct toml *t, struct buf *b)
{
	static const char names[] = "btnfre\"\\", values[] = "\b\t\n\f\r\033\"\\";
	int c = peek(t);
	const char *found = c > 0 ? strchr(names, c) : NULL;
	if (c == 'u' || c == 'U') {
		t->p++;
		return unicode_escape(t, c == 'u' ? 4 : 8, b);
	}
	if (!found)
		return fail(t, "an unknown escape behind \\");
	t->p++;
	buf_putc(b, values[found - names]);
	return 0;
}

/* The rest of a line ends in "\": it and all white space behind it is nothing. */
static bool line_continues(struct toml *t)
{
	struct toml ahead = *t;
	blanks(&ahead);
	if (!newline(&ahead))
		return false;
	do
		blanks(&ahead);
	while (newline(&ahead));
	*t = ahead;
	return true;
}

/* Behind the opening QUOTE ("\"", "'" or three of them) up to the closing one. */
static int string_body(struct toml *t, const char *quote, struct buf *b)
{
	bool many = quote[1] != '\0', basic = quote[0] == '"';
	unsigned start = t->line;
	if (many)
		(void)newline(t);
	for (;;) {
		int c = peek(t);
		if (c < 0) {
			t->line = start;
			return fail(t, "a string that begins here does not end");
		}
		if (accept(t, quote))
			break;
		if (many && newline(t)) {
			buf_putc(b, '\n');
		} else if (control(c)) {
			return fail(t, many ? "a control character in a string"
					    : "a string does not end on its line");
		} else if (basic && c == '\\') {
			t->p++;
			if (!(many && line_continues(t)) && escape(t, b) < 0)
				return -1;
		} else {
			buf_putc(b, (char)c);
			t->p++;
		}
	}
	/* """a"""" ends in a quote of its own, and so may it with two */
	for (int i = 0; many && i < 2 && peek(t) == quote[0]; i++, t->p++)
		buf_putc(b, quote[0]);
	return 0;
}

/* A string if there is one: 1 with *OUT owned, 0, or -1. */
static int string(struct toml *t, bool many, char **out)
{
	static const char *const quotes[] = { "\"\"\"", "'''", "\"", "'" };
	for (size_t i = many ? 0 : 2; i < 4; i++) {
		auto_buf struct buf b = { 0 };
		if (!accept(t, quotes[i]))
			continue;
		if (string_body(t, quotes[i], &b) < 0)
			return -1;
		*out = buf_take(&b);
		return 1;
	}
	return 0;
}

/* ---- keys */

static bool key_char(int c)
{
	return c > 0 && (isalnum(c) || c == '_' || c == '-');
}

static int key_part(struct toml *t, struct strv *keys)
{
	char *text;
	int got = string(t, false, &text);
	if (got < 0)
		return -1;
	if (got == 0) {
		const char *start = t->p;
		while (key_char(peek(t)))
			t->p++;
		if (t->p == start)
			return fail(t, "a key is expected here");
		text = xstrndup(start, (size_t)(t->p - start));
	}
	strv_take(keys, text);
	return 0;
}

static int key(struct toml *t, struct strv *keys)
{
	do {
		blanks(t);
		if (keys->n == MAX_KEYS)
			return fail(t, "a key has more than %d parts", MAX_KEYS);
		if (key_part(t, keys) < 0)
			return -1;
		blanks(t);
	} while (accept(t, "."));
	return 0;
}

/* ---- values */

static int array(struct toml *t, json **out)
{
	auto_json json *a = json_object_new_array();
	for (;;) {
		json *item;
		if (space(t) < 0)
			return -1;
		if (accept(t, "]"))
			break;
		if (value(t, &item) < 0)
			return -1;
		json_object_array_add(a, item);
		if (space(t) < 0)
			return -1;
		if (!accept(t, ",") && peek(t) != ']')
			return fail(t, "a comma or ] is expected in an array");
	}
	*out = take(a);
	return 0;
}

/* KEYS = value, somewhere below TABLE. */
static int put(struct toml *t, json *table, const struct strv *keys, json *v)
{
	json *next;
	for (size_t i = 0; i + 1 < keys->n; i++) {
		if (!json_object_object_get_ex(table, keys->list[i], &next)) {
			next = with_origin(json_object_new_object(), DOTTED);
			json_put(table, keys->list[i], next);
		} else if (origin_of(next) != DOTTED) {
			json_object_put(v);
			return fail(t, "%s is defined already", keys->list[i]);
		}
		table = next;
	}
	const char *last = keys->list[keys->n - 1];
	if (json_object_object_get_ex(table, last, &next)) {
		json_object_put(v);
		return fail(t, "%s is defined already", last);
	}
	json_put(table, last, v);
	return 0;
}

static int assignment(struct toml *t, json *table)
{
	auto_strv struct strv keys = { 0 };
	json *v;
	if (key(t, &keys) < 0)
		return -1;
	if (!accept(t, "="))
		return fail(t, "= is expected behind a key");
	blanks(t);
	return value(t, &v) < 0 ? -1 : put(t, table, &keys, v);
}

static int inline_table(struct toml *t, json **out)
{
	auto_json json *o = json_object_new_object();
	blanks(t);
	if (!accept(t, "}")) {
		do {
			blanks(t);
			if (assignment(t, o) < 0)
				return -1;
			blanks(t);
		} while (accept(t, ","));
		if (!accept(t, "}"))
			return fail(t, "a comma or } is expected in an inline table");
	}
	*out = take(o);
	return 0;
}

/* Digits with single underscores between them, as C writes them. False when it is no such thing. */
static bool plain_digits(const char *from, size_t n, char *out)
{
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		if (from[i] != '_')
			out[used++] = from[i];
		else if (!i || i + 1 == n || !isxdigit((unsigned char)from[i - 1])
			 || !isxdigit((unsigned char)from[i + 1]))
			return false;
	}
	out[used] = '\0';
	return used > 0;
}

/* *OUT stays NULL when TEXT is no integer. -1 when it is one that is too large. */
static int integer(struct toml *t, const char *text, json **out)
{
	static const struct {
		const char *prefix, *digits;
		int base;
	} kinds[] = {
		{ "0x", "0123456789abcdefABCDEF", 16 },
		{ "0o", "01234567", 8 },
		{ "0b", "01", 2 },
		{ "", "0123456789", 10 },
	};
	size_t k = 0;
	while (!str_starts(text, kinds[k].prefix))
		k++;
	const char *digits = text + strlen(kinds[k].prefix);
	const char *first = digits + (kinds[k].base == 10 && (*digits == '+' || *digits == '-'));
	if (!*first || first[strspn(first, kinds[k].digits)])
		return 0;
	if (kinds[k].base == 10 && first[0] == '0' && first[1])
		return fail(t, "\"%s\" begins with a zero", text);
	errno = 0;
	intmax_t n = strtoimax(digits, NULL, kinds[k].base);
	if (errno)
		return fail(t, "\"%s\" is too large", text);
	*out = json_object_new_int64(n);
	return 0;
}

static void floating(const char *text, json **out)
{
	char *end;
	const char *first = text + (*text == '+' || *text == '-');
	if (str_eq(first, "inf") || str_eq(first, "nan")) {
		double v = *first == 'i' ? INFINITY : NAN;
		*out = json_object_new_double(*text == '-' ? -v : v);
		return;
	}
	if (!isdigit((unsigned char)*first) || text[strspn(text, "+-0123456789.eE")])
		return;
	double v = strtod(text, &end);
	if (!*end && isdigit((unsigned char)end[-1]))
		*out = json_object_new_double(v);
}

/* 1979-05-27, 07:32:00, 1979-05-27T07:32:00.5+01:00: the shape is enough for what nobody here reads. */
static void moment(const char *text, json **out)
{
	if (strlen(text) >= 8 && isdigit((unsigned char)text[0])
	    && (text[4] == '-' || text[2] == ':') && !text[strspn(text, "0123456789-:.+TtZz")])
		*out = json_object_new_string(text);
}

/* A word: true, false, a number, a date. */
static int word(struct toml *t, json **out)
{
	char text[64];
	const char *start = t->p;
	while (key_char(peek(t)) || peek(t) == '+' || peek(t) == '.' || peek(t) == ':')
		t->p++;
	size_t n = (size_t)(t->p - start);
	*out = NULL;
	if (!n)
		return fail(t, "a value is expected here");
	if (n < sizeof text && plain_digits(start, n, text)) {
		if (str_eq(text, "true") || str_eq(text, "false"))
			*out = json_object_new_boolean(*text == 't');
		else if (integer(t, text, out) < 0)
			return -1;
		if (!*out)
			floating(text, out);
		if (!*out)
			moment(text, out);
	}
	if (!*out)
		return fail(t, "\"%.*s\" is not a value; strings want quotes", n < 64 ? (int)n : 64,
			    start);
	return 0;
}

static int value(struct toml *t, json **out)
{
	auto_free char *text = NULL;
	int got = string(t, true, &text);
	if (got < 0)
		return -1;
	if (got) {
		*out = json_object_new_string(text);
		return 0;
	}
	if (peek(t) != '[' && peek(t) != '{')
		return word(t, out);
	if (t->depth == MAX_DEPTH)
		return fail(t, "values are nested too deeply");
	t->depth++;
	got = accept(t, "[") ? array(t, out) : (t->p++, inline_table(t, out));
	t->depth--;
	return got;
}

/* ---- tables */

/* The table KEY below TABLE on the way to a header's last part. */
static json *step_into(json *table, const char *name)
{
	json *next;
	if (!json_object_object_get_ex(table, name, &next)) {
		next = with_origin(json_object_new_object(), IMPLIED);
		json_put(table, name, next);
		return next;
	}
	if (origin_of(next) == TABLES)
		return json_object_array_get_idx(next, json_object_array_length(next) - 1);
	return origin_of(next) == PLAIN ? NULL : next;
}

/* [KEYS] or, with MANY, [[KEYS]]: the table that the lines below it fill. */
static json *header_table(json *table, const struct strv *keys, bool many)
{
	json *found;
	for (size_t i = 0; table && i + 1 < keys->n; i++)
		table = step_into(table, keys->list[i]);
	if (!table)
		return NULL;
	const char *last = keys->list[keys->n - 1];
	bool there = json_object_object_get_ex(table, last, &found);
	if (!many && there)
		return origin_of(found) == IMPLIED ? with_origin(found, HEADER) : NULL;
	json *fresh = with_origin(json_object_new_object(), HEADER);
	if (!many) {
		json_put(table, last, fresh);
		return fresh;
	}
	if (!there) {
		found = with_origin(json_object_new_array(), TABLES);
		json_put(table, last, found);
	} else if (origin_of(found) != TABLES) {
		json_object_put(fresh);
		return NULL;
	}
	json_object_array_add(found, fresh);
	return fresh;
}

static int header(struct toml *t, json *root, json **table)
{
	auto_strv struct strv keys = { 0 };
	bool many = accept(t, "[[");
	if (!many)
		t->p++;
	if (key(t, &keys) < 0)
		return -1;
	if (!accept(t, many ? "]]" : "]"))
		return fail(t, "%s is expected behind a table's name", many ? "]]" : "]");
	*table = header_table(root, &keys, many);
	if (!*table)
		return fail(t, "table %s is defined already", keys.list[keys.n - 1]);
	return 0;
}

static int document(struct toml *t, json *root)
{
	json *table = root;
	for (;;) {
		if (space(t) < 0)
			return -1;
		if (t->p == t->end)
			return 0;
		if ((peek(t) == '[' ? header(t, root, &table) : assignment(t, table)) < 0
		    || end_of_line(t) < 0)
			return -1;
	}
}

/* How long the UTF-8 character at P is; 0 when it is none. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	size_t n = *p < 0x80                 ? 1
		   : *p >= 0xc2 && *p < 0xe0 ? 2
		   : (*p & 0xf0) == 0xe0     ? 3
		   : *p >= 0xf0 && *p < 0xf5 ? 4
					     : 0;
	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* what a shorter form could say, surrogates, and what lies above Unicode */
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f)
	    || (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static int check_utf8(struct toml *t)
{
	for (const char *p = t->p; p < t->end;) {
		size_t n = utf8_length((const unsigned char *)p, (size_t)(t->end - p));
		if (!n)
			return fail(t, "not UTF-8");
		t->line += *p == '\n';
		p += n;
	}
	t->line = 1;
	return 0;
}

int toml_parse(const char *text, size_t len, const char *name, json **out, struct err *e)
{
	struct toml t = { .p = text, .end = text + len, .line = 1, .name = name, .e = e };
	auto_json json *root = with_origin(json_object_new_object(), HEADER);
	if (check_utf8(&t) < 0)
		return -1;
	(void)accept(&t, "\xef\xbb\xbf");
	if (document(&t, root) < 0)
		return -1;
	*out = take(root);
	return 0;
}
