/* commands.c - cuddy's table: every command's row, in the order in which help lists them. */
#include "cli/commands.h"

#include "cli/pull_options.h"

const struct command *const commands[] = {
	/* containers */
	&command_run,
	&command_create,
	&command_start,
	&command_exec,
	&command_ps,
	&command_logs,
	&command_top,
	&command_diff,
	&command_port,
	&command_inspect,
	&command_container_inspect,
	&command_container_exists,
	&command_stop,
	&command_restart,
	&command_kill,
	&command_pause,
	&command_unpause,
	&command_wait,
	&command_rename,
	&command_rm,
	&command_container_prune,

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
