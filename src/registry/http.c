/* http.c - see http.h.
 *
 * Redirects are followed here and not by curl, so that one place decides where credentials go: the
 * Authorization header is made anew for every address and only for the registry's own origin. HTTP/2
 * is not used: with it a paused transfer would still take in up to its window (32 MB in curl) and
 * memory is bounded to less than that.
 *
 * Nothing that a server sends may steer more than the next step: bodies of refusals are cut, headers
 * counted, redirects and logins numbered. */
#include "registry/http.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "util/log.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define MAX_REDIRECTS 8
#define MAX_LOGINS 2
#define MAX_HEADER_BYTES (256u << 10)
#define MAX_TROUBLE (16u << 10) /* of a refusal's body are kept */
#define MAX_REFUSAL (1u << 20)  /* and no more are read */
#define RECEIVE_SIZE (256L << 10)
#define CONNECT_SECONDS 30L
#define DOCUMENT_SECONDS 120L
#define LOW_SPEED 128L /* bytes a second that count as nothing */

int64_t http_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

char *http_url(const struct registry *r, const char *kind, const char *last)
{
	return str_printf("%s://%s/v2/%s/%s/%s", r->plain ? "http" : "https", r->api, r->name, kind,
			  last);
}

/* ---- what comes in */

static void response_clear(struct response *p)
{
	free(p->type);
	free(p->digest);
	free(p->retry_after);
	challenges_free(&p->challenges);
	*p = (struct response){ .length = -1 };
}

/* The value of a header line "NAME: value" when it is NAME, trimmed; else NULL. Owned. */
static char *header_value(const char *line, size_t n, const char *name)
{
	size_t len = strlen(name);
	if (n <= len || line[len] != ':' || strncasecmp(line, name, len))
		return NULL;
	line += len + 1;
	n -= len + 1;
	while (n && strchr(" \t", *line))
		line++, n--;
	while (n && strchr(" \t\r\n", line[n - 1]))
		n--;
	return xstrndup(line, n);
}

static void keep(char **field, char *value)
{
	free(*field);
	*field = value;
}

static void take_challenge(struct request *q, char *text)
{
	struct err ignored;
	auto_free char *mine = text;
	/* one that cannot be understood is none: there may be another that can */
	if (challenge_parse(mine, &q->response.challenges, &ignored) < 0)
		log_debug("%s: %s", q->r->host, ignored.msg);
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
	struct request *q = arg;
	struct response *p = &q->response;
	size_t n = size * count;
	char *v;

	q->header_bytes += n;
	if (q->header_bytes > MAX_HEADER_BYTES) {
		err_set(&q->err, ERR_REMOTE, "the headers of the answer are longer than %u KB",
			MAX_HEADER_BYTES >> 10);
		return 0;
	}
	if (n > 5 && !strncmp(line, "HTTP/", 5)) {
		response_clear(p);
		return n;
	}
	if ((v = header_value(line, n, "Content-Type"))) {
		v[strcspn(v, "; \t")] = 0;
		keep(&p->type, v);
	} else if ((v = header_value(line, n, "Docker-Content-Digest"))) {
		keep(&p->digest, v);
	} else if ((v = header_value(line, n, "Retry-After"))) {
		keep(&p->retry_after, v);
	} else if ((v = header_value(line, n, "Content-Length"))) {
		if (str_to_i64(v, &p->length) < 0)
			p->length = -1;
		free(v);
	} else if ((v = header_value(line, n, "WWW-Authenticate"))) {
		take_challenge(q, v);
	}
	return n;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct request *q = arg;
	size_t n = size * count;
	long status = 0;
	curl_easy_getinfo(q->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200)
		return q->body(q, data, n);
	if (q->trouble.len < MAX_TROUBLE)
		buf_add(&q->trouble, data,
			n < MAX_TROUBLE - q->trouble.len ? n : MAX_TROUBLE - q->trouble.len);
	curl_off_t so_far = 0;
	curl_easy_getinfo(q->curl, CURLINFO_SIZE_DOWNLOAD_T, &so_far);
	q->cut = so_far > (curl_off_t)MAX_REFUSAL;
	return q->cut ? 0 : n;
}

/* ---- what goes out */

