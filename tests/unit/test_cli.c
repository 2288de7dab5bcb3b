/* test_cli.c - argv against the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/complete.h"

struct shared {
	struct strv list, csv, env;
	char *text;
};
struct opts {
	bool all, quiet;
	enum tri verify;
	int64_t number;
	uint64_t bytes;
	struct shared shared; /* behind a base of its own */
};

#define O(field) offsetof(struct opts, field)
#define S(field) offsetof(struct shared, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "All" },
	{ "quiet", 'q', OPT_BOOL, O(quiet), .help = "Quiet" },
	{ "verify", 0, OPT_TRI, O(verify), .help = "Verify" },
	{ "number", 'n', OPT_INT, O(number), "N", .help = "Number" },
	{ "bytes", 'b', OPT_BYTES, O(bytes), "SIZE", .help = "Bytes" },
	{ "syslog", 0, OPT_IGNORED, .arg = "X", .help = "Nothing", .flags = OPT_HIDDEN },
	{ 0 },
};
static const struct opt shared_rows[] = {
	{ "list", 'l', OPT_LIST, S(list), "X", .help = "List" },
	{ "csv", 'c', OPT_CSV, S(csv), "X,Y", .help = "Separated" },
	{ "env", 'e', OPT_ENV, S(env), "K=V", .help = "Variable" },
	{ "text", 'h', OPT_STR, S(text), "TEXT", .help = "Text", .values = "one|two|three" },
	{ 0 },
};
static const struct opt_group groups[] = {
	{ "Options", rows, 0 },
	{ "Shared", shared_rows, O(shared) },
	{ 0 },
};
static const struct command mixed = { .name = "mixed",
				      .aliases = "thing mixed|thing mix",
				      .usage = "",
				      .groups = groups,
				      .opts_size = sizeof(struct opts),
				      .max_args = ARGS_ANY };
static const struct command foreign = { .name = "foreign",
					.usage = "",
					.groups = groups,
					.opts_size = sizeof(struct opts),
					.min_args = 1,
					.max_args = ARGS_ANY,
					.flags = CMD_STOP_AT_ARG };
static const struct command strict = {
	.name = "thing strict", .usage = "X", .min_args = 1, .max_args = 1
};
static const struct command *const table[] = { &mixed, &foreign, &strict, NULL };

/* Parse LINE, split at spaces. */
static int parse(struct cli *cli, char *line, struct err *e)
{
	static char *argv[32];
	int argc = 0;
	for (char *word; (word = strsep(&line, " "));)
		argv[argc++] = word;
	argv[argc] = NULL;
	*e = (struct err){ 0 };
	return cli_parse(cli, table, argc, argv, e);
}

#define WITH(line)                                                                                 \
	char line_[] = line;                                                                       \
	struct cli cli;                                                                            \
	struct err e;                                                                              \
	if (parse(&cli, line_, &e) < 0)                                                            \
		fail_msg("%s: %s", line, e.msg);                                                   \
	struct opts *o = cli_opts(&cli);                                                           \
	(void)o

static void refused(const char *text, const char *message)
{
	auto_free char *line = xstrdup(text);
	struct cli cli;
	struct err e;
	if (parse(&cli, line, &e) == 0)
		fail_msg("%s was accepted", text);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.msg, message);
	assert_true(e.hint[0] != '\0');
	cli_free(&cli);
}

static void short_options(void **state)
{
	WITH("/usr/bin/x mixed -aqn5 -b 2k -lone -l=two -ea=b");
	assert_string_equal(cli.program, "x");
	assert_true(o->all && o->quiet);
	assert_int_equal(o->number, 5);
	assert_int_equal(o->bytes, 2048);
	assert_int_equal(o->shared.list.n, 2);
	assert_string_equal(o->shared.list.list[0], "one");
	assert_string_equal(o->shared.list.list[1], "two");
	assert_string_equal(o->shared.env.list[0], "a=b");
	cli_free(&cli);
}

