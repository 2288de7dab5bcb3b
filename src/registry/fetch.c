/* fetch.c - blobs that flow from a registry into pipes, several at once, in one thread.
 *
 * Each has a small buffer between curl, which hands over at most 16 KB at a time, and its pipe, which
 * takes big pieces for little. A full pipe pauses its own transfer, so that the server is slowed down by
 * TCP and memory stays bounded; the others go on. The sum is taken of what curl hands over, while it
 * is still in the processor's cache. Nothing is called complete before the last byte is in the pipe, the
 * size is exact and the digest right: the reader may see bad bytes, but is then told to drop them. */
#include "registry/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "registry/http.h"

#define BUFFER_SIZE (256u << 10)
#define PIPE_SIZE (1 << 20)

struct fetch {
	struct request q; /* first, so that a request leads to it */
	struct fetch *next;
	struct digest digest;
	char what[24]; /* "layer 0123456789ab" */
	uint64_t size, received;
	EVP_MD_CTX *hash;
	unsigned char *buf; /* BUFFER_SIZE; what is between SENT and HAVE waits for the pipe */
	size_t have, sent;
	int fd;
	bool paused;   /* curl waits for room in BUF */
	bool complete; /* the answer was good and is over */
	bool reported; /* fetch_step has given it out */
	bool reader_gone;
	bool failed;
	struct err err; /* when FAILED */
};

static int fail(struct fetch *f, const struct err *e)
{
	f->failed = true;
	f->err = *e;
	return -1;
}

/* Write what waits as far as the pipe takes it. -1: nobody reads any more. */
static int flush(struct fetch *f, struct err *e)
{
	while (f->sent < f->have) {
		ssize_t n = write(f->fd, f->buf + f->sent, f->have - f->sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0) {
			f->reader_gone = errno == EPIPE;
			return err_sys(e, "write to the unpacker");
		}
		f->sent += (size_t)n;
	}
	f->have = f->sent = 0;
	return 0;
}

static int check_size(struct fetch *f, size_t n, struct err *e)
{
	int64_t length = f->q.response.length;
	if (f->received == 0 && length >= 0 && (uint64_t)length != f->size)
		return err_set(e, ERR_CORRUPT, "is %lld bytes long, not %llu as announced",
			       (long long)length, (unsigned long long)f->size);
	if (n > f->size - f->received)
		return err_set(e, ERR_CORRUPT, "is longer than the %llu bytes announced",
			       (unsigned long long)f->size);
	return 0;
}

static size_t take_body(struct request *q, const char *data, size_t n)
{
	struct fetch *f = (struct fetch *)q;
	if (check_size(f, n, &q->err) < 0)
		return 0;
	if (n > BUFFER_SIZE - f->have) {
		if (flush(f, &q->err) < 0)
			return 0;
		if (n > BUFFER_SIZE - f->have) {
			f->paused = true;
			return CURL_WRITEFUNC_PAUSE;
		}
	}
	memcpy(f->buf + f->have, data, n);
	f->have += n;
	f->received += n;
	EVP_DigestUpdate(f->hash, data, n);
	return n;
}

static void set_pipe(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		(void)!fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	(void)!fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
}

static void fetch_free(struct fetch *f)
{
	http_end(&f->q);
	EVP_MD_CTX_free(f->hash);
	free(f->buf);
	free(f);
}

int fetch_start(struct registry *r, const struct descriptor *d, int fd, struct fetch **out,
		struct err *e)
{
	char text[DIGEST_TEXT];
	struct fetch *f = xcalloc(1, sizeof *f);
	snprintf(f->what, sizeof f->what, "layer %.12s", d->digest.hex);
	f->q = (struct request){ .r = r,
				 .what = f->what,
				 .body = take_body,
				 .url = http_url(r, "blobs", digest_text(&d->digest, text)) };
	f->digest = d->digest;
	f->size = d->size;
	f->fd = fd;
	f->buf = xmalloc(BUFFER_SIZE);
	f->hash = EVP_MD_CTX_new();
	set_pipe(fd);
	if (!f->hash || !EVP_DigestInit_ex(f->hash, EVP_sha256(), NULL)) {
		fetch_free(f);
		return err_set(e, ERR_SYSTEM, "libcrypto has no sha256");
	}
	if (http_begin(&f->q, e) < 0) {
		fetch_free(f);
		return -1;
	}
	f->next = r->fetches;
	r->fetches = f;
	*out = f;
	return 0;
}

