/* exec.c - `cuddy exec`: a struct exec_opts from argv, one verb, the command's exit code. */
#include "engine/exec.h"

#include "cli/commands.h"

#define EXEC(field) offsetof(struct exec_opts, field)
static const struct opt exec_rows[] = {
	{ "detach", 'd', OPT_BOOL, EXEC(detach), .help = "Leave the command running" },
	{ "detach-keys", 0, OPT_IGNORED, 0, "KEYS",
	  .help = "Accepted: there is nothing to detach from" },
	{ "env", 'e', OPT_ENV, EXEC(env), "NAME[=VALUE]",
	  .help = "Set a variable; without VALUE, the caller's" },
	{ "env-file", 0, OPT_ENV_FILE, EXEC(env), "FILE",
	  .help = "Set the variables that a file lists", .complete = COMPLETE_FILES },
	{ "interactive", 'i', OPT_BOOL, EXEC(interactive), .help = "Keep standard input open" },
	{ "privileged", 0, OPT_BOOL, EXEC(privileged),
	  .help = "Give the command all capabilities and no seccomp filter" },
	{ "tty", 't', OPT_BOOL, EXEC(tty), .help = "Give the command a terminal" },
	{ "user", 'u', OPT_STR, EXEC(user), "USER[:GROUP]",
	  .help = "Run the command as this user" },
	{ "workdir", 'w', OPT_STR, EXEC(workdir), "DIR",
	  .help = "Start the command in this directory" },
	{ 0 },
};
static const struct opt_group exec_groups[] = { { "Options", exec_rows, 0 }, { 0 } };

static int exec_run(struct cli *cli, struct err *e)
{
	struct exec_opts *o = cli_opts(cli);
	auto_engine struct engine en = { 0 };
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	int code;
	strv_add_all(&o->command, cli->args + 1);
	if (cli_engine(cli, &en, e) < 0 || container_open(&en.containers, cli->args[0], &c, e) < 0
	    || engine_exec(&en, &c, o, &code, e) < 0)
		return -1;
	return code;
}

static void exec_free(void *opts)
{
	struct exec_opts *o = opts;
	strv_free(&o->command);
}

const struct command command_exec = {
	.name = "exec",
	.aliases = "container exec",
	.summary = "Run a command in a running container",
	.usage = "[options] CONTAINER COMMAND [ARG...]",
	.about = "The command has the container's namespaces, environment, user and confinement. "
		 "The exit\n"
		 "code is the command's; 125 is cuddy's own failure, 126 and 127 a command that "
		 "cannot be\n"
		 "executed or does not exist (or a --workdir that does not).",
	.examples = "exec web ls /srv\nexec -it web sh\nexec -u 1000 -w /tmp web id",
	.topic = TOPIC_CONTAINERS,
	.groups = exec_groups,
	.opts_size = sizeof(struct exec_opts),
	.min_args = 2,
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.flags = CMD_STOP_AT_ARG,
	.run = exec_run,
	.free = exec_free,
};
