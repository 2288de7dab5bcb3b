/* ref.c - see ref.h. A reference is taken apart from its end: the digest behind "@", the tag
 * behind the last colon that has no slash after it, and what is left is host and name. Each part
 * is then held to the grammar, so that a parsed reference can be part of a URL or of a line in
 * the store's index without quoting. */
#include "model/ref.h"

#include <arpa/inet.h>
#include <string.h>
#include "util/str.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"
#define NAME_BYTES 255 /* host and name together */
#define TAG_BYTES 128

static int bad(const char *text, struct err *e, const char *why)
{
	auto_free char *shown = str_printable(text);
	err_set(e, ERR_USAGE, "invalid image reference \"%.300s\": %s", shown, why);
	return err_hint(e, "An image is named [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST], "
			   "for example docker.io/library/debian:12.");
}

/* Runs of lower-case letters and digits, joined by ".", "_", "__" or any number of "-". */
static bool component_ok(const char *s, size_t n)
{
	const char *end = s + n;
	for (;;) {
		size_t run = 0;
		while (s + run < end && strchr(LOWER DIGIT, s[run]))
			run++;
		if (!run)
			return false;
		s += run;
		if (s == end)
			return true;
		size_t sep = 0;
		while (s + sep < end && s[sep] == '-')
			sep++;
		if (!sep && *s == '.')
			sep = 1;
		if (!sep && *s == '_')
			sep = s + 1 < end && s[1] == '_' ? 2 : 1;
		if (!sep)
			return false;
		s += sep;
	}
}

