/* random_name.c - names for containers that got none, of the sea as the program's own. */
#include "engine/create.h"

#include <stdio.h>
#include <sys/random.h>

static const char *const left[] = {
	"able",     "bold",     "brave",  "brisk",  "bright", "calm",      "clever",  "cosy",
	"daring",   "eager",    "fair",   "fleet",  "fond",   "frank",     "gallant", "gentle",
	"glad",     "hardy",    "hearty", "jolly",  "keen",   "kind",      "lively",  "loyal",
	"lucky",    "merry",    "mighty", "nimble", "noble",  "patient",   "plucky",  "proud",
	"quick",    "quiet",    "ready",  "salty",  "sharp",  "shipshape", "snug",    "sober",
	"steady",   "stout",    "sunny",  "swift",  "tidy",   "trim",      "trusty",  "upright",
	"watchful", "windward",
};
static const char *const right[] = {
	"anchor",  "beacon",   "binnacle", "bowline",    "breeze",  "bridge",   "bulwark", "buoy",
	"cabin",   "capstan",  "cleat",    "clipper",    "compass", "coracle",  "current", "cutter",
	"davit",   "dinghy",   "dolphin",  "ensign",     "fathom",  "ferry",    "frigate", "galley",
	"gangway", "gannet",   "halyard",  "harbour",    "helm",    "hull",     "jetty",   "keel",
	"ketch",   "lagoon",   "lantern",  "lighthouse", "lugger",  "mainsail", "mast",    "oar",
	"pilot",   "porthole", "rudder",   "schooner",   "sextant", "skiff",    "sloop",   "tiller",
	"topsail", "trawler",
};

void random_name(char *out, size_t room, int try)
{
	unsigned char r[4] = { 0 };
	size_t nleft = sizeof left / sizeof *left, nright = sizeof right / sizeof *right;
	if (getrandom(r, sizeof r, 0) < 0)
		r[0] = (unsigned char)try;
	const char *l = left[r[0] % nleft], *n = right[r[1] % nright];
	if (try < 2)
		snprintf(out, room, "%s_%s", l, n);
	else
		snprintf(out, room, "%s_%s%u", l, n, r[2] << 8 | r[3]);
}
