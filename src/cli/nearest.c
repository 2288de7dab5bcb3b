/* nearest.c - what somebody may have meant: the command or the option with the nearest name. */
#include "cli/command.h"

#include "util/nearest.h"

const char *nearest_command(const struct command *const *table, const char *typed)
{
	const char *found = NULL;
	unsigned best = NEAREST_NONE;
	for (; *table; table++) {
		if ((*table)->topic != TOPIC_HIDDEN && nearest_is(typed, (*table)->name, &best))
			found = (*table)->name;
	}
	return found;
}

static void nearest_in(const struct opt_group *g, const char *typed, const char **found,
		       unsigned *best)
{
	for (; g && g->rows; g++) {
		for (const struct opt *o = g->rows; o->name; o++) {
			if (!(o->flags & OPT_HIDDEN) && nearest_is(typed, o->name, best))
				*found = o->name;
		}
	}
}

const char *nearest_opt(const struct command *c, const char *typed)
{
	const char *found = NULL;
	unsigned best = NEAREST_NONE;
	nearest_in(c ? c->groups : NULL, typed, &found, &best);
	nearest_in(global_groups, typed, &found, &best);
	return found;
}
