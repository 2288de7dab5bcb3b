/* template_names.c - what a name in a template stands for: a field of the report's own, a key of an object,
 * a key of a map; and what a column under it is called. The rules are in template.h. */
#include "model/template_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "util/nearest.h"

#define KNOWN_SHOWN 400 /* bytes of an error that list what there is */

/* Keys whose objects are maps, in any spelling. */
static const char *const maps[] = {
	"Annotations",  "Attributes",  "Data",         "DriverOpts", "ExposedPorts",
	"GraphOptions", "GraphStatus", "IPAMOptions",  "Labels",     "LogOpts",
	"Networks",     "Options",     "PortBindings", "Ports",      "Runtimes",
	"StorageOpt",   "Sysctls",     "Tmpfs",        "Volumes",
};

/* Names that podman's inspect takes for others. */
static const struct {
	const char *name, *key;
} also[] = { { "Src", "Source" }, { "Dst", "Destination" }, { "ImageID", "Image" } };

/* The same name, whatever its case and its underscores? */
static bool same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == '_')
			a++;
		while (*b == '_')
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

bool name_is_map(const char *key)
{
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		if (same_name(maps[i], key))
			return true;
	}
	return false;
}

/* "networkInterface" and "network_interface" as Go has them: NetworkInterface. */
static char *go_name(const char *key)
{
	struct buf b = { 0 };
	for (bool up = true; *key; key++) {
		if (*key == '_') {
			up = true;
			continue;
		}
		buf_putc(&b, up ? (char)toupper((unsigned char)*key) : *key);
		up = false;
	}
	return buf_take(&b);
}

/* --- errors --- */

static bool is_row(const struct run *r, const struct value *v)
{
	return v->shape == SHAPE_ROW && r->rows && r->rows->fields;
}

/* All names that V answers. */
static void known_names(const struct run *r, const struct value *v, struct strv *names)
{
	for (const struct template_field *f = is_row(r, v) ? r->rows->fields : NULL; f && f->name;
	     f++) {
		if (f->get)
			strv_add(names, f->name);
	}
	if (value_type(v) != json_type_object)
		return;
	json_object_object_foreach(v->json, key, value) {
		auto_free char *name = go_name(key);
		(void)value;
		bool had = false;
		for (size_t i = 0; i < names->n && !had; i++)
			had = same_name(names->list[i], name);
		if (!had)
			strv_add(names, name);
	}
}

static char *names_text(const struct strv *names)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < names->n; i++) {
		if (b.len + strlen(names->list[i]) > KNOWN_SHOWN) {
			buf_puts(&b, ", ...");
			break;
		}
		buf_printf(&b, "%s.%s", i ? ", " : "", names->list[i]);
	}
	return buf_take(&b);
}

