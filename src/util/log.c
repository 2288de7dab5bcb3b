/* log.c - see log.h. One write a line, so that lines of several processes do not mix. */
#include "util/log.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

static enum log_level threshold = LOG_WARN;

int log_set_level(const char *name)
{
	static const struct {
		const char *name;
		enum log_level level;
	} names[] = {
		{ "panic", LOG_PANIC }, { "fatal", LOG_FATAL },  { "error", LOG_ERROR },
		{ "warn", LOG_WARN },   { "warning", LOG_WARN }, { "info", LOG_INFO },
		{ "debug", LOG_DEBUG }, { "trace", LOG_TRACE },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcasecmp(names[i].name, name) == 0) {
			threshold = names[i].level;
			return 0;
		}
	}
	return -1;
}

void log_at(enum log_level level, const char *fmt, ...)
{
	static const char *const words[] = { "panic", "fatal", "error", "warning",
					     "info",  "debug", "trace" };
	char line[2048];
	va_list ap;
	if (level > threshold)
		return;
	int n = snprintf(line, sizeof line, "cuddy: %s: ", words[level]);
	va_start(ap, fmt);
	n += vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof line - 2)
		n = (int)sizeof line - 2;
	for (int i = 0; i < n; i++)
		if (iscntrl((unsigned char)line[i]))
			line[i] = '?'; /* an image's escape sequences do nothing */
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

void log_phase(const char *what)
{
	struct timespec t;
	if (threshold < LOG_TRACE)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	log_at(LOG_TRACE, "%6lld.%06ld [%d] %s", (long long)t.tv_sec, t.tv_nsec / 1000, getpid(),
	       what);
}

void log_err(const struct err *e)
{
	log_warn("%s", e->msg);
	if (e->hint[0])
		log_warn("%s", e->hint);
}
