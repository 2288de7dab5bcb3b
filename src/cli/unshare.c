/* unshare.c - `cuddy unshare`. */
#include "engine/engine.h"

#include <stdlib.h>
#include "cli/commands.h"

static int unshare_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	const char *shell = getenv("SHELL");
	char *by_default[] = { (char *)(str_empty(shell) ? "/bin/sh" : shell), NULL };
	int code;
	if (cli_engine(cli, &en, e) < 0)
		return -1;
	return engine_unshare(&en, cli->nargs ? cli->args : by_default, &code, e) < 0 ? -1 : code;
}

const struct command command_unshare = {
	.name = "unshare",
	.summary = "Run a command in the user namespace that containers have",
	.usage = "[options] [COMMAND [ARG...]]",
	.about = "The command is root there, and the user's subordinate ids are the other "
		 "accounts: so it\n"
		 "can read and remove what containers wrote. Without COMMAND, a shell.",
	.examples = "unshare cat /proc/self/uid_map\nunshare rm -r ./left-by-a-container",
	.topic = TOPIC_SYSTEM,
	.max_args = ARGS_ANY,
	.flags = CMD_STOP_AT_ARG,
	.run = unshare_run,
};
