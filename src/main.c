/* main.c - cuddy: read argv by the tables, do what it says.
 *
 * The only place that exits and the only one that prints an error. It stays this short so that
 * nothing can hide here: what costs time at start-up costs it for every container. */
#include "cli/commands.h"
#include "util/fd.h"

int main(int argc, char **argv)
{
	struct err e = { 0 };
	struct cli cli;
	if (fd_fill_standard() < 0)
		return 125;
	int code = cli_parse(&cli, commands, argc, argv, &e);
	if (code == 0)
		code = cli_run(&cli, &e);
	if (code < 0) {
		err_print(&e);
		code = cli.fail_code ? cli.fail_code : err_exit_code(&e);
	}
	cli_free(&cli);
	return code;
}
