/* test_ref.c - image references and the transports in front of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "model/ref.h"
#include "util/str.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void expect(const char *text, const char *host, const char *name, const char *tag,
		   const char *full)
{
	auto_ref struct ref r;
	struct err e = { 0 };
	if (ref_parse(text, &r, &e) < 0)
		fail_msg("%s", e.msg);
	if (!str_eq(r.host, host) || !str_eq(r.name, name) || !str_eq(r.tag, tag))
		fail_msg("%s: host %s, name %s, tag %s", text, r.host, r.name, r.tag);
	auto_free char *back = ref_text(&r);
	assert_string_equal(back, full);
}

static void good(void **state)
{
	expect("busybox", NULL, "busybox", "latest", "busybox:latest");
	expect("busybox:1.36", NULL, "busybox", "1.36", "busybox:1.36");
	expect("library/busybox", NULL, "library/busybox", "latest", "library/busybox:latest");
	expect("localhost/a", "localhost", "a", "latest", "localhost/a:latest");
	expect("localhost:5000/a/b:c", "localhost:5000", "a/b", "c", "localhost:5000/a/b:c");
	expect("quay.io/x/y.z_q__w--e:T_1.x-Y", "quay.io", "x/y.z_q__w--e", "T_1.x-Y",
	       "quay.io/x/y.z_q__w--e:T_1.x-Y");
	expect("[::1]:5000/a", "[::1]:5000", "a", "latest", "[::1]:5000/a:latest");
	expect("HOST/a", "HOST", "a", "latest", "HOST/a:latest");
	expect("q.io/a@sha256:" HEX, "q.io", "a", NULL, "q.io/a@sha256:" HEX);
	expect("q.io/a:t@sha256:" HEX, "q.io", "a", "t", "q.io/a@sha256:" HEX);
	expect("localhost", NULL, "localhost", "latest", "localhost:latest");
	expect("a:5000", NULL, "a", "5000", "a:5000");
}

static void bad(void **state)
{
	static const char *const texts[] = {
		"",
		":",
		"@",
		"/",
		"a/",
		"/a",
		"a//b",
		"A",
		"host/A",
		"a b",
		"a\nb",
		"a:",
		"a:.x",
		"a:-x",
		"a@",
		"a@b",
		"a@sha256:12",
		"-a",
		"a-",
		".a",
		"a.",
		"_a",
		"a___b",
		"a..b",
		"a._b",
		"../a",
		"a/../b",
		"a/..",
		"https://q.io/a",
		"docker://a",
		"q.io:/a",
		"q.io:x/a",
		"q.io:0/a",
		"q.io:65536/a",
		"q.io:000080/a",
		"-q.io/a",
		"q-.io/a",
		"q..io/a",
		".io/a",
		"[::1/a",
		"[x]/a",
		"[..1]/a",
		"[1:2]/a",
		"[]/a",
		"q.io/",
		"q.io/:t",
		"a:b:c",
		"a@b@c",
		HEX,
		"a\x80",
		"a:t\x1b[31m",
		"%2e%2e/a",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct ref r;
		struct err e = { 0 };
		if (ref_parse(texts[i], &r, &e) == 0)
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_null(r.name);
		assert_null(strpbrk(e.msg, "\n\x1b"));
	}
}

static void long_ones(void **state)
{
	struct ref r;
	struct err e;
	char text[2000];
	memset(text, 'a', sizeof text);
	text[255] = '\0';
	assert_int_equal(ref_parse(text, &r, &e), 0);
	ref_free(&r);
	text[255] = 'a';
	text[256] = '\0';
	assert_int_equal(ref_parse(text, &r, &e), -1);
	memset(text, 'a', sizeof text);
	text[1] = ':';
	text[2 + 128] = '\0';
	assert_int_equal(ref_parse(text, &r, &e), 0);
	ref_free(&r);
	text[2 + 128] = 'a';
	text[2 + 129] = '\0';
	assert_int_equal(ref_parse(text, &r, &e), -1);
}

static void local(const char *text, const char *full)
{
	auto_ref struct ref r;
	struct err e;
	assert_int_equal(ref_parse(text, &r, &e), 0);
	ref_make_local(&r);
	auto_free char *back = ref_text(&r);
	assert_string_equal(back, full);
}

static void made_local(void **state)
{
	local("a", "localhost/a:latest");
	local("a/b:c", "localhost/a/b:c");
	local("docker.io/busybox", "docker.io/library/busybox:latest");
	local("index.docker.io/busybox", "docker.io/library/busybox:latest");
	local("docker.io/x/y", "docker.io/x/y:latest");
	local("quay.io/y", "quay.io/y:latest");
}

static void transport(const char *text, enum transport kind, const char *path, const char *inner)
{
	enum transport k;
	auto_free char *p = NULL;
	auto_free char *in = NULL;
	struct err e = { 0 };
	if (transport_parse(text, &k, &p, &in, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(k, kind);
	assert_string_equal(p, path);
	assert_string_equal(in, inner);
}

static void transports(void **state)
{
	static const char *const refused[] = {
		"", "oci:", "oci::a", "dir:", "docker-archive:", "docker://", "docker-daemon:a"
	};
	transport("busybox:1", TRANSPORT_REGISTRY, "busybox:1", "");
	transport("docker://q.io/a:1", TRANSPORT_REGISTRY, "q.io/a:1", "");
	transport("docker-archive:/x/y.tar", TRANSPORT_DOCKER_ARCHIVE, "/x/y.tar", "");
	transport("docker-archive:y.tar:q.io/a:1", TRANSPORT_DOCKER_ARCHIVE, "y.tar", "q.io/a:1");
	transport("docker-archive:y.tar:@0", TRANSPORT_DOCKER_ARCHIVE, "y.tar", "@0");
	transport("oci-archive:y.tar:n", TRANSPORT_OCI_ARCHIVE, "y.tar", "n");
	transport("oci:d:n", TRANSPORT_OCI, "d", "n");
	transport("dir:/a:b", TRANSPORT_DIR, "/a:b", "");
	transport("containers-storage:a:1", TRANSPORT_CONTAINERS_STORAGE, "a:1", "");
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		enum transport k;
		auto_free char *p = NULL;
		auto_free char *in = NULL;
		struct err e;
		assert_int_equal(transport_parse(refused[i], &k, &p, &in, &e), -1);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),       cmocka_unit_test(bad),
		cmocka_unit_test(long_ones),  cmocka_unit_test(made_local),
		cmocka_unit_test(transports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
