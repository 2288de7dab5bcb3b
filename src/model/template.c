/* template.c - see template.h. A template becomes a list of nodes, each a text or a path of
 * fields; filling it in is one walk over them. Pure: no system call, no state. */
#include "model/template.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEMPLATE_MAX (64 << 10)

struct node {
	char *text;       /* NULL for a field */
	struct strv path; /* "A", "B"; empty is the whole value */
	bool as_json;
};
struct template
{
	struct node *nodes;
	size_t n, cap;
};

static struct node *node_add(struct template *t)
{
	xgrow(&t->nodes, &t->cap, t->n + 1, sizeof *t->nodes);
	t->nodes[t->n] = (struct node){ 0 };
	return &t->nodes[t->n++];
}

static int unsupported(const char *action, size_t n, struct err *e)
{
	auto_free char *plain = xstrndup(action, n > 60 ? 60 : n);
	auto_free char *shown = str_printable(plain);
	err_set(e, ERR_USAGE, "template: {{%s}} is not understood", shown);
	return err_hint(e, "Fields like {{.Name}}, {{.State.Pid}} and {{json .}} are.");
}

/* The text between actions, with \t and \n expanded. */
static void add_text(struct template *t, const char *text, size_t n)
{
	struct buf b = { 0 };
	if (!n)
		return;
	for (size_t i = 0; i < n; i++) {
		char next = i + 1 < n ? text[i + 1] : '\0';
		if (text[i] == '\\' && (next == 't' || next == 'n')) {
			buf_putc(&b, next == 't' ? '\t' : '\n');
			i++;
		} else {
			buf_putc(&b, text[i]);
		}
	}
	node_add(t)->text = buf_take(&b);
}

static bool is_word(const char *word, size_t n, const char *text)
{
	return strlen(text) == n && strncmp(word, text, n) == 0;
}

/* ".A.B" of N characters into PATH. */
static int parse_path(const char *p, size_t n, struct strv *path, struct err *e)
{
	if (p[0] != '.')
		return unsupported(p, n, e);
	for (size_t i = 1; i < n;) {
		size_t len = 0;
		while (i + len < n && (isalnum((unsigned char)p[i + len]) || p[i + len] == '_'))
			len++;
		if (!len || (i + len < n && p[i + len] != '.') || i + len + 1 == n)
			return unsupported(p, n, e);
		strv_take(path, xstrndup(p + i, len));
		i += len + 1;
	}
	return 0;
}

static void trim(const char **p, size_t *n)
{
	while (*n && isspace((unsigned char)**p))
		++*p, --*n;
	while (*n && isspace((unsigned char)(*p)[*n - 1]))
		--*n;
}

/* What stands between the braces: "json .A", ".A | json", ".A". */
static int parse_action(struct template *t, const char *p, size_t n, struct err *e)
{
	const char *whole = p;
	size_t whole_n = n;
	bool as_json = false;
	trim(&p, &n);
	if (n >= 4 && strncmp(p, "/*", 2) == 0 && strncmp(p + n - 2, "*/", 2) == 0)
		return 0;
	const char *bar = memchr(p, '|', n);
	if (bar) {
		const char *fn = bar + 1;
		size_t fn_n = n - (size_t)(fn - p);
		trim(&fn, &fn_n);
		if (!is_word(fn, fn_n, "json"))
			return unsupported(whole, whole_n, e);
		as_json = true;
		n = (size_t)(bar - p);
	} else if (n > 5 && strncmp(p, "json", 4) == 0 && isspace((unsigned char)p[4])) {
		as_json = true;
		p += 4;
		n -= 4;
	}
	trim(&p, &n);
	if (!n)
		return unsupported(whole, whole_n, e);
	struct node *node = node_add(t);
	node->as_json = as_json;
	return parse_path(p, n, &node->path, e);
}

