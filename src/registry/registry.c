/* registry.c - opening a registry, and its small documents: manifests and configurations. Each is
 * read whole, within its bound, and believed only when its digest is right. */
#include "registry/registry.h"

#include <openssl/evp.h>
#include <string.h>
#include "registry/http.h"

#define STALL_SECONDS 30

/* Docker's hub answers at another name than the one that people write. */
static const char *api_host(const char *host)
{
	return str_eq(host, "docker.io") || str_eq(host, "index.docker.io") ? "registry-1.docker.io"
									    : host;
}

int registry_open(const struct registry_opts *o, struct registry **out, struct err *e)
{
	auto_registry struct registry *r = xcalloc(1, sizeof *r);
	r->tls.cafd = -1;
	r->host = xstrdup(o->host);
	r->name = xstrdup(o->name);
	r->api = xstrdup(api_host(o->host));
	r->insecure = o->insecure;
	r->stall = o->stall_seconds ? o->stall_seconds : STALL_SECONDS;
	if (o->creds ? creds_parse(o->creds, &r->creds, e) < 0
		     : auth_find(o->authfile, o->host, o->name, &r->creds, e) < 0)
		return -1;
	if (tls_find(o->host, o->cert_dir, &r->tls, e) < 0)
		return -1;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(r->multi = curl_multi_init()))
		return err_set(e, ERR_SYSTEM, "cannot start libcurl");
	*out = take(r);
	return 0;
}

void registry_close(struct registry **p)
{
	struct registry *r = *p;
	if (!r)
		return;
	*p = NULL;
	while (r->fetches) {
		struct err ignored;
		(void)!fetch_finish(r->fetches, NULL, &ignored);
	}
	if (r->multi) {
		curl_multi_cleanup(r->multi);
		curl_global_cleanup();
	}
	tls_free(&r->tls);
	creds_free(&r->creds);
	free(r->host);
	free(r->name);
	free(r->api);
	free(r->token);
	free(r->realm);
	free(r->service);
	free(r->scope);
	free(r);
}

void document_free(struct document *d)
{
	free(d->text);
	free(d->type);
	*d = (struct document){ 0 };
}

struct reading {
	struct request q; /* first, so that a request leads to it */
	struct buf text;
	size_t max;
};

static size_t take_body(struct request *q, const char *data, size_t n)
{
	struct reading *a = (struct reading *)q;
	if (q->response.length > (int64_t)a->max || a->text.len + n > a->max) {
		err_set(&q->err, ERR_CORRUPT, "longer than %zu bytes", a->max);
		return 0;
	}
	buf_add(&a->text, data, n);
	return n;
}

static int hash_text(const struct buf *text, struct digest *out, struct err *e)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	if (!EVP_Digest(text->data ? text->data : "", text->len, sum, NULL, EVP_sha256(), NULL))
		return err_set(e, ERR_SYSTEM, "libcrypto has no sha256");
	*out = digest_from_bytes(sum);
	return 0;
}

/* Get A's address; its text is there afterwards, its digest in *DIGEST. */
static int read_whole(struct reading *a, struct digest *digest, struct err *e)
{
	a->q.document = true;
	a->q.body = take_body;
	if (http_run(&a->q, e) < 0)
		return -1;
	return hash_text(&a->text, digest, e);
}

static void reading_free(struct reading *a)
{
	http_end(&a->q);
	buf_free(&a->text);
}

/* The digest has to be the one WHAT asks for; else the one that the server itself claims, if any. */
static int check_manifest(const struct request *q, const char *what, const struct digest *got,
			  struct err *e)
{
	char text[DIGEST_TEXT];
	const char *claim = strchr(what, ':') ? what : q->response.digest;
	if (!claim || strncmp(claim, "sha256:", 7) || str_eq(claim, digest_text(got, text)))
		return 0;
	auto_free char *shown = str_printable(claim);
	err_set(e, ERR_CORRUPT, "%s: manifest: digest is %s, not %.80s", q->r->host, text, shown);
	return err_hint(e, "The registry, or something on the way, changed it; nothing was kept.");
}

int registry_manifest(struct registry *r, const char *what, struct document *out, struct err *e)
{
	struct reading a = {
		.q = { .r = r,
		       .what = "manifest",
		       .url = http_url(r, "manifests", what),
		       .accept = MEDIA_OCI_MANIFEST ", " MEDIA_OCI_INDEX ", " MEDIA_DOCKER_MANIFEST
						    ", " MEDIA_DOCKER_LIST },
		.max = MANIFEST_MAX,
	};
	*out = (struct document){ 0 };
	int rc = read_whole(&a, &out->digest, e);
	if (rc == 0)
		rc = check_manifest(&a.q, what, &out->digest, e);
	if (rc == 0) {
		out->len = a.text.len;
		out->text = buf_take(&a.text);
		out->type = take(a.q.response.type);
	}
	reading_free(&a);
	return rc;
}

int registry_blob(struct registry *r, const struct descriptor *d, size_t max, char **out,
		  struct err *e)
{
	char text[DIGEST_TEXT];
	struct digest got;
	if (d->size > max)
		return err_set(e, ERR_CORRUPT, "%s: blob %.12s is longer than %zu bytes", r->host,
			       d->digest.hex, max);
	struct reading a = {
		.q = { .r = r,
		       .what = "configuration",
		       .url = http_url(r, "blobs", digest_text(&d->digest, text)) },
		.max = d->size,
	};
	int rc = read_whole(&a, &got, e);
	if (rc == 0 && (a.text.len != d->size || !digest_eq(&got, &d->digest))) {
		err_set(e, ERR_CORRUPT, "%s: blob %.12s has another digest or size than announced",
			r->host, d->digest.hex);
		rc = err_hint(
			e, "The registry, or something on the way, changed it; nothing was kept.");
	}
	if (rc == 0)
		*out = buf_take(&a.text);
	reading_free(&a);
	return rc;
}
