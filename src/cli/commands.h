/* commands.h - the rows of all commands that run in cuddy itself. */
#pragma once
#include "cli/command.h"

/* cuddy's table, NULL-terminated, in the order of help. */
extern const struct command *const commands[];

extern const struct command command_help, command_version;
