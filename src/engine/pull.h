/* pull.h - an image from a registry into the store. */
#pragma once
#include <stdbool.h>
#include "model/digest.h"
#include "model/platform.h"
#include "store/store.h"
#include "userns/userns.h"
#include "util/err.h"

struct pull_request { /* borrowed; zeroed is the usual */
	/* "always" (NULL too): ask the registry; "missing": only when the name is not known here;
	 * "newer": ask, but be content with what is here when it does not answer; "never" */
	const char *policy;
	struct platform platform; /* unset parts are the host's */
	bool quiet;               /* no progress */
	bool insecure;            /* as in registry_opts, and so the next three */
	const char *cert_dir, *creds, *authfile;
	unsigned jobs; /* layers at once; 0: 3 */
};

/* Get the image that TEXT names (HOST/NAME:TAG, @DIGEST) and give it that name in the store. Layers that
 * are there are not fetched. Each layer is in the store for good once it is through, whatever
 * becomes of the others. *ID is the image. */
must_check int engine_pull(struct store *s, const struct idmap *map, const char *text,
			   const struct pull_request *rq, struct digest *id, struct err *e);
