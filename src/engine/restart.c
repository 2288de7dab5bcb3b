/* restart.c - a container that is there is started, once more or for the first time. Others may want the same at
 * the same moment: one does it, to the rest it runs already. */
#include "engine/lifecycle.h"

static int refuse_attach(const struct container *c, struct err *e)
{
	err_set(e, ERR_BUSY, "container %s runs already: its streams are taken", c->name);
	return err_hint(e, "cuddy logs -f %s shows what it says", c->name);
}

int engine_start_again(struct engine *en, struct container *c, const struct start_opts *o,
		       int *exit_code, struct err *e)
{
	struct state s;
	*exit_code = 0;
	if (engine_claim(en, c, &s, e) < 0)
		return -1;
	if (engine_is_up(&s))
		return o->attach ? refuse_attach(c, e) : 0;
	return engine_start(en, c, o, exit_code, e);
}

int engine_restart(struct engine *en, struct container *c, int seconds, struct err *e)
{
	static const struct start_opts detached = { .attach = false };
	int ignored;
	if (engine_stop(en, c, seconds, e) < 0)
		return -1;
	return engine_start_again(en, c, &detached, &ignored, e);
}
