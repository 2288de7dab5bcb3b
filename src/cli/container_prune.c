/* container_prune.c - `cuddy container prune`. */
#include "engine/inspect.h"

#include <stdio.h>
#include "cli/commands.h"

struct prune_opts {
	bool force;
	struct strv filter;
	struct engine *engine;
};

#define O(field) offsetof(struct prune_opts, field)
static const struct opt rows[] = {
	{ "filter", 0, OPT_LIST, O(filter), "KEY=VALUE",
	  .help = "Only those that match: until=TIME, label=KEY[=VALUE], label!=KEY[=VALUE]",
	  .values = "until=|label=|label!=", .flags = OPT_OPEN },
	{ "force", 'f', OPT_BOOL, O(force), .help = "Do not ask first" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static bool confirmed(void)
{
	char answer[16];
	fputs("WARNING! This will remove all non running containers.\n"
	      "Are you sure you want to continue? [y/N] ",
	      stdout);
	fflush(stdout);
	return fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y');
}

static int check_filters(const struct strv *filters, struct err *e)
{
	for (size_t i = 0; i < filters->n; i++) {
		const char *f = filters->list[i];
		if (str_starts(f, "until=") || str_starts(f, "label=") || str_starts(f, "label!="))
			continue;
		err_set(e, ERR_USAGE, "invalid filter %s", f);
		return err_hint(e,
				"Containers to prune can be chosen by until=, label= and label!=.");
	}
	return 0;
}

static int prune_one(struct cli *cli, const char *id, void *data, struct err *e)
{
	static const struct remove_opts how = { .volumes = false };
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	const struct prune_opts *o = data;
	int r = container_open(&o->engine->containers, id, &c, e);
	if (r == 0)
		r = engine_remove(o->engine, &c, &how, e);
	/* it was started, or removed, since it was listed */
	if (r < 0 && (e->kind == ERR_BUSY || e->kind == ERR_NOTFOUND)) {
		err_clear(e);
		return 0;
	}
	if (r == 0)
		puts(id);
	return r;
}

static int list(struct engine *en, const struct prune_opts *o, struct strv *ids, struct err *e)
{
	const struct ps_query q = { .all = true, .filters = &o->filter };
	auto_json json *docs = NULL;
	if (engine_ps(en, &q, &docs, e) < 0)
		return -1;
	for (size_t i = 0; i < json_object_array_length(docs); i++) {
		json *doc = json_object_array_get_idx(docs, i);
		if (choice_has("created|exited", json_str(doc, "State")))
			strv_add(ids, json_str(doc, "Id"));
	}
	return 0;
}

static int prune_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv ids = { 0 };
	struct prune_opts *o = cli_opts(cli);
	if (check_filters(&o->filter, e) < 0)
		return -1;
	if (!o->force && !confirmed())
		return 0;
	if (cli_engine(cli, &en, e) < 0 || list(&en, o, &ids, e) < 0)
		return -1;
	o->engine = &en;
	return cli_each(cli, &ids, prune_one, o, EACH_PLAIN, e);
}

const struct command command_container_prune = {
	.name = "container prune",
	.summary = "Remove all containers that do not run",
	.usage = "[options]",
	.about = "Prints the ids of those that are gone. Volumes stay.",
	.examples = "container prune\ncontainer prune --force --filter until=24h",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct prune_opts),
	.run = prune_run,
};
