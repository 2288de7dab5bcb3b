/* logfile.h - private to engine/: the container's log in k8s-file form, "TIME stdout F text", one line a line
 * (P for a piece without its end), as kubernetes' CRI logging format describes it. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "util/err.h"
#include "util/str.h"

struct logfile {
	int fd;         /* -1: no log */
	struct buf out; /* lines on their way to the file */
};
/* Write N bytes that came from STREAM ("stdout", "stderr"). Errors are ignored: a full disk must not stop what
 * the container says to whoever is attached. */
void logfile_write(struct logfile *l, const char *stream, const char *data, size_t n);
void logfile_close(struct logfile *l);
