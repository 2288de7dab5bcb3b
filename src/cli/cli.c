/* cli.c - from a parsed command line to what was asked: help, the version, another program of
 * ours, or the command's function. It ends by making sure that what was printed has arrived. */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/version.h"

bool cli_is_podman(const struct cli *cli)
{
	return str_eq(cli->program, "podman") || str_eq(cli->program, "docker");
}

bool cli_color(int fd)
{
	const char *off = getenv("NO_COLOR");
	return isatty(fd) && str_empty(off) && !str_eq(getenv("TERM"), "dumb");
}

/* argv goes on as it was typed: the program reads the same tables. */
static int hand_over(struct cli *cli, struct err *e)
{
	auto_free char *path = NULL;
	if (cli_find_program(cli->command->program, &path, e) < 0)
		return -1;
	execv(path, cli->argv);
	return err_sys(e, "execute %s", path);
}

static int dispatch(struct cli *cli, struct err *e)
{
	if (cli->global.version) {
		printf("%s version %s\n", cli->program, version_shown(cli));
		return 0;
	}
	if (!cli->command) {
		help_print(cli);
		return 0;
	}
	if (cli->global.help) {
		help_command(cli, cli->command);
		return 0;
	}
	return cli->command->run ? cli->command->run(cli, e) : hand_over(cli, e);
}

int cli_run(struct cli *cli, struct err *e)
{
	int r = dispatch(cli, e);
	if (r >= 0 && (fflush(stdout) != 0 || ferror(stdout))) {
		/* Whoever reads may stop early, as head does. */
		if (errno != EPIPE)
			return err_sys(e, "write the output");
	}
	return r;
}