static void limit_protocols(CURL *c)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(c, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void configure(struct request *q)
{
	CURL *c = q->curl;
	limit_protocols(c);
	curl_easy_setopt(c, CURLOPT_PRIVATE, q);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, q->detail);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "cuddy/" PACKAGE_VERSION);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, q);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, q);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)q->r->stall);
	if (q->document)
		curl_easy_setopt(c, CURLOPT_TIMEOUT, DOCUMENT_SECONDS);
	else
		curl_easy_setopt(c, CURLOPT_BUFFERSIZE, RECEIVE_SIZE);
	tls_apply(&q->r->tls, q->r->insecure, c);
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart part)
{
	char *x = NULL, *y = NULL;
	bool same = curl_url_get(a, part, &x, CURLU_DEFAULT_PORT) == CURLUE_OK
		    && curl_url_get(b, part, &y, CURLU_DEFAULT_PORT) == CURLUE_OK
		    && !strcasecmp(x, y);
	curl_free(x);
	curl_free(y);
	return same;
}

/* Same scheme, host and port as the registry? What cannot be parsed is not. */
static bool own_origin(const struct request *q)
{
	CURLU *a = curl_url(), *b = curl_url();
	auto_free char *base = http_url(q->r, "", "");
	bool own = a && b && curl_url_set(a, CURLUPART_URL, q->url, 0) == CURLUE_OK
		   && curl_url_set(b, CURLUPART_URL, base, 0) == CURLUE_OK
		   && same_part(a, b, CURLUPART_SCHEME) && same_part(a, b, CURLUPART_HOST)
		   && same_part(a, b, CURLUPART_PORT);
	curl_url_cleanup(a);
	curl_url_cleanup(b);
	return own;
}

static void add_header(struct request *q, const char *name, const char *value)
{
	auto_free char *line = str_printf("%s: %s", name, value);
	struct curl_slist *more = curl_slist_append(q->headers, line);
	if (more)
		q->headers = more;
}

static void make_headers(struct request *q)
{
	auto_free char *login = NULL;
	curl_slist_free_all(q->headers);
	q->headers = NULL;
	if (q->accept)
		add_header(q, "Accept", q->accept);
	if (q->basic)
		login = q->basic->user ? token_basic(q->basic) : NULL;
	else if (own_origin(q))
		login = token_header(q->r);
	if (login)
		add_header(q, "Authorization", login);
	curl_easy_setopt(q->curl, CURLOPT_HTTPHEADER, q->headers);
}

static bool is_loopback_host(const char *host)
{
	struct in_addr a;
	return !strcasecmp(host, "localhost") || str_eq(host, "[::1]")
	       || (inet_pton(AF_INET, host, &a) == 1 && ntohl(a.s_addr) >> 24 == IN_LOOPBACKNET);
}

/* No proxy stands between us and this machine itself. */
static bool is_loopback(const char *url)
{
	char *host = NULL;
	CURLU *u = curl_url();
	bool is = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK
		  && curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK
		  && is_loopback_host(host);
	curl_free(host);
	curl_url_cleanup(u);
	return is;
}

static int submit(struct request *q, struct err *e)
{
	response_clear(&q->response);
	q->trouble.len = 0;
	q->header_bytes = 0;
	q->cut = q->done = false;
	q->detail[0] = 0;
	err_clear(&q->err);
	make_headers(q);
	curl_easy_setopt(q->curl, CURLOPT_PROXY, is_loopback(q->url) ? "" : NULL);
	log_debug("GET %s", q->url);
	if (curl_easy_setopt(q->curl, CURLOPT_URL, q->url) != CURLE_OK
	    || curl_multi_add_handle(q->r->multi, q->curl) != CURLM_OK)
		return err_set(e, ERR_SYSTEM, "%s: cannot start a transfer", q->r->host);
	q->running = true;
	return 0;
}

int http_begin(struct request *q, struct err *e)
{
	if (!q->basic && token_refresh(q->r, e) < 0)
		return -1;
	q->curl = curl_easy_init();
	if (!q->curl)
		return err_set(e, ERR_SYSTEM, "%s: cannot start a transfer", q->r->host);
	configure(q);
	return submit(q, e);
}

void http_end(struct request *q)
{
	if (q->running)
		curl_multi_remove_handle(q->r->multi, q->curl);
	if (q->curl)
		curl_easy_cleanup(q->curl);
	curl_slist_free_all(q->headers);
	response_clear(&q->response);
	buf_free(&q->trouble);
	free_ptr(&q->url);
	q->curl = NULL;
	q->headers = NULL;
	q->running = false;
}

