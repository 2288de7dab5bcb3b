/* images.c - see images.h: filters, names, removal. The documents are in image_docs.c.
 *
 * Reading takes no lock: store_images is one reading of the index, and an image that goes away
 * meanwhile is simply not there any more. */
#include "engine/images.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include "model/ref.h"

struct filter {
	const char *key, *value;
	struct strv parts; /* owns what KEY and VALUE point into */
	int64_t when;      /* before, since: that image's time */
};

/* The shell pattern PATTERN against a name, its repository alone, and both without leading parts of
 * the path: "busybox" finds docker.io/library/busybox:1. */
static bool name_matches(const char *name, const char *pattern)
{
	auto_free char *repository = NULL, *tag = NULL;
	engine_split_name(name, &repository, &tag);
	for (const char *p = name; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
		if (fnmatch(pattern, p, FNM_PATHNAME) == 0)
			return true;
	}
	for (const char *p = repository; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
		if (fnmatch(pattern, p, FNM_PATHNAME) == 0)
			return true;
	}
	return false;
}

static bool any_name_matches(const struct image_row *row, const char *pattern)
{
	for (size_t i = 0; i < row->names.n; i++) {
		if (name_matches(row->names.list[i], pattern))
			return true;
	}
	return false;
}

/* "K" or "K=V" among the image's labels. */
static int label_matches(struct store *s, const struct image_row *row, const char *want, bool *out,
			 struct err *e)
{
	auto_image struct image img = { 0 };
	char id[DIGEST_TEXT];
	if (store_image_find(s, digest_text(&row->id, id), &img, NULL, e) < 0)
		return -1;
	const char *eq = strchr(want, '=');
	auto_free char *key = eq ? xstrndup(want, (size_t)(eq - want)) : xstrdup(want);
	const char *value = strv_env_get(&img.config.labels, key);
	*out = value && (!eq || str_eq(value, eq + 1));
	return 0;
}

static int filter_matches(struct store *s, const struct filter *f, const struct image_row *row,
			  bool *out, struct err *e)
{
	if (str_eq(f->key, "reference")) {
		*out = any_name_matches(row, f->value);
	} else if (str_eq(f->key, "dangling")) {
		bool want;
		if (str_to_bool(f->value, &want) < 0)
			return err_set(e, ERR_USAGE,
				       "invalid filter dangling=%s: neither true nor false",
				       f->value);
		*out = want == (row->names.n == 0);
	} else if (str_eq(f->key, "id")) {
		*out = str_starts(row->id.hex,
				  str_starts(f->value, "sha256:") ? f->value + 7 : f->value);
	} else if (str_eq(f->key, "before")) {
		*out = row->created < f->when;
	} else if (str_eq(f->key, "since")) {
		*out = row->created > f->when;
	} else {
		return label_matches(s, row, f->value, out, e);
	}
	return 0;
}

/* One word of --filter. The images that before and since name are looked up once. */
static int filter_parse(const struct image_rows *all, struct store *s, const char *text,
			struct filter *f, struct err *e)
{
	static const char *const keys[] = { "reference", "dangling", "id", "label",
					    "before",    "since",    NULL };
	const char *eq = strchr(text, '=');
	if (!eq)
		return err_set(e, ERR_USAGE, "invalid filter %s: not KEY=VALUE", text);
	strv_take(&f->parts, xstrndup(text, (size_t)(eq - text)));
	strv_add(&f->parts, eq + 1);
	f->key = f->parts.list[0];
	f->value = f->parts.list[1];
	size_t k = 0;
	while (keys[k] && !str_eq(keys[k], f->key))
		k++;
	if (!keys[k]) {
		err_set(e, ERR_USAGE, "invalid filter %s: there is no such key", f->key);
		return err_hint(e, "Images can be chosen by reference, dangling, id, label, before "
				   "and since.");
	}
	if (str_eq(f->key, "before") || str_eq(f->key, "since")) {
		auto_image struct image img = { 0 };
		if (store_image_find(s, f->value, &img, NULL, e) < 0)
			return err_wrap(e, "filter %s", f->key);
		for (size_t i = 0; i < all->n; i++) {
			if (digest_eq(&all->rows[i].id, &img.id))
				f->when = all->rows[i].created;
		}
	}
	return 0;
}

