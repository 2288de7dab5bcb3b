/* process.h - private to engine/: a run of a container, as the one who wants it to end sees it. */
#pragma once
#include "engine/engine.h"
#include "runtime/runtime.h"

struct run {
	struct proc proc; /* pid 1 */
	int watch;        /* on the lock that the run's monitor holds (container_watch) */
};
/* The run that S, just read, tells of. ESRCH in *E when it has ended meanwhile. */
must_check int run_open(struct engine *en, const struct container *c, const struct state *s,
			struct run *out, struct err *e);
void run_close(struct run *r);
/* Until pid 1 has ended, MS milliseconds at most (-1: for ever). Has it? */
bool run_await_exit(const struct run *r, int ms);
must_check int run_kill(const struct container *c, const struct run *r, struct err *e);
/* After pid 1 has ended: until its monitor has taken everything down; if that was killed, do what it has left. *CODE
 * is the exit code, -1 when it is lost. */
must_check int run_await_end(struct engine *en, struct container *c, const struct state *s,
			     struct run *r, int *code, struct err *e);

/* Would the kernel throw SIG away before PID, first process of a container, hears of it? Only a yes is certain. */
bool process_is_deaf(pid_t pid, int sig);
/* As engine_stop; QUIET: nobody is told why it was killed. */
must_check int engine_end(struct engine *en, struct container *c, int seconds, bool quiet,
			  struct err *e);
