/* state.c - what a container is doing, asked of everybody who knows: the record's hand asks for its processes, here
 * its cgroup is asked as well. And the way to be alone with a container that does nothing. */
#include "cgroup/cgroup.h"
#include "engine/lifecycle.h"
#include "util/fd.h"

#define CLAIM_MS 20000 /* how long others may work on it */
#define LOOK_MS                                                                                    \
	20 /* between looks whether it runs: the lock of a container that was just started stays held */

int engine_state(const struct container *c, struct state *out, struct err *e)
{
	if (container_state(c, out, e) < 0)
		return -1;
	if (out->status == CONTAINER_RUNNING && *out->cgroup && cgroup_path_frozen(out->cgroup))
		out->status = CONTAINER_PAUSED;
	return 0;
}

bool engine_is_up(const struct state *s)
{
	return s->status == CONTAINER_RUNNING || s->status == CONTAINER_PAUSED;
}

/* Locked or running: 0. -1 with ERR_BUSY: neither. */
static int try_claim(struct engine *en, struct container *c, struct state *s, struct err *e)
{
	int locked = container_lock(&en->containers, c, e);
	if (locked < 0 && e->kind != ERR_BUSY)
		return -1;
	struct err why = *e;
	if (engine_state(c, s, e) < 0) {
		fd_close(&c->lock);
		return -1;
	}
	/* its monitor was killed and it goes on: nobody holds the lock */
	if (engine_is_up(s))
		fd_close(&c->lock);
	*e = why;
	return locked < 0 && !engine_is_up(s) ? -1 : 0;
}

int engine_claim(struct engine *en, struct container *c, struct state *s, struct err *e)
{
	for (int ms = 0; ms < CLAIM_MS;) {
		err_clear(e);
		if (try_claim(en, c, s, e) == 0) {
			err_clear(e);
			return 0;
		}
		if (e->kind != ERR_BUSY)
			return -1;
		int idle = container_await_idle(&en->containers, c, LOOK_MS);
		ms += idle < 0 ? LOOK_MS : 1;
	}
	return err_set(e, ERR_BUSY, "container %s is being worked on", c->name);
}
