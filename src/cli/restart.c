/* restart.c - `cuddy restart`. */
#include "cli/seconds.h"
#include "cli/select.h"

#include <stdio.h>
#include "cli/commands.h"
#include "engine/lifecycle.h"

struct restart_opts {
	bool all, running, latest;
	struct seconds time;
	struct strv cidfile, filter;
	struct engine *engine;
};

#define O(field) offsetof(struct restart_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "Restart all containers, in any state" },
	{ "cidfile", 0, OPT_LIST, O(cidfile), "FILE",
	  .help = "Restart the container whose id is in FILE", .complete = COMPLETE_FILES },
	{ "filter", 'f', OPT_LIST, O(filter), "KEY=VALUE",
	  .help = "Restart those that match, as with ps" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Restart the newest container" },
	{ "running", 0, OPT_BOOL, O(running), .help = "Restart all containers that run" },
	{ "time", 't', OPT_FN, O(time), "SECONDS",
	  .help = "How long to wait before the command is killed (10; -1: for ever)",
	  .parse = seconds_parse },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int restart_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	const struct restart_opts *o = data;
	if (container_open(&o->engine->containers, what, &c, e) < 0
	    || engine_restart(o->engine, &c, seconds_or_default(&o->time), e) < 0)
		return -1;
	puts(what);
	return 0;
}

static int restart_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct restart_opts *o = cli_opts(cli);
	struct select s = { .all = o->all || o->running,
			    .latest = o->latest,
			    .cidfiles = &o->cidfile,
			    .filters = &o->filter,
			    .states = o->running ? "running|paused" : NULL };
	if (cli_engine(cli, &en, e) < 0 || cli_select(cli, &en, &s, &names, e) < 0)
		return -1;
	o->engine = &en;
	return cli_each(cli, &names, restart_one, o, EACH_PLAIN, e);
}

const struct command command_restart = {
	.name = "restart",
	.aliases = "container restart",
	.summary = "Stop containers and start them again",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.about = "A container that does not run is started.",
	.examples = "restart web\nrestart --time 2 --running",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct restart_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = restart_run,
};
