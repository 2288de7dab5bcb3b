/* image_docs.c - images as the documents that programs read: the keys of `podman images --format
 * json` and `podman image inspect`, as far as they mean something here. Pure but for the store. */
#include "engine/images.h"

#include <stdlib.h>
#include <string.h>
#include "model/ref.h"
#include "util/time.h"

/* "host/name@sha256:..." for each repository that the image has a name in. */
static json *repo_digests(const struct strv *names, const struct digest *manifest)
{
	auto_strv struct strv list = { 0 };
	char digest[DIGEST_TEXT];
	json *a = json_object_new_array();
	for (size_t i = 0; i < names->n && !digest_none(manifest); i++) {
		auto_free char *repository = NULL, *tag = NULL;
		engine_split_name(names->list[i], &repository, &tag);
		auto_free char *full = str_printf("%s@%s", repository,
						  digest_text(manifest, digest));
		if (!strv_has(&list, full))
			strv_add(&list, full);
	}
	for (size_t i = 0; i < list.n; i++)
		json_object_array_add(a, json_object_new_string(list.list[i]));
	return a;
}

/* An image made by import has no manifest until it is pushed: "" then. */
static void put_digest(json *o, const struct digest *d)
{
	char text[DIGEST_TEXT];
	json_put_str(o, "Digest", digest_none(d) ? "" : digest_text(d, text));
}

static void put_labels(json *o, const struct image *img)
{
	if (img->config.labels.n)
		json_put_map(o, "Labels", &img->config.labels);
	else
		json_put(o, "Labels", NULL);
}

int engine_image_summary(struct store *s, const struct image_row *row, json **out, struct err *e)
{
	auto_image struct image img = { 0 };
	char text[DIGEST_TEXT], when[TIME_TEXT];
	if (store_image_find(s, digest_text(&row->id, text), &img, NULL, e) < 0)
		return -1;
	json *o = json_object_new_object();
	json_put_str(o, "Id", row->id.hex);
	json_put_str(o, "ParentId", "");
	json_put(o, "RepoDigests", repo_digests(&row->names, &row->manifest));
	json_put_int(o, "Size", (int64_t)row->size);
	json_put_int(o, "SharedSize", 0);
	json_put_int(o, "VirtualSize", (int64_t)row->size);
	put_labels(o, &img);
	json_put_bool(o, "ReadOnly", false);
	json_put_bool(o, "Dangling", row->names.n == 0);
	json_put_str(o, "Arch", img.arch);
	json_put_str(o, "Os", img.os);
	put_digest(o, &row->manifest);
	json_put_bool(o, "IsManifestList", false);
	json_put_strv(o, "Names", &row->names);
	json_put_strv(o, "History", &row->names);
	json_put_int(o, "Created", row->created);
	json_put_str(o, "CreatedAt", time_rfc3339(row->created, when));
	*out = o;
	return 0;
}

static json *rootfs_doc(const struct image *img)
{
	char text[DIGEST_TEXT];
	json *o = json_object_new_object(), *layers = json_object_new_array();
	for (size_t i = 0; i < img->nlayers; i++)
		json_object_array_add(layers,
				      json_object_new_string(digest_text(&img->layers[i], text)));
	json_put_str(o, "Type", "layers");
	json_put(o, "Layers", layers);
	return o;
}

/* Directories of the layers, topmost first, as overlay stacks them. */
static json *graph_driver(struct store *s, const struct image *img)
{
	auto_buf struct buf lower = { 0 };
	json *o = json_object_new_object(), *data = json_object_new_object();
	for (size_t i = img->nlayers; i-- > 0;)
		buf_printf(&lower, "%s%s/layers/%s/tree", lower.len ? ":" : "", store_root(s),
			   img->layers[i].hex);
	json_put_str(data, "LowerDir", lower.data ? lower.data : "");
	json_put_str(o, "Name", "overlay");
	json_put(o, "Data", data);
	return o;
}

static json *inspect_doc(struct store *s, const struct image *img, const struct image_row *row)
{
	json *o = json_object_new_object();
	json *history = json_arr(img->raw, "history");
	json_put_str(o, "Id", img->id.hex);
	put_digest(o, &row->manifest);
	json_put_strv(o, "RepoTags", &row->names);
	json_put(o, "RepoDigests", repo_digests(&row->names, &row->manifest));
	json_put_str(o, "Parent", "");
	json_put_str(o, "Comment", img->comment ? img->comment : "");
	json_put_str(o, "Created", img->created ? img->created : "");
	json_put(o, "Config", image_config_json(&img->config));
	json_put_str(o, "Version", "");
	json_put_str(o, "Author", img->author ? img->author : "");
	json_put_str(o, "Architecture", img->arch ? img->arch : "");
	json_put_str(o, "Os", img->os ? img->os : "");
	json_put_int(o, "Size", (int64_t)row->size);
	json_put_int(o, "VirtualSize", (int64_t)row->size);
	json_put(o, "GraphDriver", graph_driver(s, img));
	json_put(o, "RootFS", rootfs_doc(img));
	put_labels(o, img);
	json_put_str(o, "User", img->config.user ? img->config.user : "");
	json_put(o, "History", history ? json_object_get(history) : json_object_new_array());
	json_put_strv(o, "NamesHistory", &row->names);
	return o;
}

int engine_image_inspect(struct store *s, const char *what, json **out, struct err *e)
{
	auto_image struct image img = { 0 };
	auto_image_rows struct image_rows rows = { 0 };
	*out = NULL;
	if (store_image_find(s, what, &img, NULL, e) < 0 || store_images(s, &rows, e) < 0)
		return -1;
	for (size_t i = 0; i < rows.n && !*out; i++) {
		if (digest_eq(&rows.rows[i].id, &img.id))
			*out = inspect_doc(s, &img, &rows.rows[i]);
	}
	return *out ? 0 : err_set(e, ERR_NOTFOUND, "image %s is gone", what);
}
