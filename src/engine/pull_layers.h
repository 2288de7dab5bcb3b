/* pull_layers.h - internal to pull: the layers of one image on their way into the store. */
#pragma once
#include "engine/progress.h"
#include "model/image.h"
#include "model/manifest.h"
#include "registry/registry.h"
#include "store/store.h"
#include "userns/userns.h"

struct pull { /* all borrowed */
	struct store *store;
	const struct idmap *map;
	struct registry *registry;
	struct progress *progress;
	unsigned jobs; /* layers at once */
};

/* Have all layers of IMG, described by M (as many), in the store. */
must_check int pull_layers(struct pull *p, const struct manifest *m, const struct image *img,
			   struct err *e);
