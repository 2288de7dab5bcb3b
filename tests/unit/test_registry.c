/* test_registry.c - the registry client against a small scripted server on the loopback: what it
 * gets, what it refuses, and where its credentials go. A request "GET /v2/WAY/..." is answered by the
 * row WAY of a table; the second server, another origin, tells whether it was sent credentials. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "registry/registry.h"
#include "util/fd.h"
#include "util/str.h"

#define BLOB_SIZE (3u << 20)
#define BASIC "Authorization: Basic dTpwOnc=" /* u:p:w */

static struct world {
	unsigned char *blob;
	struct descriptor desc; /* of BLOB */
	int listen, other;      /* the two servers */
	unsigned port, other_port;
	pid_t pid;
} w;

static const char manifest[] = "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:"
			       "0000000000000000000000000000000000000000000000000000000000000000\","
			       "\"size\":1},\"layers\":[]}";

/* ---- the server */

static void say(int fd, const char *fmt, ...) printf_like(2, 3);
static void say(int fd, const char *fmt, ...)
{
	char text[4096];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (fd_write_all(fd, text, (size_t)n) < 0)
		_exit(0);
}

static void answer(int fd, const char *head, const void *body, size_t n)
{
	say(fd, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", head, n);
	if (fd_write_all(fd, body, n) < 0)
		_exit(0);
}

static void answer_text(int fd, const char *head, const char *text)
{
	answer(fd, head, text, strlen(text));
}

static void good(int fd, const char *rq)
{
	if (strstr(rq, "/manifests/"))
		answer_text(fd, "200 OK\r\nContent-Type: " MEDIA_OCI_MANIFEST "; x=y", manifest);
	else
		answer(fd, "200 OK", w.blob, BLOB_SIZE);
}

static void lying_header(int fd, const char *rq)
{
	answer_text(fd, "200 OK\r\nDocker-Content-Digest: sha256:00", manifest);
}

static void wrong_bytes(int fd, const char *rq)
{
	w.blob[BLOB_SIZE / 2] ^= 1; /* of this child's copy */
	answer(fd, "200 OK", w.blob, BLOB_SIZE);
}

static void too_short(int fd, const char *rq)
{
	answer(fd, "200 OK", w.blob, BLOB_SIZE - 1);
}

static void cut_off(int fd, const char *rq)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", BLOB_SIZE);
	if (fd_write_all(fd, w.blob, 1000) < 0)
		_exit(0);
}

static void endless(int fd, const char *rq)
{
	say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (;;) {
		say(fd, "100000\r\n");
		if (fd_write_all(fd, w.blob, 1 << 20) < 0)
			_exit(0);
		say(fd, "\r\n");
	}
}

static void endless_refusal(int fd, const char *rq)
{
	say(fd, "HTTP/1.1 500 Oh\r\n\r\n");
	for (;;) {
		if (fd_write_all(fd, w.blob, 1 << 20) < 0)
			_exit(0);
	}
}

static void drip(int fd, const char *rq)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", BLOB_SIZE);
	for (;;) {
		say(fd, "x");
		usleep(100000);
	}
}

static void headers(int fd, const char *rq)
{
	say(fd, "HTTP/1.1 200 OK\r\n");
	for (;;)
		say(fd, "X-%0*d: y\r\n", 3000, 1);
}

static void informed(int fd, const char *rq)
{
	for (;;)
		say(fd, "HTTP/1.1 100 Continue\r\n\r\n");
}

static void circle(int fd, const char *rq)
{
	answer_text(fd, "307 Round\r\nLocation: /v2/circle/manifests/again", "");
}

static void elsewhere(int fd, const char *rq)
{
	char head[200];
	if (!strstr(rq, BASIC)) {
		answer_text(fd, "401 Who\r\nWWW-Authenticate: Basic realm=\"x\"", "");
		return;
	}
	snprintf(head, sizeof head, "302 There\r\nLocation: http://127.0.0.1:%u/v2/cdn/blobs/x",
		 w.other_port);
	answer_text(fd, head, "");
}

static void other_scheme(int fd, const char *rq)
{
	answer_text(fd, "302 There\r\nLocation: file:///etc/passwd", "");
}

static void nowhere(int fd, const char *rq)
{
	answer_text(fd, "302 There", "");
}

/* What another origin gets to see. */
static void cdn(int fd, const char *rq)
{
	if (strstr(rq, "Authorization"))
		answer_text(fd, "500 Leaked",
			    "{\"errors\":[{\"message\":\"credentials were sent here\"}]}");
	else
		answer(fd, "200 OK", w.blob, BLOB_SIZE);
}

