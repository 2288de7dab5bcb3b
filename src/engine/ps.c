/* ps.c - containers as ps lists them. Takes no lock: a container that goes away while we look is
 * left out, one that cannot be read is named in a warning. */
#include "engine/inspect.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "engine/lifecycle.h"
#include "util/log.h"
#include "util/time.h"

#define SECOND 1000000000LL

void engine_command(struct engine *en, const struct container *c, struct strv *out)
{
	auto_image struct image img = { 0 };
	char id[DIGEST_TEXT];
	struct err e = { 0 };
	const struct create_opts *o = &c->record.opts;
	if (o->command.n) {
		strv_copy(out, &o->command);
		return;
	}
	/* an image that is gone takes its default command with it */
	if (!o->entrypoint_set
	    && store_image_find(en->store, digest_text(&c->record.image, id), &img, NULL, &e) == 0)
		strv_copy(out, &img.config.cmd);
}

static char *ago(int64_t nanoseconds)
{
	return str_human_ago(time(NULL) - nanoseconds / SECOND);
}

static char *status_text(const struct state *s)
{
	auto_free char *up = ago(s->started), *down = ago(s->finished);
	if (s->status == CONTAINER_RUNNING)
		return str_printf("Up %s", up);
	if (s->status == CONTAINER_EXITED && !s->finished) /* nobody saw it */
		return str_printf("Exited (%d)", s->exit_code);
	if (s->status == CONTAINER_EXITED)
		return str_printf("Exited (%d) %s ago", s->exit_code, down);
	return xstrdup(s->status == CONTAINER_PAUSED     ? "Paused"
		       : s->status == CONTAINER_STOPPING ? "Stopping"
							 : "Created");
}

static json *mount_targets(const struct create_opts *o)
{
	json *a = json_object_new_array();
	for (size_t i = 0; i < o->nmounts; i++)
		json_object_array_add(a, json_object_new_string(o->mounts[i].target));
	return a;
}

static json *ps_doc(struct engine *en, const struct container *c, const struct state *s)
{
	const struct record *r = &c->record;
	auto_strv struct strv command = { 0 };
	auto_free char *created = ago(r->created), *since = str_printf("%s ago", created),
		       *status = status_text(s);
	json *d = json_object_new_object(), *names = json_object_new_array();
	engine_command(en, c, &command);
	json_object_array_add(names, json_object_new_string(c->name ? c->name : ""));
	json_put_bool(d, "AutoRemove", r->opts.remove);
	json_put_strv(d, "Command", &command);
	json_put_str(d, "CreatedAt", since);
	json_put_str(d, "CIDFile", r->opts.cidfile ? r->opts.cidfile : "");
	json_put_bool(d, "Exited", s->status == CONTAINER_EXITED);
	json_put_int(d, "ExitedAt", s->finished / SECOND);
	json_put_int(d, "ExitCode", s->exit_code);
	json_put_str(d, "Id", c->id);
	json_put_str(d, "Image", r->image_name ? r->image_name : r->image.hex);
	json_put_str(d, "ImageID", r->image.hex);
	json_put_bool(d, "IsInfra", false);
	json_put_map(d, "Labels", &r->opts.labels);
	json_put(d, "Mounts", mount_targets(&r->opts));
	json_put(d, "Names", names);
	json_put(d, "Namespaces", json_object_new_object());
	json_put(d, "Networks", json_object_new_array());
	json_put_int(d, "Pid", engine_is_up(s) ? s->pid : 0);
	json_put_str(d, "Pod", "");
	json_put_str(d, "PodName", "");
	json_put(d, "Ports", NULL);
	json_put_int(d, "Restarts", 0);
	json_put(d, "Size", NULL);
	json_put_int(d, "StartedAt", s->started / SECOND);
	json_put_str(d, "State", container_status_text(s->status));
	json_put_str(d, "Status", status);
	json_put_int(d, "Created", r->created / SECOND);
	return d;
}

/* --- filters --- */

static bool label_matches(const struct strv *labels, const char *want)
{
	size_t n = strcspn(want, "=");
	auto_free char *key = xstrndup(want, n);
	/* a label may have been given without a value */
	const char *value = strv_has(labels, key) ? "" : strv_env_get(labels, key);
	return value && (!want[n] || str_eq(value, want + n + 1));
}

static bool name_contains(const struct container *c, const char *want)
{
	return c->name && (strstr(c->name, want) || fnmatch(want, c->name, 0) == 0);
}

/* Is the container made from image WANT, by name, or by the beginning of its id? */
static bool is_made_from(const struct record *r, const char *want)
{
	if (str_starts(r->image.hex, want) && strlen(want) >= 3)
		return true;
	for (const char *p = r->image_name; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
		size_t n = strlen(want);
		if (strncmp(p, want, n) == 0 && (!p[n] || (p[n] == ':' && !strchr(p + n, '/'))))
			return true;
	}
	return false;
}

static bool has_status(const struct state *s, const char *want)
{
	return str_eq(container_status_text(s->status), want)
	       || (s->status == CONTAINER_EXITED && str_eq(want, "stopped"))
	       || (s->status == CONTAINER_CREATED && str_eq(want, "configured"));
}

/* When was the container made that VALUE names, or what time is it? For before, since and until. */
static int64_t moment(struct engine *en, const char *key, const char *value)
{
	auto_container struct container other = { .dir = -1, .run = -1, .lock = -1 };
	struct err ignored;
	int64_t t;
	if (str_eq(key, "until"))
		return time_parse(value, time(NULL) * SECOND, &t) == 0 ? t : 0;
	return container_open(&en->containers, value, &other, &ignored) == 0 ? other.record.created
									     : 0;
}

