/* run.c - `cuddy run` and `cuddy create`: a struct create_opts from argv, one verb, the command's exit code or the id.
 *
 * Nothing is assumed here: what was not asked stays unset. */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/commands.h"

static int add_mount(struct create_opts *o, const struct mount_opts *m)
{
	o->mounts = xrealloc(o->mounts, (o->nmounts + 1) * sizeof *o->mounts);
	o->mounts[o->nmounts++] = *m;
	return 0;
}

static int parse_volume(void *field, const char *value, struct err *e)
{
	struct mount_opts m;
	auto_free char *cwd = getcwd(NULL, 0);
	if (mount_opts_parse_volume(value, cwd, &m, e) < 0)
		return -1;
	return add_mount(field, &m);
}

static int parse_tmpfs(void *field, const char *value, struct err *e)
{
	struct mount_opts m;
	if (mount_opts_parse_tmpfs(value, &m, e) < 0)
		return -1;
	return add_mount(field, &m);
}

static int parse_network(void *field, const char *value, struct err *e)
{
	struct network_opts *o = field;
	network_opts_free(o);
	return network_opts_parse(value, o, e);
}

#define RUN(field) offsetof(struct create_opts, field)
static const struct opt run_rows[] = {
	{ "cap-add", 0, OPT_CSV, RUN(cap_add), "CAP", .help = "Give a capability, or ALL" },
	{ "cap-drop", 0, OPT_CSV, RUN(cap_drop), "CAP", .help = "Take a capability away, or ALL" },
	{ "cidfile", 0, OPT_STR, RUN(cidfile), "FILE",
	  .help = "Write the container's id to a new file", .complete = COMPLETE_FILES },
	{ "entrypoint", 0, OPT_STR, RUN(entrypoint), "COMMAND",
	  .help = "Use this instead of the image's ENTRYPOINT" },
	{ "env", 'e', OPT_ENV, RUN(env), "NAME[=VALUE]",
	  .help = "Set a variable; without VALUE, the caller's" },
	{ "env-file", 0, OPT_ENV_FILE, RUN(env), "FILE",
	  .help = "Set the variables that a file lists", .complete = COMPLETE_FILES },
	{ "hostname", 'h', OPT_STR, RUN(hostname), "NAME",
	  .help = "Set the container's host name" },
	{ "init", 0, OPT_BOOL, RUN(init),
	  .help = "Run an init as pid 1 that forwards signals and reaps processes" },
	{ "interactive", 'i', OPT_BOOL, RUN(interactive), .help = "Keep standard input open" },
	{ "label", 'l', OPT_LIST, RUN(labels), "KEY=VALUE",
	  .help = "Attach a label to the container" },
	{ "log-driver", 0, OPT_STR, RUN(log_driver), "DRIVER",
	  .help = "Where the container's output is kept", .values = "k8s-file|none" },
	{ "name", 0, OPT_STR, RUN(name), "NAME", .help = "Give the container a name" },
	{ "network", 0, OPT_FN, RUN(network), "MODE", .help = "How the container reaches the world",
	  .values = "default|none|host|private|slirp4netns|pasta", .flags = OPT_OPEN,
	  .parse = parse_network },
	{ "net", 0, OPT_FN, RUN(network), "MODE", .help = "The same as --network",
	  .flags = OPT_HIDDEN, .parse = parse_network },
	{ "privileged", 0, OPT_BOOL, RUN(privileged),
	  .help = "Confine the container no more than its user is" },
	{ "pull", 0, OPT_STR, RUN(pull), "WHEN",
	  .help = "Whether to get the image from its registry",
	  .values = "always|missing|never|newer" },
	{ "read-only", 0, OPT_BOOL, RUN(read_only), .help = "Make the root file system read-only" },
	{ "rm", 0, OPT_BOOL, RUN(remove), .help = "Remove the container when it ends" },
	{ "security-opt", 0, OPT_LIST, RUN(security_opt), "OPTION",
	  .help = "seccomp=FILE|unconfined, no-new-privileges, unmask=ALL" },
	{ "tmpfs", 0, OPT_FN, 0, "PATH[:OPTIONS]", .help = "Mount an empty file system in memory",
	  .parse = parse_tmpfs },
	{ "tty", 't', OPT_BOOL, RUN(tty), .help = "Give the command a terminal" },
	{ "user", 'u', OPT_STR, RUN(user), "USER[:GROUP]", .help = "Run the command as this user" },
	{ "volume", 'v', OPT_FN, 0, "SOURCE:TARGET[:OPTIONS]",
	  .help = "Mount a host directory or a named volume; options are ro, rw, noexec and others",
	  .complete = COMPLETE_DIRS, .parse = parse_volume },
	{ "workdir", 'w', OPT_STR, RUN(workdir), "DIR",
	  .help = "Start the command in this directory" },
	{ 0 },
};
static const struct opt detach_rows[] = {
	{ "detach", 'd', OPT_BOOL, RUN(detach),
	  .help = "Leave the container running and print its id" },
	{ 0 },
};
static const struct opt_group run_groups[] = {
	{ "Options", detach_rows, 0 },
	{ "Options", run_rows, 0 },
	{ 0 },
};
static const struct opt_group create_groups[] = { { "Options", run_rows, 0 }, { 0 } };

