/* engine.c - opening and closing what all verbs need. Reads as little as it can: every container start
 * pays for it. */
#include "engine/engine.h"

#include <stdlib.h>
#include "util/fd.h"

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

int engine_open(const struct engine_paths *p, struct engine *out, struct err *e)
{
	*out = (struct engine){
		.root = copy(p->root),
		.runroot = copy(p->runroot),
		.image_program = copy(p->image_program),
		.hello = copy(p->hello),
		.seccomp_profile = copy(p->seccomp_profile),
		.storage_driver = p->storage_driver,
		.cgroup_manager = p->cgroup_manager,
		.log_level = p->log_level,
		.containers = { -1, -1, -1 },
	};
	if (store_open(p->root, true, &out->store, e) < 0
	    || containers_open(store_fd(out->store), p->runroot, &out->containers, e) < 0
	    || userns_idmap(p->runroot, &out->ids, e) < 0) {
		engine_close(out);
		return -1;
	}
	return 0;
}

void engine_close(struct engine *en)
{
	containers_close(&en->containers);
	store_close(en->store);
	en->store = NULL;
	free_ptr(&en->root);
	free_ptr(&en->runroot);
	free_ptr(&en->image_program);
	free_ptr(&en->hello);
	free_ptr(&en->seccomp_profile);
	config_free(&en->config);
}
