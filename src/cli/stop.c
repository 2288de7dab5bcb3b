/* stop.c - `cuddy stop`. */
#include "cli/select.h"

#include <stdio.h>
#include "cli/commands.h"
#include "cli/seconds.h"

struct stop_opts {
	bool all, ignore, latest;
	struct seconds time;
	struct strv cidfile, filter;
	struct engine *engine;
};

#define O(field) offsetof(struct stop_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "Stop all containers that run" },
	{ "cidfile", 0, OPT_LIST, O(cidfile), "FILE",
	  .help = "Stop the container whose id is in FILE", .complete = COMPLETE_FILES },
	{ "filter", 'f', OPT_LIST, O(filter), "KEY=VALUE",
	  .help = "Stop those that match, as with ps" },
	{ "ignore", 'i', OPT_BOOL, O(ignore), .help = "What is not there is no failure" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Stop the newest container" },
	{ "time", 't', OPT_FN, O(time), "SECONDS",
	  .help = "How long to wait before the command is killed (10; -1: for ever)",
	  .parse = seconds_parse },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int stop_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	struct stop_opts *o = data;
	if (container_open(&o->engine->containers, what, &c, e) < 0) {
		if (e->kind != ERR_NOTFOUND || !o->ignore)
			return -1;
		err_clear(e);
		return 0;
	}
	if (engine_stop(o->engine, &c, seconds_or_default(&o->time), e) < 0)
		return -1;
	puts(what);
	return 0;
}

static int stop_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct stop_opts *o = cli_opts(cli);
	struct select s = { .all = o->all,
			    .latest = o->latest,
			    .cidfiles = &o->cidfile,
			    .filters = &o->filter,
			    .ignore = o->ignore,
			    .states = "running|paused|stopping" };
	if (cli_engine(cli, &en, e) < 0 || cli_select(cli, &en, &s, &names, e) < 0)
		return -1;
	o->engine = &en;
	return cli_each(cli, &names, stop_one, o, EACH_PLAIN, e);
}

const struct command command_stop = {
	.name = "stop",
	.aliases = "container stop",
	.summary = "Stop containers",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.about = "The command gets its stop signal (SIGTERM, unless the image says otherwise) and, "
		 "when it has\n"
		 "not ended by then, SIGKILL; at once, when it does not handle that signal. A "
		 "container that\n"
		 "does not run is no failure.",
	.examples = "stop web\nstop --time 2 --all",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct stop_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = stop_run,
};