static void missing(int fd, const char *rq)
{
	answer_text(fd, "404 No",
		    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest \\u001b "
		    "unknown\"}]}");
}

static void busy(int fd, const char *rq)
{
	answer_text(fd, "429 Slowly\r\nRetry-After: 17", "<html>");
}

static void basic(int fd, const char *rq)
{
	if (strstr(rq, BASIC))
		good(fd, rq);
	else
		answer_text(fd, "401 Who\r\nWWW-Authenticate: Basic realm=\"x\"",
			    "{\"errors\":[{\"message\":\"authentication required\"}]}");
}

static void bearer(int fd, const char *rq)
{
	char head[300];
	if (strstr(rq, "Authorization: Bearer t0ken\r\n")) {
		good(fd, rq);
		return;
	}
	snprintf(head, sizeof head,
		 "401 Who\r\nWWW-Authenticate: Basic realm=\"x\"\r\nWWW-Authenticate: Bearer "
		 "realm=\"http://127.0.0.1:%u/token/good?a=b\",service=\"a "
		 "service\",scope=\"repository:bearer:pull\"",
		 w.other_port);
	answer_text(fd, head, "");
}

static void challenge(int fd, const char *realm)
{
	char head[300];
	snprintf(head, sizeof head, "401 Who\r\nWWW-Authenticate: Bearer realm=\"%s\"", realm);
	answer_text(fd, head, "");
}

static void bearer_odd(int fd, const char *rq)
{
	char realm[100];
	const char *kind = strstr(rq, "/v2/bearer-") + strlen("/v2/bearer-");
	snprintf(realm, sizeof realm, "http://127.0.0.1:%u/token/%.*s", w.other_port,
		 (int)strcspn(kind, "/"), kind);
	challenge(fd, realm);
}

static void bearer_file(int fd, const char *rq)
{
	challenge(fd, "file:///etc/passwd");
}

static void flood(int fd, const char *rq)
{
	say(fd, "HTTP/1.1 401 Who\r\n");
	for (int i = 0; i < 1000; i++)
		say(fd, "WWW-Authenticate: Digest realm=\"%d\"\r\n", i);
	say(fd, "Content-Length: 0\r\n\r\n");
}

static void token(int fd, const char *rq)
{
	if (!strstr(rq,
		    "GET "
		    "/token/"
		    "good?a=b&account=u&service=a%20service&scope=repository%3Abearer%3Apull HTTP")
	    || !strstr(rq, BASIC))
		answer_text(fd, "400 Bad",
			    "{\"errors\":[{\"message\":\"not what the challenge said\"}]}");
	else
		answer_text(fd, "200 OK", "{\"access_token\":\"t0ken\",\"expires_in\":300}");
}

static void token_refused(int fd, const char *rq)
{
	answer_text(fd, "401 No\r\nWWW-Authenticate: Basic realm=\"x\"",
		    "{\"details\":\"incorrect password\"}");
}

static void token_stale(int fd, const char *rq)
{
	answer_text(fd, "200 OK", "{\"token\":\"never right\"}");
}

static void token_useless(int fd, const char *rq)
{
	answer_text(fd, "200 OK", "{\"token\":\"useless\"}");
}

static void token_none(int fd, const char *rq)
{
	answer_text(fd, "200 OK", "{}");
}

static const struct way {
	const char *path;
	void (*answer)(int fd, const char *rq);
} ways[] = {
	{ "/v2/good/", good },
	{ "/v2/lying-header/", lying_header },
	{ "/v2/wrong-bytes/", wrong_bytes },
	{ "/v2/too-short/", too_short },
	{ "/v2/cut-off/", cut_off },
	{ "/v2/endless/", endless },
	{ "/v2/endless-refusal/", endless_refusal },
	{ "/v2/drip/", drip },
	{ "/v2/headers/", headers },
	{ "/v2/informed/", informed },
	{ "/v2/circle/", circle },
	{ "/v2/elsewhere/", elsewhere },
	{ "/v2/other-scheme/", other_scheme },
	{ "/v2/nowhere/", nowhere },
	{ "/v2/cdn/", cdn },
	{ "/v2/missing/", missing },
	{ "/v2/busy/", busy },
	{ "/v2/basic/", basic },
	{ "/v2/bearer/", bearer },
	{ "/v2/bearer-file/", bearer_file },
	{ "/v2/bearer-", bearer_odd },
	{ "/v2/flood/", flood },
	{ "/token/good", token },
	{ "/token/refused", token_refused },
	{ "/token/stale", token_stale },
	{ "/token/useless", token_useless },
	{ "/token/none", token_none },
};

