/* template_printf.c - Go's printf: verbs, flags, and complaints (%!d(string=a)) instead of errors. A verb goes to
 * each element of a list. What comes out is bounded while it is made: a width times a list is a lot. */
#include "model/template_internal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH_MAX 4096
#define FLOAT_TEXT 400 /* 1e308 with %f, and some digits */

/* One verb: "%-10.3s". */
struct verb {
	char letter;
	bool minus, plus, sharp, space, zero;
	int width, precision; /* -1: none */
};
struct printer {
	struct run *run;
	const struct value *args;
	size_t n, next;
	bool reordered; /* "%[1]s" was used: what is left over is meant to be */
	struct buf *out;
	size_t start; /* length of OUT before */
};

/* --- one value --- */

/* TEXT in the verb's width, which counts characters. */
static void put_padded(const struct verb *v, const char *text, size_t n, struct buf *out)
{
	int shown = 0;
	for (size_t i = 0; i < n; i++)
		shown += ((unsigned char)text[i] & 0xc0) != 0x80;
	int missing = v->width > shown ? v->width - shown : 0;
	if (!v->minus)
		buf_printf(out, "%*s", missing, "");
	buf_add(out, text, n);
	if (v->minus)
		buf_printf(out, "%*s", missing, "");
}

/* The first PRECISION characters of a text. */
static size_t cut(const struct verb *v, const char *s, size_t n)
{
	size_t i = 0;
	for (int left = v->precision; v->precision >= 0 && i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80 && left-- == 0)
			return i;
	}
	return v->precision < 0 ? n : i;
}

static void put_hex(const struct verb *v, const char *s, size_t n, struct buf *out)
{
	auto_buf struct buf b = { 0 };
	if (v->sharp && n)
		buf_printf(&b, "0%c", v->letter);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, v->letter == 'x' ? "%s%02x" : "%s%02X", i && v->space ? " " : "",
			   (unsigned char)s[i]);
	put_padded(v, b.data ? b.data : "", b.len, out);
}

static bool put_string(const struct verb *v, const char *s, size_t n, struct buf *out)
{
	auto_buf struct buf b = { 0 };
	n = cut(v, s, n);
	switch (v->letter) {
	case 'v':
		if (!v->sharp) {
			put_padded(v, s, n, out);
			return true;
		}
		print_quoted(s, n, false, &b);
		put_padded(v, b.data, b.len, out);
		return true;
	case 's':
		put_padded(v, s, n, out);
		return true;
	case 'q':
		if (v->sharp && !memchr(s, '`', n) && !memchr(s, '\n', n))
			buf_printf(&b, "`%.*s`", (int)n, s);
		else
			print_quoted(s, n, v->plus, &b);
		put_padded(v, b.data, b.len, out);
		return true;
	case 'x':
	case 'X':
		put_hex(v, s, n, out);
		return true;
	default:
		return false;
	}
}

/* The C format that does the same: C and Go agree on flags and on numbers. */
static const char *c_format(const struct verb *v, const char *length, char letter,
			    char format[static 24])
{
	snprintf(format, 24, "%%%s%s%s%s%s*.*%s%c", v->minus ? "-" : "", v->plus ? "+" : "",
		 v->sharp ? "#" : "", v->space ? " " : "", v->zero && !v->minus ? "0" : "", length,
		 letter);
	return format;
}

/* formats are made here alone, of one verb and its flags */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void put_magnitude(const struct verb *v, int64_t i, struct buf *out)
{
	/* C prints %x of a negative number as unsigned; Go prints -1f */
	char format[24], text[WIDTH_MAX + 72];
	struct verb plain = *v;
	uint64_t magnitude = i < 0 ? -(uint64_t)i : (uint64_t)i;
	const char *sign = i < 0 ? "-" : v->plus ? "+" : v->space ? " " : "";
	plain.plus = plain.space = false;
	if (v->zero && !v->minus && v->precision < 0)
		plain.width -= *sign != '\0';
	else
		plain.width = 0;
	snprintf(text, sizeof text,
		 c_format(&plain, PRIx64[0] == 'l' && PRIx64[1] == 'l' ? "ll" : "l", v->letter,
			  format),
		 plain.width > 0 ? plain.width : 0, plain.precision, magnitude);
	auto_free char *whole = str_printf("%s%s", sign, text);
	put_padded(v, whole, strlen(whole), out);
}

static void put_double(const struct verb *v, double d, struct buf *out)
{
	char format[24], text[WIDTH_MAX + FLOAT_TEXT];
	snprintf(text, sizeof text, c_format(v, "", v->letter, format), v->width > 0 ? v->width : 0,
		 v->precision, d);
	buf_puts(out, text);
}
#pragma GCC diagnostic pop