static bool name_ok(const char *s)
{
	for (;;) {
		size_t n = strcspn(s, "/");
		if (!component_ok(s, n))
			return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

static bool is_ipv6(const char *s, size_t n)
{
	struct in6_addr ignored;
	auto_free char *text = xstrndup(s, n);
	return inet_pton(AF_INET6, text, &ignored) == 1;
}

/* "example.com", "10.0.0.1", "[::1]": labels of letters, digits and inner dashes. */
static bool host_name_ok(const char *s, size_t n)
{
	if (n > 2 && *s == '[')
		return s[n - 1] == ']' && is_ipv6(s + 1, n - 2);
	for (;;) {
		size_t label = 0;
		while (label < n && s[label] != '.')
			label++;
		if (!label || *s == '-' || s[label - 1] == '-')
			return false;
		if (strspn(s, LOWER UPPER DIGIT "-") < label)
			return false;
		if (label == n)
			return true;
		s += label + 1;
		n -= label + 1;
	}
}

static bool host_ok(const char *s)
{
	const char *bracket = strchr(s, ']');
	const char *colon = strchr(bracket ? bracket : s, ':');
	size_t n = colon ? (size_t)(colon - s) : strlen(s);
	uint64_t port = 1;
	if (colon && (str_to_u64(colon + 1, &port) < 0 || strlen(colon + 1) > 5))
		return false;
	return n && port >= 1 && port <= 65535 && host_name_ok(s, n);
}

static bool tag_ok(const char *s)
{
	size_t n = strspn(s, LOWER UPPER DIGIT "_.-");
	return n && !s[n] && n <= TAG_BYTES && *s != '.' && *s != '-';
}

/* Is the first component a host? It says so by a dot, a colon or a capital letter. */
static bool looks_like_host(const char *s, size_t n)
{
	if (n == 9 && memcmp(s, "localhost", 9) == 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (s[i] == '.' || s[i] == ':' || (s[i] >= 'A' && s[i] <= 'Z'))
			return true;
	return false;
}

static int split_host(const char *text, const char *rest, struct ref *r, struct err *e)
{
	const char *slash = strchr(rest, '/');
	if (slash && looks_like_host(rest, (size_t)(slash - rest))) {
		r->host = xstrndup(rest, (size_t)(slash - rest));
		if (!host_ok(r->host))
			return bad(text, e, "the part before the first slash is not a host");
		rest = slash + 1;
	}
	if (!*rest)
		return bad(text, e, "the name is missing");
	for (const char *p = rest; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			return bad(text, e, "the name must be in lower case");
	if (!name_ok(rest))
		return bad(text, e,
			   "the name may have only a-z, 0-9 and single separators . _ - /");
	if (!r->host && digest_is_hex(rest))
		return bad(text, e, "64 hexadecimal digits are an image id, not a name");
	r->name = xstrdup(rest);
	return 0;
}

static int parse(const char *text, struct ref *r, struct err *e)
{
	size_t n = strlen(text);
	if (!n)
		return bad(text, e, "it is empty");
	if (n > NAME_BYTES + TAG_BYTES + DIGEST_TEXT)
		return bad(text, e, "it is too long");
	if (strstr(text, "://"))
		return bad(text, e, "it is a URL; leave out what stands before the host");
	auto_free char *rest = xstrdup(text);
	char *at = strchr(rest, '@');
	if (at) {
		*at = '\0';
		if (digest_parse(at + 1, &r->digest, e) < 0)
			return bad(text, e, "behind @ stands no sha256 digest");
	}
	char *colon = strrchr(rest, ':');
	if (colon && !strchr(colon, '/')) {
		*colon = '\0';
		if (!tag_ok(colon + 1))
			return bad(text, e, "behind the colon stands no valid tag");
		r->tag = xstrdup(colon + 1);
	}
	if (strlen(rest) > NAME_BYTES)
		return bad(text, e, "the name is too long");
	if (!r->tag && digest_none(&r->digest))
		r->tag = xstrdup("latest");
	return split_host(text, rest, r, e);
}

int ref_parse(const char *text, struct ref *out, struct err *e)
{
	*out = (struct ref){ 0 };
	if (parse(text, out, e) == 0)
		return 0;
	ref_free(out);
	return -1;
}

char *ref_text(const struct ref *r)
{
	struct buf b = { 0 };
	char digest[DIGEST_TEXT];
	if (r->host)
		buf_printf(&b, "%s/", r->host);
	buf_puts(&b, r->name);
	if (!digest_none(&r->digest))
		buf_printf(&b, "@%s", digest_text(&r->digest, digest));
	else
		buf_printf(&b, ":%s", r->tag);
	return buf_take(&b);
}

void ref_make_local(struct ref *r)
{
	if (!r->host)
		r->host = xstrdup("localhost");
	if (str_eq(r->host, "index.docker.io")) {
		free(r->host);
		r->host = xstrdup("docker.io");
	}
	if (str_eq(r->host, "docker.io") && !strchr(r->name, '/')) {
		char *full = str_printf("library/%s", r->name);
		free(r->name);
		r->name = full;
	}
}

void ref_free(struct ref *r)
{
	free(r->host);
	free(r->name);
	free(r->tag);
	*r = (struct ref){ 0 };
}

static const struct {
	const char *prefix;
	enum transport kind;
	bool has_inner; /* PATH[:REFERENCE] */
} transports[] = {
	{ "docker://", TRANSPORT_REGISTRY, false },
	{ "docker-archive:", TRANSPORT_DOCKER_ARCHIVE, true },
	{ "oci-archive:", TRANSPORT_OCI_ARCHIVE, true },
	{ "oci:", TRANSPORT_OCI, true },
	{ "dir:", TRANSPORT_DIR, false },
	{ "containers-storage:", TRANSPORT_CONTAINERS_STORAGE, false },
};

int transport_parse(const char *text, enum transport *kind, char **path, char **inner,
		    struct err *e)
{
	*kind = TRANSPORT_REGISTRY;
	*path = NULL;
	*inner = NULL;
	if (str_starts(text, "docker-daemon:")) {
		err_set(e, ERR_USAGE, "the transport docker-daemon: is not supported");
		return err_hint(e, "Write the image with `docker save -o FILE IMAGE' and use "
				   "docker-archive:FILE.");
	}
	bool has_inner = false;
	const char *rest = text;
	for (size_t i = 0; i < sizeof transports / sizeof *transports; i++) {
		if (!str_starts(text, transports[i].prefix))
			continue;
		rest = text + strlen(transports[i].prefix);
		*kind = transports[i].kind;
		has_inner = transports[i].has_inner;
		break;
	}
	const char *colon = has_inner ? strchr(rest, ':') : NULL;
	size_t n = colon ? (size_t)(colon - rest) : strlen(rest);
	if (!n) {
		auto_free char *shown = str_printable(text);
		err_set(e, ERR_USAGE, "invalid image \"%.300s\": nothing is named", shown);
		return err_hint(e, "Write for example docker-archive:FILE.tar, oci:DIRECTORY:NAME "
				   "or HOST/NAME:TAG.");
	}
	*path = xstrndup(rest, n);
	*inner = xstrdup(colon ? colon + 1 : "");
	return 0;
}
