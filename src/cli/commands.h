/* commands.h - the rows of all commands that run in cuddy itself. */
#pragma once
#include "cli/command.h"

/* cuddy's table, NULL-terminated, in the order of help. */
extern const struct command *const commands[];

extern const struct command command_complete, command_completion, command_container_exists,
	command_container_inspect, command_container_prune, command_create, command_diff,
	command_exec, command_help, command_image_exists, command_image_inspect, command_images,
	command_info, command_inspect, command_kill, command_logs, command_pause, command_port,
	command_ps, command_rename, command_restart, command_rm, command_rmi, command_run,
	command_start, command_stop, command_tag, command_top, command_unpause, command_unshare,
	command_untag, command_version, command_wait;
