/* load_docker.c - docker-archive, as `docker save` and `podman save` write it.
 *
 * manifest.json: [{ "Config": FILE, "RepoTags": [NAME...], "Layers": [FILE...] }...]. The configuration has the
 * layers' diff_ids, so the layers themselves, in the archive as plain tars, need no digest of their own. */
#include <string.h>
#include "archive/hash.h"
#include "engine/load_internal.h"

#define LIST_MAX (4u << 20)
#define IMAGES_MAX 4096

static int read_config(struct load *l, json *entry, struct load_image *li, struct err *e)
{
	const char *name;
	if (json_need_str(entry, "Config", &name, e) < 0)
		return -1;
	if (source_read(l->src, name, MANIFEST_CONFIG_MAX, &li->config, &li->config_len, e) < 0)
		return -1;
	struct digest id = hash_of(li->config, li->config_len);
	return image_parse(li->config, li->config_len, &id, &li->img, e);
}

static int find_layers(struct load *l, json *entry, struct load_image *li, struct err *e)
{
	auto_strv struct strv files = { 0 };
	struct span at;
	if (json_strv(entry, "Layers", &files, e) < 0)
		return -1;
	if (files.n != li->img.nlayers)
		return err_set(e, ERR_CORRUPT,
			       "manifest.json has %zu layers, the configuration %zu", files.n,
			       li->img.nlayers);
	li->layers = xcalloc(files.n + 1, sizeof *li->layers);
	for (size_t i = 0; i < files.n; i++) {
		struct feed *f = &li->layers[i];
		f->diff_id = li->img.layers[i];
		/* archives may leave out layers that are known to be here */
		if (store_layer_exists(l->store, &f->diff_id))
			continue;
		if (source_find(l->src, files.list[i], &at, e) < 0)
			return err_wrap(e, "layer %zu", i + 1);
		f->fd = at.fd;
		f->offset = at.offset;
		f->size = at.size;
	}
	return 0;
}

static int load_entry(struct load *l, json *entry, struct err *e)
{
	auto_load_image struct load_image li = { 0 };
	auto_strv struct strv tags = { 0 };
	if (!json_object_is_type(entry, json_type_object))
		return err_set(e, ERR_CORRUPT, "manifest.json is not a list of images");
	if (json_strv(entry, "RepoTags", &tags, e) < 0)
		return -1;
	for (size_t i = 0; i < tags.n; i++)
		load_add_name(&li.names, tags.list[i]);
	if (read_config(l, entry, &li, e) < 0 || find_layers(l, entry, &li, e) < 0)
		return -1;
	return load_image_keep(l, &li, e);
}

/* Does ENTRY carry the name, or the place ("@1"), that was asked for? */
static bool is_asked(json *entry, size_t at, const struct strv *want, const char *inner)
{
	auto_strv struct strv tags = { 0 }, names = { 0 };
	auto_free char *place = str_printf("@%zu", at);
	struct err ignored;
	if (str_eq(place, inner))
		return true;
	if (!json_object_is_type(entry, json_type_object)
	    || json_strv(entry, "RepoTags", &tags, &ignored) < 0)
		return false;
	for (size_t i = 0; i < tags.n; i++)
		load_add_name(&names, tags.list[i]);
	for (size_t i = 0; i < names.n; i++)
		if (strv_has(want, names.list[i]))
			return true;
	return false;
}

static int load_asked(struct load *l, json *list, size_t n, struct err *e)
{
	auto_strv struct strv want = { 0 };
	load_add_name(&want, l->rq->inner);
	for (size_t i = 0; i < n; i++) {
		json *entry = json_object_array_get_idx(list, i);
		if (is_asked(entry, i, &want, l->rq->inner))
			return load_entry(l, entry, e);
	}
	return err_set(e, ERR_NOTFOUND, "it has no image %s", l->rq->inner);
}

int load_docker(struct load *l, struct err *e)
{
	auto_free char *text = NULL;
	auto_json json *list = NULL;
	size_t len;
	if (source_read(l->src, "manifest.json", LIST_MAX, &text, &len, e) < 0
	    || json_parse(text, len, "manifest.json", &list, e) < 0)
		return -1;
	if (!json_object_is_type(list, json_type_array))
		return err_set(e, ERR_CORRUPT, "manifest.json is not a list of images");
	size_t n = json_object_array_length(list);
	if (!n || n > IMAGES_MAX)
		return err_set(e, ERR_CORRUPT, "manifest.json lists %zu images", n);
	if (*l->rq->inner)
		return load_asked(l, list, n, e);
	for (size_t i = 0; i < n; i++)
		if (load_entry(l, json_object_array_get_idx(list, i), e) < 0)
			return -1;
	return 0;
}
