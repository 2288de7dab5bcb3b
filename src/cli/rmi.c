/* rmi.c - `cuddy rmi`: names and images away, then one sweep for the layers that nobody needs. */
#include "engine/images.h"

#include <stdio.h>
#include "cli/commands.h"

struct rmi_opts {
	bool force, all, ignore, no_prune;
	struct store *store;
	bool removed;           /* an image went: there are layers to sweep */
};

#define O(field) offsetof(struct rmi_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "Remove all images" },
	{ "force", 'f', OPT_BOOL, O(force), .help = "Also when the image has several names" },
	{ "ignore", 'i', OPT_BOOL, O(ignore), .help = "What is not there is no failure" },
	{ "no-prune", 0, OPT_BOOL, O(no_prune), .help = "Leave layers that nothing uses for later" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int remove_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	struct rmi_opts *o = data;
	struct image_removal done;
	if (engine_image_remove(o->store, what, o->force, &done, e) < 0) {
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
static int remove_all(struct cli *cli, struct rmi_opts *o, struct err *e)
{
	auto_image_rows struct image_rows images = { 0 };
	if (store_images(o->store, &images, e) < 0)
		return -1;
	o->force = true;
	for (size_t i = 0; i < images.n; i++) {
		if (remove_one(cli, images.rows[i].id.hex, o, e) < 0)
			return -1;
	}
	return 0;
}

static int sweep(struct cli *cli, const struct rmi_opts *o, struct err *e)
{
	struct idmap map;
	if (!o->removed || o->no_prune)
		return 0;
	return cli_idmap(cli, &map, e) < 0 ? -1 : engine_sweep(o->store, &map, e);
}

static int rmi_run(struct cli *cli, struct err *e)
{
	auto_store struct store *s = NULL;
	struct rmi_opts *o = cli_opts(cli);
	struct err later = { 0 };
	if (!o->all && !cli->nargs)
		return err_set(e, ERR_USAGE, "which image? Name at least one, or use --all");
	if (cli_store(cli, &s, e) < 0)
		return -1;
	o->store = s;
	int r = o->all ? remove_all(cli, o, e) : cli_each(cli, remove_one, o, EACH_REMOVAL, e);
	/* what was removed is swept also when something else would not go */
	if (sweep(cli, o, r < 0 ? &later : e) < 0)
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
