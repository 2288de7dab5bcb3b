/* ps.c - `cuddy ps`. A row is the document that --format json prints; what templates and the table show otherwise
 * than its keys is made here, of the row, when it is asked for. */
#include "engine/inspect.h"

#include <inttypes.h>
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
/* --- what a row answers besides the keys of its document: the same as people read them --- */

/* A list of strings as one text. */
static char *joined(json *list, const char *sep)
{
	auto_strv struct strv v = { 0 };
	for (size_t i = 0; i < json_object_array_length(list); i++)
		strv_add(&v, json_object_get_string(json_object_array_get_idx(list, i)));
	return strv_join(&v, sep);
}

static json *text_value(char *owned)
{
	json *j = json_object_new_string(owned);
	free(owned);
	return j;
}

static json *short_id(const void *ctx, json *doc, const char *key)
{
	const struct ps_opts *o = ctx;
	const char *id = json_str(doc, key);
	return text_value(xstrndup(id ? id : "", o->no_trunc ? 64 : 12));
}
static json *get_id(const void *ctx, json *doc, const char *arg)
{
	return short_id(ctx, doc, "Id");
}
static json *get_image_id(const void *ctx, json *doc, const char *arg)
{
	return short_id(ctx, doc, "ImageID");
}
static json *get_names(const void *ctx, json *doc, const char *arg)
{
	return text_value(joined(json_arr(doc, "Names"), ","));
}
static json *get_mounts(const void *ctx, json *doc, const char *arg)
{
	return text_value(joined(json_arr(doc, "Mounts"), ","));
}
static json *get_networks(const void *ctx, json *doc, const char *arg)
{
	return text_value(joined(json_arr(doc, "Networks"), ","));
}

static json *get_command(const void *ctx, json *doc, const char *arg)
{
	const struct ps_opts *o = ctx;
	auto_free char *whole = joined(json_arr(doc, "Command"), " ");
	auto_free char *shown = str_printable(whole);
	if (o->no_trunc || strlen(shown) <= COMMAND_SHOWN + 3)
		return json_object_new_string(shown);
	return text_value(str_printf("%.*s...", COMMAND_SHOWN, shown));
}

static json *get_labels(const void *ctx, json *doc, const char *arg)
{
	auto_strv struct strv v = { 0 };
	json *labels = json_obj(doc, "Labels");
	if (labels) {
		json_object_object_foreach(labels, key, value)
			strv_addf(&v, "%s=%s", key, json_object_get_string(value));
	}
	return text_value(strv_join(&v, ","));
}

static json *get_label(const void *ctx, json *doc, const char *key)
{
	const char *value = json_str(json_obj(doc, "Labels"), key);
	return json_object_new_string(value ? value : "");
}

static json *get_ports(const void *ctx, json *doc, const char *arg)
{
	json *ports = json_arr(doc, "Ports");
	auto_strv struct strv v = { 0 };
	for (size_t i = 0; ports && i < json_object_array_length(ports); i++) {
		json *p = json_object_array_get_idx(ports, i);
		const char *ip = json_str(p, "host_ip"), *protocol = json_str(p, "protocol");
		int64_t outer = json_int(p, "host_port", 0),
			inner = json_int(p, "container_port", 0),
			more = json_int(p, "range", 1) - 1;
		auto_free char *from = more > 0 ? str_printf("%" PRId64 "-%" PRId64, outer,
							     outer + more)
						: str_printf("%" PRId64, outer);
		auto_free char *to = more > 0 ? str_printf("%" PRId64 "-%" PRId64, inner,
							   inner + more)
					      : str_printf("%" PRId64, inner);
		strv_addf(&v, "%s:%s->%s/%s", str_empty(ip) ? "0.0.0.0" : ip, from, to,
			  protocol ? protocol : "tcp");
	}
	return text_value(strv_join(&v, ", "));
}

/* How long ago, which is what the document calls CreatedAt. */
static json *get_ago(const void *ctx, json *doc, const char *arg)
{
	return json_object_new_string(json_str(doc, "CreatedAt"));
}

static json *get_created_at(const void *ctx, json *doc, const char *arg)
{
	char at[TIME_TEXT];
	return json_object_new_string(time_go(json_int(doc, "Created", 0), at));
}

static json *get_size(const void *ctx, json *doc, const char *arg)
{
	json *size = json_obj(doc, "Size");
	if (!size)
		return json_object_new_string("");
	auto_free char *own = str_human_size((uint64_t)json_int(size, "rwSize", 0));
	auto_free char *all = str_human_size((uint64_t)json_int(size, "rootFsSize", 0));
	return text_value(str_printf("%s (virtual %s)", own, all));
}

static const struct template_field fields[] = {
	{ "ID", "CONTAINER ID", get_id, false },
	{ "ImageID", "IMAGE ID", get_image_id, false },
	{ "Names", NULL, get_names, false },
	{ "Command", NULL, get_command, false },
	{ "Created", NULL, get_ago, false },
	{ "CreatedHuman", "CREATED", get_ago, false },
	{ "RunningFor", "CREATED", get_ago, false },
	{ "CreatedAt", NULL, get_created_at, false },
	{ "Labels", NULL, get_labels, false },
	{ "Label", NULL, get_label, true },
	{ "Mounts", NULL, get_mounts, false },
	{ "Networks", NULL, get_networks, false },
	{ "Ports", NULL, get_ports, false },
	{ "Size", NULL, get_size, false },
	{ 0 },
};

/* --- order --- */

static int by_text(const void *a, const void *b, const char *key)
{
	const char *x = json_str(*(json *const *)a, key), *y = json_str(*(json *const *)b, key);
	return strcmp(x ? x : "", y ? y : "");
}
static int by_id(const void *a, const void *b)
{
	return by_text(a, b, "Id");
}
static int by_image(const void *a, const void *b)
{
	return by_text(a, b, "Image");
}
static int by_status(const void *a, const void *b)
{
	return by_text(a, b, "State");
}
static int by_list(const void *a, const void *b, const char *key, const char *sep)
{
	auto_free char *x = joined(json_arr(*(json *const *)a, key), sep);
	auto_free char *y = joined(json_arr(*(json *const *)b, key), sep);
	return strcmp(x, y);
}
static int by_names(const void *a, const void *b)
{
	return by_list(a, b, "Names", ",");
}
static int by_command(const void *a, const void *b)
{
	return by_list(a, b, "Command", " ");
}
static int by_created(const void *a, const void *b)
{
	int64_t x = json_int(*(json *const *)a, "Created", 0),
		y = json_int(*(json *const *)b, "Created", 0);
	return (x > y) - (x < y);
}

static void sort_rows(json *docs, const char *key)
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
			json_object_array_sort(docs, orders[i].by);
	}
}

static int print_rows(const struct ps_opts *o, json *docs, struct err *e)
{
	const struct report how = { fields, o, o->noheading };
	const char *format = o->format;
	if (o->quiet)
		format = "{{.ID}}";
	else if (!format || str_eq(format, "table"))
		format = TABLE;
	return report_rows(format, docs, &how, e);
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
	sort_rows(docs, o->sort);
	if (!report_is_json(o->format))
		return print_rows(o, docs, e);
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
