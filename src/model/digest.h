/* digest.h - a content address, "sha256:" and 64 lower-case hex digits (OCI image-spec,
 * descriptor.md#digests). A struct digest is always checked text; never pass a raw char *. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "util/err.h"

#define DIGEST_HEX 64

struct digest {
	char hex[DIGEST_HEX + 1]; /* "" is none */
};

/* "sha256:HEX", nothing else. */
must_check int digest_parse(const char *text, struct digest *out, struct err *e);
/* From the 32 bytes of a hash. */
struct digest digest_from_bytes(const unsigned char *bytes);
bool digest_eq(const struct digest *a, const struct digest *b);
bool digest_none(const struct digest *d);
/* "sha256:HEX" into OUT. */
#define DIGEST_TEXT (7 + DIGEST_HEX + 1)
const char *digest_text(const struct digest *d, char out[static DIGEST_TEXT]);
/* Exactly 64 lower-case hex digits? */
bool digest_is_hex(const char *text);
