/* seconds.h - the option --time, which stop, restart and rm have. */
#pragma once
#include "cli/command.h"

/* How long a container may take to end: ENGINE_STOP_SECONDS unless asked. */
struct seconds {
	int asked;
	bool set;
};
/* OPT_FN on a struct seconds. */
must_check int seconds_parse(void *field, const char *value, struct err *e);
int seconds_or_default(const struct seconds *s);
