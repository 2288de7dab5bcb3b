/* ps.c - `cuddy ps`. */
#include "engine/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cli/commands.h"
#include "cli/report.h"
#include "util/time.h"

#define COMMAND_SHOWN 17

struct ps_opts {
	struct strv filter;
	char *format, *sort;
	int64_t last;
	bool all, latest, quiet, no_trunc, noheading;
};

#define O(field) offsetof(struct ps_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "Show all containers, not only those that run" },
	{ "filter", 'f', OPT_LIST, O(filter), "KEY=VALUE",
	  .help = "Show only what matches: id, name, label, status, exited, ancestor",
	  .values = "id=|name=|label=|status=|exited=|ancestor=", .flags = OPT_OPEN },
	{ "format", 0, OPT_STR, O(format), "FORMAT",
	  .help = "Print \"json\", or what a Go template makes of each", .values = "json|table",
	  .flags = OPT_OPEN },
	{ "last", 'n', OPT_INT, O(last), "N", .help = "Show the N newest, in any state" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Show the newest, in any state" },
	{ "no-trunc", 0, OPT_BOOL, O(no_trunc), .help = "Show ids and commands in full" },
	{ "noheading", 0, OPT_BOOL, O(noheading), .help = "Print no heading" },
	{ "quiet", 'q', OPT_BOOL, O(quiet), .help = "Print ids only" },
	{ "sort", 0, OPT_STR, O(sort), "FIELD", .help = "Order",
	  .values = "created|id|image|names|status|command|runningfor" },
	{ "sync", 0, OPT_IGNORED_BOOL, .help = "Accepted for podman's sake", .flags = OPT_HIDDEN },
	{ "external", 0, OPT_IGNORED_BOOL, .help = "Accepted for podman's sake",
	  .flags = OPT_HIDDEN },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

#define TABLE                                                                                      \
	"table "                                                                                   \
	"{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
static const struct heading headings[] = {
	{ "ID", "CONTAINER ID" },      { "CreatedHuman", "CREATED" }, { "RunningFor", "CREATED" },
	{ "CreatedAt", "CREATED AT" }, { "ImageID", "IMAGE ID" },     { 0 },
};

/* A list of strings as one text. */
static char *joined(json *list, const char *sep)
{
	auto_strv struct strv v = { 0 };
	for (size_t i = 0; i < json_object_array_length(list); i++)
		strv_add(&v, json_object_get_string(json_object_array_get_idx(list, i)));
	return strv_join(&v, sep);
}

static char *labels_text(json *labels)
{
	auto_strv struct strv v = { 0 };
	json_object_object_foreach(labels, key, value)
		strv_addf(&v, "%s=%s", key, json_object_get_string(value));
	return strv_join(&v, ",");
}

static char *command_text(json *doc, bool full)
{
	auto_free char *whole = joined(json_arr(doc, "Command"), " ");
	auto_free char *shown = str_printable(whole);
	if (full || strlen(shown) <= COMMAND_SHOWN + 3)
		return take(shown);
	return str_printf("%.*s...", COMMAND_SHOWN, shown);
}

/* What a template sees: the document's fields as people read them. */
static json *line_doc(const struct ps_opts *o, json *doc)
{
	char at[TIME_TEXT];
	auto_free char *names = joined(json_arr(doc, "Names"), ","),
		       *mounts = joined(json_arr(doc, "Mounts"), ",");
	auto_free char *command = command_text(doc, o->no_trunc),
		       *labels = labels_text(json_obj(doc, "Labels"));
	auto_free char *id = xstrndup(json_str(doc, "Id"), o->no_trunc ? 64 : 12);
	auto_free char *image_id = xstrndup(json_str(doc, "ImageID"), o->no_trunc ? 64 : 12);
	int64_t created = json_int(doc, "Created", 0);
	static const char *const same[] = { "Image", "Status", "State" };
	json *d = json_object_new_object();
	json_put_str(d, "ID", id);
	json_put_str(d, "ImageID", image_id);
	json_put_str(d, "Names", names);
	json_put_str(d, "Command", command);
	json_put_str(d, "Labels", labels);
	json_put_str(d, "Mounts", mounts);
	json_put_str(d, "Ports", "");
	json_put_str(d, "Networks", "");
	json_put_str(d, "Size", "");
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		json_put_str(d, same[i], json_str(doc, same[i]));
	json_put_str(d, "Created", json_str(doc, "CreatedAt"));
	json_put_str(d, "CreatedHuman", json_str(doc, "CreatedAt"));
	json_put_str(d, "RunningFor", json_str(doc, "CreatedAt"));
	json_put_str(d, "CreatedAt", time_go(created, at));
	json_put_int(d, "CreatedSeconds", created);
	json_put_int(d, "StartedAt", json_int(doc, "StartedAt", 0));
	json_put_int(d, "Pid", json_int(doc, "Pid", 0));
	json_put_int(d, "ExitCode", json_int(doc, "ExitCode", 0));
	json_put_int(d, "Restarts", 0);
	json_put_bool(d, "Exited", json_flag(doc, "Exited", false));
	json_put_bool(d, "AutoRemove", json_flag(doc, "AutoRemove", false));
	json_put_bool(d, "IsInfra", false);
	return d;
}

/* --- order --- */

static int by_text(const void *a, const void *b, const char *key)
{
	return strcmp(json_str(*(json *const *)a, key), json_str(*(json *const *)b, key));
}
static int by_id(const void *a, const void *b)
{
	return by_text(a, b, "ID");
}
static int by_image(const void *a, const void *b)
{
	return by_text(a, b, "Image");
}
static int by_names(const void *a, const void *b)
{
	return by_text(a, b, "Names");
}
static int by_status(const void *a, const void *b)
{
	return by_text(a, b, "State");
}
static int by_command(const void *a, const void *b)
{
	return by_text(a, b, "Command");
}
static int by_created(const void *a, const void *b)
{
	int64_t x = json_int(*(json *const *)a, "CreatedSeconds", 0),
		y = json_int(*(json *const *)b, "CreatedSeconds", 0);
	return (x > y) - (x < y);
}

static void sort_lines(json *lines, const char *key)
{
	static const struct {
		const char *key;
		int (*by)(const void *, const void *);
	} orders[] = { { "id", by_id },
		       { "image", by_image },
		       { "names", by_names },
		       { "status", by_status },
		       { "command", by_command },
		       { "created", by_created },
		       { "runningfor", by_created } };
	for (size_t i = 0; key && i < sizeof orders / sizeof *orders; i++) {
		if (str_eq(key, orders[i].key))
			json_object_array_sort(lines, orders[i].by);
	}
}

static int print_lines(const struct ps_opts *o, json *docs, struct err *e)
{
	auto_json json *lines = json_object_new_array();
	const char *format = o->format;
	for (size_t i = 0; i < json_object_array_length(docs); i++)
		json_object_array_add(lines, line_doc(o, json_object_array_get_idx(docs, i)));
	sort_lines(lines, o->sort);
	if (o->quiet)
		return report_rows("{{.ID}}", lines, NULL, e);
	if (!format || str_eq(format, "table"))
		format = TABLE;
	return report_rows(format, lines, o->noheading ? NULL : headings, e);
}

static int ps_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_json json *docs = NULL;
	const struct ps_opts *o = cli_opts(cli);
	struct ps_query q = { .all = o->all,
			      .last = o->latest ? 1 : o->last,
			      .filters = &o->filter };
	if (cli_engine(cli, &en, e) < 0 || engine_ps(&en, &q, &docs, e) < 0)
		return -1;
	if (!report_is_json(o->format))
		return print_lines(o, docs, e);
	report_json(docs);
	return 0;
}

const struct command command_ps = {
	.name = "ps",
	.aliases = "container ls|container list|container ps",
	.summary = "List containers",
	.usage = "[options]",
	.examples = "ps\nps --all --filter status=exited\nps --format '{{.Names}}\\t{{.Status}}'",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct ps_opts),
	.run = ps_run,
};
