/* diff.c - `cuddy diff`. */
#include "engine/diff.h"

#include <stdio.h>
#include <string.h>
#include "cli/commands.h"
#include "cli/report.h"
#include "engine/inspect.h"

struct diff_cli_opts {
	char *format;
	bool latest;
};

#define O(field) offsetof(struct diff_cli_opts, field)
static const struct opt rows[] = {
	{ "format", 0, OPT_STR, O(format), "FORMAT",
	  .help = "Print a JSON document instead of lines", .values = "json" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Show the newest container's" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

/* Three lists of paths; those that would be empty are left out, as podman does. */
static json *document(const struct strv *lines)
{
	static const struct {
		char kind;
		const char *key;
	} kinds[] = { { 'C', "changed" }, { 'A', "added" }, { 'D', "deleted" } };
	json *doc = json_object_new_object();
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct strv paths = { 0 };
		for (size_t i = 0; i < lines->n; i++)
			if (*lines->list[i] == kinds[k].kind)
				strv_add(&paths, lines->list[i] + 2);
		if (paths.n)
			json_put_strv(doc, kinds[k].key, &paths);
		strv_free(&paths);
	}
	return doc;
}

static void print(const struct diff_cli_opts *o, const struct strv *lines)
{
	if (!o->format) {
		for (size_t i = 0; i < lines->n; i++)
			puts(lines->list[i]);
		return;
	}
	auto_json json *doc = document(lines);
	report_json(doc);
}

static int diff_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	auto_strv struct strv lines = { 0 };
	const struct diff_cli_opts *o = cli_opts(cli);
	char id[CONTAINER_ID + 1];
	if (o->latest ? cli->nargs > 0 : cli->nargs != 1)
		return err_set(e, ERR_USAGE, "diff needs one container, or --latest");
	if (cli_engine(cli, &en, e) < 0 || (o->latest && engine_latest(&en, id, e) < 0))
		return -1;
	if (container_open(&en.containers, o->latest ? id : cli->args[0], &c, e) < 0
	    || engine_diff(&en, &c, &lines, e) < 0)
		return -1;
	print(o, &lines);
	return 0;
}

const struct command command_diff = {
	.name = "diff",
	.aliases = "container diff",
	.summary = "Show what a container changed about its image",
	.usage = "[options] CONTAINER",
	.about = "A is what it added, C what it changed, D what it deleted.",
	.examples = "diff web\ndiff --format json web",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct diff_cli_opts),
	.max_args = 1,
	.args = COMPLETE_CONTAINERS,
	.run = diff_run,
};
