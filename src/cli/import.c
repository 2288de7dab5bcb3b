/* import.c - `cuddy import`: a root file system becomes an image. */
#include "engine/import.h"

#include <stdio.h>
#include <unistd.h>
#include "cli/image_verbs.h"
#include "cli/pull_options.h"

int import_run(struct cli *cli, struct err *e)
{
	struct import_opts *o = cli_opts(cli);
	auto_store struct store *s = NULL;
	struct idmap map;
	struct digest id;
	char text[DIGEST_TEXT];
	struct import_request rq = {
		.path = cli->args[0],
		.name = cli->args[1],
		.changes = &o->changes,
		.message = o->message,
		.quiet = o->quiet,
	};
	if ((o->os && platform_part(rq.platform.os, o->os, "os", e) < 0)
	    || (o->arch && platform_set_arch(&rq.platform, o->arch, e) < 0)
	    || (o->variant && platform_part(rq.platform.variant, o->variant, "variant", e) < 0))
		return -1;
	if (str_eq(rq.path, "-") && isatty(STDIN_FILENO)) {
		err_set(e, ERR_USAGE, "cannot read an archive from the terminal");
		return err_hint(e, "Name a file, or redirect standard input.");
	}
	if (cli_idmap(cli, &map, e) < 0 || cli_store(cli, &s, e) < 0
	    || engine_import(s, &map, &rq, &id, e) < 0)
		return -1;
	puts(digest_text(&id, text));
	return 0;
}
