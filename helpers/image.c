/* image.c - cuddy-image: the commands that move image bytes.
 *
 * cuddy executes it with the argv that it was given, so it reads that by the same rows. It is a
 * program of its own because of what it is linked with: those libraries would cost every start of a
 * container several milliseconds. */
#include <signal.h>
#include "cli/image_verbs.h"
#include "cli/pull_options.h"

static const struct command *const table[] = { &command_pull, &command_load, &command_import,
					       NULL };

static const struct {
	const struct command *command;
	int (*run)(struct cli *cli, struct err *e);
} verbs[] = {
	{ &command_pull, pull_run },
	{ &command_load, load_run },
	{ &command_import, import_run },
};

static int run(struct cli *cli, struct err *e)
{
	struct command here;
	if (!cli->command || cli->global.help || cli->global.version)
		return cli_run(cli, e);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (cli->command != verbs[i].command)
			continue;
		/* the row as it would be if its function lived in cuddy */
		here = *cli->command;
		here.run = verbs[i].run;
		cli->command = &here;
		int code = cli_run(cli, e);
		cli->command = verbs[i].command;
		return code;
	}
	return err_set(e, ERR_USAGE, "%s is not a command of this program", cli->command->name);
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	struct cli cli;
	/* an unpacker that ends early is told by EPIPE, and it says itself why */
	signal(SIGPIPE, SIG_IGN);
	int code = cli_parse(&cli, table, argc, argv, &e);
	if (code == 0)
		code = run(&cli, &e);
	if (code < 0) {
		err_print(&e);
		code = cli.fail_code ? cli.fail_code : err_exit_code(&e);
	}
	cli_free(&cli);
	return code;
}
