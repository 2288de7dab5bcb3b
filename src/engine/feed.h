/* feed.h - layers from files into the store, a few at once: what import and load have in common.
 *
 * One thread serves all: bytes go from each file into its unpacker's pipe as it takes them. What is already in
 * the store is not read at all. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "engine/progress.h"
#include "model/digest.h"
#include "store/store.h"
#include "userns/userns.h"
#include "util/err.h"

struct feed {                  /* one layer; filled by the caller, who keeps what it points to */
	int fd;                /* borrowed */
	bool whole;            /* from where FD stands to its end (a pipe is fine); else: */
	uint64_t offset, size; /* the part of FD, which is a file, that is the layer */
	struct digest blob;    /* what those bytes hash to; none: not checked */
	struct digest diff_id; /* what the tar in them hashes to; none: set when it is known */
	const char *label;     /* for people; NULL: the digest */
};

/* Have all N feeds in the store. What could not be kept is added up in LOSSES. */
must_check int feed_all(struct store *s, const struct idmap *map, struct feed *feeds, size_t n,
			struct progress *bars, struct layer_info *losses, struct err *e);
/* One line on what was left out, if anything was. */
void feed_tell_losses(const struct layer_info *losses, const struct idmap *map);
