/* store.h - what lies on disk: blobs, layers, the index of names. Blind to registries, archives
 * and containers.
 *
 * ROOT/                     0700, owned by the user
 *   version                 "1\n": the layout below; anything else is refused with a hint
 *   lock                    flock, see below
 *   index.lock              flock: whoever changes `names' or images/
 *   names                   one line a name, "NAME HEX\n", sorted by name; HEX is the image id
 *   blobs/sha256/HEX        configurations and manifests as they came (immutable)
 *   layers/HEX/             HEX = diff_id; renamed here whole, never changed afterwards
 *     tree/                 the unpacked tree, whiteouts in overlay's form (userxattr)
 *     info.json             size, counts, what could not be kept
 *   images/HEX              one text file an image: manifest digest, created, size, then its layers
 *   tmp/KIND-RANDOM/        stages; each holds a flock'd `lock` while its maker lives
 *   tmp/file-RANDOM         a file about to be renamed into place, flock'd while its maker lives
 *   containers/             see container.h; `containers/ID/layers` (a hex digest a line) is read here
 *
 * Locks. Reading takes none: every file is replaced by rename, and what an image file names is
 * in place before it. `lock' is shared by whoever relies on content that no image or container
 * names yet (store_hold: taken by itself in every call that adds and in store_layer_exists, kept
 * until store_close), and exclusive only while garbage is told from the rest and moved to
 * tmp/. So: between "this layer is there" and store_image_add, or the writing of
 * containers/ID/layers, nothing is collected. Collecting never waits for the lock: when somebody
 * adds, the garbage stays for the next time. `index.lock' is taken after `lock', for
 * microseconds. A flock belongs to the open file: a child that outlives its parent and has not
 * closed the store goes on holding.
 *
 * Durability: a stage is synced (syncfs) before it is renamed, the image file is written
 * last, the index after it: a kill or power cut leaves an image whole or absent. A stage
 * whose lock is free is dead and is swept by the next command that adds something. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "model/digest.h"
#include "model/image.h"
#include "util/err.h"
#include "util/str.h"

struct store; /* opaque; one owner */

/* Open, creating what is missing when CREATE. ROOT is an absolute path. Refused: another's directory,
 * another version, a directory with other things in it. */
must_check int store_open(const char *root, bool create, struct store **out, struct err *e);
void store_close(struct store *s);
void store_close_p(struct store **s);
#define auto_store __attribute__((cleanup(store_close_p)))
int store_fd(const struct store *s); /* borrowed directory descriptor of ROOT */
const char *store_root(const struct store *s);
/* Let nothing be collected until store_close. Idempotent. Whoever creates a container calls it
 * before it looks for the image. */
must_check int store_hold(struct store *s, struct err *e);

/* --- blobs: small documents only; the caller has verified the digest --- */
must_check int store_blob_put(struct store *s, const struct digest *d, const void *data, size_t n,
			      struct err *e);
must_check int store_blob_get(struct store *s, const struct digest *d, char **out, size_t *len,
			      struct err *e);

/* --- layers --- */
struct layer_info {
	uint64_t size;            /* bytes of the uncompressed tar */
	uint64_t disk;            /* bytes of regular file content unpacked */
	uint64_t files;           /* entries */
	uint64_t skipped_devices; /* device nodes that rootless cannot make */
	uint64_t flattened;       /* entries whose owner could not be kept */
	uint64_t dropped_xattrs;  /* extended attributes that could not be kept */
};
/* The answer stays true until store_close (store_hold). */
bool store_layer_exists(struct store *s, const struct digest *diff_id);
must_check int store_layer_info(struct store *s, const struct digest *diff_id,
				struct layer_info *out, struct err *e);
/* An O_PATH descriptor of the layer's tree, or -1. */
must_check int store_layer_tree(struct store *s, const struct digest *diff_id, struct err *e);

/* A stage: a private directory in tmp/, locked while it lives, with an empty `tree' (0755) inside. */
struct stage {
	char name[64]; /* below tmp/ */
	int dir;       /* the stage; `tree` is made inside */
	int lock;
};
must_check int stage_open(struct store *s, const char *kind, struct stage *out, struct err *e);
/* Give the stage's tree and INFO its place as layer DIFF_ID: synced, renamed. Another process having
 * been first is success. The stage is gone afterwards, also on failure. */
must_check int stage_commit_layer(struct store *s, struct stage *st, const struct digest *diff_id,
				  const struct layer_info *info, struct err *e);
/* Drop it. Trees with foreign owners need the caller to be in the user namespace (userns_run); what
 * cannot be removed from here is left to the next sweep. Safe on a zeroed or dropped stage. */
void stage_drop(struct store *s, struct stage *st);
/* Is there anything dead in tmp/? One reading of a directory that is usually empty: ask before
 * making a user namespace for store_sweep. */
bool store_sweep_needed(struct store *s);
/* Remove what dead makers left in tmp/, and if GC layers and blobs that no image and no container
 * uses (skipped when somebody is adding; S itself must not be relied on for adding across it: its
 * hold is given up). Call it inside the user namespace (files have subordinate owners).
 * *REMOVED (may be NULL): stages, layers and blobs that went. */
must_check int store_sweep(struct store *s, bool gc, unsigned *removed, struct err *e);

/* --- images and names --- */
struct image_row { /* one image as `images` lists it */
	struct digest id, manifest;
	struct strv names; /* full references; may be empty (dangling) */
	int64_t created;   /* seconds since 1970 */
	uint64_t size;     /* sum of its layers' sizes */
};
struct image_rows {
	struct image_row *rows;
	size_t n, cap;
};
/* Record IMG (layers and configuration blob are in place) and point NAME (may be NULL) at it;
 * an image that had the name loses it. Names are made full first (ref_make_local). */
must_check int store_image_add(struct store *s, const struct image *img, const char *name,
			       struct err *e);
/* Everything, newest first, in one reading, without a lock. */
must_check int store_images(struct store *s, struct image_rows *out, struct err *e);
void image_rows_free(struct image_rows *r);
/* Find by full or short name (localhost/, then docker.io/library/, docker.io/, then any name that ends
 * in "/WHAT"), by NAME@DIGEST, by id or unique id prefix of 3 digits or more ("sha256:" may stand
 * before it). ERR_NOTFOUND when there is none, ERR_USAGE when WHAT means several images. *NAME
 * (may be NULL) is the full reference that matched, or NULL when found by id; owned by the caller. */
must_check int store_image_resolve(struct store *s, const char *what, struct digest *id,
				   char **name, struct err *e);
/* The same, and the image read. */
must_check int store_image_find(struct store *s, const char *what, struct image *out, char **name,
				struct err *e);
must_check int store_tag(struct store *s, const struct digest *id, const char *name, struct err *e);
/* ERR_NOTFOUND when no image has NAME. */
must_check int store_untag(struct store *s, const char *name, struct err *e);
/* Forget the image and all its names; its layers go with the next sweep that collects. */
must_check int store_image_remove(struct store *s, const struct digest *id, struct err *e);
