/* test_table.c - lines as columns, and "table" in front of a template. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "model/table.h"

static void expect(const char *text, const char *want)
{
	auto_strv struct strv lines = { 0 };
	auto_buf struct buf b = { 0 };
	if (*text)
		strv_split(&lines, text, '\n');
	table_print(&lines, &b);
	assert_string_equal(b.data ? b.data : "", want);
}

static void columns(void **state)
{
	expect("", "");
	expect("one", "one\n");
	expect("A\tB\n1\t2", "A           B\n1           2\n");
	expect("A\tB\n0123456789abcdef\t2", "A                 B\n0123456789abcdef  2\n");
	expect("A\tB\nh\xc3\xa4\t2", "A           B\nh\xc3\xa4          2\n");
	expect("A\t\n\tB", "A           \n            B\n");
	expect("A\nB\tC", "A\nB           C\n");
}

static void formats(void **state)
{
	static const struct {
		const char *format, *rest;
	} cases[] = {
		{ "table {{.ID}} {{.Names}}", "{{.ID}}\t{{.Names}}" },
		{ "table\t{{ .ID }}\\t{{.X}}", "{{ .ID }}\\t{{.X}}" },
		{ "table NAME {{.Repository}} {{.Tag}}", "NAME\t{{.Repository}}\t{{.Tag}}" },
		{ "table {{printf \"%s x\" .ID}}", "{{printf \"%s x\" .ID}}" },
		{ "table", NULL },
		{ "tables {{.ID}}", NULL },
		{ "{{.ID}} table ", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		auto_free char *rest = NULL;
		assert_int_equal(table_format(cases[i].format, &rest), cases[i].rest != NULL);
		if (cases[i].rest)
			assert_string_equal(rest, cases[i].rest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(columns), cmocka_unit_test(formats) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
