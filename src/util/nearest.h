/* nearest.h - what somebody may have meant: how far a word typed is from a name. */
#pragma once
#include <stdbool.h>

#define NEAREST_NONE 48 /* to begin with: as far as can be */

/* Is NAME nearer to TYPED than *BEST, and near enough to be worth saying? *BEST is its distance then. A word
 * cut short is near. */
bool nearest_is(const char *typed, const char *name, unsigned *best);
