/* image_change.c - the instructions of `--change', one table row each, applied to an image's
 * configuration. They are the Containerfile instructions that touch nothing but it. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "model/image.h"
#include "util/path.h"

static int bad(const char *name, const char *why, struct err *e)
{
	return err_set(e, ERR_USAGE, "%s: %s", name, why);
}

/* One word of *P, with quotes and backslashes undone; NULL at the end. Bad quoting sets *BROKEN. */
static char *next_word(const char **p, bool *broken)
{
	struct buf b = { 0 };
	char quote = 0;
	const char *s = *p;
	while (isspace((unsigned char)*s))
		s++;
	if (!*s)
		return NULL;
	for (; *s && (quote || !isspace((unsigned char)*s)); s++) {
		if (*s == '\\' && s[1] && quote != '\'')
			buf_putc(&b, *++s);
		else if (quote ? *s == quote : *s == '"' || *s == '\'')
			quote = quote ? 0 : *s;
		else
			buf_putc(&b, *s);
	}
	*broken |= quote != 0;
	*p = s;
	return buf_take(&b);
}

static int words(const char *name, const char *text, struct strv *out, struct err *e)
{
	bool broken = false;
	char *w;
	while ((w = next_word(&text, &broken)))
		strv_take(out, w);
	if (broken)
		return bad(name, "a quote is not closed", e);
	return out->n ? 0 : bad(name, "the value is missing", e);
}

/* ["a", "b"]: 1 and *OUT filled, or 0 when it is not written so. */
static int json_form(const char *text, struct strv *out)
{
	auto_json json *list = NULL;
	struct err ignored;
	if (*text != '[' || json_parse(text, strlen(text), "", &list, &ignored) < 0)
		return 0;
	auto_json json *holder = json_object_new_object();
	json_put(holder, "list", take(list));
	if (json_strv(holder, "list", out, &ignored) == 0)
		return 1;
	strv_free(out);
	return 0;
}

/* A command: a JSON list, or a line for the shell. */
static void set_command(const struct image_config *c, struct strv *to, const char *text)
{
	struct strv new = { 0 };
	if (!json_form(text, &new)) {
		strv_add_all(&new, c->shell.list);
		if (!new.n) {
			strv_add(&new, "/bin/sh");
			strv_add(&new, "-c");
		}
		strv_add(&new, text);
	}
	strv_free(to);
	*to = new;
}

static int change_cmd(struct image_config *c, const char *text, struct err *e)
{
	set_command(c, &c->cmd, text);
	return 0;
}

static int change_entrypoint(struct image_config *c, const char *text, struct err *e)
{
	set_command(c, &c->entrypoint, text);
	return 0;
}

static int change_shell(struct image_config *c, const char *text, struct err *e)
{
	struct strv new = { 0 };
	if (!json_form(text, &new) || !new.n) {
		strv_free(&new);
		return bad("SHELL", "it needs a JSON list, for example [\"/bin/bash\", \"-c\"]", e);
	}
	strv_free(&c->shell);
	c->shell = new;
	return 0;
}

/* "A=b C=d", or the old "A b c" */
static int assignments(const char *name, const char *text, struct strv *to, struct err *e)
{
	auto_strv struct strv list = { 0 };
	if (words(name, text, &list, e) < 0)
		return -1;
	if (!strchr(list.list[0], '=')) {
		const char *value = text + strcspn(text, " \t");
		auto_free char *one = str_printf("%s=%s", list.list[0],
						 value + strspn(value, " \t"));
		if (list.n < 2)
			return bad(name, "it needs NAME=VALUE", e);
		strv_env_set(to, one);
		return 0;
	}
	for (size_t i = 0; i < list.n; i++)
		if (!strchr(list.list[i], '=') || *list.list[i] == '=')
			return bad(name, "it needs NAME=VALUE", e);
	for (size_t i = 0; i < list.n; i++)
		strv_env_set(to, list.list[i]);
	return 0;
}

static int change_env(struct image_config *c, const char *text, struct err *e)
{
	return assignments("ENV", text, &c->env, e);
}

static int change_label(struct image_config *c, const char *text, struct err *e)
{
	return assignments("LABEL", text, &c->labels, e);
}

