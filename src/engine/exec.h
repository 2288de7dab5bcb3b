/* exec.h - `cuddy exec`: a command in a running container. */
#pragma once
#include "engine/engine.h"

struct exec_opts { /* what was asked; unset is what the container has */
	struct strv command, env;
	char *user, *workdir;
	bool interactive, tty, detach, privileged;
};
/* Run it; *EXIT_CODE is the command's, 0 when detached. No record is made, no process stays beside it. ERR_BUSY when C
 * does not run. */
must_check int engine_exec(struct engine *en, const struct container *c, const struct exec_opts *o,
			   int *exit_code, struct err *e);
