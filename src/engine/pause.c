/* pause.c - all processes of a container stopped where they are, and let go on. */
#include "cgroup/cgroup.h"
#include "engine/lifecycle.h"

static int wrong_state(const struct container *c, const struct state *s, const char *verb,
		       struct err *e)
{
	err_set(e, ERR_BUSY, "cannot %s container %s: it is %s", verb, c->name,
		container_status_text(s->status));
	return err_hint(e, "cuddy ps -a shows the states of all containers");
}

static int set(const struct container *c, bool freeze, struct err *e)
{
	static const char *const verbs[] = { "unpause", "pause" };
	struct state s;
	if (engine_state(c, &s, e) < 0)
		return -1;
	if (s.status != (freeze ? CONTAINER_RUNNING : CONTAINER_PAUSED))
		return wrong_state(c, &s, verbs[freeze], e);
	if (cgroup_path_freeze(s.cgroup, freeze, e) < 0)
		return err_wrap(e, "cannot %s container %s", verbs[freeze], c->name);
	return 0;
}

int engine_pause(const struct container *c, struct err *e)
{
	return set(c, true, e);
}

int engine_unpause(const struct container *c, struct err *e)
{
	return set(c, false, e);
}
