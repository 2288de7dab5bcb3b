/* test_challenge.c - WWW-Authenticate as registries write it, and as they should not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "model/challenge.h"
#include "util/str.h"

static void bearer(void **state)
{
	auto_challenges struct challenges c = { 0 };
	struct err e;
	assert_int_equal(
		challenge_parse("Bearer realm=\"https://auth.docker.io/token\","
				"service=\"registry.docker.io\",scope=\"repository:a/b:pull,push\"",
				&c, &e),
		0);
	assert_int_equal(c.n, 1);
	const struct challenge *b = challenge_find(&c, CHALLENGE_BEARER);
	assert_non_null(b);
	assert_string_equal(b->realm, "https://auth.docker.io/token");
	assert_string_equal(b->service, "registry.docker.io");
	assert_string_equal(b->scope, "repository:a/b:pull,push");
	assert_null(b->error);
	assert_null(challenge_find(&c, CHALLENGE_BASIC));
}

static void several(void **state)
{
	auto_challenges struct challenges c = { 0 };
	struct err e;
	assert_int_equal(
		challenge_parse(
			"NEGOTIATE, ntlm abc==, basic realm=\"x, y\" ,BEARER Realm = \"r\" , "
			"service=s,,error=\"invalid_token\"",
			&c, &e),
		0);
	assert_int_equal(c.n, 4);
	assert_int_equal(c.list[0].kind, CHALLENGE_OTHER);
	assert_string_equal(challenge_find(&c, CHALLENGE_BASIC)->realm, "x, y");
	assert_string_equal(challenge_find(&c, CHALLENGE_BEARER)->realm, "r");
	assert_string_equal(challenge_find(&c, CHALLENGE_BEARER)->service, "s");
	assert_string_equal(challenge_find(&c, CHALLENGE_BEARER)->error, "invalid_token");
	/* a second header adds */
	assert_int_equal(challenge_parse("Basic realm=\"later\"", &c, &e), 0);
	assert_int_equal(c.n, 5);
	assert_string_equal(challenge_find(&c, CHALLENGE_BASIC)->realm, "x, y");
}

static void quoting(void **state)
{
	auto_challenges struct challenges c = { 0 };
	struct err e;
	assert_int_equal(
		challenge_parse("Bearer realm=\"a\\\"b\\\\c\", realm=\"second\", scope=\"\"", &c,
				&e),
		0);
	assert_string_equal(c.list[0].realm, "a\"b\\c");
	assert_string_equal(c.list[0].scope, "");
}

static void refused(void **state)
{
	static const char *const bad[] = {
		"realm=\"x\"",
		"Bearer realm=\"x",
		"Bearer realm=\"a\nb\"",
		"Bearer realm=\"x\"y",
		"@",
		"Bearer\"x\"",
		"Bearer realm=\"x\" service=\"y\"",
		"a, b, c, d, e, f, g, h, i",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		auto_challenges struct challenges c = { 0 };
		struct err e;
		assert_int_equal(challenge_parse("Basic realm=\"kept\"", &c, &e), 0);
		if (challenge_parse(bad[i], &c, &e) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(e.kind, ERR_REMOTE);
		assert_int_equal(c.n, 1);
	}
}

static void too_long(void **state)
{
	auto_challenges struct challenges c = { 0 };
	struct err e;
	char text[CHALLENGE_TEXT_MAX + 2];
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = 0;
	assert_int_equal(challenge_parse(text, &c, &e), -1);
	assert_int_equal(challenge_parse("", &c, &e), 0);
	assert_int_equal(challenge_parse(" , ", &c, &e), 0);
	assert_int_equal(c.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bearer),  cmocka_unit_test(several),  cmocka_unit_test(quoting),
		cmocka_unit_test(refused), cmocka_unit_test(too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
