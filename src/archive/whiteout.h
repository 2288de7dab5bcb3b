/* whiteout.h - what a layer says is gone, in the form that the overlay file system reads.
 *
 * OCI image-spec, layer.md#whiteouts: ".wh.NAME" hides NAME of the layers below, ".wh..wh..opq"
 * hides all of them in its directory; neither hides what its own layer brings, whichever comes first. */
#pragma once
#include <stdbool.h>
#include "util/err.h"

#define WHITEOUT_PREFIX ".wh."

/* Hide NAME in DIR: a character device 0/0, or where that may not be made a file with the attribute
 * user.overlay.whiteout (overlay of Linux 6.7 on). */
must_check int whiteout_make_at(int dir, const char *name, struct err *e);
/* Make the directory DIR/NAME ("." is fine) opaque. */
must_check int whiteout_opaque_at(int dir, const char *name, struct err *e);
/* Is this extended attribute overlay's own? An archive may not bring it: it would forge whiteouts
 * and redirects. */
bool whiteout_is_reserved(const char *xattr);
