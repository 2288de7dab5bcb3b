/* load_oci.c - OCI layouts, as directories and in archives, and skopeo's dir:. Both are a manifest and blobs by
 * digest; they differ in how the manifest is found and what blobs are called. */
#include <stdio.h>
#include <string.h>
#include "archive/hash.h"
#include "engine/load_internal.h"
#include "util/path.h"

#define INDEX_DEPTH 3

/* What the blob of digest D is called. */
typedef const char *blob_name(const struct digest *d, char out[static 96]);

static const char *oci_name(const struct digest *d, char out[static 96])
{
	snprintf(out, 96, "blobs/sha256/%s", d->hex);
	return out;
}

static const char *dir_name(const struct digest *d, char out[static 96])
{
	snprintf(out, 96, "%s", d->hex);
	return out;
}

static int find_layers(struct load *l, const struct manifest *m, blob_name *name_of,
		       struct load_image *li, struct err *e)
{
	char name[96];
	struct span at;
	if (m->nlayers != li->img.nlayers)
		return err_set(e, ERR_CORRUPT, "the manifest has %zu layers, the configuration %zu",
			       m->nlayers, li->img.nlayers);
	li->layers = xcalloc(m->nlayers + 1, sizeof *li->layers);
	for (size_t i = 0; i < m->nlayers; i++) {
		struct feed *f = &li->layers[i];
		f->diff_id = li->img.layers[i];
		f->blob = m->layers[i].digest;
		if (store_layer_exists(l->store, &f->diff_id))
			continue;
		if (source_find(l->src, name_of(&f->blob, name), &at, e) < 0)
			return -1;
		if (at.size != m->layers[i].size)
			return err_set(e, ERR_CORRUPT,
				       "%s is %llu bytes long, not %llu as announced", name,
				       (unsigned long long)at.size,
				       (unsigned long long)m->layers[i].size);
		f->fd = at.fd;
		f->offset = at.offset;
		f->size = at.size;
	}
	return 0;
}

/* LI has the manifest's text and names; M is that text parsed. */
static int load_manifest(struct load *l, const struct manifest *m, blob_name *name_of,
			 struct load_image *li, struct err *e)
{
	char name[96];
	if (source_read_blob(l->src, name_of(&m->config.digest, name), &m->config,
			     MANIFEST_CONFIG_MAX, &li->config, e)
	    < 0)
		return -1;
	li->config_len = (size_t)m->config.size;
	if (image_parse(li->config, li->config_len, &m->config.digest, &li->img, e) < 0
	    || find_layers(l, m, name_of, li, e) < 0)
		return -1;
	li->img.manifest = hash_of(li->manifest, li->manifest_len);
	return load_image_keep(l, li, e);
}

static struct platform wanted(const struct load *l)
{
	struct platform p = l->rq->platform, host = platform_host();
	if (!*p.os)
		memcpy(p.os, host.os, sizeof p.os);
	if (!*p.arch) {
		memcpy(p.arch, host.arch, sizeof p.arch);
		memcpy(p.variant, host.variant, sizeof p.variant);
	}
	return p;
}

/* From an entry of index.json, through indexes by platform, to a manifest. */
static int load_entry(struct load *l, const struct manifest_entry *entry, struct load_image *li,
		      struct err *e)
{
	struct platform want = wanted(l);
	struct descriptor d = entry->desc;
	char name[96];
	for (int depth = 0; depth < INDEX_DEPTH; depth++) {
		auto_manifest struct manifest m = { 0 };
		const struct manifest_entry *next;
		free_ptr(&li->manifest);
		if (source_read_blob(l->src, oci_name(&d.digest, name), &d, MANIFEST_MAX,
				     &li->manifest, e)
		    < 0)
			return -1;
		li->manifest_len = (size_t)d.size;
		if (manifest_parse(li->manifest, li->manifest_len,
				   depth ? NULL : entry->desc.media_type, &m, e)
		    < 0)
			return err_wrap(e, "%s", name);
		if (!m.index)
			return load_manifest(l, &m, oci_name, li, e);
		if (manifest_choose(&m, &want, &next, e) < 0)
			return -1;
		d = next->desc;
	}
	return err_set(e, ERR_CORRUPT, "lists of images that are nested too deep");
}

/* The name an image gets that came from a directory: its path, as podman does it. */
static void add_path_name(struct load *l, struct strv *names)
{
	auto_free char *clean = path_clean(l->rq->path);
	auto_free char *name = str_printf("localhost/%s", clean + strspn(clean, "/"));
	load_add_name(names, name);
}

static int load_named(struct load *l, const struct manifest_entry *entry, struct err *e)
{
	auto_load_image struct load_image li = { 0 };
	if (l->rq->kind == TRANSPORT_OCI)
		add_path_name(l, &li.names);
	else if (entry->ref_name)
		load_add_name(&li.names, entry->ref_name);
	return load_entry(l, entry, &li, e);
}

/* Every entry with a name is an image; without names, what serves the platform is the only one. */
static int load_all(struct load *l, const struct manifest *index, struct err *e)
{
	const struct manifest_entry *entry;
	struct platform want = wanted(l);
	bool any = false;
	for (size_t i = 0; i < index->nentries; i++) {
		if (index->nentries > 1 && !index->entries[i].ref_name)
			continue;
		any = true;
		if (load_named(l, &index->entries[i], e) < 0)
			return -1;
	}
	if (any)
		return 0;
	return manifest_choose(index, &want, &entry, e) < 0 ? -1 : load_named(l, entry, e);
}

int load_oci(struct load *l, struct err *e)
{
	auto_free char *text = NULL;
	auto_manifest struct manifest index = { 0 };
	const struct manifest_entry *entry;
	size_t len;
	if (source_read(l->src, "index.json", MANIFEST_MAX, &text, &len, e) < 0
	    || manifest_parse(text, len, MEDIA_OCI_INDEX, &index, e) < 0)
		return err_wrap(e, "index.json");
	if (!*l->rq->inner && l->rq->kind != TRANSPORT_OCI)
		return load_all(l, &index, e);
	if (!*l->rq->inner && index.nentries > 1) {
		struct platform want = wanted(l);
		if (manifest_choose_named(&index, "", &entry, e) < 0
		    && manifest_choose(&index, &want, &entry, e) < 0)
			return -1;
		return load_named(l, entry, e);
	}
	return manifest_choose_named(&index, l->rq->inner, &entry, e) < 0 ? -1
									  : load_named(l, entry, e);
}

int load_dir(struct load *l, struct err *e)
{
	auto_load_image struct load_image li = { 0 };
	auto_manifest struct manifest m = { 0 };
	if (source_read(l->src, "manifest.json", MANIFEST_MAX, &li.manifest, &li.manifest_len, e)
		    < 0
	    || manifest_parse(li.manifest, li.manifest_len, NULL, &m, e) < 0)
		return err_wrap(e, "manifest.json");
	if (m.index)
		return err_set(e, ERR_CORRUPT,
			       "manifest.json is a list of images, which dir: does not have");
	add_path_name(l, &li.names);
	return load_manifest(l, &m, dir_name, &li, e);
}