/* Different keys must all hold, of filters with one key any; labels must all hold. */
static int row_passes(struct store *s, const struct filter *filters, size_t n,
		      const struct image_row *row, bool *out, struct err *e)
{
	*out = true;
	for (size_t i = 0; i < n && *out; i++) {
		bool any = false;
		for (size_t j = 0; j < n && !any; j++) {
			bool same = str_eq(filters[i].key, "label")
					    ? i == j
					    : str_eq(filters[j].key, filters[i].key);
			if (same && filter_matches(s, &filters[j], row, &any, e) < 0)
				return -1;
		}
		*out = any;
	}
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct image_row *x = a, *y = b;
	if (x->created != y->created)
		return x->created < y->created ? 1 : -1;
	return strcmp(x->id.hex, y->id.hex);
}

/* Who asks for names gets those, not what else the image is called. */
static void keep_matching_names(const struct filter *filters, size_t n, struct image_row *row)
{
	for (size_t i = row->names.n; i-- > 0;) {
		bool asked = false, match = false;
		for (size_t j = 0; j < n && !match; j++) {
			bool by_name = str_eq(filters[j].key, "reference");
			asked |= by_name;
			match = by_name && name_matches(row->names.list[i], filters[j].value);
		}
		if (asked && !match)
			strv_remove(&row->names, i);
	}
}

/* Take out the rows that do not pass; a dropped row's strings are freed by the swap to the end. */
static int keep_passing(struct store *s, const struct filter *filters, size_t n,
			struct image_rows *r, struct err *e)
{
	size_t kept = 0;
	for (size_t i = 0; i < r->n; i++) {
		bool pass;
		if (row_passes(s, filters, n, &r->rows[i], &pass, e) < 0)
			return -1;
		if (pass) {
			keep_matching_names(filters, n, &r->rows[i]);
			struct image_row row = r->rows[kept];
			r->rows[kept++] = r->rows[i];
			r->rows[i] = row;
		}
	}
	for (size_t i = kept; i < r->n; i++)
		strv_free(&r->rows[i].names);
	r->n = kept;
	return 0;
}

int engine_images(struct store *s, const struct strv *texts, struct image_rows *out, struct err *e)
{
	struct filter *filters = xcalloc(texts->n + 1, sizeof *filters);
	int r = store_images(s, out, e);
	for (size_t i = 0; i < texts->n && r == 0; i++)
		r = filter_parse(out, s, texts->list[i], &filters[i], e);
	if (r == 0)
		r = keep_passing(s, filters, texts->n, out, e);
	if (r == 0 && out->n)
		qsort(out->rows, out->n, sizeof *out->rows, newest_first);
	for (size_t i = 0; i < texts->n; i++)
		strv_free(&filters[i].parts);
	free(filters);
	return r;
}

void engine_split_name(const char *name, char **repository, char **tag)
{
	const char *at = strchr(name, '@');
	const char *slash = strrchr(name, '/');
	const char *colon = strrchr(slash ? slash : name, ':');
	if (at) {
		*repository = xstrndup(name, (size_t)(at - name));
		*tag = xstrdup("<none>");
	} else if (colon) {
		*repository = xstrndup(name, (size_t)(colon - name));
		*tag = xstrdup(colon + 1);
	} else {
		*repository = xstrdup(name);
		*tag = xstrdup("<none>");
	}
}

/* NAME as the store keeps it. */
static int full_name(const char *name, char **out, struct err *e)
{
	auto_ref struct ref r = { 0 };
	if (ref_parse(name, &r, e) < 0)
		return -1;
	if (!digest_none(&r.digest)) {
		err_set(e, ERR_USAGE, "%s is not a name: it holds a digest", name);
		return err_hint(e, "Names are like app, app:1.2 or registry.example/app:1.2.");
	}
	ref_make_local(&r);
	*out = ref_text(&r);
	return 0;
}

int engine_tag(struct store *s, const char *what, const char *name, struct err *e)
{
	auto_image struct image img = { 0 };
	auto_free char *full = NULL;
	if (store_image_find(s, what, &img, NULL, e) < 0 || full_name(name, &full, e) < 0)
		return -1;
	return store_tag(s, &img.id, full, e);
}

