/* nearest.c - see nearest.h. Levenshtein's distance, which is all that a mistyped word needs. */
#include "util/nearest.h"

#include <string.h>
#include "util/str.h"

/* The distance of two short words; far apart when one is long. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NEAREST_NONE + 1];
	size_t n = strlen(b);
	if (n > NEAREST_NONE || strlen(a) > NEAREST_NONE)
		return NEAREST_NONE;
	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; a[i - 1]; i++) {
		unsigned corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			unsigned best = corner + (a[i - 1] != b[j - 1]);
			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

bool nearest_is(const char *typed, const char *name, unsigned *best)
{
	size_t n = strlen(typed);
	unsigned d = distance(typed, name);
	if (n >= 3 && str_starts(name, typed) && d > 1)
		d = 1;
	if (d >= *best || d > n / 3 + (n > 3))
		return false;
	*best = d;
	return true;
}
