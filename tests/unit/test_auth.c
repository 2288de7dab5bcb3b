/* test_auth.c - which account counts for which image, from files as podman and docker write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "registry/auth.h"
#include "util/str.h"

static int setup(void **state)
{
	setenv("HOME", "/nonexistent", 1);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("REGISTRY_AUTH_FILE");
	unsetenv("DOCKER_CONFIG");
	return 0;
}

static void lookup_is(json *doc, const char *host, const char *name, const char *user)
{
	auto_creds struct creds c = { 0 };
	struct err e;
	if (auth_lookup(doc, host, name, &c, &e) < 0)
		fail_msg("%s", e.msg);
	if (!str_eq(c.user, user))
		fail_msg("%s/%s: %s", host, name, c.user ? c.user : "nobody");
	if (user)
		assert_string_equal(c.password, "p:w");
}

static void accounts(void **state)
{
	/* a:p:w, b:p:w, c:p:w, d:p:w */
	static const char text[] =
		"{\"auths\":{\"h\":{\"auth\":\"YTpwOnc=\"},\"h/x/y\":{\"auth\":\"YjpwOnc=\"},"
		"\"https://index.docker.io/v1/\":{\"auth\":\"YzpwOnc=\"},"
		"\"k:5000\":{\"username\":\"d\",\"password\":\"p:w\"},\"empty\":{},"
		"\"bad\":{\"auth\":\"!!!\"},\"bare\":{\"auth\":\"YQ==\"}}}";
	auto_json json *doc = NULL;
	auto_creds struct creds c = { 0 };
	struct err e;
	assert_int_equal(json_parse(text, strlen(text), "auth", &doc, &e), 0);
	lookup_is(doc, "h", "x", "a");
	lookup_is(doc, "h", "x/y", "b");
	lookup_is(doc, "h", "x/y/z", "b");
	lookup_is(doc, "h", "x/yy", "a");
	lookup_is(doc, "docker.io", "library/busybox", "c");
	lookup_is(doc, "k:5000", "z", "d");
	lookup_is(doc, "empty", "z", NULL);
	lookup_is(doc, "other", "z", NULL);
	assert_int_equal(auth_lookup(doc, "bad", "z", &c, &e), -1);
	assert_int_equal(auth_lookup(doc, "bare", "z", &c, &e), -1);
	assert_int_equal(auth_lookup(NULL, "h", "x", &c, &e), 0);
	assert_int_equal(creds_parse("nobody", &c, &e), -1);
	assert_int_equal(creds_parse(":x", &c, &e), -1);
	assert_int_equal(auth_find("/nonexistent/auth.json", "h", "x", &c, &e), -1);
	assert_int_equal(e.kind, ERR_NOTFOUND);
	assert_int_equal(auth_find(NULL, "h", "x", &c, &e), 0);
	assert_null(c.user);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(accounts) };
	return cmocka_run_group_tests(tests, setup, NULL);
}
