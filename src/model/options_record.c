/* options_record.c - struct create_opts as a JSON document, and back.
 *
 * The record outlives the program that wrote it: what is unset is left out, what is unknown is
 * ignored, and what is there is checked as strictly as argv was, since a record can be damaged.
 * One table names the fields for both directions, so that none can be written and not read. */
#include "model/options.h"

#include <stddef.h>
#include "util/alloc.h"

#define FIELD(f) offsetof(struct create_opts, f)
#define AT(o, offset, type) ((type *)((char *)(o) + (offset)))

struct field {
	const char *key;
	size_t offset;
};

static const struct field texts[] = {
	{ "image", FIELD(image) },       { "name", FIELD(name) },
	{ "hostname", FIELD(hostname) }, { "entrypoint", FIELD(entrypoint) },
	{ "user", FIELD(user) },         { "workdir", FIELD(workdir) },
	{ "cidfile", FIELD(cidfile) },   { "pull", FIELD(pull) },
	{ "seccomp", FIELD(seccomp) },   { "logDriver", FIELD(log_driver) },
};
static const struct field lists[] = {
	{ "command", FIELD(command) },
	{ "createCommand", FIELD(create_command) },
	{ "env", FIELD(env) },
	{ "labels", FIELD(labels) },
	{ "capAdd", FIELD(cap_add) },
	{ "capDrop", FIELD(cap_drop) },
	{ "securityOpt", FIELD(security_opt) },
};
static const struct field flags[] = {
	{ "interactive", FIELD(interactive) }, { "tty", FIELD(tty) },
	{ "remove", FIELD(remove) },           { "readOnly", FIELD(read_only) },
	{ "privileged", FIELD(privileged) },   { "init", FIELD(init) },
	{ "detach", FIELD(detach) },           { "entrypointSet", FIELD(entrypoint_set) },
};
static const struct field mount_flags[] = {
	{ "readOnly", offsetof(struct mount_opts, read_only) },
	{ "noexec", offsetof(struct mount_opts, noexec) },
	{ "nosuid", offsetof(struct mount_opts, nosuid) },
	{ "nodev", offsetof(struct mount_opts, nodev) },
	{ "recursive", offsetof(struct mount_opts, recursive) },
};
static const char *const mount_kinds[] = {
	[MOUNT_BIND] = "bind",
	[MOUNT_TMPFS] = "tmpfs",
	[MOUNT_VOLUME] = "volume",
};
static const char *const network_kinds[] = {
	[NETWORK_UNSET] = "",    [NETWORK_DEFAULT] = "default",   [NETWORK_NONE] = "none",
	[NETWORK_HOST] = "host", [NETWORK_SLIRP] = "slirp4netns", [NETWORK_PASTA] = "pasta",
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static json *mount_json(const struct mount_opts *m)
{
	json *j = json_object_new_object();
	json_put_str(j, "type", mount_kinds[m->kind]);
	json_put_str(j, "source", m->source);
	json_put_str(j, "target", m->target);
	for (size_t i = 0; i < COUNT(mount_flags); i++)
		if (*AT(m, mount_flags[i].offset, const bool))
			json_put_bool(j, mount_flags[i].key, true);
	if (m->size)
		json_put_int(j, "size", (int64_t)m->size);
	if (m->mode)
		json_put_int(j, "mode", m->mode);
	return j;
}

json *create_opts_json(const struct create_opts *o)
{
	json *j = json_object_new_object();
	for (size_t i = 0; i < COUNT(texts); i++)
		json_put_str(j, texts[i].key, *AT(o, texts[i].offset, char *const));
	for (size_t i = 0; i < COUNT(lists); i++)
		if (AT(o, lists[i].offset, const struct strv)->n)
			json_put_strv(j, lists[i].key, AT(o, lists[i].offset, const struct strv));
	for (size_t i = 0; i < COUNT(flags); i++)
		if (*AT(o, flags[i].offset, const bool))
			json_put_bool(j, flags[i].key, true);
	if (o->no_new_privs != TRI_UNSET)
		json_put_bool(j, "noNewPrivileges", o->no_new_privs == TRI_YES);
	if (o->network.kind != NETWORK_UNSET) {
		json *n = json_object_new_object();
		json_put_str(n, "mode", network_kinds[o->network.kind]);
		if (o->network.args.n)
			json_put_strv(n, "args", &o->network.args);
		json_put(j, "network", n);
	}
	if (o->nmounts) {
		json *a = json_object_new_array();
		for (size_t i = 0; i < o->nmounts; i++)
			json_object_array_add(a, mount_json(&o->mounts[i]));
		json_put(j, "mounts", a);
	}
	return j;
}

/* The value of KEY if there is one; -1 when it is there with another type. */
static int value_of(json *j, const char *key, enum json_type type, json **out, struct err *e)
{
	*out = NULL;
	if (!json_object_object_get_ex(j, key, out) || !*out)
		return 0;
	if (!json_object_is_type(*out, type))
		return err_set(e, ERR_CORRUPT, "%s is not a %s", key, json_type_to_name(type));
	return 1;
}

static int load_text(json *j, const char *key, char **out, struct err *e)
{
	json *v;
	int there = value_of(j, key, json_type_string, &v, e);
	if (there == 1 && !json_str(j, key))
		return err_set(e, ERR_CORRUPT, "%s holds a NUL", key);
	if (there == 1)
		*out = xstrdup(json_str(j, key));
	return there < 0 ? -1 : 0;
}

static int load_flag(json *j, const char *key, bool *out, struct err *e)
{
	json *v;
	int there = value_of(j, key, json_type_boolean, &v, e);
	if (there == 1)
		*out = json_object_get_boolean(v);
	return there < 0 ? -1 : 0;
}

static int load_number(json *j, const char *key, int64_t max, int64_t *out, struct err *e)
{
	json *v;
	int there = value_of(j, key, json_type_int, &v, e);
	*out = there == 1 ? json_object_get_int64(v) : 0;
	if (*out < 0 || *out > max)
		return err_set(e, ERR_CORRUPT, "%s is out of range", key);
	return there < 0 ? -1 : 0;
}

static int kind_of(json *j, const char *key, const char *const *names, size_t n, struct err *e)
{
	const char *name;
	if (json_need_str(j, key, &name, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (str_eq(names[i], name))
			return (int)i;
	return err_set(e, ERR_CORRUPT, "%s \"%s\" is not known", key, name);
}

static int load_mount(json *j, struct mount_opts *m, struct err *e)
{
	int64_t size, mode;
	int kind = kind_of(j, "type", mount_kinds, COUNT(mount_kinds), e);
	if (kind < 0 || load_text(j, "source", &m->source, e) < 0
	    || load_text(j, "target", &m->target, e) < 0
	    || load_number(j, "size", INT64_MAX, &size, e) < 0
	    || load_number(j, "mode", 07777, &mode, e) < 0)
		return -1;
	m->kind = (enum mount_kind)kind;
	m->size = (uint64_t)size;
	m->mode = (uint32_t)mode;
	for (size_t i = 0; i < COUNT(mount_flags); i++)
		if (load_flag(j, mount_flags[i].key, AT(m, mount_flags[i].offset, bool), e) < 0)
			return -1;
	if (!m->target || m->target[0] != '/'
	    || (m->kind == MOUNT_BIND && (!m->source || m->source[0] != '/'))
	    || (m->kind == MOUNT_VOLUME && m->source && !volume_name_ok(m->source)))
		return err_set(e, ERR_CORRUPT, "a path is missing or not absolute");
	return 0;
}

static int load_mounts(json *j, struct create_opts *o, struct err *e)
{
	json *a;
	int there = value_of(j, "mounts", json_type_array, &a, e);
	if (there < 1)
		return there;
	o->mounts = xcalloc(json_object_array_length(a) + 1, sizeof *o->mounts);
	while (o->nmounts < json_object_array_length(a)) {
		size_t i = o->nmounts++; /* counted first: what is half read is freed too */
		if (load_mount(json_object_array_get_idx(a, i), &o->mounts[i], e) < 0)
			return err_wrap(e, "mount %zu", i + 1);
	}
	return 0;
}

static int load_network(json *j, struct network_opts *o, struct err *e)
{
	json *n;
	int there = value_of(j, "network", json_type_object, &n, e);
	if (there < 1)
		return there;
	int kind = kind_of(n, "mode", network_kinds, COUNT(network_kinds), e);
	if (kind < 0)
		return err_wrap(e, "network");
	o->kind = (enum network_kind)kind;
	return json_strv(n, "args", &o->args, e);
}

static int load_all(json *j, struct create_opts *o, struct err *e)
{
	bool nnp = false;
	json *v;
	for (size_t i = 0; i < COUNT(texts); i++)
		if (load_text(j, texts[i].key, AT(o, texts[i].offset, char *), e) < 0)
			return -1;
	for (size_t i = 0; i < COUNT(lists); i++)
		if (json_strv(j, lists[i].key, AT(o, lists[i].offset, struct strv), e) < 0)
			return -1;
	for (size_t i = 0; i < COUNT(flags); i++)
		if (load_flag(j, flags[i].key, AT(o, flags[i].offset, bool), e) < 0)
			return -1;
	if (load_flag(j, "noNewPrivileges", &nnp, e) < 0)
		return -1;
	if (json_object_object_get_ex(j, "noNewPrivileges", &v) && v)
		o->no_new_privs = nnp ? TRI_YES : TRI_NO;
	return load_network(j, &o->network, e) < 0 ? -1 : load_mounts(j, o, e);
}

int create_opts_load(json *j, struct create_opts *out, struct err *e)
{
	*out = (struct create_opts){ 0 };
	if (!json_object_is_type(j, json_type_object))
		return err_set(e, ERR_CORRUPT, "the options are not an object");
	if (load_all(j, out, e) == 0)
		return 0;
	create_opts_free(out);
	return err_wrap(e, "options");
}

void create_opts_free(struct create_opts *o)
{
	for (size_t i = 0; i < COUNT(texts); i++)
		free_ptr(AT(o, texts[i].offset, char *));
	for (size_t i = 0; i < COUNT(lists); i++)
		strv_free(AT(o, lists[i].offset, struct strv));
	for (size_t i = 0; i < o->nmounts; i++)
		mount_opts_free(&o->mounts[i]);
	free_ptr(&o->mounts);
	network_opts_free(&o->network);
	*o = (struct create_opts){ 0 };
}
