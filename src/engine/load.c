/* load.c - see load.h. Here is what does not depend on the format. */
#include "engine/load.h"

#include "engine/images.h"
#include "engine/load_internal.h"
#include "util/log.h"

void load_image_free(struct load_image *li)
{
	image_free(&li->img);
	free(li->layers);
	free(li->config);
	free(li->manifest);
	strv_free(&li->names);
	*li = (struct load_image){ 0 };
}

void load_result_free(struct load_result *r)
{
	for (size_t i = 0; i < r->n; i++)
		strv_free(&r->images[i].names);
	free(r->images);
	*r = (struct load_result){ 0 };
}

void load_add_name(struct strv *v, const char *text)
{
	auto_ref struct ref r = { 0 };
	struct err ignored;
	if (ref_parse(text, &r, &ignored) < 0 || !digest_none(&r.digest))
		return;
	ref_make_local(&r);
	auto_free char *name = ref_text(&r);
	if (!strv_has(v, name))
		strv_add(v, name);
}

static void add_result(struct load *l, struct load_image *li)
{
	struct load_result *r = l->result;
	xgrow(&r->images, &r->cap, r->n + 1, sizeof *r->images);
	r->images[r->n] = (struct loaded_image){ .id = li->img.id };
	strv_copy(&r->images[r->n].names, &li->names);
	r->n++;
}

static int keep_documents(struct load *l, struct load_image *li, struct err *e)
{
	if (store_blob_put(l->store, &li->img.id, li->config, li->config_len, e) < 0)
		return -1;
	if (li->manifest
	    && store_blob_put(l->store, &li->img.manifest, li->manifest, li->manifest_len, e) < 0)
		return -1;
	if (store_image_add(l->store, &li->img, li->names.n ? li->names.list[0] : NULL, e) < 0)
		return -1;
	for (size_t i = 1; i < li->names.n; i++)
		if (store_tag(l->store, &li->img.id, li->names.list[i], e) < 0)
			return -1;
	return 0;
}

int load_image_keep(struct load *l, struct load_image *li, struct err *e)
{
	if (feed_all(l->store, l->map, li->layers, li->img.nlayers, l->bars, &l->losses, e) < 0)
		return -1;
	progress_say(l->bars, "Copying config %.12s done", li->img.id.hex);
	if (keep_documents(l, li, e) < 0)
		return -1;
	add_result(l, li);
	return 0;
}

static int load_any(struct load *l, struct err *e)
{
	/* docker's own archives are both since version 25, and manifest.json has the full names */
	if (!source_is_dir(l->src) && source_has(l->src, "manifest.json"))
		return load_docker(l, e);
	if (source_has(l->src, "index.json"))
		return load_oci(l, e);
	if (source_has(l->src, "manifest.json"))
		return load_dir(l, e);
	err_set(e, ERR_CORRUPT, "it is no archive of images");
	return err_hint(e, "A root file system becomes an image with `cuddy import'.");
}

static int load_kind(struct load *l, struct err *e)
{
	enum transport kind = l->rq->kind;
	bool want_dir = kind == TRANSPORT_OCI || kind == TRANSPORT_DIR;
	if (kind == LOAD_ANY)
		return load_any(l, e);
	if (want_dir != source_is_dir(l->src))
		return err_set(e, ERR_USAGE, "it is %s directory", want_dir ? "not a" : "a");
	return kind == TRANSPORT_DOCKER_ARCHIVE ? load_docker(l, e)
	       : kind == TRANSPORT_DIR          ? load_dir(l, e)
						: load_oci(l, e);
}

int engine_load(struct store *s, const struct idmap *map, const struct load_request *rq,
		struct load_result *out, struct err *e)
{
	auto_source struct source *src = NULL;
	auto_progress struct progress *bars = progress_new(rq->quiet);
	struct load l = { .store = s, .map = map, .rq = rq, .bars = bars, .result = out };
	*out = (struct load_result){ 0 };
	engine_sweep_stages(s, map);
	int rc = source_open(s, rq->path, &src, e);
	if (rc == 0) {
		l.src = src;
		rc = load_kind(&l, e);
	}
	progress_free(&bars);
	feed_tell_losses(&l.losses, map);
	if (rc < 0)
		return err_wrap(e, "cannot load %s",
				str_eq(rq->path, "-") ? "standard input" : rq->path);
	return 0;
}
