/* sweep.c - what nobody needs any more leaves the store. Apart from images.c because cuddy-image sweeps too
 * and knows nothing of containers. */
#include "engine/images.h"

#include <sched.h>
#include "util/log.h"

static int sweep(void *store, struct err *e)
{
	unsigned removed;
	return store_sweep(store, true, &removed, e);
}

int engine_sweep(struct store *s, const struct idmap *map, struct err *e)
{
	return userns_run(map, CLONE_NEWNS, sweep, s, e);
}

static int sweep_stages(void *store, struct err *e)
{
	unsigned removed;
	return store_sweep(store, false, &removed, e);
}

void engine_sweep_stages(struct store *s, const struct idmap *map)
{
	struct err e;
	if (store_sweep_needed(s) && userns_run(map, CLONE_NEWNS, sweep_stages, s, &e) < 0)
		log_err(&e);
}