static bool one_matches(struct engine *en, const struct container *c, const struct state *s,
			const char *key, const char *value)
{
	int64_t code;
	if (str_eq(key, "label!"))
		return !label_matches(&c->record.opts.labels, value);
	if (str_eq(key, "since"))
		return c->record.created > moment(en, key, value);
	if (str_eq(key, "before") || str_eq(key, "until"))
		return c->record.created < moment(en, key, value);
	if (str_eq(key, "id"))
		return str_starts(c->id, value);
	if (str_eq(key, "name"))
		return name_contains(c, value);
	if (str_eq(key, "label"))
		return label_matches(&c->record.opts.labels, value);
	if (str_eq(key, "status"))
		return has_status(s, value);
	if (str_eq(key, "ancestor"))
		return is_made_from(&c->record, value);
	return str_to_i64(value, &code) == 0 && s->status == CONTAINER_EXITED
	       && s->exit_code == code;
}

static int filter_check(struct engine *en, const char *filter, struct err *e)
{
	static const char *const keys[] = {
		"id=",     "name=",     "label=",  "label!=", "status=",
		"exited=", "ancestor=", "before=", "since=",  "until="
	};
	size_t k = 0, n = sizeof keys / sizeof *keys;
	while (k < n && !str_starts(filter, keys[k]))
		k++;
	if (k == n) {
		err_set(e, ERR_USAGE, "invalid filter %s", filter);
		return err_hint(e, "Containers can be chosen by id=, name=, label=, label!=, "
				   "status=, exited=, ancestor=, before=, since= and until=.");
	}
	const char *value = filter + strlen(keys[k]);
	auto_free char *key = xstrndup(filter, strlen(keys[k]) - 1);
	if (k < n - 3 || moment(en, key, value))
		return 0;
	return err_set(e, ERR_USAGE, "invalid filter %s: no such %s", filter,
		       str_eq(key, "until") ? "time" : "container");
}

static int filters_check(struct engine *en, const struct strv *filters, struct err *e)
{
	for (size_t i = 0; i < filters->n; i++)
		if (filter_check(en, filters->list[i], e) < 0)
			return -1;
	return 0;
}

static bool passes(struct engine *en, const struct container *c, const struct state *s,
		   const struct strv *filters)
{
	for (size_t i = 0; i < filters->n; i++) {
		size_t key_n = strcspn(filters->list[i], "=");
		auto_free char *key = xstrndup(filters->list[i], key_n);
		bool any = false;
		for (size_t j = 0; j < filters->n && !any; j++) {
			bool same = str_starts(key, "label")
					    ? i == j
					    : strncmp(filters->list[i], filters->list[j], key_n + 1)
						      == 0;
			any = same && one_matches(en, c, s, key, filters->list[j] + key_n + 1);
		}
		if (!any)
			return false;
	}
	return true;
}

/* --- the list --- */

struct row {
	int64_t created;
	json *doc;
};
struct rows {
	struct row *list;
	size_t n, cap;
};

static void add_one(struct engine *en, const struct ps_query *q, const char *id, struct rows *rows)
{
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	struct state s;
	struct err e = { 0 };
	if (container_open(&en->containers, id, &c, &e) < 0 || engine_state(&c, &s, &e) < 0) {
		if (e.kind != ERR_NOTFOUND)
			log_err(&e);
		return;
	}
	/* a filter by state asks for containers in that state */
	bool any_state = q->all || q->last > 0;
	for (size_t i = 0; i < q->filters->n; i++)
		any_state |= str_starts(q->filters->list[i], "status=")
			     || str_starts(q->filters->list[i], "exited=");
	if ((!any_state && s.status != CONTAINER_RUNNING) || !passes(en, &c, &s, q->filters))
		return;
	xgrow(&rows->list, &rows->cap, rows->n + 1, sizeof *rows->list);
	rows->list[rows->n++] = (struct row){ c.record.created, ps_doc(en, &c, &s) };
}

static int newest_first(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	return (x->created < y->created) - (x->created > y->created);
}

int engine_ps(struct engine *en, const struct ps_query *q, json **out, struct err *e)
{
	auto_strv struct strv ids = { 0 };
	struct rows rows = { 0 };
	if (filters_check(en, q->filters, e) < 0 || containers_list(&en->containers, &ids, e) < 0)
		return -1;
	for (size_t i = 0; i < ids.n; i++)
		add_one(en, q, ids.list[i], &rows);
	if (rows.n)
		qsort(rows.list, rows.n, sizeof *rows.list, newest_first);
	*out = json_object_new_array();
	for (size_t i = 0; i < rows.n; i++) {
		if (q->last > 0 && i >= (size_t)q->last)
			json_object_put(rows.list[i].doc);
		else
			json_object_array_add(*out, rows.list[i].doc);
	}
	free(rows.list);
	return 0;
}

int engine_container_names(struct engine *en, struct strv *names, struct err *e)
{
	static const struct strv none = { 0 };
	const struct ps_query q = { .all = true, .filters = &none };
	auto_json json *list = NULL;
	if (engine_ps(en, &q, &list, e) < 0)
		return -1;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json *name = json_arr(json_object_array_get_idx(list, i), "Names");
		strv_add(names, json_object_get_string(json_object_array_get_idx(name, 0)));
	}
	return 0;
}

int engine_latest(struct engine *en, char out[static CONTAINER_ID + 1], struct err *e)
{
	static const struct strv none = { 0 };
	const struct ps_query q = { .last = 1, .filters = &none };
	auto_json json *list = NULL;
	if (engine_ps(en, &q, &list, e) < 0)
		return -1;
	if (!json_object_array_length(list))
		return err_set(e, ERR_NOTFOUND, "there are no containers");
	memcpy(out, json_str(json_object_array_get_idx(list, 0), "Id"), CONTAINER_ID + 1);
	return 0;
}
