/* yaml.c - see yaml.h. Only printing. A text is quoted whenever a reader could take it for
 * something else; JSON's quoting is YAML's too. */
#include "model/yaml.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_plain(const char *s)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on",
					     "off",  "null",  "y",   "n" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcasecmp(s, words[i]) == 0)
			return false;
	}
	if (!isalpha((unsigned char)*s) && *s != '/' && *s != '_')
		return false;
	size_t n = strlen(s);
	for (const char *p = s; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 127 || strstr(p, ": ") == p
		    || strstr(p, " #") == p)
			return false;
	}
	return s[n - 1] != ':' && s[n - 1] != ' ';
}

static void print_scalar(json *v, struct buf *out)
{
	const char *s = json_object_get_string(v);
	if (!json_object_is_type(v, json_type_string) || is_plain(s))
		buf_puts(out, v ? s : "null");
	else
		buf_puts(out, json_object_to_json_string_ext(
				      v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static size_t members(json *v)
{
	if (json_object_is_type(v, json_type_object))
		return (size_t)json_object_object_length(v);
	return json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
}

static void print_block(json *v, unsigned indent, bool first_inline, struct buf *out);

/* What stands behind "key:" or "-". */
static void print_member(json *v, unsigned indent, bool in_list, struct buf *out)
{
	if (!members(v)) {
		bool object = json_object_is_type(v, json_type_object);
		buf_putc(out, ' ');
		if (object || json_object_is_type(v, json_type_array))
			buf_puts(out, object ? "{}" : "[]");
		else
			print_scalar(v, out);
		buf_putc(out, '\n');
		return;
	}
	buf_putc(out, in_list ? ' ' : '\n');
	print_block(v, indent, in_list, out);
}

static void indent_by(unsigned n, bool *skip, struct buf *out)
{
	if (!*skip)
		buf_printf(out, "%*s", (int)n, "");
	*skip = false;
}

/* FIRST_INLINE: the cursor stands already where the first line begins. */
static void print_block(json *v, unsigned indent, bool first_inline, struct buf *out)
{
	if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, key, value) {
			indent_by(indent, &first_inline, out);
			buf_printf(out, "%s:", key);
			print_member(value, indent + 2, false, out);
		}
		return;
	}
	for (size_t i = 0; i < members(v); i++) {
		indent_by(indent, &first_inline, out);
		buf_putc(out, '-');
		print_member(json_object_array_get_idx(v, i), indent + 2, true, out);
	}
}

void yaml_print(json *v, struct buf *out)
{
	if (members(v)) {
		print_block(v, 0, false, out);
		return;
	}
	print_scalar(v, out);
	buf_putc(out, '\n');
}
