/* decoder.h - the row of decompressors behind stream.c; nobody else includes it.
 *
 * A decoder takes what it can from IN, puts what it can into OUT and says when a whole
 * member (gzip), frame (zstd) or stream (xz) has ended; the next step starts the next one.
 * None allocates by what its input says beyond DECODER_WINDOW_MAX. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "util/err.h"

/* What zstd's own tool accepts without being asked; images made with --long=27 need it. */
#define DECODER_WINDOW_LOG 27
/* xz -9 needs 65 MB; a stream that asks for more than this is refused. */
#define DECODER_XZ_MAX (96u << 20)

struct bytes_in {
	const unsigned char *data;
	size_t n;
};
struct bytes_out {
	unsigned char *data;
	size_t n; /* room left */
};

struct decoder_type {
	const char *name;
	bool (*is_mine)(const unsigned char *first, size_t n);
	void *(*open)(void); /* NULL: out of memory */
	must_check int (*step)(void *self, struct bytes_in *in, struct bytes_out *out, bool *ended,
			       struct err *e);
	void (*close)(void *self);
};

extern const struct decoder_type decoder_gzip, decoder_zstd, decoder_xz;

/* Not a decoder: compressions that images do not use, told apart for a better message; or NULL. */
const char *decoder_foreign(const unsigned char *first, size_t n);
