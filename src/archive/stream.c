/* stream.c - see stream.h.
 *
 * Two shapes over one pump: without read-ahead, stream_next() pumps into the one
 * block; with it, a thread pumps into a ring of blocks and stream_next() hands
 * them out in order, so that decompressing and writing files overlap. The pump
 * is always one thread's: nothing in it is shared, only the ring is. */
#include "archive/stream.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "archive/decoder.h"
#include "archive/hash.h"
#include "util/alloc.h"
#include "util/fd.h"

#define IN_SIZE (128u << 10)
#define BLOCK_SIZE (256u << 10)
#define RING 6
#define MAGIC_MAX 6

struct block {
	unsigned char *data;
	size_t n;    /* 0: the end */
	bool failed; /* the error is in ring.err */
};

struct ring {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	unsigned head, used; /* next to hand out, how many are full */
	bool held;           /* the consumer still looks at the one before head */
	bool stop;
	struct err err;
};

struct stream {
	int fd;
	const struct decoder_type *type; /* NULL: plain */
	void *decoder;
	bool sniffed, at_eof, member_ended, done, threaded;
	unsigned char *in_buf;
	struct bytes_in in;
	struct hash *hash; /* until the end */
	struct digest digest;
	uint64_t size;
	struct block blocks[RING]; /* only the first without read-ahead */
	struct ring ring;
};

int stream_open(int fd, struct stream **out, struct err *e)
{
	struct stream *s = xcalloc(1, sizeof *s);
	s->fd = fd;
	s->in_buf = xmalloc(IN_SIZE);
	s->in.data = s->in_buf;
	s->blocks[0].data = xmalloc(BLOCK_SIZE);
	if (hash_new(&s->hash, e) < 0) {
		stream_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

/* Move what is left of the input to the front and read more behind it. */
static int refill(struct stream *s, struct err *e)
{
	if (s->in.n)
		memmove(s->in_buf, s->in.data, s->in.n);
	s->in.data = s->in_buf;
	for (;;) {
		ssize_t n = read(s->fd, s->in_buf + s->in.n, IN_SIZE - s->in.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "read the archive");
		s->at_eof = n == 0;
		s->in.n += (size_t)n;
		return 0;
	}
}

static int sniff(struct stream *s, struct err *e)
{
	static const struct decoder_type *const types[] = { &decoder_gzip, &decoder_zstd,
							    &decoder_xz };
	while (s->in.n < MAGIC_MAX && !s->at_eof)
		if (refill(s, e) < 0)
			return -1;
	s->sniffed = true;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i]->is_mine(s->in.data, s->in.n))
			s->type = types[i];
	const char *foreign = decoder_foreign(s->in.data, s->in.n);
	if (!s->type && foreign) {
		err_set(e, ERR_CORRUPT, "compressed with %s, which is not supported", foreign);
		return err_hint(e,
				"Archives may be compressed with gzip, zstd or xz, or not at all.");
	}
	if (!s->type)
		return 0;
	s->decoder = s->type->open();
	return s->decoder ? 0 : err_set(e, ERR_SYSTEM, "out of memory");
}

/* What sniff() read, then straight from the descriptor. */
static int plain_turn(struct stream *s, struct bytes_out *out, bool *more, struct err *e)
{
	ssize_t n = (ssize_t)(s->in.n < out->n ? s->in.n : out->n);
	if (n) {
		memcpy(out->data, s->in.data, (size_t)n);
		s->in.data += n;
		s->in.n -= (size_t)n;
	} else if (!s->at_eof) {
		n = fd_read_full(s->fd, out->data, out->n);
		if (n < 0)
			return err_sys(e, "read the archive");
		s->at_eof = (size_t)n < out->n;
	}
	out->data += n;
	out->n -= (size_t)n;
	*more = !s->at_eof;
	return 0;
}

/* Between two members: zero bytes are padding. */
static void skip_padding(struct stream *s)
{
	while (s->in.n && *s->in.data == 0) {
		s->in.data++;
		s->in.n--;
	}
}

/* One turn; *MORE is false at the end of everything. */
static int turn(struct stream *s, struct bytes_out *out, bool *more, struct err *e)
{
	if (!s->type)
		return plain_turn(s, out, more, e);
	if (s->in.n == 0 && !s->at_eof && refill(s, e) < 0)
		return -1;
	if (s->member_ended) {
		skip_padding(s);
		*more = s->in.n > 0 || !s->at_eof;
		if (!s->in.n)
			return 0;
	}
	size_t in_before = s->in.n, out_before = out->n;
	if (s->type->step(s->decoder, &s->in, out, &s->member_ended, e) < 0)
		return -1;
	/* A decoder may hold bytes back until more comes: then it moved nothing. */
	bool moved = s->in.n != in_before || out->n != out_before || s->member_ended;
	if (!moved && s->at_eof)
		return err_set(e, ERR_CORRUPT, "the %s data ends too early", s->type->name);
	return !moved ? refill(s, e) : 0;
}

