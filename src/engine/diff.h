/* diff.h - what a container changed about its image. */
#pragma once
#include "engine/engine.h"

/* Lines "A /path" (added), "C /path" (changed), "D /path" (deleted), in the order of the tree. What cuddy itself puts
 * into every container (/etc/hosts and such) is left out. */
must_check int engine_diff(struct engine *en, const struct container *c, struct strv *lines,
			   struct err *e);
