/* config.c - see config.h. A table names each honoured key and the field that it fills, so that a
 * further key is a further row. */
#include "model/config.h"

#include <string.h>
#include "model/toml.h"
#include "util/alloc.h"
#include "util/json.h"

struct row {
	const char *path[5]; /* table, sub-tables, key, NULL */
	size_t offset;       /* of a char * in struct config */
};

#define FIELD(f) offsetof(struct config, f)
static const struct row containers_rows[] = {
	{ { "containers", "netns" }, FIELD(netns) },
	{ { "containers", "seccomp_profile" }, FIELD(seccomp_profile) },
	{ { "containers", "log_driver" }, FIELD(log_driver) },
	{ { "engine", "cgroup_manager" }, FIELD(cgroup_manager) },
	{ { "network", "default_rootless_network_cmd" }, FIELD(network_cmd) },
};
/* The later of two that fill one field wins: options.mount_program is the old place. */
static const struct row storage_rows[] = {
	{ { "storage", "driver" }, FIELD(storage_driver) },
	{ { "storage", "options", "mount_program" }, FIELD(mount_program) },
	{ { "storage", "options", "overlay", "mount_program" }, FIELD(mount_program) },
};
static const struct row place_rows[] = {
	{ { "storage", "graphroot" }, FIELD(graphroot) },
	{ { "storage", "runroot" }, FIELD(runroot) },
};
static const struct row rootless_rows[] = {
	{ { "storage", "rootless_storage_path" }, FIELD(graphroot) },
};

/* The value at PATH or NULL; *PARENT is the table that it would be in. */
static json *lookup(json *doc, const char *const *path, json **parent)
{
	for (; path[1]; path++)
		doc = json_obj(doc, path[0]);
	json *v = NULL;
	*parent = doc;
	return doc && json_object_object_get_ex(doc, path[0], &v) ? v : NULL;
}

/* "" is how the files that distributions ship write "not set". */
static int take_text(struct config *c, json *doc, const struct row *r, const char *name,
		     struct err *e)
{
	json *parent;
	json *v = lookup(doc, r->path, &parent);
	size_t last = 0;
	while (r->path[last + 1])
		last++;
	if (!v)
		return 0;
	const char *text = json_str(parent, r->path[last]);
	if (!text)
		return err_set(e, ERR_USAGE, "%s: %s.%s is not a string", name, r->path[0],
			       r->path[last]);
	char **field = (char **)((char *)c + r->offset);
	free_ptr(field);
	*field = *text ? xstrdup(text) : NULL;
	return 0;
}

static int take_rows(struct config *c, json *doc, const struct row *rows, size_t n,
		     const char *name, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (take_text(c, doc, &rows[i], name, e) < 0)
			return -1;
	return 0;
}
#define TAKE(c, doc, rows, name, e) take_rows(c, doc, rows, sizeof rows / sizeof *rows, name, e)

/* One item of a list: a name, or {append=true}, which keeps what earlier files said. */
static int take_item(json *item, struct strv *list, bool *append)
{
	if (json_object_is_type(item, json_type_string))
		strv_add(list, json_object_get_string(item));
	else if (json_object_is_type(item, json_type_object))
		*append = json_flag(item, "append", *append);
	else
		return -1;
	return 0;
}

static int take_capabilities(struct config *c, json *doc, const char *name, struct err *e)
{
	static const char *const path[] = { "containers", "default_capabilities", NULL };
	auto_strv struct strv list = { 0 };
	bool append = false;
	json *parent;
	json *a = lookup(doc, path, &parent);
	if (!a)
		return 0;
	int bad = json_object_is_type(a, json_type_array) ? 0 : -1;
	for (size_t i = 0; !bad && i < json_object_array_length(a); i++)
		bad = take_item(json_object_array_get_idx(a, i), &list, &append);
	if (bad)
		return err_set(e, ERR_USAGE,
			       "%s: containers.default_capabilities is not a list of strings",
			       name);
	if (!append)
		strv_free(&c->default_capabilities);
	strv_add_all(&c->default_capabilities, list.list);
	c->default_capabilities_set = true;
	return 0;
}

int config_add_containers(struct config *c, const char *text, size_t len, const char *name,
			  struct err *e)
{
	auto_json json *doc = NULL;
	if (toml_parse(text, len, name, &doc, e) < 0)
		return -1;
	if (TAKE(c, doc, containers_rows, name, e) < 0 || take_capabilities(c, doc, name, e) < 0)
		return -1;
	if (c->cgroup_manager && !str_eq(c->cgroup_manager, "systemd")
	    && !str_eq(c->cgroup_manager, "cgroupfs"))
		return err_set(e, ERR_USAGE,
			       "%s: engine.cgroup_manager \"%s\" is neither systemd nor cgroupfs",
			       name, c->cgroup_manager);
	return 0;
}

/* Write out the three variables that podman does in rootless_storage_path. */
static char *expand(const char *path, const struct config_owner *o)
{
	auto_free char *uid = str_printf("%u", (unsigned)o->uid);
	const struct {
		const char *name, *value;
	} vars[] = { { "$HOME", o->home }, { "$USER", o->user }, { "$UID", uid } };
	auto_buf struct buf b = { 0 };
	while (*path) {
		size_t i = 0;
		while (i < 3 && !(vars[i].value && str_starts(path, vars[i].name)))
			i++;
		if (i < 3) {
			buf_puts(&b, vars[i].value);
			path += strlen(vars[i].name);
		} else {
			buf_putc(&b, *path++);
		}
	}
	return buf_take(&b);
}

static int check_absolute(const char *path, const char *what, const char *name, struct err *e)
{
	if (!path || *path == '/')
		return 0;
	return err_set(e, ERR_USAGE, "%s: %s \"%s\" is not an absolute path", name, what, path);
}

int config_add_storage(struct config *c, const char *text, size_t len, const char *name,
		       const struct config_owner *owner, struct err *e)
{
	auto_json json *doc = NULL;
	bool own_places = owner->uid == 0 || !owner->system;
	if (toml_parse(text, len, name, &doc, e) < 0)
		return -1;
	if (TAKE(c, doc, storage_rows, name, e) < 0)
		return -1;
	if (own_places && TAKE(c, doc, place_rows, name, e) < 0)
		return -1;
	if (owner->uid != 0 && TAKE(c, doc, rootless_rows, name, e) < 0)
		return -1;
	if (c->graphroot) {
		char *full = expand(c->graphroot, owner);
		free(c->graphroot);
		c->graphroot = full;
	}
	if (check_absolute(c->graphroot, "the store", name, e) < 0)
		return -1;
	return check_absolute(c->runroot, "storage.runroot", name, e);
}

void config_free(struct config *c)
{
	free(c->netns);
	free(c->seccomp_profile);
	free(c->log_driver);
	strv_free(&c->default_capabilities);
	free(c->cgroup_manager);
	free(c->network_cmd);
	free(c->storage_driver);
	free(c->graphroot);
	free(c->runroot);
	free(c->mount_program);
	*c = (struct config){ 0 };
}
