/* logs.h - what a container said, read back from its log. */
#pragma once
#include "engine/engine.h"

struct logs_opts {
	int64_t tail;         /* so many lines at the end; -1: all */
	int64_t since, until; /* nanoseconds since 1970; 0: no limit */
	bool follow;          /* go on until the container ends */
	bool timestamps;
	const char *prefix; /* put in front of each line; NULL: nothing */
};
/* Print the log of C: what it said on standard error to ours, the rest to standard output. */
must_check int engine_logs(const struct container *c, const struct logs_opts *o, struct err *e);
