/* ingest.h - a layer on its way into the store: bytes in, a verified layer out.
 *
 * Who has the compressed bytes (a registry's stream, a file of an archive) writes them into a
 * pipe; a confined process in the user's namespace at the other end decompresses, hashes and
 * unpacks while they arrive. It has no network, sees only its stage, and its memory is bounded.
 * Several jobs may run at once. */
#pragma once
#include <stdint.h>
#include "model/digest.h"
#include "store/store.h"
#include "userns/userns.h"
#include "util/err.h"

struct layer_job;

/* Start a job. The result's pipe takes a tar, plain or compressed with gzip, zstd or xz (told by
 * its first bytes). On success *OUT is owned until layer_job_finish or layer_job_abort. */
must_check int layer_job_start(struct store *s, const struct idmap *map, struct layer_job **out,
			       struct err *e);
/* Where to write. Write errors (EPIPE) mean that the unpacker ended: layer_job_finish says why. */
int layer_job_fd(const struct layer_job *j);
/* End of input, without waiting: the pipe is closed, the unpacker goes on to its end by itself. Idempotent. */
void layer_job_end(struct layer_job *j);
/* A descriptor, borrowed, that polls readable once the unpacker has ended, for good or ill, so that
 * layer_job_finish does not wait for it: whoever serves several jobs in one thread needs to know. */
int layer_job_done_fd(const struct layer_job *j);
/* End of input (layer_job_end): wait, verify the tar's digest against EXPECTED (none: take what it is, see *DIFF_ID),
 * and commit the layer to the store. J is gone afterwards, in every case. */
must_check int layer_job_finish(struct layer_job *j, const struct digest *expected,
				struct digest *diff_id, struct layer_info *info, struct err *e);
/* Give up: end the process, drop the stage. */
void layer_job_abort(struct layer_job *j);