static void serve(int fd)
{
	char rq[8192];
	size_t n = 0;
	while (n < sizeof rq - 1) {
		ssize_t got = read(fd, rq + n, sizeof rq - 1 - n);
		if (got <= 0)
			_exit(0);
		n += (size_t)got;
		rq[n] = 0;
		if (strncmp(rq, "GET ", 4)) /* TLS is not spoken here */
			_exit(0);
		if (strstr(rq, "\r\n\r\n"))
			break;
	}
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		if (str_starts(rq + 4, ways[i].path)) {
			ways[i].answer(fd, rq);
			shutdown(fd, SHUT_WR);
			while (read(fd, rq, sizeof rq) > 0)
				;
			_exit(0);
		}
	}
	answer_text(fd, "400 What", "");
	_exit(0);
}

static int listen_local(unsigned *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static void serve_all(void)
{
	struct pollfd p[2] = { { .fd = w.listen, .events = POLLIN },
			       { .fd = w.other, .events = POLLIN } };
	signal(SIGCHLD, SIG_IGN);
	alarm(120); /* whatever becomes of the test */
	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		for (int i = 0; i < 2; i++) {
			int fd = p[i].revents ? accept(p[i].fd, NULL, NULL) : -1;
			if (fd >= 0 && fork() == 0) {
				alarm(60);
				serve(fd);
			}
			if (fd >= 0)
				close(fd);
		}
	}
}

static int setup(void **state)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	w.blob = xmalloc(BLOB_SIZE);
	for (size_t i = 0; i < BLOB_SIZE; i++)
		w.blob[i] = (unsigned char)(i * 2654435761u >> 13);
	EVP_Digest(w.blob, BLOB_SIZE, sum, NULL, EVP_sha256(), NULL);
	w.desc = (struct descriptor){ .digest = digest_from_bytes(sum), .size = BLOB_SIZE };
	w.listen = listen_local(&w.port);
	w.other = listen_local(&w.other_port);
	signal(SIGPIPE, SIG_IGN);
	setenv("HOME", "/nonexistent", 1);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("REGISTRY_AUTH_FILE");
	unsetenv("DOCKER_CONFIG");
	setenv("http_proxy", "http://127.0.0.1:1", 1); /* not for the loopback */
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	fflush(NULL);
	w.pid = fork();
	if (w.pid == 0)
		serve_all();
	return w.pid < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	kill(w.pid, SIGKILL);
	waitpid(w.pid, NULL, 0);
	free(w.blob);
	return 0;
}

/* ---- the client */

static struct registry *open_as(const char *name, const char *creds)
{
	char host[32];
	struct registry *r = NULL;
	struct err e;
	snprintf(host, sizeof host, "127.0.0.1:%u", w.port);
	struct registry_opts o = {
		.host = host, .name = name, .insecure = true, .creds = creds, .stall_seconds = 2
	};
	if (registry_open(&o, &r, &e) < 0)
		fail_msg("%s", e.msg);
	return r;
}

static void manifest_good(void **state)
{
	auto_registry struct registry *r = open_as("good", NULL);
	auto_document struct document d = { 0 }, same = { 0 }, none = { 0 };
	char text[DIGEST_TEXT];
	struct err e;
	assert_int_equal(registry_manifest(r, "latest", &d, &e), 0);
	assert_string_equal(d.text, manifest);
	assert_string_equal(d.type, MEDIA_OCI_MANIFEST);
	assert_int_equal(registry_manifest(r, digest_text(&d.digest, text), &same, &e), 0);
	assert_int_equal(registry_manifest(r, digest_text(&w.desc.digest, text), &none, &e), -1);
	assert_int_equal(e.kind, ERR_CORRUPT);
}

/* The manifest of repository WAY is refused with words that have SAYS in them. */
static void manifest_refused(const char *way, const char *creds, enum err_kind kind,
			     const char *says)
{
	auto_registry struct registry *r = open_as(way, creds);
	auto_document struct document d = { 0 };
	struct err e;
	if (registry_manifest(r, "latest", &d, &e) == 0)
		fail_msg("%s: taken", way);
	if (e.kind != kind || !strstr(e.msg, says) || !strstr(e.msg, "127.0.0.1:"))
		fail_msg("%s: kind %d, \"%s\"", way, e.kind, e.msg);
}

