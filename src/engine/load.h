/* load.h - the verb: images from archives and directories that other tools, or save, wrote.
 *
 *   docker-archive   manifest.json lists images: configuration, layers (plain tars), names
 *   oci-archive, oci index.json, then blobs by digest (OCI image-spec, image-layout.md)
 *   dir              skopeo's: manifest.json is the manifest, blobs beside it by their hex digits */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "model/digest.h"
#include "model/platform.h"
#include "model/ref.h"
#include "store/store.h"
#include "userns/userns.h"
#include "util/err.h"
#include "util/str.h"

/* Beside the transports: find out which it is. */
#define LOAD_ANY TRANSPORT_REGISTRY

struct load_request { /* borrowed */
	enum transport kind;
	const char *path;  /* "-": standard input */
	const char *inner; /* which image; "" is all of docker-archive's, the only one of OCI's */
	struct platform platform; /* unset parts are the host's */
	bool quiet;
};
struct loaded_image {
	struct digest id;
	struct strv names; /* full; empty when the archive gives none */
};
struct load_result {
	struct loaded_image *images;
	size_t n, cap;
};

/* What is in the result is in the store, also when a later image failed. Free it in either case. */
must_check int engine_load(struct store *s, const struct idmap *map, const struct load_request *rq,
			   struct load_result *out, struct err *e);
void load_result_free(struct load_result *r);
