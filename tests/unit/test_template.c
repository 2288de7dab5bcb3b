/* test_template.c - templates of --format over JSON values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "model/template.h"
#include "model/yaml.h"

static const char document[] =
	"{\"Id\":\"abc\",\"Size\":12,\"On\":true,\"None\":null,\"State\":{\"Pid\":7},"
	"\"Names\":[\"a\",\"b\"],\"Labels\":{\"k\":\"v\",\"l\":\"w\"},\"Evil\":\"{{.Id}}\"}";

static json *parsed(const char *text)
{
	struct err e = { 0 };
	json *j;
	if (json_parse(text, strlen(text), "test", &j, &e) < 0)
		fail_msg("%s", e.msg);
	return j;
}

static void expect(const char *text, const char *want)
{
	auto_template struct template *t = NULL;
	auto_json json *data = parsed(document);
	auto_buf struct buf b = { 0 };
	struct err e = { 0 };
	if (template_parse(text, &t, &e) < 0 || template_exec(t, data, &b, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
	assert_string_equal(b.data ? b.data : "", want);
}

static void refused(const char *text)
{
	auto_template struct template *t = NULL;
	auto_json json *data = parsed(document);
	auto_buf struct buf b = { 0 };
	struct err e = { 0 };
	if (template_parse(text, &t, &e) == 0 && template_exec(t, data, &b, &e) == 0)
		fail_msg("%s was accepted", text);
	assert_int_equal(e.kind, ERR_USAGE);
}

static void fields(void **state)
{
	expect("", "");
	expect("plain", "plain");
	expect("{{.Id}}", "abc");
	expect("<{{ .Id }}>", "<abc>");
	expect("{{.ID}}", "abc");
	expect("{{.State.Pid}}/{{.Size}}/{{.On}}", "7/12/true");
	expect("{{.None}}", "<nil>");
	expect("{{.Names}}", "[a b]");
	expect("{{.Labels}}", "map[k:v l:w]");
	expect("{{.Evil}}", "{{.Id}}");
}

static void text(void **state)
{
	expect("a\\tb\\n", "a\tb\n");
	expect("a\\qb", "a\\qb");
	expect("x {{- .Id -}} y", "xabcy");
	expect("{{/* nothing */}}.", ".");
	expect("}}", "}}");
}

static void as_json(void **state)
{
	expect("{{json .Names}}", "[\"a\",\"b\"]");
	expect("{{.State | json}}", "{\"Pid\":7}");
	expect("{{json .None}}", "null");
	expect("{{json .Id}}", "\"abc\"");
}

static void wrong(void **state)
{
	refused("{{.Nothing}}");
	refused("{{.Id.More}}");
	refused("{{.Id");
	refused("{{}}");
	refused("{{Id}}");
	refused("{{.Id.}}");
	refused("{{..Id}}");
	refused("{{range .Names}}");
	refused("{{.Id | upper}}");
	refused("{{json}}");
}

static const char *heading(void *arg, const char *field)
{
	return strcmp(field, "Id") == 0 ? "IMAGE ID" : NULL;
}

static void headings(void **state)
{
	auto_template struct template *t = NULL;
	auto_buf struct buf b = { 0 };
	struct err e = { 0 };
	assert_int_equal(template_parse("{{.Id}}\t{{.State.Pid}}", &t, &e), 0);
	template_headings(t, heading, NULL, &b);
	assert_string_equal(b.data, "IMAGE ID\tPID");
}

static void yaml(void **state)
{
	auto_json json *data = parsed(
		"{\"a\":\"x\",\"b\":{\"c\":[1,{\"d\":2,\"e\":3}],\"f\":[]},\"g\":\"12\","
		"\"h\":\"a: b\",\"i\":\"no\",\"j\":null,\"k\":\"two\\nlines\",\"l\":{}}");
	auto_buf struct buf b = { 0 };
	yaml_print(data, &b);
	assert_string_equal(b.data, "a: x\nb:\n  c:\n    - 1\n    - d: 2\n      e: 3\n  f: []\n"
				    "g: \"12\"\nh: \"a: b\"\ni: \"no\"\nj: null\n"
				    "k: \"two\\nlines\"\nl: {}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields), cmocka_unit_test(text),     cmocka_unit_test(as_json),
		cmocka_unit_test(wrong),  cmocka_unit_test(headings), cmocka_unit_test(yaml),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
