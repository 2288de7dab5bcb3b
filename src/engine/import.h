/* import.h - the verb: a tar of a root file system becomes an image of one layer. */
#pragma once
#include <stdbool.h>
#include "model/digest.h"
#include "model/platform.h"
#include "store/store.h"
#include "userns/userns.h"
#include "util/err.h"

struct import_request {             /* borrowed */
	const char *path;           /* a file, or "-": standard input */
	const char *name;           /* NULL: the image has none */
	const struct strv *changes; /* image_config_change */
	const char *message;        /* NULL: podman's */
	struct platform platform;   /* unset parts are the host's */
	bool quiet;
};

/* Whole or absent: what was asked for is checked before the first byte is read, and the image appears
 * when its layer is in place. *ID is the image. */
must_check int engine_import(struct store *s, const struct idmap *map,
			     const struct import_request *rq, struct digest *id, struct err *e);
