/* time.c - see time.h. Always UTC, so that output does not depend on where it was made. */
#include "util/time.h"

#include <time.h>

/* A year that does not fit leaves the buffer without meaning (strftime(3)). */
const char *time_rfc3339(int64_t seconds, char out[static TIME_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm;
	if (!gmtime_r(&t, &tm) || !strftime(out, TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm))
		out[0] = '\0';
	return out;
}

const char *time_go(int64_t seconds, char out[static TIME_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm;
	if (!gmtime_r(&t, &tm) || !strftime(out, TIME_TEXT, "%Y-%m-%d %H:%M:%S +0000 UTC", &tm))
		out[0] = '\0';
	return out;
}