/* Fill one block: the whole of it, unless the end comes. */
static int pump(struct stream *s, struct block *b, struct err *e)
{
	struct bytes_out out = { b->data, BLOCK_SIZE };
	bool more = true;
	if (!s->sniffed && sniff(s, e) < 0)
		return -1;
	while (out.n && more)
		if (turn(s, &out, &more, e) < 0)
			return -1;
	b->n = BLOCK_SIZE - out.n;
	s->size += b->n;
	hash_add(s->hash, b->data, b->n);
	if (!b->n)
		s->digest = hash_end(take(s->hash));
	return 0;
}

/* --- read-ahead --- */

static bool ring_full(const struct ring *r)
{
	return r->used + r->held == RING;
}

static void *read_ahead(void *arg)
{
	struct stream *s = arg;
	struct ring *r = &s->ring;
	bool last = false;
	unsigned next = 0;
	while (!last) {
		struct block *b = &s->blocks[next++ % RING];
		struct err e;
		pthread_mutex_lock(&r->lock);
		while (ring_full(r) && !r->stop)
			pthread_cond_wait(&r->change, &r->lock);
		last = r->stop;
		pthread_mutex_unlock(&r->lock);
		if (last)
			break;
		b->failed = pump(s, b, &e) < 0;
		last = b->failed || b->n == 0;
		pthread_mutex_lock(&r->lock);
		if (b->failed)
			r->err = e;
		r->used++;
		pthread_cond_signal(&r->change);
		pthread_mutex_unlock(&r->lock);
	}
	return NULL;
}

int stream_read_ahead(struct stream *s, struct err *e)
{
	for (size_t i = 1; i < RING; i++)
		s->blocks[i].data = xmalloc(BLOCK_SIZE);
	pthread_mutex_init(&s->ring.lock, NULL);
	pthread_cond_init(&s->ring.change, NULL);
	int rc = pthread_create(&s->ring.thread, NULL, read_ahead, s);
	if (rc)
		return err_num(e, rc, "start a thread");
	s->threaded = true;
	return 0;
}

static int ring_next(struct stream *s, struct block **out, struct err *e)
{
	struct ring *r = &s->ring;
	pthread_mutex_lock(&r->lock);
	r->held = false;
	pthread_cond_signal(&r->change);
	while (!r->used)
		pthread_cond_wait(&r->change, &r->lock);
	*out = &s->blocks[r->head % RING];
	r->head++;
	r->used--;
	r->held = true;
	if ((*out)->failed)
		*e = r->err;
	pthread_mutex_unlock(&r->lock);
	return (*out)->failed ? -1 : 0;
}

static void ring_stop(struct stream *s)
{
	pthread_mutex_lock(&s->ring.lock);
	s->ring.stop = true;
	pthread_cond_signal(&s->ring.change);
	pthread_mutex_unlock(&s->ring.lock);
	pthread_join(s->ring.thread, NULL);
	pthread_cond_destroy(&s->ring.change);
	pthread_mutex_destroy(&s->ring.lock);
}

int stream_next(struct stream *s, const void **data, size_t *n, struct err *e)
{
	struct block *b = &s->blocks[0];
	*n = 0;
	if (s->done)
		return 0;
	int rc = s->threaded ? ring_next(s, &b, e) : pump(s, b, e);
	s->done = rc < 0 || b->n == 0;
	if (rc < 0)
		return -1;
	*data = b->data;
	*n = b->n;
	return 0;
}

int stream_drain(struct stream *s, struct err *e)
{
	const void *data;
	size_t n;
	do
		if (stream_next(s, &data, &n, e) < 0)
			return -1;
	while (n);
	return 0;
}

uint64_t stream_size(const struct stream *s)
{
	return s->size;
}

struct digest stream_digest(const struct stream *s)
{
	return s->digest;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->threaded)
		ring_stop(s);
	if (s->decoder)
		s->type->close(s->decoder);
	for (size_t i = 0; i < RING; i++)
		free(s->blocks[i].data);
	hash_free(s->hash);
	free(s->in_buf);
	free(s);
}

void stream_close_p(struct stream **s)
{
	stream_close(*s);
	*s = NULL;
}
