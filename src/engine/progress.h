/* progress.h - what a long transfer tells the user, on standard error: bars with size and rate on a
 * terminal, else one line for each part that is through. It never fails and never holds anything up. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "util/err.h"

struct progress; /* opaque; one owner */

/* QUIET: nothing is ever printed. */
struct progress *progress_new(bool quiet);
/* Take the bars away and free. NULL is fine. */
void progress_free(struct progress **p);
#define auto_progress __attribute__((cleanup(progress_free)))

/* A line that stays, above the bars. */
void progress_say(struct progress *p, const char *fmt, ...) printf_like(2, 3);
/* A part called LABEL of TOTAL bytes (0: unknown) begins; its number. */
int progress_begin(struct progress *p, const char *label, uint64_t total);
/* So many bytes of it are there. */
void progress_set(struct progress *p, int part, uint64_t have);
/* It is through: its bar goes and a line with the size and the time stays. */
void progress_end(struct progress *p, int part);
/* Redraw, ten times a second at most. */
void progress_draw(struct progress *p);
