/* version.c - `cuddy version`. */
#include "cli/version.h"

#include <stdio.h>
#include "cli/commands.h"

const char *version_shown(const struct cli *cli)
{
	return cli_is_podman(cli) ? PODMAN_COMPAT_VERSION : PACKAGE_VERSION;
}

static int version_run(struct cli *cli, struct err *e)
{
	(void)e;
	printf("Version: %s\n", version_shown(cli));
	return 0;
}

const struct command command_version = {
	.name = "version",
	.summary = "Print the version",
	.usage = "[options]",
	.topic = TOPIC_SYSTEM,
	.run = version_run,
};
