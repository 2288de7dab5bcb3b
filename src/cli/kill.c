/* kill.c - `cuddy kill`. */
#include "cli/select.h"

#include <signal.h>
#include <stdio.h>
#include "cli/commands.h"
#include "engine/lifecycle.h"
#include "runtime/runtime.h"

struct kill_opts {
	int signal; /* 0: SIGKILL */
	bool all, latest;
	struct strv cidfile;
	struct engine *engine;
};

static int parse_signal(void *field, const char *value, struct err *e)
{
	int *sig = field;
	*sig = signal_parse(value);
	if (*sig > 0)
		return 0;
	err_set(e, ERR_USAGE, "invalid signal %s", value);
	return err_hint(e, "A signal is a name such as TERM or SIGTERM, or a number; signal(7) "
			   "lists them.");
}

#define O(field) offsetof(struct kill_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "Signal all containers that run" },
	{ "cidfile", 0, OPT_LIST, O(cidfile), "FILE",
	  .help = "Signal the container whose id is in FILE", .complete = COMPLETE_FILES },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Signal the newest container" },
	{ "signal", 's', OPT_FN, O(signal), "SIGNAL", .help = "The signal to send (KILL)",
	  .values = "HUP|INT|QUIT|KILL|USR1|USR2|TERM|CONT|STOP", .flags = OPT_OPEN,
	  .parse = parse_signal },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int kill_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	const struct kill_opts *o = data;
	if (container_open(&o->engine->containers, what, &c, e) < 0
	    || engine_kill(o->engine, &c, o->signal ? o->signal : SIGKILL, e) < 0)
		return -1;
	puts(what);
	return 0;
}

static int kill_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct kill_opts *o = cli_opts(cli);
	struct select s = { .all = o->all,
			    .latest = o->latest,
			    .cidfiles = &o->cidfile,
			    .states = "running|paused" };
	if (cli_engine(cli, &en, e) < 0 || cli_select(cli, &en, &s, &names, e) < 0)
		return -1;
	o->engine = &en;
	return cli_each(cli, &names, kill_one, o, EACH_PLAIN, e);
}

const struct command command_kill = {
	.name = "kill",
	.aliases = "container kill",
	.summary = "Send a signal to containers",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.about = "It goes to the container's first process.",
	.examples = "kill web\nkill --signal HUP web",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct kill_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = kill_run,
};