static int row_of(struct store *s, const struct digest *id, struct image_rows *rows,
		  struct image_row **out, struct err *e)
{
	if (store_images(s, rows, e) < 0)
		return -1;
	for (size_t i = 0; i < rows->n; i++) {
		if (digest_eq(&rows->rows[i].id, id)) {
			*out = &rows->rows[i];
			return 0;
		}
	}
	return err_set(e, ERR_NOTFOUND, "image %.12s is gone", id->hex);
}

/* One of the image's own names, by what the user typed. */
static int own_name(struct store *s, const struct digest *id, const char *typed, char **out,
		    struct err *e)
{
	auto_image struct image img = { 0 };
	if (store_image_find(s, typed, &img, out, e) < 0)
		return -1;
	if (*out && digest_eq(&img.id, id))
		return 0;
	return err_set(e, ERR_NOTFOUND, "%s is not a name of that image", typed);
}

int engine_untag(struct store *s, const char *what, char *const *names, struct err *e)
{
	auto_image struct image img = { 0 };
	auto_image_rows struct image_rows rows = { 0 };
	struct image_row *row = NULL;
	auto_strv struct strv gone = { 0 };
	if (store_image_find(s, what, &img, NULL, e) < 0)
		return -1;
	for (; names && *names; names++) {
		auto_free char *name = NULL;
		if (own_name(s, &img.id, *names, &name, e) < 0)
			return -1;
		strv_take(&gone, take(name));
	}
	if (!gone.n) {
		if (row_of(s, &img.id, &rows, &row, e) < 0)
			return -1;
		strv_copy(&gone, &row->names);
	}
	for (size_t i = 0; i < gone.n; i++) {
		if (store_untag(s, gone.list[i], e) < 0)
			return -1;
	}
	return 0;
}

void image_removal_free(struct image_removal *r)
{
	strv_free(&r->untagged);
}

/* With force the containers that use the image go first. */
static int free_of_containers(struct engine *en, const struct digest *id, bool force, struct err *e)
{
	const struct remove_opts all = {
		.force = true,
		.volumes = true,
		.seconds = ENGINE_STOP_SECONDS,
	};
	for (;;) {
		auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
		auto_free char *user = NULL;
		if (containers_using(&en->containers, id, &user, e) < 0)
			return -1;
		if (!user)
			return 0;
		if (!force) {
			err_set(e, ERR_BUSY, "image %.12s is used by container %.12s", id->hex,
				user);
			return err_hint(e,
					"Remove the container first (cuddy rm %.12s), or both with "
					"--force.",
					user);
		}
		if (container_open(&en->containers, user, &c, e) < 0
		    || engine_remove(en, &c, &all, e) < 0)
			return -1;
	}
}

static int remove_row(struct engine *en, const struct image_row *row, const char *name,
		      const struct image_remove_opts *o, struct image_removal *out, struct err *e)
{
	if (name && row->names.n > 1) {
		if (store_untag(en->store, name, e) < 0)
			return -1;
		strv_add(&out->untagged, name);
		return 0;
	}
	if (!name && row->names.n > 1 && !o->force && !o->all_names) {
		auto_free char *list = strv_join(&row->names, ", ");
		err_set(e, ERR_BUSY, "image %.12s has several names: %s", row->id.hex, list);
		return err_hint(e, "Remove it by one of its names, or with --force by all.");
	}
	if (free_of_containers(en, &row->id, o->force, e) < 0
	    || store_image_remove(en->store, &row->id, e) < 0)
		return -1;
	strv_copy(&out->untagged, &row->names);
	out->removed = row->id;
	return 0;
}

int engine_image_remove(struct engine *en, const char *what, const struct image_remove_opts *o,
			struct image_removal *out, struct err *e)
{
	auto_image struct image img = { 0 };
	auto_free char *name = NULL;
	auto_image_rows struct image_rows rows = { 0 };
	struct image_row *row = NULL;
	*out = (struct image_removal){ 0 };
	if (store_image_find(en->store, what, &img, &name, e) < 0
	    || row_of(en->store, &img.id, &rows, &row, e) < 0)
		return -1;
	return remove_row(en, row, name, o, out, e);
}
