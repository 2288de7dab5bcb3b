/* registry.h - the client side of the OCI distribution protocol: bytes between a URL and a descriptor.
 * Blind to the store, to layers and to containers.
 *
 * A struct registry is one repository at one host with its connections and its token. All of it runs in
 * one thread: transfers advance only inside the calls below. What comes in is verified here: every size
 * and digest, before a call says that it succeeded.
 *
 * Credentials go to the registry's own origin, and to the token server that it names over a channel no
 * weaker than its own; never along with a redirect to another origin. A redirect from https to http is
 * refused. Documents, headers, redirects, challenges and waiting are all bounded. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/digest.h"
#include "model/manifest.h"
#include "util/err.h"

struct registry; /* opaque; one owner, not shared between threads */

struct registry_opts {    /* borrowed during registry_open only; NULL is the usual */
	const char *host; /* as in a reference: "docker.io", "localhost:5000" */
	const char *name; /* "library/busybox" */
	bool insecure;    /* check no certificate, and speak plain HTTP where TLS is not spoken */
	const char *cert_dir;   /* *.crt, *.cert with *.key; NULL: certs.d/HOST */
	const char *creds;      /* "user:password"; NULL: from the authentication files */
	const char *authfile;   /* instead of the usual authentication files */
	unsigned stall_seconds; /* give up when nothing arrives for so long; 0: 30 */
};

/* Read credentials and certificates; nothing is sent yet. */
must_check int registry_open(const struct registry_opts *o, struct registry **out, struct err *e);
void registry_close(struct registry **r);
#define auto_registry __attribute__((cleanup(registry_close)))

struct document {   /* a manifest or an index, verified */
	char *text; /* owned, with a NUL behind */
	size_t len;
	char *type; /* announced media type without parameters, owned; NULL when none */
	struct digest digest;
};
void document_free(struct document *d);
#define auto_document __attribute__((cleanup(document_free)))

/* The manifest called WHAT: a tag, or a digest's text, which it then has. */
must_check int registry_manifest(struct registry *r, const char *what, struct document *out,
				 struct err *e);
/* A small blob (a configuration) as text: of D's size, which is at most MAX, and of D's digest. */
must_check int registry_blob(struct registry *r, const struct descriptor *d, size_t max, char **out,
			     struct err *e);

/* --- blobs that flow, several at once --- */

struct fetch; /* one blob on its way */

#define FETCHES_MAX 16 /* at once */
/* Begin to write the blob D to FD, a pipe, which becomes non-blocking and stays the caller's. A slow
 * reader slows only its own blob. *OUT is owned until fetch_finish. */
must_check int fetch_start(struct registry *r, const struct descriptor *d, int fd,
			   struct fetch **out, struct err *e);
/* Move all fetches on for at most TIMEOUT_MS. *DONE is one that is through, for good or ill, or NULL.
 * The NWAKE descriptors WAKE end the waiting when they can be read. */
must_check int fetch_step(struct registry *r, int timeout_ms, const int *wake, unsigned nwake,
			  struct fetch **done, struct err *e);
/* Bytes that came so far. */
uint64_t fetch_received(const struct fetch *f);
/* End it, also early, and free it. 0 only if all has come, is what D says and is written to FD.
 * *READER_GONE (may be NULL): it failed because nobody reads FD any more. */
must_check int fetch_finish(struct fetch *f, bool *reader_gone, struct err *e);