static void long_options(void **state)
{
	WITH("x mixed --all=false --quiet --verify=0 --number -3 --csv a,b --csv c --text=two "
	     "--syslog y");
	assert_false(o->all);
	assert_true(o->quiet);
	assert_int_equal(o->verify, TRI_NO);
	assert_int_equal(o->number, -3);
	assert_int_equal(o->shared.csv.n, 3);
	assert_string_equal(o->shared.text, "two");
	cli_free(&cli);
}

static void unset_stays_unset(void **state)
{
	WITH("x mixed");
	assert_int_equal(o->verify, TRI_UNSET);
	assert_null(o->shared.text);
	assert_null(o->shared.list.list);
	assert_int_equal(cli.nargs, 0);
	assert_null(cli.args[0]);
	cli_free(&cli);
}

static void last_text_counts(void **state)
{
	WITH("x mixed --text one -h two");
	assert_string_equal(o->shared.text, "two");
	cli_free(&cli);
}

static void options_behind_arguments(void **state)
{
	WITH("x mixed one -a two - --quiet -- -n --bad");
	assert_true(o->all && o->quiet);
	assert_int_equal(cli.nargs, 5);
	assert_string_equal(cli.args[2], "-");
	assert_string_equal(cli.args[3], "-n");
	assert_string_equal(cli.args[4], "--bad");
	assert_null(cli.args[5]);
	cli_free(&cli);
}

static void options_end_at_the_argument(void **state)
{
	WITH("x foreign -a image -q -- --help");
	assert_true(o->all);
	assert_false(o->quiet || cli.global.help);
	assert_int_equal(cli.nargs, 4);
	assert_string_equal(cli.args[1], "-q");
	assert_string_equal(cli.args[2], "--");
	cli_free(&cli);
}

static void global_options(void **state)
{
	WITH("x --root /r --log-level=error mixed --runroot /s -a");
	assert_string_equal(cli.global.root, "/r");
	assert_string_equal(cli.global.runroot, "/s");
	assert_true(o->all);
	cli_free(&cli);
}

static void help_needs_nothing_else(void **state)
{
	WITH("x thing strict --help");
	assert_true(cli.global.help);
	assert_ptr_equal(cli.command, &strict);
	cli_free(&cli);
}

static void two_words(void **state)
{
	WITH("x thing mix -a");
	assert_ptr_equal(cli.command, &mixed);
	assert_true(o->all);
	cli_free(&cli);
}

static void a_group_alone(void **state)
{
	WITH("x thing");
	assert_null(cli.command);
	assert_string_equal(cli.group, "thing");
	cli_free(&cli);
}

static void environment(void **state)
{
	setenv("CLI_TEST_A", "1", 1);
	setenv("CLI_TEST_B", "2", 1);
	unsetenv("CLI_TEST_C");
	WITH("x mixed -e CLI_TEST_A -e CLI_TEST_C -e CLI_TEST_* -e A=x -e A=y -e E=");
	const struct strv *env = &o->shared.env;
	assert_string_equal(strv_env_get(env, "CLI_TEST_A"), "1");
	assert_string_equal(strv_env_get(env, "CLI_TEST_B"), "2");
	assert_null(strv_env_get(env, "CLI_TEST_C"));
	assert_string_equal(strv_env_get(env, "A"), "y");
	assert_string_equal(strv_env_get(env, "E"), "");
	cli_free(&cli);
}

static void wrong(void **state)
{
	refused("x mixed --nosuch", "unknown flag: --nosuch");
	refused("x mixed -z", "unknown shorthand flag: 'z' in -z");
	refused("x mixed -az", "unknown shorthand flag: 'z' in -az");
	refused("x mixed --text", "flag needs an argument: --text");
	refused("x mixed -an", "flag needs an argument: 'n' in -an");
	refused("x mixed --text four", "invalid argument \"four\" for --text: no such choice");
	refused("x mixed --bytes many", "invalid argument \"many\" for --bytes: not a size");
	refused("x mixed --=x", "bad flag syntax: --=x");
	refused("x thing strict", "thing strict requires at least 1 argument, got 0");
	refused("x thing strict a b", "thing strict takes at most 1 argument, got 2");
	refused("x foreign", "foreign requires at least 1 argument, got 0");
	refused("x nosuch", "unrecognized command `x nosuch`");
	refused("x thing nosuch", "unrecognized command `x thing nosuch`");
	refused("x --nosuch mixed", "unknown flag: --nosuch");
}