static void manifests_bad(void **state)
{
	manifest_refused("lying-header", NULL, ERR_CORRUPT, "digest is");
	manifest_refused("endless", NULL, ERR_CORRUPT, "longer than 4194304");
	manifest_refused("endless-refusal", NULL, ERR_REMOTE, "status 500");
	manifest_refused("cut-off", NULL, ERR_REMOTE, "broke off");
	manifest_refused("drip", NULL, ERR_REMOTE, "next to nothing arrived for 2 seconds");
	manifest_refused("headers", NULL, ERR_REMOTE, "headers");
	manifest_refused("informed", NULL, ERR_REMOTE, "headers");
	manifest_refused("circle", NULL, ERR_REMOTE, "redirects");
	manifest_refused("other-scheme", NULL, ERR_REMOTE, "not protected");
	manifest_refused("nowhere", NULL, ERR_REMOTE, "leads nowhere");
	manifest_refused("missing", NULL, ERR_NOTFOUND, "manifest ? unknown");
	manifest_refused("busy", NULL, ERR_REMOTE, "too many requests");
}

static void logins_bad(void **state)
{
	manifest_refused("basic", NULL, ERR_DENIED, "authentication required");
	manifest_refused("basic", "u:wrong", ERR_DENIED, "access denied");
	manifest_refused("flood", NULL, ERR_DENIED, "authentication required");
	manifest_refused("bearer-file", "u:p:w", ERR_REMOTE, "not an https address");
	manifest_refused("bearer-refused", "u:p:w", ERR_DENIED, "incorrect password");
	manifest_refused("bearer-stale", "u:p:w", ERR_REMOTE, "no token");
	manifest_refused("bearer-none", "u:p:w", ERR_REMOTE, "no token");
	manifest_refused("bearer-useless", "u:p:w", ERR_DENIED, "access denied");
}

static void logins_good(void **state)
{
	static const char *const ways_in[] = { "basic", "bearer" };
	for (size_t i = 0; i < 2; i++) {
		auto_registry struct registry *r = open_as(ways_in[i], "u:p:w");
		auto_document struct document d = { 0 };
		auto_free char *blob = NULL;
		struct err e;
		if (registry_manifest(r, "latest", &d, &e) < 0
		    || registry_blob(r, &w.desc, BLOB_SIZE, &blob, &e) < 0)
			fail_msg("%s: %s", ways_in[i], e.msg);
		assert_memory_equal(blob, w.blob, BLOB_SIZE);
	}
}

static void unreachable(void **state)
{
	unsigned port;
	char host[32];
	auto_registry struct registry *r = NULL;
	auto_document struct document d = { 0 };
	struct err e;
	close(listen_local(&port)); /* nobody is there */
	snprintf(host, sizeof host, "127.0.0.1:%u", port);
	struct registry_opts o = { .host = host, .name = "x" };
	assert_int_equal(registry_open(&o, &r, &e), 0);
	assert_int_equal(registry_manifest(r, "latest", &d, &e), -1);
	assert_non_null(strstr(e.msg, "Connection refused"));
	registry_close(&r);
	/* plain HTTP is not spoken unless allowed */
	snprintf(host, sizeof host, "127.0.0.1:%u", w.port);
	assert_int_equal(registry_open(&o, &r, &e), 0);
	assert_int_equal(registry_manifest(r, "latest", &d, &e), -1);
	assert_non_null(strstr(e.msg, "TLS"));
}

/* Read FD to its end, at most PIECE bytes every PAUSE microseconds, and compare; in a child. */
static pid_t reader(int fd, size_t piece, useconds_t pause)
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid)
		return pid;
	alarm(60);
	/* no writing end stays here, or there is no end of file */
	if (dup2(fd, STDIN_FILENO) < 0 || close_range(3, ~0u, 0) < 0)
		_exit(2);
	auto_free unsigned char *got = xmalloc(BLOB_SIZE + 1);
	size_t have = 0;
	ssize_t n;
	while (have <= BLOB_SIZE && (n = read(STDIN_FILENO, got + have, piece)) > 0) {
		have += (size_t)n;
		if (pause)
			usleep(pause);
		piece = piece < BLOB_SIZE + 1 - have ? piece : BLOB_SIZE + 1 - have;
	}
	int bad = have != BLOB_SIZE || memcmp(got, w.blob, have);
	free_ptr(&got);
	_exit(bad);
}

/* Wait until ONE (or any, when NULL) is through. */
static struct fetch *wait_for(struct registry *r)
{
	struct fetch *done = NULL;
	struct err e;
	for (int i = 0; i < 600 && !done; i++) {
		if (fetch_step(r, 100, NULL, 0, &done, &e) < 0)
			fail_msg("%s", e.msg);
	}
	assert_non_null(done);
	return done;
}

