/* template_print.c - how Go prints values: [a b], map[k:v], {v v}, floats with no digit too many, and texts
 * in quotes. People compare and parse what they see, so it is Go's way to the letter. */
#include "model/template_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- %v --- */

/* Shortest digits that read back as D. */
static void shortest(double d, int *digits, int *exponent, char text[static 32])
{
	for (*digits = 1; *digits < 17; ++*digits) {
		snprintf(text, 32, "%.*e", *digits - 1, d);
		if (strtod(text, NULL) >= d && strtod(text, NULL) <= d)
			break;
	}
	snprintf(text, 32, "%.*e", *digits - 1, d);
	*exponent = atoi(strchr(text, 'e') + 1);
}

void print_float(double d, struct buf *out)
{
	char text[32];
	int digits, exponent;
	if (!isfinite(d)) {
		buf_puts(out, isnan(d) ? "NaN" : d < 0 ? "-Inf" : "+Inf");
		return;
	}
	shortest(d, &digits, &exponent, text);
	if (exponent < -4 || exponent >= 6)
		buf_puts(out, text);
	else
		buf_printf(out, "%.*f", digits > exponent + 1 ? digits - exponent - 1 : 0, d);
}

static void print_json(json *v, bool map, struct buf *out);

/* map[k:v], in order of the keys; a struct is {v v}, in its own. */
static void print_object(json *v, bool map, struct buf *out)
{
	auto_strv struct strv keys = { 0 };
	value_keys(v, map, &keys);
	buf_puts(out, map ? "map[" : "{");
	for (size_t i = 0; i < keys.n; i++) {
		json *item = json_object_object_get(v, keys.list[i]);
		buf_puts(out, i ? " " : "");
		if (map)
			buf_printf(out, "%s:", keys.list[i]);
		print_json(item, !map && value_is_map(keys.list[i], item), out);
	}
	buf_putc(out, map ? ']' : '}');
}

static void print_json(json *v, bool map, struct buf *out)
{
	switch (json_object_get_type(v)) {
	case json_type_null:
		buf_puts(out, map ? "map[]" : "<nil>");
		break;
	case json_type_array:
		buf_putc(out, '[');
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			if (i)
				buf_putc(out, ' ');
			print_json(json_object_array_get_idx(v, i), false, out);
		}
		buf_putc(out, ']');
		break;
	case json_type_object:
		print_object(v, map, out);
		break;
	case json_type_double:
		print_float(json_object_get_double(v), out);
		break;
	case json_type_string:
		buf_add(out, json_object_get_string(v), (size_t)json_object_get_string_len(v));
		break;
	default:
		buf_puts(out, json_object_get_string(v));
	}
}

void print_value(const struct value *v, struct buf *out)
{
	if (v->kind != VALUE_ZERO)
		print_json(v->json, v->shape == SHAPE_MAP, out);
}

static bool is_text(const struct value *v)
{
	return v->kind == VALUE_ZERO || value_type(v) == json_type_string;
}

int print_values(struct run *r, const struct value *args, size_t n, bool line, struct buf *out,
		 struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (i && (line || (!is_text(&args[i]) && !is_text(&args[i - 1]))))
			buf_putc(out, ' ');
		size_t before = out->len;
		print_value(&args[i], out);
		if (run_spend(r, out->len - before + 1, e) < 0)
			return -1;
	}
	if (line)
		buf_putc(out, '\n');
	return 0;
}

/* --- %q --- */

/* The character at S, N bytes left: its length, 0 when these bytes are none. */
static size_t decode(const char *s, size_t n, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (!len || len > n || p[0] > 0xf4)
		return 0;
	*c = len == 1 ? p[0] : p[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (*c < least[len] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return len;
}

/* What a terminal shows as it is: no controls, no odd spaces, no marks that turn text round. */
static bool is_printable(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = { { 0, 0x1f },          { 0x7f, 0xa0 },     { 0xad, 0xad },
		       { 0x1680, 0x1680 },   { 0x2000, 0x200f }, { 0x2028, 0x202f },
		       { 0x205f, 0x206f },   { 0x3000, 0x3000 }, { 0xe000, 0xf8ff },
		       { 0xfeff, 0xfeff },   { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
		       { 0xe0000, 0x10ffff } };
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
		if (c >= hidden[i].from && c <= hidden[i].to)
			return false;
	}
	return true;
}

static void print_char_quoted(uint32_t c, const char *s, size_t n, bool ascii, struct buf *out)
{
	static const char escaped[] = "\a\b\f\n\r\t\v\\\"", letters[] = "abfnrtv\\\"";
	const char *known = c && c < 0x80 ? strchr(escaped, (int)c) : NULL;
	if (known)
		buf_printf(out, "\\%c", letters[known - escaped]);
	else if (is_printable(c) && (!ascii || c < 0x80))
		buf_add(out, s, n);
	else if (c < 0x80)
		buf_printf(out, "\\x%02" PRIx32, c);
	else
		buf_printf(out, c < 0x10000 ? "\\u%04" PRIx32 : "\\U%08" PRIx32, c);
}

void print_quoted(const char *s, size_t n, bool ascii, struct buf *out)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < n;) {
		uint32_t c;
		size_t len = decode(s + i, n - i, &c);
		if (len)
			print_char_quoted(c, s + i, len, ascii, out);
		else
			buf_printf(out, "\\x%02x", (unsigned char)s[i]);
		i += len ? len : 1;
	}
	buf_putc(out, '"');
}
