/* http_error.c - what went wrong between us and a registry, in words and with what to do about it.
 * Text of the server's is shown with its control characters replaced. */
#include "registry/http.h"

#include <string.h>
#include "util/json.h"

static int tls_hint(const struct request *q, struct err *e)
{
	return err_hint(e,
			"Put the certificate of the registry's authority into "
			"~/.config/containers/certs.d/%s/ca.crt or the directory of --cert-dir; "
			"--tls-verify=false trusts whoever answers.",
			q->r->host);
}

int http_error_transport(const struct request *q, struct err *e)
{
	const char *host = q->r->host;
	const char *detail = *q->detail ? q->detail : curl_easy_strerror(q->result);
	long sys = 0;

	switch (q->result) {
	case CURLE_COULDNT_RESOLVE_HOST:
		/* names the host, which after a redirect is another one */
		err_set(e, ERR_REMOTE, "%s: %.200s", host, detail);
		return err_hint(e, "Check the name, and that this machine can look up names.");
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(q->curl, CURLINFO_OS_ERRNO, &sys);
		err_set(e, ERR_REMOTE, "%s: cannot connect%s: %s", host,
			q->redirects ? " to where it refers to" : "",
			sys ? strerror((int)sys) : detail);
		return err_hint(e, "Check the host and port, and whether the registry runs.");
	case CURLE_PEER_FAILED_VERIFICATION:
		err_set(e, ERR_REMOTE, "%s: the certificate cannot be trusted: %.300s", host,
			detail);
		return tls_hint(q, e);
	case CURLE_SSL_CONNECT_ERROR:
		err_set(e, ERR_REMOTE, "%s: TLS is not possible: %.300s", host, detail);
		return err_hint(
			e, "If the registry speaks plain HTTP, allow it with --tls-verify=false.");
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
		err_set(e, ERR_REMOTE, "%s: certificates cannot be used: %.300s", host, detail);
		return tls_hint(q, e);
	case CURLE_OPERATION_TIMEDOUT:
		err_set(e, ERR_REMOTE, "%s: %s: next to nothing arrived for %u seconds", host,
			q->what, q->r->stall);
		return err_hint(e, "The registry or the way to it is stuck; try again later.");
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
		err_set(e, ERR_REMOTE, "%s: %s: the connection broke off: %.200s", host, q->what,
			detail);
		return err_hint(e, "Try again; layers that are complete are kept.");
	default:
		return err_set(e, ERR_REMOTE, "%s: %s: %.300s", host, q->what, detail);
	}
}

/* "manifest unknown" of {"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]},
 * or of what token servers say; owned, or NULL. */
static char *server_words(const struct request *q)
{
	struct err ignored;
	auto_json json *doc = NULL;
	if (!q->trouble.len
	    || json_parse(q->trouble.data, q->trouble.len, "answer", &doc, &ignored) < 0)
		return NULL;
	json *list = json_arr(doc, "errors");
	json *first = list && json_object_array_length(list) ? json_object_array_get_idx(list, 0)
							     : doc;
	static const char *const keys[] = { "message", "details", "error_description", "code",
					    "error" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (!str_empty(json_str(first, keys[i])))
			return str_printable(json_str(first, keys[i]));
	}
	return NULL;
}

static int refused(const struct request *q, const char *words, struct err *e)
{
	const struct registry *r = q->r;
	const char *ours = r->creds.user ? "access denied" : "authentication required";
	if (words && str_eq(words, ours))
		words = NULL;
	err_set(e, ERR_DENIED, "%s: %s: %s%s%.200s", r->host, q->what, ours, words ? ": " : "",
		words ? words : "");
	if (r->creds.user)
		return err_hint(e, "Check the password of %s, and that this account may read %s.",
				r->creds.user, r->name);
	return err_hint(e, "Check the name %s; if it is private, give --creds USER:PASSWORD.",
			r->name);
}

int http_error_status(const struct request *q, struct err *e)
{
	const struct registry *r = q->r;
	auto_free char *words = server_words(q);
	long status = q->response.status;

	switch (status) {
	case 401:
	case 403:
		return refused(q, words, e);
	case 404:
		err_set(e, ERR_NOTFOUND, "%s: %s: %.200s", r->host, q->what,
			words ? words : "not found");
		return str_eq(q->what, "manifest")
			       ? err_hint(e, "Check the name and the tag of %s.", r->name)
			       : err_hint(e,
					  "The registry lacks a part of %s; have it pushed again.",
					  r->name);
	case 429:
		err_set(e, ERR_REMOTE, "%s: %s: too many requests%s%.200s", r->host, q->what,
			words ? ": " : "", words ? words : "");
		if (q->response.retry_after) {
			auto_free char *when = str_printable(q->response.retry_after);
			return err_hint(e, "Try again after: %.60s.", when);
		}
		return err_hint(e, "Try again later, or with an account that may ask more often.");
	default:
		err_set(e, ERR_REMOTE, "%s: %s: HTTP status %ld%s%.200s", r->host, q->what, status,
			words ? ": " : "", words ? words : "");
		return status >= 500 ? err_hint(e, "The registry has a problem; try again later.")
				     : -1;
	}
}
