/* version.c - `cuddy version`. */
#include "cli/version.h"

#include <stdio.h>
#include "cli/commands.h"
#include "cli/report.h"
#include "model/platform.h"

const char *version_shown(const struct cli *cli)
{
	return cli_is_podman(cli) ? PODMAN_COMPAT_VERSION : PACKAGE_VERSION;
}

json *version_doc(const struct cli *cli)
{
	struct platform host = platform_host();
	char text[PLATFORM_TEXT];
	json *d = json_object_new_object();
	json_put_str(d, "APIVersion", version_shown(cli));
	json_put_str(d, "Version", version_shown(cli));
	json_put_str(d, "OsArch", platform_text(&host, text));
	json_put_str(d, "Os", host.os);
	if (cli_is_podman(cli))
		json_put_str(d, "CuddyVersion", PACKAGE_VERSION);
	return d;
}

struct version_opts {
	char *format;
};
static const struct opt rows[] = {
	{ "format", 'f', OPT_STR, offsetof(struct version_opts, format), "FORMAT",
	  .help = "Print \"json\", or what a Go template makes of it", .values = "json",
	  .flags = OPT_OPEN },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

/* There is no server but the command itself, and programs that drive docker ask for its version. */
static json *get_server(const void *ctx, json *doc, const char *arg)
{
	return json_object_get(json_obj(doc, "Client"));
}

static const struct template_field fields[] = {
	{ "Server", NULL, get_server, false },
	{ 0 },
};

static int version_run(struct cli *cli, struct err *e)
{
	const struct version_opts *o = cli_opts(cli);
	auto_json json *doc = json_object_new_object();
	json *client = version_doc(cli);
	json_put(doc, "Client", client);
	if (report_is_json(o->format))
		report_json(doc);
	else if (o->format)
		return report_doc(o->format, doc, &(const struct report){ .fields = fields }, e);
	else
		printf("Client:       %s\nVersion:      %s\nAPI Version:  %s\nOS/Arch:      %s\n",
		       cli_is_podman(cli) ? "Podman Engine (cuddy " PACKAGE_VERSION ")" : "cuddy",
		       json_str(client, "Version"), json_str(client, "APIVersion"),
		       json_str(client, "OsArch"));
	return 0;
}

const struct command command_version = {
	.name = "version",
	.summary = "Print the version",
	.usage = "[options]",
	.examples = "version\nversion --format '{{.Client.Version}}'",
	.topic = TOPIC_SYSTEM,
	.groups = groups,
	.opts_size = sizeof(struct version_opts),
	.run = version_run,
};
