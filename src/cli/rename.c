/* rename.c - `cuddy rename`. */
#include "cli/commands.h"
#include "engine/engine.h"

static int rename_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	if (cli_engine(cli, &en, e) < 0 || container_open(&en.containers, cli->args[0], &c, e) < 0)
		return -1;
	return container_rename(&en.containers, &c, cli->args[1], e);
}

const struct command command_rename = {
	.name = "rename",
	.aliases = "container rename",
	.summary = "Give a container another name",
	.usage = "CONTAINER NAME",
	.about = "It may be running. The old name is free afterwards.",
	.examples = "rename brave_anchor web",
	.topic = TOPIC_CONTAINERS,
	.min_args = 2,
	.max_args = 2,
	.args = COMPLETE_CONTAINERS,
	.run = rename_run,
};
