/* time.h - points in time as text. */
#pragma once
#include <stdint.h>

#define TIME_TEXT 40

/* "2026-01-02T15:04:05Z" into OUT; "" for what no calendar holds. */
const char *time_rfc3339(int64_t seconds, char out[static TIME_TEXT]);
/* "2026-01-02 15:04:05 +0000 UTC", as Go prints a time. */
const char *time_go(int64_t seconds, char out[static TIME_TEXT]);
