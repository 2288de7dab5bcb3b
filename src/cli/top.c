/* top.c - `cuddy top`. */
#include "engine/top.h"

#include "cli/commands.h"
#include "cli/report.h"
#include "engine/inspect.h"

struct top_opts {
	bool latest;
};

static const struct opt rows[] = {
	{ "latest", 'l', OPT_BOOL, offsetof(struct top_opts, latest),
	  .help = "Show the newest container's" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

/* "table {{.pid}}\t{{.args}}" */
static char *template_of(const struct strv *names)
{
	struct buf b = { 0 };
	buf_puts(&b, "table ");
	for (size_t i = 0; i < names->n; i++)
		buf_printf(&b, "%s{{.%s}}", i ? "\t" : "", names->list[i]);
	return buf_take(&b);
}

static int print(json *list, const struct strv *names, const struct strv *headings, struct err *e)
{
	auto_free char *format = template_of(names);
	struct template_field *fields = xcalloc(names->n + 1, sizeof *fields);
	for (size_t i = 0; i < names->n; i++)
		fields[i] = (struct template_field){ .name = names->list[i],
						     .heading = headings->list[i] };
	const struct report how = { .fields = fields };
	int result = report_rows(format, list, &how, e);
	free_ptr(&fields);
	return result;
}

static int top_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	auto_strv struct strv columns = { 0 }, names = { 0 }, headings = { 0 };
	auto_json json *list = NULL;
	const struct top_opts *o = cli_opts(cli);
	char id[CONTAINER_ID + 1];
	const char *what = id;
	if (!o->latest && !cli->nargs)
		return err_set(e, ERR_USAGE, "top needs a container, or --latest");
	if (cli_engine(cli, &en, e) < 0)
		return -1;
	if (!o->latest)
		what = cli->args[0];
	else if (engine_latest(&en, id, e) < 0)
		return -1;
	strv_add_all(&columns, cli->args + (o->latest ? 0 : 1));
	if (container_open(&en.containers, what, &c, e) < 0
	    || engine_top(&c, &columns, &list, &names, &headings, e) < 0)
		return -1;
	return print(list, &names, &headings, e);
}

const struct command command_top = {
	.name = "top",
	.aliases = "container top",
	.summary = "Show the processes of a container",
	.usage = "[options] CONTAINER [DESCRIPTOR...]",
	.about = "Descriptors choose the columns: user, pid, ppid, args and others, see the "
		 "manual page.",
	.examples = "top web\ntop web pid user args\ntop web -eo pid,comm",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct top_opts),
	.max_args = ARGS_ANY,
	.args = COMPLETE_CONTAINERS,
	.flags = CMD_STOP_AT_ARG,
	.run = top_run,
};
