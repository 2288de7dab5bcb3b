/* rm.c - `cuddy rm` and `cuddy container exists`. */
#include "cli/select.h"

#include <stdio.h>
#include "cli/commands.h"
#include "cli/seconds.h"

struct rm_opts {
	bool all, force, ignore, volumes, latest;
	struct seconds time;
	struct strv cidfile, filter;
	struct engine *engine;
};

#define O(field) offsetof(struct rm_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "Remove all containers" },
	{ "cidfile", 0, OPT_LIST, O(cidfile), "FILE",
	  .help = "Remove the container whose id is in FILE", .complete = COMPLETE_FILES },
	{ "depend", 0, OPT_IGNORED_BOOL, .help = "Accepted: no container depends on another" },
	{ "filter", 0, OPT_LIST, O(filter), "KEY=VALUE",
	  .help = "Remove those that match, as with ps" },
	{ "force", 'f', OPT_BOOL, O(force),
	  .help = "End a container that runs; what is not there is no failure" },
	{ "ignore", 'i', OPT_BOOL, O(ignore), .help = "What is not there is no failure" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Remove the newest container" },
	{ "time", 't', OPT_FN, O(time), "SECONDS",
	  .help = "With --force, how long to wait before the command is killed (10; -1: for ever)",
	  .parse = seconds_parse },
	{ "volumes", 'v', OPT_BOOL, O(volumes),
	  .help = "Remove its volumes without a name as well" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int remove_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	const struct rm_opts *o = data;
	const struct remove_opts how = { .force = o->force,
					 .volumes = o->volumes,
					 .seconds = seconds_or_default(&o->time) };
	int r = container_open(&o->engine->containers, what, &c, e);
	if (r == 0)
		r = engine_remove(o->engine, &c, &how, e);
	if (r < 0 && e->kind == ERR_NOTFOUND && (o->ignore || o->force)) {
		err_clear(e);
		return 0;
	}
	if (r == 0)
		puts(what);
	return r;
}

static int rm_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct rm_opts *o = cli_opts(cli);
	struct select s = { .all = o->all,
			    .latest = o->latest,
			    .cidfiles = &o->cidfile,
			    .filters = &o->filter,
			    .ignore = o->ignore || o->force };
	if (o->time.set && !o->force)
		return err_set(e, ERR_USAGE, "--time goes with --force only");
	if (cli_engine(cli, &en, e) < 0 || cli_select(cli, &en, &s, &names, e) < 0)
		return -1;
	o->engine = &en;
	return cli_each(cli, &names, remove_one, o, EACH_REMOVAL, e);
}

const struct command command_rm = {
	.name = "rm",
	.aliases = "container rm",
	.summary = "Remove containers",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.about = "The exit code is 1 when a container is missing, 2 when one runs and --force was "
		 "not given.",
	.examples = "rm web\nrm --force --all",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct rm_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = rm_run,
};

static int exists_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	if (cli_engine(cli, &en, e) < 0)
		return -1;
	if (container_open(&en.containers, cli->args[0], &c, e) == 0)
		return 0;
	/* the answer "no" is no error to tell people about */
	return e->kind == ERR_NOTFOUND ? 1 : -1;
}

const struct command command_container_exists = {
	.name = "container exists",
	.summary = "Tell by the exit code whether a container is there",
	.usage = "CONTAINER",
	.about = "0: it is there; 1: it is not; 125: that could not be told.",
	.examples = "container exists web || echo missing",
	.topic = TOPIC_CONTAINERS,
	.min_args = 1,
	.max_args = 1,
	.args = COMPLETE_CONTAINERS,
	.run = exists_run,
};
