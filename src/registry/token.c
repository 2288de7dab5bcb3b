/* token.c - how a registry is told who asks: with the password itself (Basic), or with a token that
 * another server gives for it (Bearer; distribution-spec, docker's token authentication).
 *
 * The realm is an address that the registry chose, and the password is sent there. So it has to be
 * reached over TLS, unless the registry itself was reached over plain HTTP, which the user allowed. */
#include "registry/http.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>
#include "util/json.h"

#define TOKEN_MAX (64u << 10)
#define TOKEN_LIFE 60   /* seconds when the server does not say: docker's rule */
#define TOKEN_MARGIN 10 /* seconds before its end at which a token counts as old */
#define TOKEN_LIFE_MAX (24 * 3600)

char *token_basic(const struct creds *c)
{
	auto_free char *plain = str_printf("%s:%s", c->user, c->password);
	size_t n = strlen(plain);
	auto_free char *text = xmalloc((n + 2) / 3 * 4 + 1);
	EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)plain, (int)n);
	OPENSSL_cleanse(plain, n);
	return str_printf("Basic %s", text);
}

char *token_header(const struct registry *r)
{
	if (r->token)
		return str_printf("Bearer %s", r->token);
	return r->basic && r->creds.user ? token_basic(&r->creds) : NULL;
}

struct token_answer {
	struct request q; /* first, so that a request leads to it */
	struct buf text;
};

static size_t take_body(struct request *q, const char *data, size_t n)
{
	struct token_answer *a = (struct token_answer *)q;
	if (a->text.len + n > TOKEN_MAX) {
		err_set(&q->err, ERR_REMOTE, "the answer is longer than %u KB", TOKEN_MAX >> 10);
		return 0;
	}
	buf_add(&a->text, data, n);
	return n;
}

/* What goes into a header has to be visible characters only. */
static bool is_visible(const char *s)
{
	for (; *s; s++) {
		if (*s <= ' ' || *s >= 127)
			return false;
	}
	return true;
}

static int read_token(struct registry *r, const struct buf *text, struct err *e)
{
	auto_json json *doc = NULL;
	if (json_parse(text->data ? text->data : "", text->len, "the token server's answer", &doc,
		       e)
	    < 0)
		return err_wrap(e, "%s", r->host);
	const char *token = json_str(doc, "token");
	if (str_empty(token))
		token = json_str(doc, "access_token");
	if (str_empty(token) || !is_visible(token))
		return err_set(e, ERR_REMOTE, "%s: the token server's answer has no token",
			       r->host);
	int64_t life = json_int(doc, "expires_in", TOKEN_LIFE);
	if (life < TOKEN_LIFE)
		life = TOKEN_LIFE;
	if (life > TOKEN_LIFE_MAX)
		life = TOKEN_LIFE_MAX;
	free(r->token);
	r->token = xstrdup(token);
	r->token_end = http_now() + life;
	return 0;
}

static void add_query(struct buf *url, const char *key, const char *value)
{
	char *text = value ? curl_easy_escape(NULL, value, 0) : NULL;
	if (!text)
		return;
	buf_printf(url, "%c%s=%s", strchr(url->data, '?') ? '&' : '?', key, text);
	curl_free(text);
}

static int check_realm(const struct registry *r, struct err *e)
{
	if (r->realm && !strncasecmp(r->realm, "https://", 8))
		return 0;
	if (r->realm && r->plain && !strncasecmp(r->realm, "http://", 7))
		return 0;
	auto_free char *shown = str_printable(r->realm ? r->realm : "nobody");
	return err_set(e, ERR_REMOTE,
		       "%s: refers to %.120s for a token, which is not an https address", r->host,
		       shown);
}

static int get_token(struct registry *r, struct err *e)
{
	auto_buf struct buf url = { 0 };
	struct token_answer a = { .q = { .r = r,
					 .what = "login",
					 .document = true,
					 .basic = &r->creds,
					 .body = take_body } };
	if (check_realm(r, e) < 0)
		return -1;
	buf_puts(&url, r->realm);
	add_query(&url, "account", r->creds.user);
	add_query(&url, "service", r->service);
	add_query(&url, "scope", r->scope);
	a.q.url = buf_take(&url);
	int rc = http_run(&a.q, e);
	http_end(&a.q);
	if (rc == 0)
		rc = read_token(r, &a.text, e);
	buf_free(&a.text);
	return rc;
}

static void keep(char **field, const char *value)
{
	free(*field);
	*field = value ? xstrdup(value) : NULL;
}

int token_answer(struct request *q, struct err *e)
{
	struct registry *r = q->r;
	const struct challenge *c = challenge_find(&q->response.challenges, CHALLENGE_BEARER);
	if (c) {
		keep(&r->realm, c->realm);
		keep(&r->service, c->service);
		keep(&r->scope, c->scope);
		if (!r->scope)
			r->scope = str_printf("repository:%s:pull", r->name);
		return get_token(r, e);
	}
	if (challenge_find(&q->response.challenges, CHALLENGE_BASIC) && r->creds.user
	    && !r->basic) {
		r->basic = true;
		return 0;
	}
	return http_error_status(q, e);
}

int token_refresh(struct registry *r, struct err *e)
{
	if (!r->token || http_now() < r->token_end - TOKEN_MARGIN)
		return 0;
	return get_token(r, e);
}
