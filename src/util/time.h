/* time.h - points in time as text. */
#pragma once
#include <stdint.h>
#include "util/err.h"

#define TIME_TEXT 40

/* "2026-01-02T15:04:05Z" into OUT; "" for what no calendar holds. */
const char *time_rfc3339(int64_t seconds, char out[static TIME_TEXT]);
/* The same for nanoseconds, "2026-01-02T15:04:05.123456789Z"; for 0, which is never, Go's zero time. */
const char *time_rfc3339_nano(int64_t nanoseconds, char out[static TIME_TEXT]);
/* "2026-01-02 15:04:05 +0000 UTC", as Go prints a time. */
const char *time_go(int64_t seconds, char out[static TIME_TEXT]);
/* A point in time as people name it to options: RFC 3339 ("2026-01-02T15:04:05.5Z", "+02:00"), the same without
 * zone or without time (local), seconds since 1970, or a duration before NOW ("10m", "1h30m"). *OUT in
 * nanoseconds; -1 when it is none of these. */
must_check int time_parse(const char *text, int64_t now, int64_t *out);
