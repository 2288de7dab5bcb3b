/* nearest.c - what somebody may have meant: the name with the least editing distance. */
#include "cli/command.h"

#include <string.h>

#define NAME_LEN 48

/* Levenshtein's distance of two short words; far apart when one is long. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NAME_LEN + 1];
	size_t n = strlen(b);
	if (n > NAME_LEN || strlen(a) > NAME_LEN)
		return NAME_LEN;
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

/* Better than *BEST so far, and near enough to be worth saying? A word cut short is near. */
static bool nearer(const char *typed, const char *name, unsigned *best)
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

const char *nearest_command(const struct command *const *table, const char *typed)
{
	const char *found = NULL;
	unsigned best = NAME_LEN;
	for (; *table; table++) {
		if ((*table)->topic != TOPIC_HIDDEN && nearer(typed, (*table)->name, &best))
			found = (*table)->name;
	}
	return found;
}

static void nearest_in(const struct opt_group *g, const char *typed, const char **found,
		       unsigned *best)
{
	for (; g && g->rows; g++) {
		for (const struct opt *o = g->rows; o->name; o++) {
			if (!(o->flags & OPT_HIDDEN) && nearer(typed, o->name, best))
				*found = o->name;
		}
	}
}

const char *nearest_opt(const struct command *c, const char *typed)
{
	const char *found = NULL;
	unsigned best = NAME_LEN;
	nearest_in(c ? c->groups : NULL, typed, &found, &best);
	nearest_in(global_groups, typed, &found, &best);
	return found;
}
