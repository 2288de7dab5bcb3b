/* inspect.c - `cuddy inspect`, for containers and images; `container inspect` and
 * `image inspect` are here too, being the same with less to choose from. */
#include "engine/inspect.h"

#include <stdio.h>
#include "cli/commands.h"
#include "cli/report.h"
#include "engine/images.h"

struct inspect_opts {
	char *format, *type;
	bool latest;
	struct engine *engine;
	json *list;
};

#define O(field) offsetof(struct inspect_opts, field)
static const struct opt format_rows[] = {
	{ "format", 'f', OPT_STR, O(format), "FORMAT",
	  .help = "Print \"json\", or what a Go template makes of each", .values = "json",
	  .flags = OPT_OPEN },
	{ 0 },
};
static const struct opt type_rows[] = {
	{ "type", 't', OPT_STR, O(type), "TYPE", .help = "Look only among",
	  .values = "all|container|image" },
	{ 0 },
};
static const struct opt latest_rows[] = {
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Show the newest container" },
	{ 0 },
};
static const struct opt_group groups[] = {
	{ "Options", format_rows, 0 },
	{ "Options", type_rows, 0 },
	{ "Options", latest_rows, 0 },
	{ 0 },
};
static const struct opt_group container_groups[] = {
	{ "Options", format_rows, 0 },
	{ "Options", latest_rows, 0 },
	{ 0 },
};
static const struct opt_group image_groups[] = { { "Options", format_rows, 0 }, { 0 } };

static int find(const struct inspect_opts *o, const char *what, json **doc, struct err *e)
{
	bool any = !o->type || str_eq(o->type, "all");
	if (any || str_eq(o->type, "container")) {
		if (engine_container_inspect(o->engine, what, doc, e) == 0)
			return 0;
		if (!any || e->kind != ERR_NOTFOUND)
			return -1;
	}
	err_clear(e);
	if (engine_image_inspect(o->engine->store, what, doc, e) == 0)
		return 0;
	if (!any || e->kind != ERR_NOTFOUND)
		return -1;
	err_set(e, ERR_NOTFOUND, "no such object: \"%s\"", what);
	return err_hint(e, "'cuddy ps --all' lists containers, 'cuddy images' images.");
}

static int inspect_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	struct inspect_opts *o = data;
	json *doc;
	if (find(o, what, &doc, e) < 0)
		return -1;
	json_object_array_add(o->list, doc);
	return 0;
}

static int names_of(struct cli *cli, const struct inspect_opts *o, struct strv *names,
		    struct err *e)
{
	char id[CONTAINER_ID + 1];
	strv_add_all(names, cli->args);
	if (o->latest) {
		if (engine_latest(o->engine, id, e) < 0)
			return -1;
		strv_add(names, id);
	}
	if (names->n)
		return 0;
	err_set(e, ERR_USAGE, "%s needs a name", cli->command->name);
	return err_hint(e, "Usage: %s %s %s", cli->program, cli->command->name,
			cli->command->usage);
}

/* What was found is printed also when something else was not: "[]" at worst, as podman does. */
static int print(const struct inspect_opts *o, struct err *e)
{
	if (o->format && !report_is_json(o->format))
		return report_rows(o->format, o->list, NULL, e);
	report_json(o->list);
	return 0;
}

static int inspect_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	auto_json json *list = json_object_new_array();
	struct inspect_opts *o = cli_opts(cli);
	struct err ignored = { 0 };
	if (cli_engine(cli, &en, e) < 0)
		return -1;
	o->engine = &en;
	o->list = list;
	if (names_of(cli, o, &names, e) < 0)
		return -1;
	int r = cli_each(cli, &names, inspect_one, o, EACH_PLAIN, e);
	return print(o, r < 0 ? &ignored : e) < 0 ? -1 : r;
}

static int typed_run(struct cli *cli, const char *type, struct err *e)
{
	struct inspect_opts *o = cli_opts(cli);
	o->type = xstrdup(type);
	int r = inspect_run(cli, e);
	free_ptr(&o->type);
	return r;
}

static int container_inspect_run(struct cli *cli, struct err *e)
{
	return typed_run(cli, "container", e);
}

static int image_inspect_run(struct cli *cli, struct err *e)
{
	return typed_run(cli, "image", e);
}

const struct command command_inspect = {
	.name = "inspect",
	.summary = "Show all that is known of a container or an image",
	.usage = "[options] NAME [NAME...]",
	.about = "A container is looked for first.",
	.examples = "inspect web\ninspect --format '{{.State.Pid}}' web",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct inspect_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = inspect_run,
};

const struct command command_container_inspect = {
	.name = "container inspect",
	.summary = "Show all that is known of a container",
	.usage = "[options] CONTAINER [CONTAINER...]",
	.examples =
		"container inspect web\ncontainer inspect --format '{{.State.Status}}' --latest",
	.topic = TOPIC_CONTAINERS,
	.groups = container_groups,
	.opts_size = sizeof(struct inspect_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.run = container_inspect_run,
};

const struct command command_image_inspect = {
	.name = "image inspect",
	.summary = "Show all that is known of an image",
	.usage = "[options] IMAGE [IMAGE...]",
	.examples =
		"image inspect debian:mine\nimage inspect --format '{{json .Config}}' debian:mine",
	.topic = TOPIC_IMAGES,
	.groups = image_groups,
	.opts_size = sizeof(struct inspect_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_IMAGES,
	.run = image_inspect_run,
};
