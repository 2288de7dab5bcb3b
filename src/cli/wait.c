/* wait.c - `cuddy wait`. */
#include "cli/select.h"

#include <stdio.h>
#include <stdlib.h>
#include "cli/commands.h"
#include "engine/lifecycle.h"

struct wait_cli_opts {
	struct wait_opts how;
	bool latest;
	struct strv cidfile;
};

static int parse_condition(void *field, const char *value, struct err *e)
{
	static const struct {
		const char *word;
		enum wait_condition is;
	} words[] = {
		{ "configured", WAIT_CREATED }, { "created", WAIT_CREATED },
		{ "exited", WAIT_STOPPED },     { "initialized", WAIT_NEVER },
		{ "paused", WAIT_PAUSED },      { "removing", WAIT_REMOVED },
		{ "running", WAIT_RUNNING },    { "stopped", WAIT_STOPPED },
		{ "stopping", WAIT_STOPPING },
	};
	unsigned *bits = field;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (str_eq(words[i].word, value)) {
			*bits |= 1U << words[i].is;
			return 0;
		}
	}
	return err_set(e, ERR_USAGE, "invalid condition %s", value);
}

#define O(field) offsetof(struct wait_cli_opts, field)
static const struct opt rows[] = {
	{ "cidfile", 0, OPT_LIST, O(cidfile), "FILE",
	  .help = "Wait for the container whose id is in FILE", .complete = COMPLETE_FILES },
	{ "condition", 0, OPT_FN, O(how.conditions), "STATE",
	  .help = "Wait until it is so, instead of for its end",
	  .values =
		  "configured|created|exited|initialized|paused|removing|running|stopped|stopping",
	  .parse = parse_condition },
	{ "exit-first-match", 0, OPT_BOOL, O(how.first),
	  .help = "Wait for one of the containers, not for all" },
	{ "ignore", 0, OPT_BOOL, O(how.ignore), .help = "What is not there is no failure" },
	{ "interval", 'i', OPT_IGNORED, 0, "TIME",
	  .help = "Accepted: nothing is looked at again and again" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Wait for the newest container" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int wait_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	const struct wait_cli_opts *o = cli_opts(cli);
	struct select s = { .latest = o->latest, .cidfiles = &o->cidfile };
	if (cli_engine(cli, &en, e) < 0 || cli_select(cli, &en, &s, &names, e) < 0)
		return -1;
	int *codes = xcalloc(names.n, sizeof *codes);
	int result = engine_wait(&en, &names, &o->how, codes, e);
	for (size_t i = 0; i < names.n && result == 0; i++)
		if (codes[i] != WAIT_PENDING)
			printf("%d\n", codes[i]);
	free(codes);
	return result;
}

const struct command command_wait = {
	.name = "wait",
	.aliases = "container wait",
	.summary = "Wait until containers end, and print their exit codes",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.about = "One line a container, in the order of their names. For any other condition than "
		 "the end it is -1.",
	.examples = "wait job\nwait --condition running web",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct wait_cli_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = wait_run,
};