static int port_ok(const char *port)
{
	auto_free char *copy = xstrdup(port);
	char *proto = strchr(copy, '/');
	uint64_t n;
	if (proto) {
		*proto++ = '\0';
		if (strcmp(proto, "tcp") != 0 && strcmp(proto, "udp") != 0
		    && strcmp(proto, "sctp") != 0)
			return 0;
	}
	char *dash = strchr(copy, '-');
	if (dash) {
		*dash++ = '\0';
		if (str_to_u64(dash, &n) < 0 || n < 1 || n > 65535)
			return 0;
	}
	return str_to_u64(copy, &n) == 0 && n >= 1 && n <= 65535;
}

static int change_expose(struct image_config *c, const char *text, struct err *e)
{
	auto_strv struct strv list = { 0 };
	if (words("EXPOSE", text, &list, e) < 0)
		return -1;
	for (size_t i = 0; i < list.n; i++) {
		auto_free char *port = str_printf("%s%s", list.list[i],
						  strchr(list.list[i], '/') ? "" : "/tcp");
		if (!port_ok(port))
			return bad("EXPOSE",
				   "a port is a number from 1 to 65535, a range, or one with /tcp, "
				   "/udp or /sctp",
				   e);
		if (!strv_has(&c->exposed_ports, port))
			strv_take(&c->exposed_ports, take(port));
	}
	return 0;
}

static int change_volume(struct image_config *c, const char *text, struct err *e)
{
	auto_strv struct strv list = { 0 };
	if (!json_form(text, &list) && words("VOLUME", text, &list, e) < 0)
		return -1;
	for (size_t i = 0; i < list.n; i++) {
		if (*list.list[i] != '/')
			return bad("VOLUME", "the path must begin with /", e);
		if (!strv_has(&c->volumes, list.list[i]))
			strv_add(&c->volumes, list.list[i]);
	}
	return 0;
}

static int one_word(const char *name, const char *text, char **to, struct err *e)
{
	auto_strv struct strv list = { 0 };
	if (words(name, text, &list, e) < 0)
		return -1;
	if (list.n != 1 || !*list.list[0])
		return bad(name, "it takes one value", e);
	free(*to);
	*to = xstrdup(list.list[0]);
	return 0;
}

static int change_user(struct image_config *c, const char *text, struct err *e)
{
	return one_word("USER", text, &c->user, e);
}

static int change_stopsignal(struct image_config *c, const char *text, struct err *e)
{
	return one_word("STOPSIGNAL", text, &c->stop_signal, e);
}

static int change_workdir(struct image_config *c, const char *text, struct err *e)
{
	auto_free char *path = NULL;
	if (one_word("WORKDIR", text, &path, e) < 0)
		return -1;
	auto_free char *full = *path == '/'
				       ? xstrdup(path)
				       : str_printf("%s/%s", c->workdir ? c->workdir : "", path);
	free(c->workdir);
	c->workdir = path_clean(full);
	return 0;
}

static int change_onbuild(struct image_config *c, const char *text, struct err *e)
{
	strv_add(&c->onbuild, text);
	return 0;
}

static const struct {
	const char *name;
	int (*apply)(struct image_config *c, const char *text, struct err *e);
} changes[] = {
	{ "CMD", change_cmd },         { "ENTRYPOINT", change_entrypoint },
	{ "ENV", change_env },         { "EXPOSE", change_expose },
	{ "LABEL", change_label },     { "ONBUILD", change_onbuild },
	{ "SHELL", change_shell },     { "STOPSIGNAL", change_stopsignal },
	{ "USER", change_user },       { "VOLUME", change_volume },
	{ "WORKDIR", change_workdir },
};

int image_config_change(struct image_config *c, const char *instruction, struct err *e)
{
	const char *name = instruction + strspn(instruction, " \t");
	size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	const char *text = name + n;
	if (*text == '=')
		text++;
	text += strspn(text, " \t");
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		if (strlen(changes[i].name) != n || strncasecmp(changes[i].name, name, n) != 0)
			continue;
		if (!*text)
			return bad(changes[i].name, "the value is missing", e);
		return changes[i].apply(c, text, e);
	}
	auto_free char *shown = str_printable(instruction);
	err_set(e, ERR_USAGE, "unknown change \"%.200s\"", shown);
	return err_hint(
		e,
		"--change takes CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ONBUILD, SHELL, STOPSIGNAL, "
		"USER, VOLUME or WORKDIR and a value.");
}
