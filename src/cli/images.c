/* images.c - `cuddy images`: one line for each name, one for an image without any. */
#include "engine/images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cli/commands.h"
#include "cli/report.h"
#include "util/time.h"

struct images_opts {
	struct strv filter;
	char *format, *sort;
	bool all, quiet, digests, noheading, no_trunc;
};

#define O(field) offsetof(struct images_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "Show all images; there are no hidden ones yet",
	  .flags = OPT_HIDDEN },
	{ "digests", 0, OPT_BOOL, O(digests), .help = "Show the digests of manifests" },
	{ "filter", 'f', OPT_LIST, O(filter), "KEY=VALUE",
	  .help = "Show only what matches: reference, dangling, id, label, before, since",
	  .values = "reference=|dangling=|id=|label=|before=|since=", .flags = OPT_OPEN },
	{ "format", 0, OPT_STR, O(format), "FORMAT",
	  .help = "Print \"json\", or what a Go template makes of each", .values = "json|table",
	  .flags = OPT_OPEN },
	{ "no-trunc", 0, OPT_BOOL, O(no_trunc), .help = "Show ids in full" },
	{ "noheading", 'n', OPT_BOOL, O(noheading), .help = "Print no heading" },
	{ "quiet", 'q', OPT_BOOL, O(quiet), .help = "Print ids only" },
	{ "sort", 0, OPT_STR, O(sort), "FIELD", .help = "Order",
	  .values = "created|id|repository|size|tag" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

#define TABLE "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.Created}}\t{{.Size}}"
#define TABLE_DIGESTS                                                                              \
	"table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.Created}}\t{{.Size}}"
/* Lines answer their own keys; these have other headings than their names. */
static const struct template_field fields[] = {
	{ "ID", "IMAGE ID", NULL, false },
	{ "CreatedSince", "CREATED", NULL, false },
	{ "ReadOnly", "R/O", NULL, false },
	{ 0 },
};

/* An image's id as people see it. */
static char *shown_id(const struct images_opts *o, const struct digest *id)
{
	return o->no_trunc ? str_printf("sha256:%s", id->hex) : str_printf("%.12s", id->hex);
}

/* What a template sees of one name of an image. NAME is NULL for an image without. */
static json *line_doc(const struct images_opts *o, const struct image_row *row, const char *name)
{
	char digest[DIGEST_TEXT], at[TIME_TEXT];
	auto_free char *repository = NULL, *tag = NULL;
	auto_free char *ago = str_human_ago(time(NULL) - row->created);
	auto_free char *since = str_printf("%s ago", ago);
	auto_free char *size = str_human_size(row->size), *id = shown_id(o, &row->id);
	json *d = json_object_new_object();
	if (name)
		engine_split_name(name, &repository, &tag);
	json_put_str(d, "Repository", repository ? repository : "<none>");
	json_put_str(d, "Tag", tag ? tag : "<none>");
	json_put_str(d, "ID", id);
	json_put_str(d, "Id", row->id.hex); /* never shortened, as podman has it */
	json_put_str(d, "Digest",
		     digest_none(&row->manifest) ? "<none>" : digest_text(&row->manifest, digest));
	json_put_str(d, "Created", since);
	json_put_str(d, "CreatedSince", since);
	json_put_str(d, "CreatedAt", time_go(row->created, at));
	json_put_str(d, "Size", size);
	json_put_int(d, "VirtualSize", (int64_t)row->size);
	json_put_strv(d, "Names", &row->names);
	json_put_bool(d, "Dangling", row->names.n == 0);
	json_put_bool(d, "ReadOnly", false);
	return d;
}

static int by_text(const void *a, const void *b, const char *key)
{
	return strcmp(json_str(*(json *const *)a, key), json_str(*(json *const *)b, key));
}
static int by_id(const void *a, const void *b)
{
	return by_text(a, b, "ID");
}
static int by_tag(const void *a, const void *b)
{
	return by_text(a, b, "Tag");
}
static int by_repository(const void *a, const void *b)
{
	int r = by_text(a, b, "Repository");
	return r ? r : by_tag(a, b);
}
static int by_size(const void *a, const void *b)
{
	int64_t x = json_int(*(json *const *)a, "VirtualSize", 0),
		y = json_int(*(json *const *)b, "VirtualSize", 0);
	return (x > y) - (x < y);
}

/* Rows come newest first already. */
static void sort_lines(json *lines, const char *key)
{
	int (*by)(const void *, const void *) = str_eq(key, "id")           ? by_id
						: str_eq(key, "tag")        ? by_tag
						: str_eq(key, "repository") ? by_repository
						: str_eq(key, "size")       ? by_size
									    : NULL;
	if (by)
		json_object_array_sort(lines, by);
}

static json *all_lines(const struct images_opts *o, const struct image_rows *images)
{
	json *lines = json_object_new_array();
	for (size_t i = 0; i < images->n; i++) {
		const struct image_row *row = &images->rows[i];
		for (size_t k = 0; k < row->names.n; k++)
			json_object_array_add(lines, line_doc(o, row, row->names.list[k]));
		if (!row->names.n)
			json_object_array_add(lines, line_doc(o, row, NULL));
	}
	sort_lines(lines, o->sort);
	return lines;
}

static int print_json(struct store *s, const struct image_rows *images, struct err *e)
{
	auto_json json *list = json_object_new_array();
	for (size_t i = 0; i < images->n; i++) {
		json *one;
		if (engine_image_summary(s, &images->rows[i], &one, e) < 0)
			return -1;
		json_object_array_add(list, one);
	}
	report_json(list);
	return 0;
}

/* An image with two names has one id. */
static void print_ids(const struct images_opts *o, const struct image_rows *images)
{
	for (size_t i = 0; i < images->n; i++) {
		auto_free char *id = shown_id(o, &images->rows[i].id);
		puts(id);
	}
}

static int print_lines(const struct images_opts *o, const struct image_rows *images, struct err *e)
{
	auto_json json *lines = all_lines(o, images);
	const char *format = o->format;
	if (!format || str_eq(format, "table"))
		format = o->digests ? TABLE_DIGESTS : TABLE;
	const struct report how = { .fields = fields, .noheading = o->noheading };
	return report_rows(format, lines, &how, e);
}

static int images_run(struct cli *cli, struct err *e)
{
	struct images_opts *o = cli_opts(cli);
	auto_store struct store *s = NULL;
	auto_image_rows struct image_rows images = { 0 };
	if (cli->nargs)
		strv_addf(&o->filter, "reference=%s", cli->args[0]);
	if (cli_store(cli, &s, e) < 0 || engine_images(s, &o->filter, &images, e) < 0)
		return -1;
	if (report_is_json(o->format))
		return print_json(s, &images, e);
	if (!o->quiet)
		return print_lines(o, &images, e);
	print_ids(o, &images);
	return 0;
}

const struct command command_images = {
	.name = "images",
	.aliases = "image ls|image list",
	.summary = "List images",
	.usage = "[options] [IMAGE]",
	.about = "IMAGE is a name, part of one, or a shell pattern such as \"debian*\".",
	.examples = "images\nimages --filter dangling=true\nimages --format '{{.ID}} "
		    "{{.Repository}}:{{.Tag}}'",
	.topic = TOPIC_IMAGES,
	.groups = groups,
	.opts_size = sizeof(struct images_opts),
	.max_args = 1,
	.args = COMPLETE_IMAGES,
	.run = images_run,
};
