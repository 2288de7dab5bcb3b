/* select.h - which containers a command is about: by name, --all, --latest, --cidfile, --filter. */
#pragma once
#include "cli/command.h"
#include "engine/engine.h"

struct select {
	bool all, latest, ignore; /* ignore: a missing cidfile is no failure */
	const char *
		states; /* --all and filters mean those in one of these states, "running|paused"; NULL: any */
	const struct strv *cidfiles; /* may be NULL */
	const struct strv *filters;  /* as of ps; may be NULL */
};
/* The arguments of CLI and what S adds. None at all is ERR_USAGE. */
must_check int cli_select(struct cli *cli, struct engine *en, const struct select *s,
			  struct strv *names, struct err *e);
