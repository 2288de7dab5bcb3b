/* test_platform.c - platforms: their spellings and who can run what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "model/platform.h"
#include "util/str.h"

static struct platform parsed(const char *text)
{
	struct platform p;
	struct err e;
	if (platform_parse(text, &p, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
	return p;
}

static void spellings(void **state)
{
	static const char *const rows[][2] = {
		{ "linux/amd64", "linux/amd64" },     { "linux/x86_64", "linux/amd64" },
		{ "Linux/AARCH64", "linux/arm64" },   { "linux/arm/v7", "linux/arm/v7" },
		{ "linux/armhf", "linux/arm/v7" },    { "linux/armel/v5", "linux/arm/v5" },
		{ "arm64", "linux/arm64" },           { "i686", "linux/386" },
		{ "windows/amd64", "windows/amd64" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[PLATFORM_TEXT];
		struct platform p = parsed(rows[i][0]);
		assert_string_equal(platform_text(&p, text), rows[i][1]);
	}
	struct platform host = platform_host(), os = parsed("linux"), local = parsed("local");
	assert_string_equal(os.arch, host.arch);
	assert_string_equal(local.arch, host.arch);
	assert_string_equal(host.os, "linux");
}

static void refused(void **state)
{
	static const char *const bad[] = { "",
					   "/",
					   "linux/",
					   "/amd64",
					   "linux/arm/v7/x",
					   "linux/a b",
					   "nosuch",
					   "linux/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
					   "linux/arm\x1b" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct platform p;
		struct err e;
		if (platform_parse(bad[i], &p, &e) == 0)
			fail_msg("taken: \"%s\"", bad[i]);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

static int match(const char *want, const char *have)
{
	struct platform w = parsed(want), h = parsed(have);
	return platform_match(&w, &h);
}

static void matching(void **state)
{
	assert_true(match("linux/amd64", "linux/amd64") > 0);
	assert_int_equal(match("linux/amd64", "linux/arm64"), 0);
	assert_int_equal(match("linux/amd64", "windows/amd64"), 0);
	/* a machine runs older variants, not newer ones */
	assert_true(match("linux/arm/v7", "linux/arm/v6") > 0);
	assert_int_equal(match("linux/arm/v6", "linux/arm/v7"), 0);
	assert_int_equal(match("linux/amd64", "linux/amd64/v3"), 0);
	assert_true(match("linux/amd64/v3", "linux/amd64") > 0);
	assert_true(match("linux/arm64", "linux/arm64/v8") > 0);
	assert_true(match("linux/arm64/v8", "linux/arm64") > 0);
	/* the nearest wins */
	assert_true(match("linux/arm/v7", "linux/arm/v7") > match("linux/arm/v7", "linux/arm/v6"));
	assert_true(match("linux/arm/v7", "linux/arm/v6") > match("linux/arm/v7", "linux/arm/v5"));
	assert_true(match("linux/arm/v7", "linux/arm/v5") > match("linux/arm/v7", "linux/arm"));
	assert_true(match("linux/arm", "linux/arm") > match("linux/arm", "linux/arm/v8"));
	assert_true(match("linux/arm", "linux/arm/v7") > match("linux/arm", "linux/arm/v6"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings),
		cmocka_unit_test(refused),
		cmocka_unit_test(matching),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
