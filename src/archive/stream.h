/* stream.h - bytes from a descriptor, decompressed (gzip, zstd, xz or plain, told by their first
 * bytes) and hashed on the way.
 *
 * Several members, frames or streams one after the other are one stream, as their tools have it;
 * zero bytes behind the last are padding. Anything else there, a wrong checksum or an early end
 * is an error. Memory: two buffers and the decoder's window, whatever comes in. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "model/digest.h"
#include "util/err.h"

struct stream;

/* FD stays the caller's and is read from where it stands. Nothing is read yet, but all that may
 * look at files (OpenSSL's configuration) is done: afterwards the process can be confined. */
must_check int stream_open(int fd, struct stream **out, struct err *e);
/* The next decompressed bytes: *N at *DATA, the stream's own until the next call. *N = 0 at the end. */
must_check int stream_next(struct stream *s, const void **data, size_t *n, struct err *e);
/* Read what is left, for the hash. */
must_check int stream_drain(struct stream *s, struct err *e);
/* Have a thread read, decompress and hash ahead of stream_next; without, stream_next does it. */
must_check int stream_read_ahead(struct stream *s, struct err *e);
/* At the end: the bytes that came out, and their hash. */
uint64_t stream_size(const struct stream *s);
struct digest stream_digest(const struct stream *s);
/* NULL is fine. */
void stream_close(struct stream *s);
void stream_close_p(struct stream **s);
#define auto_stream __attribute__((cleanup(stream_close_p)))
