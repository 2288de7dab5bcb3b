/* lifecycle.h - what happens to containers that are there: started again, signalled, paused, waited for, renamed. */
#pragma once
#include "engine/engine.h"

/* --- state.c --- */
/* As container_state, and PAUSED when its cgroup says so. */
must_check int engine_state(const struct container *c, struct state *out, struct err *e);
/* Is there a process? Running or paused. */
bool engine_is_up(const struct state *s);
/* Lock C for work that needs it not to run, waiting (bounded) while others are at work on it. *S is its state: when C
 * runs, that is the answer, and C is not locked (c->lock is -1). ERR_NOTFOUND when it was removed meanwhile. */
must_check int engine_claim(struct engine *en, struct container *c, struct state *s, struct err *e);

/* --- restart.c --- */
/* Start the created or exited container C. Running already is fine, unless it was to be attached: ERR_BUSY. */
must_check int engine_start_again(struct engine *en, struct container *c,
				  const struct start_opts *o, int *exit_code, struct err *e);
/* Stop C as engine_stop does if it runs, and start it. */
must_check int engine_restart(struct engine *en, struct container *c, int seconds, struct err *e);

/* --- kill.c --- */
/* Send SIG to pid 1 of C; ERR_BUSY when it does not run. After SIGKILL it is waited for. */
must_check int engine_kill(struct engine *en, struct container *c, int sig, struct err *e);

/* --- pause.c --- */
must_check int engine_pause(const struct container *c, struct err *e);
must_check int engine_unpause(const struct container *c, struct err *e);

/* --- wait.c --- */
struct wait_opts {
	unsigned conditions; /* bits 1 << enum wait_condition; 0: the end */
	bool ignore;         /* what is not there is waited for no more, with -1 */
	bool first;          /* until one is there, not all */
};
enum wait_condition {
	WAIT_CREATED,
	WAIT_RUNNING,
	WAIT_PAUSED,
	WAIT_STOPPING,
	WAIT_STOPPED,
	WAIT_REMOVED,
	WAIT_NEVER, /* what no container of ours becomes */
};
#define WAIT_PENDING (-2)
/* Sleep until each of NAMES is as O asks. CODES[i] is the exit code when that was the end of a run, -1 for any other
 * condition, WAIT_PENDING for those that O->first did not wait for. */
must_check int engine_wait(struct engine *en, const struct strv *names, const struct wait_opts *o,
			   int *codes, struct err *e);
