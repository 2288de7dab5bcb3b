/* cli.c - from a parsed command line to what was asked: help, the version, another program of
 * ours, or the command's function. It ends by making sure that what was printed has arrived. */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/version.h"
#include "util/proc.h"

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
	auto_free char *path = proc_companion(cli->command->program);
	execv(path, cli->argv);
	err_sys(e, "execute %s", path);
	return err_hint(e, "It is a part of cuddy: install cuddy again.");
}

static int dispatch(struct cli *cli, struct err *e)
{
	if (cli->global.version) {
		/* devcontainers tells podman from docker by this word */
		printf("%s version %s\n", cli_is_podman(cli) ? "podman" : "cuddy",
		       version_shown(cli));
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

/* 125 for anything unusual; else 1 for what is missing, which wins over 2 for what is in use. */
static int removal_code(int so_far, const struct err *e)
{
	int code = e->kind == ERR_NOTFOUND ? 1 : e->kind == ERR_BUSY ? 2 : 125;
	if (so_far == 125 || code == 125)
		return 125;
	return so_far == 1 || code == 1 ? 1 : 2;
}

int cli_each(struct cli *cli, const struct strv *names,
	     int (*fn)(struct cli *cli, const char *name, void *data, struct err *e), void *data,
	     enum each_codes codes, struct err *e)
{
	for (size_t i = 0; i < names->n; i++) {
		struct err one = { 0 };
		if (fn(cli, names->list[i], data, &one) == 0)
			continue;
		if (e->kind)
			err_print(e);
		*e = one;
		if (codes == EACH_REMOVAL)
			cli->fail_code = removal_code(cli->fail_code, &one);
	}
	return e->kind ? -1 : 0;
}
