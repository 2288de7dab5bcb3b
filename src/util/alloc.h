/* alloc.h - memory that is there or ends the program, and cleanup by attribute.
 *
 * Running out of memory for a few bytes is not a case that callers can handle
 * better than by ending; what is big or sized by input is bounded where it is read. */
#pragma once
#include <stddef.h>
#include <stdlib.h>

void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
/* Grow array *P of items of SIZE so that it holds at least WANT; *CAP is updated. */
void xgrow(void *p, size_t *cap, size_t want, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
/* Free *P and make it NULL; for the attribute below. */
void free_ptr(void *p);
/* Give ownership of *P away: returns it and leaves NULL behind. */
void *take_ptr(void *p);

#define auto_free __attribute__((cleanup(free_ptr)))
#define take(p) ((__typeof__(p))take_ptr(&(p)))