static const char *nearest_name(const struct strv *names, const char *name)
{
	const char *near = NULL;
	unsigned best = NEAREST_NONE;
	for (size_t i = 0; i < names->n; i++) {
		auto_free char *lower = xstrdup(names->list[i]), *typed = xstrdup(name);
		for (char *p = lower; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		for (char *p = typed; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		if (nearest_is(typed, lower, &best))
			near = names->list[i];
	}
	return near;
}

static int unknown(const struct run *r, const struct value *v, const char *name, struct err *e)
{
	auto_strv struct strv names = { 0 };
	auto_free char *shown = str_printable(name);
	known_names(r, v, &names);
	if (!names.n) {
		err_set(e, ERR_USAGE, "template: unknown field .%.60s: %s has no fields", shown,
			value_kind_name(v));
		if (value_type(v) == json_type_array)
			return err_hint(e,
					"Go over a list: {{range .List}}{{.%.60s}}{{end}}, or take "
					"one of it: {{(index .List 0).%.60s}}.",
					shown, shown);
		return err_hint(e, "{{json .}} shows what there is.");
	}
	auto_free char *known = names_text(&names);
	const char *near = nearest_name(&names, name);
	err_set(e, ERR_USAGE, "template: unknown field .%.60s; known are %s", shown, known);
	if (near)
		return err_hint(e, "Did you mean .%s?", near);
	return err_hint(e, "{{json .}} shows what there is.");
}

/* --- lookup --- */

static const struct template_field *field_of(const struct run *r, const struct value *v,
					     const char *name, bool exactly)
{
	if (!is_row(r, v))
		return NULL;
	for (const struct template_field *f = r->rows->fields; f->name; f++) {
		if (f->get && (exactly ? strcmp(f->name, name) == 0 : same_name(f->name, name)))
			return f;
	}
	return NULL;
}

static int call_field(struct run *r, const struct template_field *f, const struct value *v,
		      const struct value *arg, struct value *out, struct err *e)
{
	bool text = arg && value_type(arg) == json_type_string;
	if (f->method && !text)
		return err_set(e, ERR_USAGE, "template: .%s takes a text, as in {{.%s \"key\"}}",
			       f->name, f->name);
	if (!f->method && arg)
		return err_set(e, ERR_USAGE, "template: .%s takes no arguments", f->name);
	*out = value_of(
		f->get(r->rows->ctx, v->json, text ? json_object_get_string(arg->json) : NULL));
	if (value_is_map(f->name, out->json))
		out->shape = SHAPE_MAP;
	return 0;
}

static const char *find_key(json *object, const char *name)
{
	if (json_object_object_get_ex(object, name, NULL))
		return name;
	json_object_object_foreach(object, key, value) {
		(void)value;
		if (same_name(key, name))
			return key;
	}
	for (size_t i = 0; i < sizeof also / sizeof *also; i++) {
		if (strcmp(also[i].name, name) == 0
		    && json_object_object_get_ex(object, also[i].key, NULL))
			return also[i].key;
	}
	return NULL;
}

/* A key's value; what was a map by its name stays one wherever it goes. */
static struct value key_value(json *object, const char *key)
{
	struct value v = value_of(json_object_get(json_object_object_get(object, key)));
	if (value_is_map(key, v.json))
		v.shape = SHAPE_MAP;
	return v;
}

static int map_value(const struct value *v, const char *name, struct value *out)
{
	json *found;
	*out = (struct value){ .kind = VALUE_NONE };
	if (value_type(v) == json_type_object && json_object_object_get_ex(v->json, name, &found))
		*out = value_of(json_object_get(found));
	return 0;
}

int name_find(struct run *r, const struct value *v, const char *name, const struct value *arg,
	      struct value *out, struct err *e)
{
	const struct template_field *f = field_of(r, v, name, true);
	bool is_object = value_type(v) == json_type_object;
	/* at worst each key is looked at */
	if (run_spend(r, is_object ? (size_t)json_object_object_length(v->json) : STEP_COST, e) < 0)
		return -1;
	if (!f && !(is_object && json_object_object_get_ex(v->json, name, NULL)))
		f = field_of(r, v, name, false);
	if (f)
		return call_field(r, f, v, arg, out, e);
	if (arg)
		return err_set(e, ERR_USAGE, "template: .%.60s is no method but has arguments",
			       name);
	if (v->shape == SHAPE_MAP || v->kind == VALUE_NONE)
		return map_value(v, name, out);
	const char *key = is_object ? find_key(v->json, name) : NULL;
	if (!key)
		return unknown(r, v, name, e);
	*out = key_value(v->json, key);
	return 0;
}

/* --- headings --- */

/* "CreatedAt" as CREATED AT, "ImageID" as IMAGE ID. */
static void put_capitals(const char *name, struct buf *out)
{
	for (const char *p = name; *p; p++) {
		bool upper = isupper((unsigned char)*p);
		if (p > name && upper
		    && (islower((unsigned char)p[-1]) || islower((unsigned char)p[1])))
			buf_putc(out, ' ');
		buf_putc(out, (char)toupper((unsigned char)*p));
	}
}

/* A label's own name stands over its column, without the domain in front. */
static void label_heading(const char *label, struct buf *out)
{
	const char *dot = strrchr(label, '.');
	for (const char *p = dot ? dot + 1 : label; *p; p++)
		buf_putc(out, strchr("-_", *p) ? ' ' : (char)toupper((unsigned char)*p));
}

void name_heading(const struct template_rows *rows, const char *name, const char *arg,
		  struct buf *out)
{
	for (const struct template_field *f = rows ? rows->fields : NULL; f && f->name; f++) {
		if (!same_name(f->name, name))
			continue;
		if (f->method && arg)
			label_heading(arg, out);
		else if (f->heading)
			buf_puts(out, f->heading);
		else
			put_capitals(f->name, out);
		return;
	}
	put_capitals(name, out);
}
