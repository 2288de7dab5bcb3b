/* remove.c - containers go: their files inside a user namespace, since the container's users own some of
 * them, then the record, the name, the run directory. */
#include "engine/up.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "engine/lifecycle.h"
#include "engine/process.h"
#include "engine/spec.h"
#include "store/rootfs.h"
#include "store/volume.h"
#include "util/fd.h"
#include "util/log.h"

#define SWEEP_FEW 16
#define END_TRIES 100

struct wipe {
	struct engine *en;
	struct container *c;
	struct strv volumes;
};

static int wipe_files(void *arg, struct err *e)
{
	struct wipe *w = arg;
	if (w->c->dir >= 0 && rootfs_remove(w->c->dir, e) < 0)
		return -1;
	for (size_t i = 0; i < w->volumes.n; i++)
		if (store_volume_remove(w->en->store, w->volumes.list[i], e) < 0)
			return -1;
	return 0;
}

static int need_store(struct engine *en, struct err *e)
{
	return en->store ? 0 : store_open(en->root, false, &en->store, e);
}

int engine_wipe(struct engine *en, struct container *c, bool volumes, struct err *e)
{
	struct wipe w = { en, c, { 0 } };
	int result = need_store(en, e);
	if (result == 0 && volumes && engine_anonymous_volumes(en, c, &w.volumes, e) < 0)
		log_err(e); /* the image is gone: so is the list of its volumes */
	/* mostly all is ours and no namespace is needed */
	if (result == 0 && wipe_files(&w, e) < 0)
		result = userns_run(&en->ids, 0, wipe_files, &w, e);
	strv_free(&w.volumes);
	return result < 0 ? -1 : container_remove(&en->containers, c, e);
}

/* Locked: 0. Others may start it again while we end it. */
static int end_and_claim(struct engine *en, struct container *c, const struct remove_opts *o,
			 struct err *e)
{
	struct state s;
	for (int tries = 0; tries < END_TRIES; tries++) {
		if (engine_claim(en, c, &s, e) < 0)
			return -1;
		if (!engine_is_up(&s))
			return 0;
		if (!o->force) {
			err_set(e, ERR_BUSY, "cannot remove container %s as it is %s", c->name,
				container_status_text(s.status));
			return err_hint(e, "stop it first (cuddy stop %s), or use cuddy rm -f",
					c->name);
		}
		if (engine_end(en, c, o->seconds, true, e) < 0)
			return -1;
		err_clear(e);
	}
	return err_set(e, ERR_BUSY, "container %s is started again and again", c->name);
}

int engine_remove(struct engine *en, struct container *c, const struct remove_opts *o,
		  struct err *e)
{
	if (end_and_claim(en, c, o, e) < 0) {
		/* a --rm container's monitor, or another command, has been quicker */
		if (!o->force || e->kind != ERR_NOTFOUND)
			return -1;
		err_clear(e);
		return 0;
	}
	return engine_wipe(en, c, o->volumes || c->record.opts.remove, e);
}

/* A container of --rm that nobody watches any more and that does not run. One that was never started is left over when
 * its start was cut short; what `create` has made has no run directory. */
static bool is_left_over(struct engine *en, struct container *c)
{
	struct state s;
	struct err ignored;
	bool awake = c->run >= 0;
	if (!c->record.opts.remove || container_lock(&en->containers, c, &ignored) < 0)
		return false;
	if (container_state(c, &s, &ignored) == 0
	    && (s.status == CONTAINER_EXITED || (s.status == CONTAINER_CREATED && awake)))
		return true;
	if (!awake)
		container_rest(&en->containers, c);
	return false;
}

static void sweep_one(struct engine *en, const char *id)
{
	struct err e;
	auto_container struct container c;
	bool dead;
	if (container_open(&en->containers, id, &c, &e) == 0)
		dead = is_left_over(en, &c);
	else
		dead = e.kind == ERR_NOTFOUND && container_orphan(&en->containers, id, &c);
	if (dead && engine_wipe(en, &c, c.record.opts.remove, &e) < 0)
		log_debug("%s", e.msg);
}

void engine_sweep_containers(struct engine *en, bool all)
{
	auto_strv struct strv ids = { 0 };
	struct err ignored;
	int listed = all ? containers_list(&en->containers, &ids, &ignored)
			 : containers_list_awake(&en->containers, &ids, &ignored);
	size_t n = listed < 0 ? 0 : ids.n;
	containers_sweep_run(&en->containers);
	/* a few of many, another few the next time: a start takes the same time beside a thousand others */
	size_t few = all || n < SWEEP_FEW ? n : SWEEP_FEW;
	size_t from = few ? (size_t)getpid() % n : 0;
	for (size_t i = 0; i < few; i++)
		if (all || container_idle(&en->containers, ids.list[(from + i) % n]))
			sweep_one(en, ids.list[(from + i) % n]);
}
