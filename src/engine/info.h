/* info.h - what is known of the host and of the store, as `info` tells it. */
#pragma once
#include "store/store.h"
#include "userns/userns.h"
#include "util/err.h"
#include "util/json.h"

struct info_opts {
	const char *runroot;        /* all borrowed */
	const char *storage_driver; /* NULL: the best that works */
	const char *cgroup_manager; /* NULL: the first that works */
};

/* The keys host, store, registries and plugins of podman's info, as far as they are known. Each is
 * asked of the host, none is assumed. Owned by the caller. */
must_check int engine_info(struct store *s, const struct idmap *map, const struct info_opts *o,
			   json **out, struct err *e);