static void put_binary(const struct verb *v, int64_t i, struct buf *out)
{
	char text[68], *p = text + sizeof text;
	uint64_t magnitude = i < 0 ? -(uint64_t)i : (uint64_t)i;
	*--p = '\0';
	do
		*--p = (char)('0' + (magnitude & 1));
	while (magnitude >>= 1);
	if (i < 0)
		*--p = '-';
	for (int k = (int)strlen(p); v->zero && !v->minus && i >= 0 && k < v->width && p > text;
	     k++)
		*--p = '0';
	put_padded(v, p, strlen(p), out);
}

/* The character of this number; the sign for none where there is none. */
static void put_char(int64_t i, struct buf *out)
{
	auto_free char *spelled = str_printf("\"\\U%08" PRIx64 "\"", (uint64_t)i);
	const struct token t = { .kind = TOKEN_STRING, .at = spelled, .n = strlen(spelled) };
	auto_json json *text = NULL;
	if (i < 0 || i > 0x10ffff || token_value(&t, &text) < 0)
		text = json_object_new_string("\xef\xbf\xbd");
	buf_puts(out, json_object_get_string(text));
}

static bool put_int(const struct verb *v, int64_t i, struct buf *out)
{
	struct verb decimal = *v;
	auto_buf struct buf b = { 0 };
	switch (v->letter) {
	case 'v':
	case 'd':
		decimal.letter = 'u';
		decimal.sharp = false;
		put_magnitude(&decimal, i, out);
		return true;
	case 'x':
	case 'X':
	case 'o':
		put_magnitude(v, i, out);
		return true;
	case 'b':
		put_binary(v, i, out);
		return true;
	case 'c':
		put_char(i, &b);
		put_padded(v, b.data, b.len, out);
		return true;
	case 'U':
		buf_printf(&b, "U+%04" PRIX64, (uint64_t)i);
		put_padded(v, b.data, b.len, out);
		return true;
	default:
		return false;
	}
}

static bool put_float(const struct verb *v, double d, struct buf *out)
{
	auto_buf struct buf b = { 0 };
	if ((v->letter == 'v' || v->letter == 'g' || v->letter == 'G') && v->precision < 0) {
		if (v->plus && d >= 0)
			buf_putc(&b, '+');
		print_float(d, &b);
		put_padded(v, b.data, b.len, out);
		return true;
	}
	struct verb c = *v;
	if (v->letter == 'v')
		c.letter = 'g';
	if (!strchr("eEfFgG", c.letter))
		return false;
	put_double(&c, d, out);
	return true;
}

/* Go's complaint about a verb that does not fit: %!d(string=a). */
static void put_misfit(const struct verb *v, json *j, bool map, struct buf *out)
{
	static const char *const types[] = {
		[json_type_null] = "",
		[json_type_boolean] = "bool=",
		[json_type_int] = "int=",
		[json_type_double] = "float64=",
		[json_type_string] = "string=",
		[json_type_array] = "[]interface {}=",
		[json_type_object] = "map[string]interface {}=",
	};
	buf_printf(out, "%%!%c(%s", v->letter, types[json_object_get_type(j)]);
	const struct value borrowed = { .shape = map ? SHAPE_MAP : SHAPE_PLAIN, .json = j };
	print_value(&borrowed, out);
	buf_putc(out, ')');
}

static bool too_much(const struct printer *p)
{
	return p->out->len - p->start > TEMPLATE_WORK - p->run->work;
}

static void put_json(const struct printer *p, const struct verb *v, json *j, bool map);

static void put_object(const struct printer *p, const struct verb *v, json *j, bool map)
{
	auto_strv struct strv keys = { 0 };
	value_keys(j, map, &keys);
	buf_puts(p->out, map ? "map[" : "{");
	for (size_t i = 0; i < keys.n && !too_much(p); i++) {
		json *item = json_object_object_get(j, keys.list[i]);
		buf_puts(p->out, i ? " " : "");
		if (map) {
			put_string(v, keys.list[i], strlen(keys.list[i]), p->out);
			buf_putc(p->out, ':');
		}
		put_json(p, v, item, !map && value_is_map(keys.list[i], item));
	}
	buf_putc(p->out, map ? ']' : '}');
}

static void put_array(const struct printer *p, const struct verb *v, json *j)
{
	buf_putc(p->out, '[');
	for (size_t i = 0; i < json_object_array_length(j) && !too_much(p); i++) {
		if (i)
			buf_putc(p->out, ' ');
		put_json(p, v, json_object_array_get_idx(j, i), false);
	}
	buf_putc(p->out, ']');
}

