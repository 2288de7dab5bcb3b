/* values.c - the text of an option's value becomes a field of a struct.
 *
 * The only place that knows how each kind of row is stored and freed; options.c knows where
 * options begin and end. Reads nothing but the environment and the file of --env-file. */
#include "cli/command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "util/fd.h"

extern char **environ;

#define ENV_FILE_MAX (1 << 20)

bool opt_takes_value(enum opt_kind kind)
{
	return kind != OPT_BOOL && kind != OPT_TRI && kind != OPT_IGNORED_BOOL;
}

static int invalid(const struct opt *o, const char *value, const char *why, struct err *e)
{
	auto_free char *shown = str_printable(value);
	return err_set(e, ERR_USAGE, "invalid argument \"%s\" for --%s: %s", shown, o->name, why);
}

/* "K*" takes every variable of the caller's that begins so. */
static void env_from_caller(struct strv *v, const char *prefix, size_t n)
{
	for (char **p = environ; *p; p++) {
		if (strncmp(*p, prefix, n) == 0 && strchr(*p, '='))
			strv_env_set(v, *p);
	}
}

static int store_env(struct strv *v, const char *text, struct err *e)
{
	size_t n = strlen(text);
	if (!n || text[0] == '=')
		return err_set(e, ERR_USAGE, "invalid environment variable \"%s\": no name", text);
	if (strchr(text, '=')) {
		strv_env_set(v, text);
	} else if (text[n - 1] == '*') {
		env_from_caller(v, text, n - 1);
	} else {
		const char *value = getenv(text);
		if (value) {
			auto_free char *pair = str_printf("%s=%s", text, value);
			strv_env_set(v, pair);
		}
	}
	return 0;
}

/* Lines of K=V or K; blank lines and lines that begin with '#' say nothing. */
static int store_env_file(struct strv *v, const char *path, struct err *e)
{
	auto_free char *text = NULL;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open %s", path);
	if (fd_read_text(fd, path, ENV_FILE_MAX, &text, NULL, e) < 0)
		return -1;
	char *rest = text;
	for (char *line; (line = strsep(&rest, "\n"));) {
		line[strcspn(line, "\r")] = '\0';
		line += strspn(line, " \t");
		if (*line && *line != '#' && store_env(v, line, e) < 0)
			return err_wrap(e, "%s", path);
	}
	return 0;
}

bool choice_has(const char *list, const char *value)
{
	size_t n = strlen(value);
	for (const char *p = list; p;) {
		size_t len = strcspn(p, "|");
		if (len == n && strncmp(p, value, n) == 0)
			return true;
		if (!p[len])
			return false;
		p += len + 1;
	}
	return false;
}

static int store_flag(const struct opt *o, void *field, const char *value, struct err *e)
{
	bool on = true;
	if (value && str_to_bool(value, &on) < 0)
		return invalid(o, value, "neither true nor false", e);
	if (o->kind == OPT_TRI)
		*(enum tri *)field = on ? TRI_YES : TRI_NO;
	else if (o->kind == OPT_BOOL)
		*(bool *)field = on;
	return 0;
}

static int store_number(const struct opt *o, void *field, const char *value, struct err *e)
{
	if (o->kind == OPT_INT)
		return str_to_i64(value, field) < 0 ? invalid(o, value, "not a whole number", e)
						    : 0;
	if (str_to_bytes(value, field) < 0) {
		invalid(o, value, "not a size", e);
		return err_hint(e,
				"Sizes are numbers with an optional unit: 65536, 64k, 512m, 2g.");
	}
	return 0;
}

static int store_text(const struct opt *o, void *field, const char *value, struct err *e)
{
	if (o->values && !(o->flags & OPT_OPEN) && !choice_has(o->values, value)) {
		invalid(o, value, "no such choice", e);
		return err_hint(e, "It can be one of: %s.", o->values);
	}
	if (o->kind == OPT_LIST) {
		strv_add(field, value);
	} else if (o->kind == OPT_CSV) {
		strv_split(field, value, ',');
	} else {
		free_ptr(field);
		*(char **)field = xstrdup(value);
	}
	return 0;
}

int opt_store(const struct opt *o, void *base, const char *value, struct err *e)
{
	void *field = (char *)base + o->offset;
	switch (o->kind) {
	case OPT_BOOL:
	case OPT_TRI:
	case OPT_IGNORED_BOOL:
		return store_flag(o, field, value, e);
	case OPT_INT:
	case OPT_BYTES:
		return store_number(o, field, value, e);
	case OPT_STR:
	case OPT_LIST:
	case OPT_CSV:
		return store_text(o, field, value, e);
	case OPT_ENV:
		return store_env(field, value, e);
	case OPT_ENV_FILE:
		return store_env_file(field, value, e);
	case OPT_FN:
		if (o->parse(field, value, e) < 0)
			return err_wrap(e, "--%s", o->name);
		return 0;
	case OPT_IGNORED:
		return 0;
	}
	return 0;
}

void opt_free(const struct opt *o, void *base)
{
	void *field = (char *)base + o->offset;
	switch (o->kind) {
	case OPT_STR:
		free_ptr(field);
		*(char **)field = NULL;
		break;
	case OPT_LIST:
	case OPT_CSV:
	case OPT_ENV:
	case OPT_ENV_FILE:
		strv_free(field);
		break;
	default:
		break;
	}
}
