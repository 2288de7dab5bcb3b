/* image_inspect.c - `cuddy image inspect` and `cuddy image exists`. */
#include "engine/images.h"

#include <stdio.h>
#include "cli/commands.h"
#include "cli/report.h"

struct inspect_opts {
	char *format;
	struct store *store;
	json *list;
};

#define O(field) offsetof(struct inspect_opts, field)
static const struct opt rows[] = {
	{ "format", 'f', OPT_STR, O(format), "FORMAT", .help = "Print \"json\", or what a Go template makes of each",
	  .values = "json", .flags = OPT_OPEN },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int inspect_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	struct inspect_opts *o = data;
	json *doc;
	if (engine_image_inspect(o->store, what, &doc, e) < 0)
		return -1;
	json_object_array_add(o->list, doc);
	return 0;
}

/* What was found is printed also when something else was not: "[]" at worst, as podman does. */
static int inspect_run(struct cli *cli, struct err *e)
{
	auto_store struct store *s = NULL;
	auto_json json *list = json_object_new_array();
	struct inspect_opts *o = cli_opts(cli);
	struct err print = { 0 };
	if (cli_store(cli, &s, e) < 0)
		return -1;
	o->store = s;
	o->list = list;
	int r = cli_each(cli, inspect_one, o, EACH_PLAIN, e);
	if (!o->format || report_is_json(o->format)) {
		report_json(list);
	} else if (report_rows(o->format, list, NULL, &print) < 0) {
		*e = r < 0 ? *e : print;
		r = -1;
	}
	return r;
}

const struct command command_image_inspect = {
	.name = "image inspect",
	.summary = "Show all that is known of an image",
	.usage = "[options] IMAGE [IMAGE...]",
	.examples = "image inspect debian:mine\nimage inspect --format '{{json .Config}}' debian:mine",
	.topic = TOPIC_IMAGES,
	.groups = groups,
	.opts_size = sizeof(struct inspect_opts),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.args = COMPLETE_IMAGES,
	.run = inspect_run,
};

static int exists_run(struct cli *cli, struct err *e)
{
	auto_store struct store *s = NULL;
	auto_image struct image img = { 0 };
	if (cli_store(cli, &s, e) < 0)
		return -1;
	if (store_image_find(s, cli->args[0], &img, NULL, e) == 0)
		return 0;
	/* the answer "no" is no error to tell people about */
	return e->kind == ERR_NOTFOUND ? 1 : -1;
}

const struct command command_image_exists = {
	.name = "image exists",
	.summary = "Tell by the exit code whether an image is there",
	.usage = "IMAGE",
	.about = "0: it is there; 1: it is not; 125: that could not be told.",
	.examples = "image exists debian:mine || echo missing",
	.topic = TOPIC_IMAGES,
	.min_args = 1,
	.max_args = 1,
	.args = COMPLETE_IMAGES,
	.run = exists_run,
};
