/* commands.c - cuddy's table: every command's row, in the order in which help lists them. */
#include "cli/commands.h"

#include "cli/pull_options.h"

const struct command *const commands[] = {
	/* images */
	&command_pull,
	&command_load,
	&command_import,

	/* system */
	&command_version,
	&command_help,
	NULL,
};
