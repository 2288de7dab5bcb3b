/* info.h - what is known of the host and of the store, as `info` tells it. */
#pragma once
#include "engine/engine.h"
#include "util/json.h"

/* The keys host and store of podman's info, as far as they are known. Each is asked of the host, none is
 * assumed. Owned by the caller. */
must_check int engine_info(struct engine *en, json **out, struct err *e);