static void run_free(void *opts)
{
	create_opts_free(opts);
}

static int check(const struct create_opts *o, struct err *e)
{
	for (size_t i = 0; i < o->labels.n; i++)
		if (o->labels.list[i][0] == '=' || !o->labels.list[i][0])
			return err_set(e, ERR_USAGE, "invalid label %s: a label has a name",
				       o->labels.list[i]);
	return 0;
}

static void fill(struct cli *cli, struct create_opts *o)
{
	o->image = xstrdup(cli->args[0]);
	strv_add_all(&o->command, cli->args + 1);
	strv_add_all(&o->create_command, cli->argv);
	o->entrypoint_set = o->entrypoint != NULL;
}

static int run_run(struct cli *cli, struct err *e)
{
	struct create_opts *o = cli_opts(cli);
	struct start_opts start = { .attach = !o->detach, .interactive = o->interactive };
	auto_engine struct engine en = { 0 };
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	int code;
	fill(cli, o);
	if (check(o, e) < 0 || cli_engine(cli, &en, e) < 0 || engine_create(&en, o, &c, e) < 0
	    || engine_start(&en, &c, &start, &code, e) < 0)
		return -1;
	if (o->detach)
		printf("%s\n", c.id);
	return code;
}

const struct command command_run = {
	.name = "run",
	.aliases = "container run",
	.summary = "Run a command in a new container",
	.usage = "[options] IMAGE [COMMAND [ARG...]]",
	.about = "A container is made from IMAGE and COMMAND, or what the image names, is run in "
		 "it. The exit\n"
		 "code is the command's; 125 is cuddy's own failure, 126 and 127 a command that "
		 "cannot be\n"
		 "executed or does not exist, 128+N a command ended by signal N.",
	.examples = "run --rm hello\n"
		    "run --rm -it -v .:/src -w /src docker.io/library/debian:12 bash\n"
		    "run -d --name web --network none localhost/web",
	.topic = TOPIC_CONTAINERS,
	.groups = run_groups,
	.opts_size = sizeof(struct create_opts),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.flags = CMD_STOP_AT_ARG,
	.run = run_run,
	.free = run_free,
};

static int create_run(struct cli *cli, struct err *e)
{
	struct create_opts *o = cli_opts(cli);
	auto_engine struct engine en = { 0 };
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	fill(cli, o);
	if (check(o, e) < 0 || cli_engine(cli, &en, e) < 0 || engine_create(&en, o, &c, e) < 0)
		return -1;
	/* nobody works on it any more */
	if (container_rest(&en.containers, &c) < 0)
		return err_sys(e, "let go of container %s", c.name);
	printf("%s\n", c.id);
	return 0;
}

const struct command command_create = {
	.name = "create",
	.aliases = "container create",
	.summary = "Make a container without starting it",
	.usage = "[options] IMAGE [COMMAND [ARG...]]",
	.about = "Prints its id; `start` starts it. The options are those of `run`.",
	.examples = "create --name web docker.io/library/nginx\nstart web",
	.topic = TOPIC_CONTAINERS,
	.groups = create_groups,
	.opts_size = sizeof(struct create_opts),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.flags = CMD_STOP_AT_ARG,
	.run = create_run,
	.free = run_free,
};
