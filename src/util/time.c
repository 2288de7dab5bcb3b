/* time.c - see time.h. Always UTC, so that output does not depend on where it was made. */
#include "util/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND 1000000000

/* A year that does not fit leaves the buffer without meaning (strftime(3)). */
const char *time_rfc3339(int64_t seconds, char out[static TIME_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm;
	if (!gmtime_r(&t, &tm) || !strftime(out, TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm))
		out[0] = '\0';
	return out;
}

const char *time_rfc3339_nano(int64_t nanoseconds, char out[static TIME_TEXT])
{
	if (nanoseconds <= 0) {
		strcpy(out, "0001-01-01T00:00:00Z");
		return out;
	}
	size_t n = strlen(time_rfc3339(nanoseconds / SECOND, out));
	if (n)
		snprintf(out + n - 1, TIME_TEXT - n + 1, ".%09" PRId64 "Z", nanoseconds % SECOND);
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

/* Digits behind a decimal point, as nanoseconds; *P moves over them. */
static int64_t fraction(const char **p)
{
	int64_t ns = 0, unit = SECOND / 10;
	if (**p != '.')
		return 0;
	for (++*p; **p >= '0' && **p <= '9'; ++*p, unit /= 10)
		ns += (**p - '0') * unit;
	return ns;
}

/* "1h30m", "10s", "500ms": how far back. */
static int parse_duration(const char *p, int64_t *out)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = { { "ms", SECOND / 1000 },
		      { "h", 3600LL * SECOND },
		      { "m", 60LL * SECOND },
		      { "s", SECOND } };
	*out = 0;
	if (!*p)
		return -1;
	while (*p) {
		char *end;
		double n = strtod(p, &end);
		size_t u = 0, len = 0;
		if (end == p || !(n >= 0) || n > 1e9)
			return -1;
		for (; u < sizeof units / sizeof *units; u++) {
			len = strlen(units[u].name);
			if (strncmp(end, units[u].name, len) == 0)
				break;
		}
		if (u == sizeof units / sizeof *units)
			return -1;
		*out += (int64_t)(n * (double)units[u].ns);
		p = end + len;
	}
	return 0;
}

/* "Z", "+02:00" or nothing, which is local time. */
static int apply_zone(const char *p, struct tm *tm, int64_t *seconds)
{
	int h, m, n = 0;
	if (!*p) {
		tm->tm_isdst = -1;
		*seconds = mktime(tm);
		return 0;
	}
	*seconds = timegm(tm);
	if (strcmp(p, "Z") == 0)
		return 0;
	if ((*p != '+' && *p != '-') || sscanf(p + 1, "%2d:%2d%n", &h, &m, &n) != 2 || p[1 + n])
		return -1;
	*seconds -= (*p == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return 0;
}

static int parse_calendar(const char *text, int64_t *out)
{
	struct tm tm = { 0 };
	int64_t seconds, ns = 0;
	const char *p = strptime(text, "%Y-%m-%d", &tm);
	if (!p)
		return -1;
	if (*p == 'T' || *p == ' ') {
		p = strptime(p + 1, "%H:%M:%S", &tm);
		if (!p)
			return -1;
		ns = fraction(&p);
	}
	if (apply_zone(p, &tm, &seconds) < 0)
		return -1;
	*out = seconds * SECOND + ns;
	return 0;
}

int time_parse(const char *text, int64_t now, int64_t *out)
{
	const char *p = text + strspn(text, "0123456789");
	int64_t back;
	if (parse_calendar(text, out) == 0)
		return 0;
	if (p > text && (!*p || *p == '.') && p - text < 11) {
		*out = strtoll(text, NULL, 10) * SECOND + fraction(&p);
		return *p ? -1 : 0;
	}
	if (parse_duration(text, &back) < 0)
		return -1;
	*out = now - back;
	return 0;
}