static void put_json(const struct printer *p, const struct verb *v, json *j, bool map)
{
	bool fits = false;
	if (too_much(p))
		return;
	switch (json_object_get_type(j)) {
	case json_type_boolean:
		fits = v->letter == 'v' || v->letter == 't';
		if (fits)
			put_padded(v, json_object_get_string(j), strlen(json_object_get_string(j)),
				   p->out);
		break;
	case json_type_int:
		fits = put_int(v, json_object_get_int64(j), p->out);
		break;
	case json_type_double:
		fits = put_float(v, json_object_get_double(j), p->out);
		break;
	case json_type_string:
		fits = put_string(v, json_object_get_string(j),
				  (size_t)json_object_get_string_len(j), p->out);
		break;
	case json_type_array:
		put_array(p, v, j);
		return;
	case json_type_object:
		put_object(p, v, j, map);
		return;
	case json_type_null:
		fits = map || v->letter == 'v';
		if (fits)
			put_padded(v, map ? "map[]" : "<nil>", strlen("<nil>"), p->out);
		break;
	}
	if (!fits)
		put_misfit(v, j, map, p->out);
}

/* "%T": what kind of thing it is. */
static const char *type_name(const struct value *v)
{
	static const char *const names[] = {
		[json_type_null] = "<nil>",
		[json_type_boolean] = "bool",
		[json_type_int] = "int",
		[json_type_double] = "float64",
		[json_type_string] = "string",
		[json_type_array] = "[]interface {}",
		[json_type_object] = "map[string]interface {}",
	};
	return v->kind == VALUE_ZERO ? "string" : names[value_type(v)];
}

static void put_verb(struct printer *p, const struct verb *v)
{
	if (v->letter == '%') {
		buf_putc(p->out, '%');
		return;
	}
	if (p->next >= p->n) {
		buf_printf(p->out, "%%!%c(MISSING)", v->letter);
		return;
	}
	const struct value *arg = &p->args[p->next++];
	struct verb text = *v;
	text.letter = 's';
	if (v->letter == 'T')
		put_string(&text, type_name(arg), strlen(type_name(arg)), p->out);
	else if (arg->kind == VALUE_ZERO && strchr("vsq", v->letter))
		put_string(v, "", 0, p->out);
	else
		put_json(p, v, arg->json, arg->shape == SHAPE_MAP);
}

/* A number of the format, or * for the next argument. */
static int take_count(struct printer *p, const char **f, int most)
{
	if (**f == '*') {
		++*f;
		int64_t i = p->next < p->n ? json_object_get_int64(p->args[p->next++].json) : 0;
		return i < -most ? -most : i > most ? most : (int)i;
	}
	int n = 0;
	for (; isdigit((unsigned char)**f); ++*f)
		n = n > most ? n : n * 10 + (**f - '0');
	return n > most ? most : n;
}

/* "[2]": the argument that comes next. */
static void take_index(struct printer *p, const char **f)
{
	char *end;
	if (**f != '[')
		return;
	unsigned long i = strtoul(*f + 1, &end, 10);
	if (*end != ']')
		return;
	p->next = i && i < p->n ? i : p->n; /* the format itself is 0 */
	p->reordered = true;
	*f = end + 1;
}

static void take_flags(struct verb *v, const char **f)
{
	for (;; ++*f) {
		switch (**f) {
		case '-':
			v->minus = true;
			break;
		case '+':
			v->plus = true;
			break;
		case '#':
			v->sharp = true;
			break;
		case ' ':
			v->space = true;
			break;
		case '0':
			v->zero = true;
			break;
		default:
			return;
		}
	}
}

/* F is behind the %; returned behind the verb. */
static const char *take_verb(struct printer *p, const char *f)
{
	struct verb v = { .precision = -1 };
	take_flags(&v, &f);
	take_index(p, &f);
	v.width = take_count(p, &f, WIDTH_MAX);
	if (v.width < 0) {
		v.minus = true;
		v.width = -v.width;
	}
	if (*f == '.') {
		f++;
		take_index(p, &f);
		v.precision = take_count(p, &f, WIDTH_MAX);
	}
	take_index(p, &f);
	if (!*f) {
		buf_puts(p->out, "%!(NOVERB)");
		return f;
	}
	v.letter = *f;
	put_verb(p, &v);
	return f + 1;
}

int print_format(struct run *r, const struct value *args, size_t n, struct buf *out, struct err *e)
{
	struct printer p = { r, args, n, 1, false, out, out->len };
	for (const char *f = json_object_get_string(args[0].json); *f && !too_much(&p);) {
		if (*f == '%')
			f = take_verb(&p, f + 1);
		else
			buf_putc(out, *f++);
	}
	for (size_t i = p.next; !p.reordered && i < n && !too_much(&p); i++) {
		buf_printf(out, i == p.next ? "%%!(EXTRA %s=" : ", %s=", type_name(&args[i]));
		print_value(&args[i], out);
	}
	if (!p.reordered && p.next < n)
		buf_putc(out, ')');
	return run_spend(r, out->len - p.start, e);
}
