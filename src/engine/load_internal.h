/* load_internal.h - what the formats of load share. */
#pragma once
#include "engine/feed.h"
#include "engine/load.h"
#include "engine/progress.h"
#include "engine/source.h"
#include "model/image.h"
#include "model/manifest.h"

struct load { /* all borrowed */
	struct store *store;
	const struct idmap *map;
	const struct load_request *rq;
	struct source *src;
	struct progress *bars;
	struct load_result *result;
	struct layer_info losses;
};

/* One image on its way: its documents, verified, and where its layers are (as many as img has). */
struct load_image {
	struct image img;
	struct feed *layers;     /* owned */
	char *config, *manifest; /* texts, owned; manifest NULL when there is none */
	size_t config_len, manifest_len;
	struct strv names;
};
void load_image_free(struct load_image *li);
#define auto_load_image __attribute__((cleanup(load_image_free)))
/* Layers, documents, names into the store, in this order; the image into the result. */
must_check int load_image_keep(struct load *l, struct load_image *li, struct err *e);
/* TEXT as the name of an image here, added to V; what is no name is passed over. */
void load_add_name(struct strv *v, const char *text);

/* load_docker.c: all images of manifest.json, or the one called rq->inner. */
must_check int load_docker(struct load *l, struct err *e);
/* load_oci.c */
must_check int load_oci(struct load *l, struct err *e);
must_check int load_dir(struct load *l, struct err *e);
