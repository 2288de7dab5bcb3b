/* start.c - `cuddy start`. */
#include "cli/select.h"

#include <stdio.h>
#include "cli/commands.h"
#include "engine/lifecycle.h"

#define START_FAILED 125 /* detached, also when the command is the reason */

struct start_cli_opts {
	bool attach, interactive, all, latest;
	struct strv filter;
	struct engine *engine;
	int exit_code; /* of an attached one */
};

#define O(field) offsetof(struct start_cli_opts, field)
static const struct opt rows[] = {
	{ "all", 0, OPT_BOOL, O(all), .help = "Start all containers that do not run" },
	{ "attach", 'a', OPT_BOOL, O(attach),
	  .help = "Show the container's output and end with its exit code" },
	{ "detach-keys", 0, OPT_IGNORED, 0, "KEYS",
	  .help = "Accepted: there is nothing to detach from" },
	{ "filter", 'f', OPT_LIST, O(filter), "KEY=VALUE",
	  .help = "Start those that match, as with ps" },
	{ "interactive", 'i', OPT_BOOL, O(interactive),
	  .help = "With --attach, give it our standard input" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Start the newest container" },
	{ "sig-proxy", 0, OPT_IGNORED_BOOL,
	  .help = "Accepted: signals are passed on to an attached container" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int start_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	struct start_cli_opts *o = data;
	const struct start_opts how = { .attach = o->attach, .interactive = o->interactive };
	if (container_open(&o->engine->containers, what, &c, e) < 0
	    || engine_start_again(o->engine, &c, &how, &o->exit_code, e) < 0)
		return -1;
	if (!o->attach)
		puts(what);
	return 0;
}

static int start_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct start_cli_opts *o = cli_opts(cli);
	struct select s = { .all = o->all,
			    .latest = o->latest,
			    .filters = &o->filter,
			    .states = "created|exited" };
	o->attach |= o->interactive;
	if (cli_engine(cli, &en, e) < 0 || cli_select(cli, &en, &s, &names, e) < 0)
		return -1;
	if (o->attach && names.n > 1)
		return err_set(e, ERR_USAGE, "only one container can be attached to at a time");
	o->engine = &en;
	if (cli_each(cli, &names, start_one, o, EACH_PLAIN, e) == 0)
		return o->exit_code;
	if (!o->attach)
		cli->fail_code = START_FAILED;
	return -1;
}

const struct command command_start = {
	.name = "start",
	.aliases = "container start",
	.summary = "Start containers that were made or have ended",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.about = "A container that runs already is no failure. With --attach the exit code is the "
		 "command's.",
	.examples = "start web\nstart --attach job",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct start_cli_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = start_run,
};
