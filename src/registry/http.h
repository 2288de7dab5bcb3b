/* http.h - internal to registry/: one HTTP exchange, with the turns it may take (redirects, a token
 * that has to be fetched, plain HTTP where TLS is not spoken), on curl's multi interface.
 *
 * A request is made by its owner, who sets the upper fields; http_begin, http_advance and
 * http_end do the rest. Several run at once; http_move moves them all. */
#pragma once
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include "model/challenge.h"
#include "registry/auth.h"
#include "registry/registry.h"
#include "util/err.h"
#include "util/str.h"

struct tls {              /* certificates for one host */
	char *cafile;     /* all authorities that count, or NULL for curl's own */
	char *cadir;      /* hashed directory of authorities, or NULL */
	char *cert, *key; /* of the client, or NULL */
	int cafd;         /* what CAFILE leads to when it was put together; -1 */
};

struct registry {
	CURLM *multi;
	char *host, *name; /* as in the reference, for messages and for the path */
	char *api;         /* HOST[:PORT] that is spoken to */
	bool insecure;
	bool plain;     /* http:// it is */
	bool settled;   /* something has answered, so PLAIN stays as it is */
	unsigned stall; /* seconds */
	struct tls tls;
	struct creds creds;
	bool basic;                    /* the registry asked for the password itself */
	char *token;                   /* bearer token, or NULL */
	int64_t token_end;             /* when it is too old, in seconds of the monotonic clock */
	char *realm, *service, *scope; /* where it came from, to get the next one */
	struct fetch *fetches;         /* all that were started and not finished */
};

struct response {
	long status;
	char *type, *digest, *retry_after; /* owned, NULL when not given */
	int64_t length;                    /* Content-Length, -1 when not given */
	struct challenges challenges;
};

struct request {
	struct registry *r;
	const char *what;          /* for messages: "manifest" */
	const char *accept;        /* Accept header, or NULL */
	char *url;                 /* owned; changes with redirects */
	bool document;             /* small: the whole of it has to come within two minutes */
	const struct creds *basic; /* send these, and answer no challenge (the token server) */
	/* Take N bytes of a good answer: N, CURL_WRITEFUNC_PAUSE, or 0 with Q->err filled. */
	size_t (*body)(struct request *q, const char *data, size_t n);

	CURL *curl;
	struct curl_slist *headers;
	struct response response;
	size_t header_bytes;
	struct buf trouble; /* beginning of the body of any other answer */
	bool cut;           /* that body was too long and cut */
	bool running, done;
	CURLcode result;
	unsigned redirects, logins;
	struct err err; /* what a callback found; kind ERR_NONE when nothing */
	char detail[CURL_ERROR_SIZE];
};

/* Send it for the first time. */
must_check int http_begin(struct request *q, struct err *e);
/* Q is done: 1 when the answer is good and complete, 0 when it was sent again, -1 on errors. */
must_check int http_advance(struct request *q, struct err *e);
/* Send Q and wait for the good answer. */
must_check int http_run(struct request *q, struct err *e);
/* Take it back, whatever it does, and free what it owns. */
void http_end(struct request *q);
/* Let all requests move as far as they can without waiting; *ANY: at least one is done now. */
must_check int http_move(struct registry *r, bool *any, struct err *e);
/* Wait until one can move, EXTRA is ready, or TIMEOUT_MS are over. What a request waits for besides the
 * network has to be in EXTRA, so make that list after http_move. */
must_check int http_wait(struct registry *r, int timeout_ms, struct curl_waitfd *extra, unsigned n,
			 struct err *e);

/* "https://HOST/v2/NAME/KIND/LAST", owned. */
char *http_url(const struct registry *r, const char *kind, const char *last);
/* Seconds of the monotonic clock. */
int64_t http_now(void);

/* --- http_error.c: what went wrong, in words --- */
/* The exchange did not come about. */
int http_error_transport(const struct request *q, struct err *e);
/* It did, and the answer is no. */
int http_error_status(const struct request *q, struct err *e);

/* --- token.c --- */
/* Do as the answer 401 of Q asks: a token, or the password itself from now on. */
must_check int token_answer(struct request *q, struct err *e);
/* Replace the token when it is about to end. */
must_check int token_refresh(struct registry *r, struct err *e);
/* The Authorization header for R's own origin, or NULL. Owned. */
char *token_header(const struct registry *r);
char *token_basic(const struct creds *c);

/* --- tls.c --- */
must_check int tls_find(const char *host, const char *cert_dir, struct tls *out, struct err *e);
void tls_free(struct tls *t);
void tls_apply(const struct tls *t, bool insecure, CURL *curl);
