/* image.c - see image.h. The document comes from strangers: whatever has the wrong type is an
 * error that names the key, not a default, because the one who verifies and the one who runs
 * must not read two different images. Keys that we do not know stay in `raw'. */
#include "model/image.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A key that is there, and not null, and not of TYPE is an error; *OUT is NULL when absent. */
static int get_typed(json *o, const char *key, enum json_type type, const char *what, json **out,
		     struct err *e)
{
	json *v = NULL;
	*out = NULL;
	if (!o || !json_object_object_get_ex(o, key, &v) || !v)
		return 0;
	if (!json_object_is_type(v, type))
		return err_set(e, ERR_CORRUPT, "%s is not %s", key, what);
	*out = v;
	return 0;
}

/* An optional text; empty is absent. */
static int get_text(json *o, const char *key, char **out, struct err *e)
{
	json *v;
	if (get_typed(o, key, json_type_string, "a string", &v, e) < 0)
		return -1;
	if (!v)
		return 0;
	const char *s = json_object_get_string(v);
	if (strlen(s) != (size_t)json_object_get_string_len(v))
		return err_set(e, ERR_CORRUPT, "%s has a NUL byte", key);
	if (*s)
		*out = xstrdup(s);
	return 0;
}

/* {"/data": {}, ...}: a set, written as the keys of an object. */
static int get_set(json *o, const char *key, struct strv *out, struct err *e)
{
	json *v;
	if (get_typed(o, key, json_type_object, "an object", &v, e) < 0)
		return -1;
	if (!v)
		return 0;
	json_object_object_foreach(v, name, unused) {
		(void)unused;
		if (!*name)
			return err_set(e, ERR_CORRUPT, "%s has an empty name", key);
		strv_add(out, name);
	}
	return 0;
}

static int get_env(json *o, struct strv *env, struct err *e)
{
	auto_strv struct strv in = { 0 };
	if (json_strv(o, "Env", &in, e) < 0)
		return -1;
	for (size_t i = 0; i < in.n; i++) {
		const char *s = in.list[i];
		if (!*s || *s == '=')
			return err_set(e, ERR_CORRUPT, "Env has a variable without a name");
		if (strchr(s, '='))
			strv_add(env, s);
		else
			strv_addf(env, "%s=", s);
	}
	return 0;
}

static int parse_config(json *raw, struct image_config *c, struct err *e)
{
	json *o;
	if (get_typed(raw, "config", json_type_object, "an object", &o, e) < 0)
		return -1;
	if (!o)
		return 0;
	if (get_env(o, &c->env, e) < 0 || json_strv(o, "Entrypoint", &c->entrypoint, e) < 0
	    || json_strv(o, "Cmd", &c->cmd, e) < 0 || json_strv(o, "Shell", &c->shell, e) < 0
	    || json_strv(o, "OnBuild", &c->onbuild, e) < 0
	    || get_set(o, "Volumes", &c->volumes, e) < 0
	    || get_set(o, "ExposedPorts", &c->exposed_ports, e) < 0
	    || json_map(o, "Labels", &c->labels, e) < 0 || get_text(o, "User", &c->user, e) < 0
	    || get_text(o, "WorkingDir", &c->workdir, e) < 0
	    || get_text(o, "StopSignal", &c->stop_signal, e) < 0)
		return err_wrap(e, "config");
	return 0;
}

static int parse_layers(json *raw, struct image *img, struct err *e)
{
	json *rootfs, *ids;
	if (get_typed(raw, "rootfs", json_type_object, "an object", &rootfs, e) < 0)
		return -1;
	if (!rootfs)
		return err_set(e, ERR_CORRUPT, "rootfs is missing");
	const char *type = json_str(rootfs, "type");
	if (!str_eq(type, "layers"))
		return err_set(e, ERR_CORRUPT, "rootfs.type is not \"layers\"");
	if (get_typed(rootfs, "diff_ids", json_type_array, "a list", &ids, e) < 0)
		return err_wrap(e, "rootfs");
	size_t n = ids ? json_object_array_length(ids) : 0;
	if (n > IMAGE_LAYERS_MAX)
		return err_set(e, ERR_CORRUPT, "%zu layers; at most %d are possible", n,
			       IMAGE_LAYERS_MAX);
	img->layers = xcalloc(n, sizeof *img->layers);
	for (; img->nlayers < n; img->nlayers++) {
		json *id = json_object_array_get_idx(ids, img->nlayers);
		if (!json_object_is_type(id, json_type_string))
			return err_set(e, ERR_CORRUPT, "rootfs.diff_ids[%zu] is not a string",
				       img->nlayers);
		if (digest_parse(json_object_get_string(id), &img->layers[img->nlayers], e) < 0)
			return err_wrap(e, "rootfs.diff_ids[%zu]", img->nlayers);
	}
	return 0;
}

/* The history tells people how the image came to be. It is only shown, so it may be missing or
 * count other layers than there are (tools that squash leave it so); but it must be a list of
 * objects, because everybody who prints it relies on that. */
static int check_history(json *raw, struct err *e)
{
	json *list;
	if (get_typed(raw, "history", json_type_array, "a list", &list, e) < 0)
		return -1;
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		json *entry = json_object_array_get_idx(list, i);
		if (!json_object_is_type(entry, json_type_object))
			return err_set(e, ERR_CORRUPT, "history[%zu] is not an object", i);
	}
	return 0;
}