uint64_t fetch_received(const struct fetch *f)
{
	return f->received;
}

static int verify(struct fetch *f, struct err *e)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	if (f->received != f->size)
		return err_set(e, ERR_CORRUPT, "is %llu bytes long, not %llu as announced",
			       (unsigned long long)f->received, (unsigned long long)f->size);
	if (!EVP_DigestFinal_ex(f->hash, sum, NULL))
		return err_set(e, ERR_SYSTEM, "libcrypto cannot finish a sum");
	struct digest got = digest_from_bytes(sum);
	if (!digest_eq(&got, &f->digest))
		return err_set(e, ERR_CORRUPT,
			       "has the digest sha256:%.12s..., not what was asked for", got.hex);
	return 0;
}

/* Let F go on from what has happened. 1: it is through. */
static int advance(struct fetch *f)
{
	struct err e;
	if (f->q.done && !f->complete) {
		int rc = http_advance(&f->q, &e);
		if (rc < 0)
			return fail(f, &e);
		f->q.done = rc == 1;
		f->complete = rc == 1;
		if (f->complete && verify(f, &e) < 0) {
			err_wrap(&e, "%s: %s", f->q.r->host, f->what);
			err_hint(&e, "The registry, or something on the way, changed it; nothing "
				     "was kept.");
			return fail(f, &e);
		}
	}
	if (!f->paused && !f->complete)
		return 0;
	if (flush(f, &e) < 0)
		return fail(f, &e);
	if (f->paused && f->have < BUFFER_SIZE / 2) {
		f->paused = false;
		curl_easy_pause(f->q.curl, CURLPAUSE_CONT);
	}
	return f->complete && f->have == 0;
}

/* One that is through, or NULL. */
static struct fetch *advance_all(struct registry *r)
{
	for (struct fetch *f = r->fetches; f; f = f->next) {
		if (!f->reported && advance(f) != 0) {
			f->reported = true;
			return f;
		}
	}
	return NULL;
}

/* Pipes that have to take something before their fetch can go on. */
static unsigned list_pipes(const struct registry *r, struct curl_waitfd *out)
{
	unsigned n = 0;
	for (const struct fetch *f = r->fetches; f && n < FETCHES_MAX; f = f->next) {
		if (!f->reported && (f->paused || f->complete))
			out[n++] = (struct curl_waitfd){ .fd = f->fd, .events = CURL_WAIT_POLLOUT };
	}
	return n;
}

int fetch_step(struct registry *r, int timeout_ms, const int *wake, unsigned nwake,
	       struct fetch **done, struct err *e)
{
	struct curl_waitfd extra[2 * FETCHES_MAX];
	bool any;
	*done = advance_all(r);
	if (*done)
		return 0;
	if (http_move(r, &any, e) < 0)
		return -1;
	*done = advance_all(r);
	if (*done || any)
		return 0;
	unsigned n = list_pipes(r, extra);
	for (unsigned i = 0; i < nwake && i < FETCHES_MAX; i++)
		extra[n++] = (struct curl_waitfd){ .fd = wake[i], .events = CURL_WAIT_POLLIN };
	return http_wait(r, timeout_ms, extra, n, e);
}

int fetch_finish(struct fetch *f, bool *reader_gone, struct err *e)
{
	struct registry *r = f->q.r;
	bool good = f->complete && !f->failed && f->have == 0;
	if (!good) {
		*e = f->err;
		if (!f->failed)
			err_set(e, ERR_REMOTE, "%s: %s was not finished", r->host, f->what);
	}
	if (reader_gone)
		*reader_gone = f->reader_gone;
	for (struct fetch **p = &r->fetches; *p; p = &(*p)->next) {
		if (*p == f) {
			*p = f->next;
			break;
		}
	}
	fetch_free(f);
	return good ? 0 : -1;
}