static int open_pipe(int *out)
{
	int p[2];
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	*out = p[0];
	return p[1];
}

/* Three blobs at once; one reader is slow and one very slow. */
static void fetches_good(void **state)
{
	static const useconds_t pauses[] = { 0, 1000, 20000 };
	auto_registry struct registry *r = open_as("good", NULL);
	struct fetch *f[3];
	int fd[3];
	pid_t pid[3];
	struct err e;
	for (int i = 0; i < 3; i++) {
		int end;
		fd[i] = open_pipe(&end);
		pid[i] = reader(end, i == 2 ? 32768 : 1 << 20, pauses[i]);
		close(end);
		if (fetch_start(r, &w.desc, fd[i], &f[i], &e) < 0)
			fail_msg("%s", e.msg);
	}
	for (int n = 0; n < 3; n++) {
		int status, i = 0;
		struct fetch *done = wait_for(r);
		while (done != f[i])
			i++;
		assert_int_equal(n == 2, i == 2); /* a slow one holds up nobody else */
		uint64_t got = fetch_received(done);
		if (fetch_finish(done, NULL, &e) < 0)
			fail_msg("%s", e.msg);
		assert_int_equal(got, BLOB_SIZE);
		close(fd[i]);
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
}

static void fetch_refused(const char *way, const char *says)
{
	auto_registry struct registry *r = open_as(way, NULL);
	struct fetch *f;
	bool gone = false;
	struct err e;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	/* nobody has to read: what the pipe does not take is not what this is about */
	int rc = fetch_start(r, &w.desc, null, &f, &e);
	if (rc == 0)
		rc = fetch_finish(wait_for(r), &gone, &e);
	close(null);
	if (rc == 0 || !strstr(e.msg, says) || !strstr(e.msg, "127.0.0.1:"))
		fail_msg("%s: %d, \"%s\"", way, rc, e.msg);
	assert_false(gone);
}

static void fetches_bad(void **state)
{
	fetch_refused("wrong-bytes", "has the digest");
	fetch_refused("too-short", "is 3145727 bytes long, not 3145728");
	fetch_refused("cut-off", "broke off");
	fetch_refused("endless", "longer than");
	fetch_refused("drip", "next to nothing arrived");
	fetch_refused("missing", "manifest ? unknown");
	fetch_refused("circle", "redirects");
}

static void reader_gone(void **state)
{
	auto_registry struct registry *r = open_as("good", NULL);
	struct fetch *f;
	int end;
	auto_fd int fd = open_pipe(&end);
	bool gone = false;
	struct err e;
	close(end);
	assert_int_equal(fetch_start(r, &w.desc, fd, &f, &e), 0);
	assert_int_equal(fetch_finish(wait_for(r), &gone, &e), -1);
	assert_true(gone);
	/* given up in the middle, and by closing the registry */
	assert_int_equal(fetch_start(r, &w.desc, fd, &f, &e), 0);
	assert_int_equal(fetch_finish(f, NULL, &e), -1);
	assert_int_equal(fetch_start(r, &w.desc, fd, &f, &e), 0);
}

/* The password is for the registry, not for where its redirects lead. */
static void redirect(void **state)
{
	auto_registry struct registry *r = open_as("elsewhere", "u:p:w");
	auto_free char *blob = NULL;
	struct err e;
	if (registry_blob(r, &w.desc, BLOB_SIZE, &blob, &e) < 0)
		fail_msg("%s", e.msg);
	assert_memory_equal(blob, w.blob, BLOB_SIZE);
}

static void blob_sizes(void **state)
{
	auto_registry struct registry *r = open_as("good", NULL);
	struct descriptor small = w.desc;
	char *blob;
	struct err e;
	assert_int_equal(registry_blob(r, &w.desc, BLOB_SIZE - 1, &blob, &e), -1);
	small.size = 10;
	assert_int_equal(registry_blob(r, &small, BLOB_SIZE, &blob, &e), -1);
	small.size = BLOB_SIZE + 1;
	assert_int_equal(registry_blob(r, &small, BLOB_SIZE + 1, &blob, &e), -1);
	assert_int_equal(e.kind, ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manifest_good), cmocka_unit_test(manifests_bad),
		cmocka_unit_test(logins_bad),    cmocka_unit_test(logins_good),
		cmocka_unit_test(unreachable),   cmocka_unit_test(fetches_good),
		cmocka_unit_test(fetches_bad),   cmocka_unit_test(reader_gone),
		cmocka_unit_test(redirect),      cmocka_unit_test(blob_sizes),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
