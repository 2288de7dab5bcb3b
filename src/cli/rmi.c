/* rmi.c - `cuddy rmi`: names and images away, then one sweep for the layers that nobody needs. */
#include "engine/images.h"

#include <stdio.h>
#include "cli/commands.h"

struct rmi_opts {
	bool force, all, ignore, no_prune;
	struct engine *engine;
	bool removed; /* an image went: there are layers to sweep */
};

#define O(field) offsetof(struct rmi_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "Remove all images" },
	{ "force", 'f', OPT_BOOL, O(force),
	  .help = "Also when the image has several names or containers use it; those are removed" },
	{ "ignore", 'i', OPT_BOOL, O(ignore), .help = "What is not there is no failure" },
	{ "no-prune", 0, OPT_BOOL, O(no_prune),
	  .help = "Leave layers that nothing uses for later" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int remove_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	struct rmi_opts *o = data;
	const struct image_remove_opts how = { .force = o->force, .all_names = o->all };
	struct image_removal done;
	if (engine_image_remove(o->engine, what, &how, &done, e) < 0) {
		if (e->kind == ERR_NOTFOUND && (o->ignore || o->force)) {
			err_clear(e);
			return 0;
		}
		return -1;
	}
	for (size_t i = 0; i < done.untagged.n; i++)
		printf("Untagged: %s\n", done.untagged.list[i]);
	if (!digest_none(&done.removed)) {
		printf("Deleted: %s\n", done.removed.hex);
		o->removed = true;
	}
	image_removal_free(&done);
	return 0;
}

/* --all is every image by its id. */
static int add_names(struct cli *cli, struct rmi_opts *o, struct strv *names, struct err *e)
{
	auto_image_rows struct image_rows images = { 0 };
	strv_add_all(names, cli->args);
	if (!o->all)
		return 0;
	if (store_images(o->engine->store, &images, e) < 0)
		return -1;
	for (size_t i = 0; i < images.n; i++)
		strv_add(names, images.rows[i].id.hex);
	return 0;
}

static int sweep(const struct rmi_opts *o, struct err *e)
{
	return o->removed && !o->no_prune ? engine_sweep(o->engine->store, &o->engine->ids, e) : 0;
}

static int rmi_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct rmi_opts *o = cli_opts(cli);
	struct err later = { 0 };
	if (!o->all && !cli->nargs)
		return err_set(e, ERR_USAGE, "which image? Name at least one, or use --all");
	if (cli_engine(cli, &en, e) < 0)
		return -1;
	o->engine = &en;
	if (add_names(cli, o, &names, e) < 0)
		return -1;
	int r = cli_each(cli, &names, remove_one, o, EACH_REMOVAL, e);
	/* what was removed is swept also when something else would not go */
	if (sweep(o, r < 0 ? &later : e) < 0)
		return -1;
	return r;
}

const struct command command_rmi = {
	.name = "rmi",
	.aliases = "image rm|image remove",
	.summary = "Remove images",
	.usage = "[options] IMAGE [IMAGE...]",
	.about = "A name is taken away; with its last name the image goes, and what only it used.",
	.examples = "rmi debian:mine\nrmi --all",
	.topic = TOPIC_IMAGES,
	.groups = groups,
	.opts_size = sizeof(struct rmi_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_IMAGES,
	.run = rmi_run,
};