static int parse(const char *text, size_t len, struct image *img, struct err *e)
{
	int64_t when;
	if (len > IMAGE_TEXT_MAX)
		return err_set(e, ERR_CORRUPT, "larger than %u MB", IMAGE_TEXT_MAX >> 20);
	if (json_parse(text, len, "the document", &img->raw, e) < 0)
		return -1;
	if (!json_object_is_type(img->raw, json_type_object))
		return err_set(e, ERR_CORRUPT, "not a JSON object");
	if (get_text(img->raw, "os", &img->os, e) < 0
	    || get_text(img->raw, "architecture", &img->arch, e) < 0
	    || get_text(img->raw, "variant", &img->variant, e) < 0
	    || get_text(img->raw, "author", &img->author, e) < 0
	    || get_text(img->raw, "comment", &img->comment, e) < 0
	    || get_text(img->raw, "created", &img->created, e) < 0
	    || parse_config(img->raw, &img->config, e) < 0 || parse_layers(img->raw, img, e) < 0)
		return -1;
	if (img->created && image_time_parse(img->created, &when) < 0)
		return err_set(e, ERR_CORRUPT, "created is not a date");
	return check_history(img->raw, e);
}

int image_parse(const char *text, size_t len, const struct digest *id, struct image *out,
		struct err *e)
{
	*out = (struct image){ .id = *id };
	if (parse(text, len, out, e) == 0)
		return 0;
	image_free(out);
	return err_wrap(e, "image configuration %.12s", id->hex);
}

void image_config_free(struct image_config *c)
{
	strv_free(&c->env);
	strv_free(&c->entrypoint);
	strv_free(&c->cmd);
	strv_free(&c->volumes);
	strv_free(&c->exposed_ports);
	strv_free(&c->shell);
	strv_free(&c->onbuild);
	strv_free(&c->labels);
	free(c->user);
	free(c->workdir);
	free(c->stop_signal);
	*c = (struct image_config){ 0 };
}

void image_free(struct image *img)
{
	image_config_free(&img->config);
	free(img->os);
	free(img->arch);
	free(img->variant);
	free(img->author);
	free(img->comment);
	free(img->created);
	free(img->layers);
	json_free(&img->raw);
	*img = (struct image){ 0 };
}

int64_t image_created(const struct image *img)
{
	int64_t when;
	if (!img->created || image_time_parse(img->created, &when) < 0)
		return 0;
	return when;
}

/* Does TEXT begin with SHAPE, where "d" stands for a digit? */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape; shape++, text++)
		if (*shape == 'd' ? !isdigit((unsigned char)*text)
				  : toupper((unsigned char)*text) != *shape)
			return false;
	return true;
}

/* "Z", "+02:00": seconds east of UTC. */
static int parse_zone(const char *s, int64_t *east)
{
	unsigned h, m;
	*east = 0;
	if ((*s == 'Z' || *s == 'z') && !s[1])
		return 0;
	if ((*s != '+' && *s != '-') || !has_shape(s + 1, "dd:dd") || s[6])
		return -1;
	if (sscanf(s + 1, "%2u:%2u", &h, &m) != 2 || h > 23 || m > 59)
		return -1;
	*east = (*s == '-' ? -1 : 1) * (int64_t)(h * 3600 + m * 60);
	return 0;
}

int image_time_parse(const char *text, int64_t *seconds)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd";
	struct tm t = { 0 };
	int64_t east;
	if (!has_shape(text, shape))
		return -1;
	if (sscanf(text, "%4d-%2d-%2d%*c%2d:%2d:%2d", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
		   &t.tm_min, &t.tm_sec)
	    != 6)
		return -1;
	if (t.tm_mon < 1 || t.tm_mon > 12 || t.tm_mday < 1 || t.tm_mday > 31 || t.tm_hour > 23
	    || t.tm_min > 59 || t.tm_sec > 60)
		return -1;
	text += sizeof shape - 1;
	if (*text == '.') {
		size_t digits = strspn(text + 1, "0123456789");
		if (!digits)
			return -1;
		text += 1 + digits;
	}
	if (parse_zone(text, &east) < 0)
		return -1;
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	*seconds = (int64_t)timegm(&t) - east;
	return 0;
}

static void put_set(json *o, const char *key, const struct strv *v)
{
	if (!v->n)
		return;
	json *set = json_object_new_object();
	for (size_t i = 0; i < v->n; i++)
		json_put(set, v->list[i], json_object_new_object());
	json_put(o, key, set);
}

static void put_list(json *o, const char *key, const struct strv *v)
{
	if (v->n)
		json_put_strv(o, key, v);
}

json *image_config_json(const struct image_config *c)
{
	json *o = json_object_new_object();
	json_put_str(o, "User", c->user);
	put_set(o, "ExposedPorts", &c->exposed_ports);
	put_list(o, "Env", &c->env);
	put_list(o, "Entrypoint", &c->entrypoint);
	put_list(o, "Cmd", &c->cmd);
	put_set(o, "Volumes", &c->volumes);
	json_put_str(o, "WorkingDir", c->workdir);
	if (c->labels.n)
		json_put_map(o, "Labels", &c->labels);
	json_put_str(o, "StopSignal", c->stop_signal);
	put_list(o, "OnBuild", &c->onbuild);
	put_list(o, "Shell", &c->shell);
	return o;
}
