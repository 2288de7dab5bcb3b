/* kill.c - a signal for the container's pid 1, as one sends it: nothing is decided here. */
#include "engine/lifecycle.h"

#include <errno.h>
#include <signal.h>
#include "engine/process.h"

static int not_running(const struct container *c, const struct state *s, struct err *e)
{
	err_set(e, ERR_BUSY, "cannot kill container %s: it is %s, and only what runs can be killed",
		c->name, container_status_text(s->status));
	return err_hint(e, "cuddy ps -a shows the states of all containers");
}

/* ESRCH: it ended by itself, just now. */
static int send(const struct run *r, int sig, struct err *e)
{
	return proc_signal(&r->proc, sig, e) < 0 && e->code != ESRCH ? -1 : 0;
}

int engine_kill(struct engine *en, struct container *c, int sig, struct err *e)
{
	struct run r;
	struct state s;
	int code;
	if (engine_state(c, &s, e) < 0)
		return -1;
	if (!engine_is_up(&s))
		return not_running(c, &s, e);
	if (run_open(en, c, &s, &r, e) < 0)
		return e->code == ESRCH ? not_running(c, &s, e) : -1;
	int result = sig == SIGKILL ? run_kill(c, &r, e) : send(&r, sig, e);
	if (result == 0 && sig == SIGKILL)
		result = run_await_end(en, c, &s, &r, &code, e);
	run_close(&r);
	return result;
}