/* ---- the turns */

/* Mark those that are through; whether there were any. */
static bool collect(struct registry *r)
{
	CURLMsg *m;
	bool any = false;
	int left;
	while ((m = curl_multi_info_read(r->multi, &left))) {
		struct request *q = NULL;
		CURLcode result = m->data.result;
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&q);
		curl_multi_remove_handle(r->multi, m->easy_handle);
		q->result = result;
		q->running = false;
		q->done = any = true;
		curl_easy_getinfo(q->curl, CURLINFO_RESPONSE_CODE, &q->response.status);
	}
	return any;
}

int http_move(struct registry *r, bool *any, struct err *e)
{
	int running;
	CURLMcode rc = curl_multi_perform(r->multi, &running);
	*any = collect(r);
	if (rc != CURLM_OK)
		return err_set(e, ERR_SYSTEM, "%s: %s", r->host, curl_multi_strerror(rc));
	return 0;
}

int http_wait(struct registry *r, int timeout_ms, struct curl_waitfd *extra, unsigned n,
	      struct err *e)
{
	CURLMcode rc = curl_multi_poll(r->multi, extra, n, timeout_ms, NULL);
	if (rc != CURLM_OK)
		return err_set(e, ERR_SYSTEM, "%s: %s", r->host, curl_multi_strerror(rc));
	return 0;
}

/* TLS did not come about although nobody insists on it: the same in plain HTTP, once. */
static bool try_plain(const struct request *q)
{
	const struct registry *r = q->r;
	if (!r->insecure || q->basic || q->redirects || strncmp(q->url, "https://", 8))
		return false;
	if (r->settled && !r->plain) /* TLS was spoken before */
		return false;
	switch (q->result) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_COULDNT_CONNECT:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_OPERATION_TIMEDOUT:
		return true;
	default:
		return false;
	}
}

static int go_plain(struct request *q, struct err *e)
{
	char *url = str_printf("http%s", q->url + strlen("https"));
	free(q->url);
	q->url = url;
	q->r->plain = true;
	return submit(q, e);
}

static int follow(struct request *q, struct err *e)
{
	char *to = NULL;
	if (++q->redirects > MAX_REDIRECTS)
		return err_set(e, ERR_REMOTE, "%s: more than %d redirects", q->r->host,
			       MAX_REDIRECTS);
	/* an absolute address, whatever form the header has */
	curl_easy_getinfo(q->curl, CURLINFO_REDIRECT_URL, &to);
	if (!to)
		return err_set(e, ERR_REMOTE, "%s: a redirect that leads nowhere", q->r->host);
	bool https = !strncasecmp(to, "https://", 8), http = !strncasecmp(to, "http://", 7);
	if (!https && (!http || !strncasecmp(q->url, "https://", 8))) {
		auto_free char *shown = str_printable(to);
		err_set(e, ERR_REMOTE, "%s: a redirect to %.120s, which is not protected",
			q->r->host, shown);
		return err_hint(e, "The registry is set up wrongly or somebody is in between.");
	}
	free(q->url);
	q->url = xstrdup(to);
	return submit(q, e);
}

static int log_in(struct request *q, struct err *e)
{
	if (q->basic || !own_origin(q) || ++q->logins > MAX_LOGINS)
		return http_error_status(q, e);
	if (token_answer(q, e) < 0)
		return -1;
	return submit(q, e);
}

int http_advance(struct request *q, struct err *e)
{
	long status = q->response.status;
	if (q->err.kind != ERR_NONE) {
		*e = q->err;
		return err_wrap(e, "%s: %s", q->r->host, q->what);
	}
	if (q->result != CURLE_OK && !q->cut)
		return try_plain(q) ? go_plain(q, e) : http_error_transport(q, e);
	q->r->settled = true;
	if (status == 200)
		return 1;
	if (status == 401)
		return log_in(q, e);
	if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308)
		return follow(q, e);
	return http_error_status(q, e);
}

int http_run(struct request *q, struct err *e)
{
	int rc = http_begin(q, e);
	bool any;
	while (rc == 0) {
		if (!q->done && http_move(q->r, &any, e) < 0)
			return -1;
		if (q->done)
			rc = http_advance(q, e);
		else if (!any && http_wait(q->r, 1000, NULL, 0, e) < 0)
			return -1;
	}
	return rc < 0 ? -1 : 0;
}
