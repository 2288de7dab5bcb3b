/* log.h - diagnostics on standard error. The level is the one piece of state in file scope. */
#pragma once
#include "util/err.h"

enum log_level { LOG_PANIC, LOG_FATAL, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_TRACE };

/* "debug", "warning", ...; -1 when it is none. */
must_check int log_set_level(const char *name);
void log_at(enum log_level level, const char *fmt, ...) printf_like(2, 3);
#define log_warn(...) log_at(LOG_WARN, __VA_ARGS__)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)
/* A phase of a start has ended: said at level trace, with the microseconds of the monotonic clock. */
void log_phase(const char *what);
/* A failure that nobody can act on any more: said as a warning. */
void log_err(const struct err *e);