/* "{{- " eats the white space before, " -}}" that behind. P is behind the opening braces. */
static int parse_one(struct template *t, const char **text, const char *open, struct err *e)
{
	const char *p = open + 2, *close = strstr(p, "}}");
	if (!close)
		return err_set(e, ERR_USAGE, "template: {{ without }}");
	const char *before = open, *after = close + 2, *end = close;
	if (p[0] == '-' && isspace((unsigned char)p[1])) {
		p++;
		while (before > *text && isspace((unsigned char)before[-1]))
			before--;
	}
	if (end - p >= 2 && end[-1] == '-' && isspace((unsigned char)end[-2])) {
		end--;
		while (isspace((unsigned char)*after))
			after++;
	}
	add_text(t, *text, (size_t)(before - *text));
	*text = after;
	return parse_action(t, p, (size_t)(end - p), e);
}

int template_parse(const char *text, struct template **out, struct err *e)
{
	auto_template struct template *t = xcalloc(1, sizeof *t);
	if (strlen(text) > TEMPLATE_MAX)
		return err_set(e, ERR_USAGE, "template: longer than %d bytes", TEMPLATE_MAX);
	for (const char *open; (open = strstr(text, "{{"));) {
		if (parse_one(t, &text, open, e) < 0)
			return -1;
	}
	add_text(t, text, strlen(text));
	*out = take(t);
	return 0;
}

void template_free(struct template *t)
{
	for (size_t i = 0; t && i < t->n; i++) {
		free(t->nodes[i].text);
		strv_free(&t->nodes[i].path);
	}
	if (t)
		free(t->nodes);
	free(t);
}

void template_free_p(struct template **t)
{
	template_free(*t);
	*t = NULL;
}

static bool field(json *data, const char *name, json **out)
{
	if (!json_object_is_type(data, json_type_object))
		return false;
	if (json_object_object_get_ex(data, name, out))
		return true;
	json_object_object_foreach(data, key, value) {
		if (strcasecmp(key, name) == 0) {
			*out = value;
			return true;
		}
	}
	return false;
}

/* A value as Go's %v shows it: [a b], map[k:v], <nil>. */
static void print_value(json *v, struct buf *out)
{
	switch (json_object_get_type(v)) {
	case json_type_null:
		buf_puts(out, "<nil>");
		break;
	case json_type_array:
		buf_putc(out, '[');
		for (size_t i = 0; i < json_object_array_length(v); i++) {
			if (i)
				buf_putc(out, ' ');
			print_value(json_object_array_get_idx(v, i), out);
		}
		buf_putc(out, ']');
		break;
	case json_type_object: {
		const char *sep = "";
		buf_puts(out, "map[");
		json_object_object_foreach(v, key, value) {
			buf_printf(out, "%s%s:", sep, key);
			print_value(value, out);
			sep = " ";
		}
		buf_putc(out, ']');
		break;
	}
	default:
		buf_puts(out, json_object_get_string(v));
	}
}

static int exec_field(const struct node *n, json *data, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < n->path.n; i++) {
		if (!field(data, n->path.list[i], &data))
			return err_set(e, ERR_USAGE, "template: there is no field %s",
				       n->path.list[i]);
	}
	if (n->as_json) {
		auto_free char *text = json_text(data, false);
		buf_puts(out, text);
	} else {
		print_value(data, out);
	}
	return 0;
}

int template_exec(const struct template *t, json *data, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct node *n = &t->nodes[i];
		if (n->text)
			buf_puts(out, n->text);
		else if (exec_field(n, data, out, e) < 0)
			return -1;
	}
	return 0;
}

void template_headings(const struct template *t,
		       const char *(*heading)(void *arg, const char *field), void *arg,
		       struct buf *out)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct node *n = &t->nodes[i];
		const char *name = n->path.n ? n->path.list[n->path.n - 1] : "";
		const char *given = n->text ? n->text : heading(arg, name);
		if (given) {
			buf_puts(out, given);
			continue;
		}
		for (; *name; name++)
			buf_putc(out, (char)toupper((unsigned char)*name));
	}
}
