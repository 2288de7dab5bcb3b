/* commands.c - cuddy's table: every command's row, in the order in which help lists them. */
#include "cli/commands.h"

#include "cli/pull_options.h"

const struct command *const commands[] = {
	/* containers */
	&command_run,
	&command_exec,
	&command_ps,
	&command_logs,
	&command_inspect,
	&command_container_inspect,
	&command_container_exists,
	&command_stop,
	&command_rm,

	/* images */
	&command_pull,
	&command_load,
	&command_import,
	&command_images,
	&command_image_inspect,
	&command_image_exists,
	&command_tag,
	&command_untag,
	&command_rmi,

	/* system */
	&command_info,
	&command_unshare,
	&command_version,
	&command_help,
	&command_completion,
	&command_complete,
	NULL,
};
