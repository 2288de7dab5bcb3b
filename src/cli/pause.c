/* pause.c - `cuddy pause` and `cuddy unpause`. */
#include "cli/select.h"

#include <stdio.h>
#include "cli/commands.h"
#include "engine/lifecycle.h"

struct pause_opts {
	bool all, latest;
	struct strv cidfile, filter;
	struct engine *engine;
	int (*verb)(const struct container *c, struct err *e);
};

#define O(field) offsetof(struct pause_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all),
	  .help = "All containers for which there is something to do" },
	{ "cidfile", 0, OPT_LIST, O(cidfile), "FILE", .help = "The container whose id is in FILE",
	  .complete = COMPLETE_FILES },
	{ "filter", 'f', OPT_LIST, O(filter), "KEY=VALUE",
	  .help = "Those of them that match, as with ps" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "The newest container" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int pause_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	const struct pause_opts *o = data;
	if (container_open(&o->engine->containers, what, &c, e) < 0 || o->verb(&c, e) < 0)
		return -1;
	puts(what);
	return 0;
}

static int each(struct cli *cli, const char *states,
		int (*verb)(const struct container *c, struct err *e), struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct pause_opts *o = cli_opts(cli);
	struct select s = { .all = o->all,
			    .latest = o->latest,
			    .cidfiles = &o->cidfile,
			    .filters = &o->filter,
			    .states = states };
	if (cli_engine(cli, &en, e) < 0 || cli_select(cli, &en, &s, &names, e) < 0)
		return -1;
	o->engine = &en;
	o->verb = verb;
	return cli_each(cli, &names, pause_one, o, EACH_PLAIN, e);
}

static int pause_run(struct cli *cli, struct err *e)
{
	return each(cli, "running", engine_pause, e);
}

static int unpause_run(struct cli *cli, struct err *e)
{
	return each(cli, "paused", engine_unpause, e);
}

const struct command command_pause = {
	.name = "pause",
	.aliases = "container pause",
	.summary = "Stop all processes of containers where they are",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.about = "They know nothing of it; `unpause` lets them go on. It needs cgroup v2.",
	.examples = "pause web\npause --all",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct pause_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = pause_run,
};

const struct command command_unpause = {
	.name = "unpause",
	.aliases = "container unpause",
	.summary = "Let paused containers go on",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.examples = "unpause web\nunpause --all",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct pause_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = unpause_run,
};
