/* inspect.h - containers as documents: what ps and inspect tell, with podman's keys. */
#pragma once
#include "engine/engine.h"
#include "util/json.h"

struct ps_query {
	bool all;     /* also those that do not run */
	int64_t last; /* the N newest, in any state; 0: no limit */
	const struct strv
		*filters; /* "key=value": id, name, label, label!, status, exited, ancestor,
			    * before, since, until; one key twice is either (labels:
			    * both), different keys are both */
};
/* The containers that pass, newest first, as an array of what `ps --format json` prints. Owned by the caller. */
must_check int engine_ps(struct engine *en, const struct ps_query *q, json **out, struct err *e);
/* One container as `inspect` tells it. Owned by the caller. */
must_check int engine_container_inspect(struct engine *en, const char *what, json **out,
					struct err *e);
/* Names of all containers, for completions. */
must_check int engine_container_names(struct engine *en, struct strv *names, struct err *e);
/* Full id of the newest container (--latest). */
must_check int engine_latest(struct engine *en, char out[static CONTAINER_ID + 1], struct err *e);

/* Private to engine/: the command that was asked for, or else the image's. */
void engine_command(struct engine *en, const struct container *c, struct strv *out);
