/* test_str.c - text: the buffer, conversions, lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "util/str.h"

static void buffers(void **state)
{
	auto_buf struct buf b = { 0 };
	auto_free char *empty = buf_take(&b);
	assert_string_equal(empty, "");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i % 10);
	assert_int_equal(b.len, 2000);
	buf_putc(&b, 'x');
	buf_add(&b, "", 0);
	assert_int_equal(strlen(b.data), 2001);
}

static void numbers(void **state)
{
	uint64_t u;
	int64_t i;
	bool t;
	assert_int_equal(str_to_u64("18446744073709551615", &u), 0);
	assert_true(u == UINT64_MAX);
	assert_int_equal(str_to_u64("18446744073709551616", &u), -1);
	assert_int_equal(str_to_u64("-1", &u), -1);
	assert_int_equal(str_to_u64(" 1", &u), -1);
	assert_int_equal(str_to_u64("1 ", &u), -1);
	assert_int_equal(str_to_u64("", &u), -1);
	assert_int_equal(str_to_u64(NULL, &u), -1);
	assert_int_equal(str_to_i64("-9223372036854775808", &i), 0);
	assert_true(i == INT64_MIN);
	assert_int_equal(str_to_i64("9223372036854775808", &i), -1);
	assert_int_equal(str_to_i64("--1", &i), -1);
	assert_int_equal(str_to_bool("TRUE", &t), 0);
	assert_true(t);
	assert_int_equal(str_to_bool("0", &t), 0);
	assert_false(t);
	assert_int_equal(str_to_bool("maybe", &t), -1);
}

static void sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 },
		{ "512", 512 },
		{ "64k", 65536 },
		{ "64K", 65536 },
		{ "1.5g", 1610612736 },
		{ "2gib", 2147483648 },
		{ "10MB", 10485760 },
		{ "7b", 7 },
		{ "1t", 1099511627776 },
		{ "3 m", 3145728 },
	};
	static const char *const bad[] = { "",     "k",     "-1",           "1x",  "1kk", "1kibb",
					   "0x10", "1e999", "99999999999g", "nan", "inf" };
	uint64_t n;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(str_to_bytes(good[i].text, &n), 0);
		assert_true(n == good[i].bytes);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (str_to_bytes(bad[i], &n) == 0)
			fail_msg("accepted: %s", bad[i]);
}

static void expect_text(char *owned, const char *want)
{
	auto_free char *text = owned;
	assert_string_equal(text, want);
}

static void people(void **state)
{
	expect_text(str_human_size(0), "0 B");
	expect_text(str_human_size(999), "999 B");
	expect_text(str_human_size(1500), "1.5 kB");
	expect_text(str_human_size(123456789), "123 MB");
	expect_text(str_human_ago(0), "Less than a second");
	expect_text(str_human_ago(1), "1 second");
	expect_text(str_human_ago(7200), "2 hours");
	expect_text(str_human_ago(86400 * 3), "3 days");
	expect_text(str_printable("a\033[31m\n\x7f"), "a?[31m??");
	expect_text(str_printf("%s-%d", "x", 5), "x-5");
}

static void tests_of_text(void **state)
{
	assert_true(str_eq(NULL, NULL));
	assert_false(str_eq(NULL, ""));
	assert_true(str_starts("abc", "ab"));
	assert_false(str_starts("a", "ab"));
	assert_true(str_ends("abc", "bc"));
	assert_false(str_ends("c", "bc"));
	assert_true(str_empty(NULL) && str_empty("") && !str_empty(" "));
}

static void lists(void **state)
{
	auto_strv struct strv v = { 0 };
	auto_strv struct strv w = { 0 };
	strv_split(&v, "a,,b", ',');
	assert_int_equal(v.n, 3);
	assert_string_equal(v.list[1], "");
	strv_remove(&v, 1);
	assert_true(strv_has(&v, "b") && !strv_has(&v, ""));
	assert_null(v.list[2]);
	strv_copy(&w, &v);
	expect_text(strv_join(&w, "--"), "a--b");
	strv_add_all(&w, NULL);
	strv_addf(&w, "%d", 7);
	assert_int_equal(w.n, 3);
	strv_env_set(&w, "K=1");
	strv_env_set(&w, "KK=2");
	strv_env_set(&w, "K=3");
	assert_string_equal(strv_env_get(&w, "K"), "3");
	assert_string_equal(strv_env_get(&w, "KK"), "2");
	assert_null(strv_env_get(&w, "KKK"));
	assert_int_equal(w.n, 5);
}

static void errors(void **state)
{
	struct err e = { 0 };
	char big[2000];
	memset(big, 'x', sizeof big);
	big[sizeof big - 1] = '\0';
	assert_int_equal(err_num(&e, 13, "open %s", "f"), -1);
	assert_string_equal(e.msg, "open f: Permission denied");
	assert_int_equal(e.kind, ERR_DENIED);
	err_wrap(&e, "cannot start");
	assert_string_equal(e.msg, "cannot start: open f: Permission denied");
	err_hint(&e, "one");
	err_hint(&e, "two");
	assert_string_equal(e.hint, "one");
	/* too long is cut, never written past the end */
	err_set(&e, ERR_USAGE, "%s", big);
	err_wrap(&e, "%s", big);
	err_hint(&e, "%s", big);
	assert_true(strlen(e.msg) < sizeof e.msg && strlen(e.hint) < sizeof e.hint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers), cmocka_unit_test(numbers),       cmocka_unit_test(sizes),
		cmocka_unit_test(people),  cmocka_unit_test(tests_of_text), cmocka_unit_test(lists),
		cmocka_unit_test(errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
