/* image_verbs.h - the functions of the commands whose rows are in pull_options.c. Only cuddy-image
 * calls them: the libraries behind them are what keeps them out of cuddy. */
#pragma once
#include "cli/command.h"

/* Each is a command's function: the exit code, or -1 and *E. */
must_check int pull_run(struct cli *cli, struct err *e);
must_check int load_run(struct cli *cli, struct err *e);
must_check int import_run(struct cli *cli, struct err *e);
