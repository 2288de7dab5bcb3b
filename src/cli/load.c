/* load.c - `cuddy load`: the images of an archive that save wrote. */
#include "engine/load.h"

#include <stdio.h>
#include <unistd.h>
#include "cli/image_verbs.h"
#include "cli/pull_options.h"

static void print(const struct load_result *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct loaded_image *img = &r->images[i];
		for (size_t k = 0; k < img->names.n; k++)
			printf("Loaded image: %s\n", img->names.list[k]);
		if (!img->names.n)
			printf("Loaded image: sha256:%s\n", img->id.hex);
	}
}

int load_run(struct cli *cli, struct err *e)
{
	const struct load_opts *o = cli_opts(cli);
	auto_store struct store *s = NULL;
	struct load_result r = { 0 };
	struct idmap map;
	const struct load_request rq = {
		.kind = LOAD_ANY,
		.path = o->input ? o->input : "-",
		.inner = "",
		.quiet = o->quiet,
	};
	if (!o->input && isatty(STDIN_FILENO)) {
		err_set(e, ERR_USAGE, "cannot read an archive from the terminal");
		return err_hint(e, "Name a file with -i FILE, or redirect standard input.");
	}
	if (cli_idmap(cli, &map, e) < 0 || cli_store(cli, &s, e) < 0)
		return -1;
	int rc = engine_load(s, &map, &rq, &r, e);
	print(&r);
	load_result_free(&r);
	return rc;
}
