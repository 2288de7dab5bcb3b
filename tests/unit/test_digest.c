/* test_digest.c - only checked text becomes a digest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "model/digest.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void good(void **state)
{
	struct digest d, other;
	struct err e;
	char text[DIGEST_TEXT];
	assert_int_equal(digest_parse("sha256:" HEX, &d, &e), 0);
	assert_string_equal(d.hex, HEX);
	assert_string_equal(digest_text(&d, text), "sha256:" HEX);
	other = d;
	assert_true(digest_eq(&d, &other));
	other.hex[63] = '4';
	assert_false(digest_eq(&d, &other));
	assert_false(digest_none(&d));
	other.hex[0] = '\0';
	assert_true(digest_none(&other));
}

static void bad(void **state)
{
	static const char *const texts[] = {
		"",
		"sha256:",
		HEX,
		"sha512:" HEX,
		"SHA256:" HEX,
		"sha256:" HEX "0",
		"sha256:" HEX "\n",
		"sha256:E3B0C44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha256:../../../../../../../../../../../../../../../../../../../etc/pass",
		"sha256:g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct digest d = { "" };
		struct err e = { 0 };
		assert_int_equal(digest_parse(texts[i], &d, &e), -1);
		assert_int_equal(e.kind, ERR_CORRUPT);
		assert_true(digest_none(&d));
		assert_null(strchr(e.msg, '\n'));
	}
}

static void bytes(void **state)
{
	unsigned char hash[32];
	for (unsigned i = 0; i < sizeof hash; i++)
		hash[i] = (unsigned char)(i * 8 + 1);
	struct digest d = digest_from_bytes(hash);
	assert_true(digest_is_hex(d.hex));
	assert_memory_equal(d.hex, "0109111921", 10);
	assert_false(digest_is_hex("abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