static void hints(void **state)
{
	char line[] = "x mixed --quite", command[] = "x mxied";
	struct cli cli;
	struct err e;
	assert_int_equal(parse(&cli, line, &e), -1);
	assert_non_null(strstr(e.hint, "--quiet"));
	cli_free(&cli);
	assert_int_equal(parse(&cli, command, &e), -1);
	assert_non_null(strstr(e.hint, "mixed"));
	cli_free(&cli);
}

/* --- the real table --- */

static void row_is_sound(const struct command *c, const struct opt *o)
{
	const struct opt_group *in;
	const char *last = o->help + strlen(o->help) - 1;
	if (opt_find(c, o->name, strlen(o->name), 0, &in) != o
	    || (o->key && opt_find(c, "", 0, o->key, &in) != o))
		fail_msg("%s --%s is taken twice", c->name, o->name);
	if (opt_takes_value(o->kind) != (o->arg != NULL))
		fail_msg("%s --%s: its value has no name, or it has none", c->name, o->name);
	if (*last == '.')
		fail_msg("%s --%s: a line of help is no sentence", c->name, o->name);
	if ((o->kind == OPT_FN) != (o->parse != NULL))
		fail_msg("%s --%s: a parser goes with OPT_FN", c->name, o->name);
}

static void table_is_sound(void **state)
{
	for (const struct command *const *c = commands; *c; c++) {
		assert_true((*c)->summary && (*c)->usage);
		assert_true((*c)->run || (*c)->program);
		assert_ptr_equal(command_find(commands, (*c)->name), *c);
		for (const struct opt_group *g = (*c)->groups; g && g->rows; g++) {
			for (const struct opt *o = g->rows; o->name; o++)
				row_is_sound(*c, o);
		}
	}
}

static void completes(const char *text, const char *want)
{
	auto_free char *line = xstrdup(text);
	char *words[16], *rest = line;
	int n = 0;
	auto_buf struct buf out = { 0 };
	struct cli cli = { .table = commands, .program = "cuddy" };
	for (char *word; (word = strsep(&rest, " "));)
		words[n++] = word;
	complete_words(&cli, words, n, &out);
	if (!strstr(out.data ? out.data : "", want))
		fail_msg("%s: %s", text, out.data ? out.data : "(nothing)");
	cli_free(&cli);
}

static void completion(void **state)
{
	completes("ru", "run\t");
	completes("run --netw", "--network\t");
	completes("run --network=h", "--network=host\n");
	completes("run --network h", "host\n");
	completes("run --rm image ", ":files\n");
	completes("image in", "inspect\t");
	completes("image inspect --fo", "--format\t");
	completes("--root ", ":dirs\n");
	completes("--root /x vers", "version\t");
	completes("run -it -v", "");
	completes("load -i ", ":files\n");
	completes("help im", "images\t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_options),
		cmocka_unit_test(long_options),
		cmocka_unit_test(unset_stays_unset),
		cmocka_unit_test(last_text_counts),
		cmocka_unit_test(options_behind_arguments),
		cmocka_unit_test(options_end_at_the_argument),
		cmocka_unit_test(global_options),
		cmocka_unit_test(help_needs_nothing_else),
		cmocka_unit_test(two_words),
		cmocka_unit_test(a_group_alone),
		cmocka_unit_test(environment),
		cmocka_unit_test(wrong),
		cmocka_unit_test(hints),
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(completion),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
