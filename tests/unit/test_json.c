/* test_json.c - documents of strangers, read with types and bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "scratch.h"
#include "util/fd.h"
#include "util/json.h"

static json *parse(const char *text)
{
	json *j = NULL;
	struct err e = { 0 };
	if (json_parse(text, strlen(text), "test", &j, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
	return j;
}

static void bad_documents(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "", 0 },     { "{", 1 },   { "{}x", 3 },       { "{} {}", 5 },
		{ "[1,]", 4 }, { "nul", 3 }, { "null", 4 },      { "{\"a\":\"\xff\"}", 9 },
		{ "{}\0", 3 }, { "\"a", 2 }, { "{\"a\" 1}", 7 }, { "\xef\xbb\xbf{}", 5 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json *j = NULL;
		struct err e = { 0 };
		if (json_parse(cases[i].text, cases[i].len, "test", &j, &e) == 0)
			fail_msg("accepted: %s", cases[i].text);
		assert_int_equal(e.kind, ERR_CORRUPT);
		assert_null(j);
	}
}

static void depth(void **state)
{
	char text[4096];
	json *j = NULL;
	struct err e;
	memset(text, '[', 2048);
	memset(text + 2048, ']', 2048);
	assert_int_equal(json_parse(text, sizeof text, "test", &j, &e), -1);
	assert_int_equal(json_parse(text + 2048 - 50, 100, "test", &j, &e), 0);
	json_free(&j);
}

static void types(void **state)
{
	auto_json json *j = parse(
		" {\"s\":\"x\",\"n\":\"a\\u0000b\",\"i\":7,\"big\":9223372036854775807,\"t\":true,"
		"\"o\":{},\"a\":[],\"z\":null} \n");
	const char *s;
	struct err e = { 0 };
	assert_string_equal(json_str(j, "s"), "x");
	assert_null(json_str(j, "n"));
	assert_null(json_str(j, "i"));
	assert_null(json_str(j, "nowhere"));
	assert_null(json_str(NULL, "s"));
	assert_true(json_int(j, "big", 0) == INT64_MAX);
	assert_int_equal(json_int(j, "s", 5), 5);
	assert_true(json_flag(j, "t", false));
	assert_true(json_flag(j, "i", true));
	assert_non_null(json_obj(j, "o"));
	assert_null(json_obj(j, "a"));
	assert_null(json_arr(j, "o"));
	assert_int_equal(json_need_str(j, "i", &s, &e), -1);
	assert_non_null(strstr(e.msg, "i is missing"));
	assert_null(json_str(json_arr(j, "a"), "s"));
}

static void lists_and_maps(void **state)
{
	auto_json json *j = parse("{\"l\":[\"a\",\"b\"],\"m\":{\"k\":\"v\",\"e\":null},\"x\":[1],"
				  "\"y\":{\"k\":1},\"z\":null}");
	auto_strv struct strv v = { 0 };
	struct err e;
	assert_int_equal(json_strv(j, "l", &v, &e), 0);
	assert_int_equal(json_map(j, "m", &v, &e), 0);
	assert_int_equal(json_strv(j, "z", &v, &e), 0);
	assert_int_equal(json_strv(j, "nowhere", &v, &e), 0);
	auto_free char *text = strv_join(&v, " ");
	assert_string_equal(text, "a b k=v e=");
	assert_int_equal(json_strv(j, "x", &v, &e), -1);
	assert_int_equal(json_strv(j, "m", &v, &e), -1);
	assert_int_equal(json_map(j, "y", &v, &e), -1);
	assert_int_equal(json_map(j, "l", &v, &e), -1);
}

static void building(void **state)
{
	auto_json json *j = json_object_new_object();
	auto_strv struct strv v = { 0 };
	json_put_strv(j, "none", &v);
	strv_add(&v, "a=b=c");
	strv_add(&v, "d");
	json_put_map(j, "map", &v);
	json_put_str(j, "path", "/a/b");
	json_put_str(j, "null", NULL);
	json_put_int(j, "n", -1);
	json_put_bool(j, "t", true);
	auto_free char *text = json_text(j, false);
	assert_string_equal(text, "{\"none\":[],\"map\":{\"a\":\"b=c\",\"d\":\"\"},\"path\":\"/a/"
				  "b\",\"n\":-1,\"t\":true}");
}

static void files(void **state)
{
	auto_json json *j = parse("{\"a\":1}");
	json *back = NULL;
	struct err e = { 0 };
	auto_fd int dir = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(json_save_at(dir, "f", j, &e), 0);
	assert_int_equal(json_load_at(dir, "f", 100, &back, &e), 0);
	assert_int_equal(json_int(back, "a", 0), 1);
	json_free(&back);
	assert_int_equal(json_load_at(dir, "f", 3, &back, &e), -1);
	assert_int_equal(symlinkat("f", dir, "link"), 0);
	assert_int_equal(json_load_at(dir, "link", 100, &back, &e), -1);
	assert_int_equal(json_load_at(dir, "nowhere", 100, &back, &e), -1);
	assert_int_equal(e.kind, ERR_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_documents),
		cmocka_unit_test(depth),
		cmocka_unit_test(types),
		cmocka_unit_test(lists_and_maps),
		cmocka_unit_test(building),
		cmocka_unit_test_setup_teardown(files, scratch_setup, scratch_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
