/* logs.c - `cuddy logs`. */
#include "engine/logs.h"

#include <time.h>
#include "cli/commands.h"
#include "cli/select.h"
#include "util/time.h"

struct logs_cli_opts {
	int64_t since, until, tail;
	bool tail_set, follow, timestamps, names, latest;
	struct engine *engine;
};

static int parse_when(void *field, const char *value, struct err *e)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (time_parse(value, now.tv_sec * 1000000000LL + now.tv_nsec, field) == 0)
		return 0;
	err_set(e, ERR_USAGE, "invalid time: %s", value);
	return err_hint(e, "Times are like 2026-01-02T15:04:05Z, 2026-01-02, 10m (ago), or seconds "
			   "since 1970.");
}

static int parse_tail(void *field, const char *value, struct err *e)
{
	struct logs_cli_opts *o = field;
	o->tail_set = true;
	if (str_eq(value, "all"))
		o->tail = -1;
	else if (str_to_i64(value, &o->tail) < 0)
		return err_set(e, ERR_USAGE, "invalid number of lines: %s", value);
	return 0;
}

#define O(field) offsetof(struct logs_cli_opts, field)
static const struct opt rows[] = {
	{ "follow", 'f', OPT_BOOL, O(follow), .help = "Go on until the container ends" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Show the newest container's" },
	{ "names", 'n', OPT_BOOL, O(names),
	  .help = "Put the container's name in front of each line" },
	{ "since", 0, OPT_FN, O(since), "TIME", .help = "Show what is not older than that",
	  .parse = parse_when },
	{ "tail", 0, OPT_FN, 0, "N", .help = "Show the last N lines", .parse = parse_tail },
	{ "timestamps", 't', OPT_BOOL, O(timestamps), .help = "Show when each line was said" },
	{ "until", 0, OPT_FN, O(until), "TIME", .help = "Show what is not newer than that",
	  .parse = parse_when },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int logs_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	const struct logs_cli_opts *o = data;
	if (container_open(&o->engine->containers, what, &c, e) < 0)
		return -1;
	struct logs_opts how = { .tail = o->tail_set ? o->tail : -1,
				 .since = o->since,
				 .until = o->until,
				 .follow = o->follow,
				 .timestamps = o->timestamps,
				 .prefix = o->names ? c.name : NULL };
	return engine_logs(&c, &how, e);
}

static int logs_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct logs_cli_opts *o = cli_opts(cli);
	struct select s = { .latest = o->latest };
	if (cli_engine(cli, &en, e) < 0 || cli_select(cli, &en, &s, &names, e) < 0)
		return -1;
	o->engine = &en;
	return cli_each(cli, &names, logs_one, o, EACH_PLAIN, e);
}

const struct command command_logs = {
	.name = "logs",
	.aliases = "container logs",
	.summary = "Show what containers said",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.about = "What the command wrote to standard error goes to standard error, the rest to "
		 "standard output.",
	.examples = "logs --tail 20 web\nlogs --follow --timestamps web\nlogs --since 10m web",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct logs_cli_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = logs_run,
};
