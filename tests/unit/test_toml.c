/* test_toml.c - TOML as its specification has it, and the lines that errors name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "model/toml.h"

static void expect_bytes(const char *toml, size_t len, const char *expected)
{
	auto_json json *j = NULL;
	auto_json json *want = NULL;
	struct err e = { 0 };
	if (toml_parse(toml, len, "t", &j, &e) < 0)
		fail_msg("%s\n%s", toml, e.msg);
	assert_int_equal(json_parse(expected, strlen(expected), "expected", &want, &e), 0);
	if (!json_object_equal(j, want))
		fail_msg("%s\ngives %s", toml, json_object_to_json_string(j));
}

static void expect(const char *toml, const char *expected)
{
	expect_bytes(toml, strlen(toml), expected);
}

static void refuse(const char *toml, const char *part)
{
	auto_json json *j = NULL;
	struct err e = { 0 };
	assert_int_equal(toml_parse(toml, strlen(toml), "t", &j, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_null(j);
	if (!strstr(e.msg, part))
		fail_msg("%s\n\"%s\" does not say \"%s\"", toml, e.msg, part);
}

static void keys(void **state)
{
	expect("", "{}");
	expect("# only this", "{}");
	expect("a=1", "{\"a\":1}");
	expect("\xef\xbb\xbf a = 1 # c\r\n\r\n b-_9=2\n", "{\"a\":1,\"b-_9\":2}");
	expect("a . \"b.c\" . 'd' = 1\na.e=2", "{\"a\":{\"b.c\":{\"d\":1},\"e\":2}}");
	expect("\"\" = 1\n1.2 = 3", "{\"\":1,\"1\":{\"2\":3}}");
}

static void strings(void **state)
{
	expect("a = \"x\\t\\\"\\\\\\u00e4\\U0001F600\"",
	       "{\"a\":\"x\\t\\\"\\\\\xc3\xa4\xf0\x9f\x98\x80\"}");
	expect("a = 'C:\\x'\nb = ''", "{\"a\":\"C:\\\\x\",\"b\":\"\"}");
	expect("a = \"\"\"\nx\r\n \"\" y\"\"\"", "{\"a\":\"x\\n \\\"\\\" y\"}");
	expect("a = \"\"\"x \\\n  \n\t y \\  \r\n\"\"\"", "{\"a\":\"x y \"}");
	expect("a = '''\n\\n'x''''", "{\"a\":\"\\\\n'x'\"}");
	expect("a = \"\"\"\"\"q\"\"\"\"\"", "{\"a\":\"\\\"\\\"q\\\"\\\"\"}");
}

static void numbers(void **state)
{
	expect("a=+1_000\nb=-0\nc=0xdead_BEEF\nd=0o17\ne=0b101\nf=9223372036854775807\ng=-"
	       "9223372036854775808",
	       "{\"a\":1000,\"b\":0,\"c\":3735928559,\"d\":15,\"e\":5,\"f\":9223372036854775807,"
	       "\"g\":-9223372036854775808}");
	expect("a=true\nb=false", "{\"a\":true,\"b\":false}");
	expect("a=1.5\nb=-2e3", "{\"a\":1.5,\"b\":-2000.0}");
	expect("a=1979-05-27T07:32:00.5+01:00\nb=07:32:00",
	       "{\"a\":\"1979-05-27T07:32:00.5+01:00\",\"b\":\"07:32:00\"}");
	auto_json json *j = NULL;
	struct err e;
	assert_int_equal(toml_parse("a=inf\nb=nan", 11, "t", &j, &e), 0);
}

static void arrays(void **state)
{
	expect("a=[]", "{\"a\":[]}");
	expect("a = [ # c\n 1, \"x\",\n\n [true], # d\n {b=1} , ] # e",
	       "{\"a\":[1,\"x\",[true],{\"b\":1}]}");
	expect("a = {}\nb = { c = 1, d.e = 'x' }",
	       "{\"a\":{},\"b\":{\"c\":1,\"d\":{\"e\":\"x\"}}}");
}

static void tables(void **state)
{
	expect("x=1\n[a]\ny=2\n[a.b.c]\nz=3\n[a.b]\nw=4\n[ d . 'e f' ]",
	       "{\"x\":1,\"a\":{\"y\":2,\"b\":{\"c\":{\"z\":3},\"w\":4}},"
	       "\"d\":{\"e f\":{}}}");
	expect("[[r]]\np='a'\n[[r.m]]\nl=1\n[[r.m]]\nl=2\n[[r]]\n[r.t]\nk=3",
	       "{\"r\":[{\"p\":\"a\",\"m\":[{\"l\":1},{\"l\":2}]},{\"t\":{\"k\":3}}]}");
}

static void errors(void **state)
{
	refuse("a", "t:1: = is expected");
	refuse("\n\na = ", "t:3: a value is expected");
	refuse("a = b", "t:1: \"b\" is not a value");
	refuse("a = 1 b = 2", "left over");
	refuse("a = 1\na = 2", "t:2: a is defined already");
	refuse("a = 1\na.b = 2", "t:2: a is defined already");
	refuse("a = {}\na.b = 2", "defined already");
	refuse("[a]\n[a]", "t:2: table a is defined already");
	refuse("a = 1\n[a.b]", "defined already");
	refuse("a = []\n[[a]]", "defined already");
	refuse("[a]\n[[a]]", "defined already");
	refuse("[a.b]\n[a]\nb.c = 1", "defined already");
	refuse("[a", "] is expected");
	refuse("[[a]", "]] is expected");
	refuse("[]", "a key is expected");
	refuse("a = [1 2]", "a comma or ]");
	refuse("a = [1,\n", "t:2: a value is expected");
	refuse("a = {b=1,}", "a key is expected");
	refuse("a = {b=1\n}", "a comma or }");
	refuse("a = \"x", "t:1: a string that begins here");
	refuse("a = \"x\n\"", "does not end on its line");
	refuse("\na = '''\n\n\n", "t:2: a string that begins here");
	refuse("a = \"\\x\"", "unknown escape");
	refuse("a = \"\\u12\"", "hexadecimal");
	refuse("a = \"\\u0000\"", "no character");
	refuse("a = \"\\ud800\"", "no character");
	refuse("a = 9223372036854775808", "too large");
	refuse("a = 012", "begins with a zero");
	refuse("a = 1__0", "not a value");
	refuse("a = _1", "not a value");
	refuse("a = 0x", "not a value");
	refuse("a = 1.", "not a value");
	refuse("# \x01", "control character");
	refuse("a = 1\n\xff", "t:2: not UTF-8");
	refuse("\xed\xa0\x80 = 1", "not UTF-8");
	refuse("\xc0\x80 = 1", "not UTF-8");
	refuse("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q = 1", "more than 16 parts");
}

static void deep(void **state)
{
	char text[200] = "a = ";
	memset(text + 4, '[', 100);
	refuse(text, "nested too deeply");
}

static void nul_in_text(void **state)
{
	auto_json json *j = NULL;
	struct err e;
	assert_int_equal(toml_parse("a='x\0y'", 7, "t", &j, &e), -1);
	assert_int_equal(toml_parse("a=1\0", 4, "t", &j, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),   cmocka_unit_test(strings),     cmocka_unit_test(numbers),
		cmocka_unit_test(arrays), cmocka_unit_test(tables),      cmocka_unit_test(errors),
		cmocka_unit_test(deep),   cmocka_unit_test(nul_in_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
