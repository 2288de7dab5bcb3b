/* info.c - `cuddy info`: the host and the store as cuddy sees them. */
#include "engine/info.h"

#include <stdio.h>
#include "cli/commands.h"
#include "cli/report.h"
#include "cli/version.h"
#include "model/yaml.h"

struct info_cli_opts {
	char *format;
};
static const struct opt rows[] = {
	{ "format", 'f', OPT_STR, offsetof(struct info_cli_opts, format), "FORMAT",
	  .help = "Print \"json\", or what a Go template makes of it", .values = "json",
	  .flags = OPT_OPEN },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static int collect(struct cli *cli, json **out, struct err *e)
{
	auto_engine struct engine en = { 0 };
	if (cli_engine(cli, &en, e) < 0 || engine_info(&en, out, e) < 0)
		return -1;
	json_put(*out, "version", version_doc(cli));
	return 0;
}

/* docker's, which VS Code asks for: {{.Runtimes.nvidia}}. There is one runtime, and it is cuddy. */
static json *get_runtimes(const void *ctx, json *doc, const char *arg)
{
	json *runtime = json_obj(json_obj(doc, "host"), "ociRuntime");
	const char *name = json_str(runtime, "name");
	json *o = json_object_new_object();
	if (name)
		json_object_object_add(o, name, json_object_get(runtime));
	return o;
}

static const struct template_field fields[] = {
	{ "Runtimes", NULL, get_runtimes, false },
	{ 0 },
};

static int info_run(struct cli *cli, struct err *e)
{
	const struct info_cli_opts *o = cli_opts(cli);
	auto_json json *doc = NULL;
	auto_buf struct buf text = { 0 };
	if (collect(cli, &doc, e) < 0)
		return -1;
	if (report_is_json(o->format)) {
		report_json(doc);
		return 0;
	}
	if (o->format)
		return report_doc(o->format, doc, &(const struct report){ .fields = fields }, e);
	yaml_print(doc, &text);
	fputs(text.data, stdout);
	return 0;
}

const struct command command_info = {
	.name = "info",
	.aliases = "system info",
	.summary = "Show what cuddy found on this machine",
	.usage = "[options]",
	.examples = "info\ninfo --format '{{.Store.GraphRoot}}'",
	.topic = TOPIC_SYSTEM,
	.groups = groups,
	.opts_size = sizeof(struct info_cli_opts),
	.run = info_run,
};
