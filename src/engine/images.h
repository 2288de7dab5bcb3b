/* images.h - what the store knows of images, chosen and shown: the part of the verbs images,
 * inspect, tag, untag and rmi that is more than one call of the store's. */
#pragma once
#include <stdbool.h>
#include "engine/engine.h"
#include "util/err.h"
#include "util/json.h"
#include "util/str.h"

#define auto_image_rows __attribute__((cleanup(image_rows_free)))

/* The images that pass FILTERS ("key=value": reference, dangling, id, label, before, since; the same
 * key twice is either, different keys are both), newest first. */
must_check int engine_images(struct store *s, const struct strv *filters, struct image_rows *out,
			     struct err *e);
/* One image as `images --format json` tells it. Owned by the caller. */
must_check int engine_image_summary(struct store *s, const struct image_row *row, json **out,
				    struct err *e);
/* One image as `image inspect` tells it. Owned by the caller. */
must_check int engine_image_inspect(struct store *s, const char *what, json **out, struct err *e);

/* Give the image WHAT another name. */
must_check int engine_tag(struct store *s, const char *what, const char *name, struct err *e);
/* Take NAMES from the image WHAT, all of its names when there are none. */
must_check int engine_untag(struct store *s, const char *what, char *const *names, struct err *e);

struct image_removal {         /* what engine_image_remove did */
	struct strv untagged;  /* full names */
	struct digest removed; /* none when names are left */
};
void image_removal_free(struct image_removal *r);
struct image_remove_opts {
	bool force;     /* remove the containers that use it first; implies all_names */
	bool all_names; /* an id may stand for several names */
};
/* Take the name WHAT away, and with the last name the image. ERR_NOTFOUND; ERR_BUSY when a container
 * uses it, or an id has several names. Layers go with engine_sweep. */
must_check int engine_image_remove(struct engine *en, const char *what,
				   const struct image_remove_opts *o, struct image_removal *out,
				   struct err *e);
/* Sweep the store: dead stages, and layers that nothing uses. As the owner of their files. */
must_check int engine_sweep(struct store *s, const struct idmap *map, struct err *e);
/* For verbs that add: remove what dead makers left, if anything. Layers that a pull completed before it
 * was cut short stay, since it may come back for them. */
void engine_sweep_stages(struct store *s, const struct idmap *map);

/* "docker.io/library/busybox:1" in two: everything in front of the tag, and the tag ("<none>" when
 * the name goes by digest). Both are owned by the caller. */
void engine_split_name(const char *name, char **repository, char **tag);
