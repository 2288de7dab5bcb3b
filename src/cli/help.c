/* help.c - the tables as text for people: --help, and names that are near to what was typed.
 *
 * Plain text in columns; only the headings are coloured, on a terminal alone. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COLUMN_MAX 34

static void heading(const char *text)
{
	bool color = cli_color(STDOUT_FILENO);
	printf("%s%s:%s\n", color ? "\033[1m" : "", text, color ? "\033[0m" : "");
}

static const struct {
	enum command_topic topic;
	const char *title;
} topics[] = {
	{ TOPIC_CONTAINERS, "Containers" },
	{ TOPIC_IMAGES, "Images" },
	{ TOPIC_SYSTEM, "System" },
};

/* Commands of TOPIC, or those that begin with "GROUP " by name or alias. */
static void print_topic(const struct cli *cli, enum command_topic topic, const char *title)
{
	bool any = false;
	for (const struct command *const *c = cli->table; *c; c++) {
		if ((*c)->topic != topic)
			continue;
		if (!any) {
			putchar('\n');
			heading(title);
		}
		any = true;
		printf("  %-15s %s\n", (*c)->name, (*c)->summary);
	}
}

static void print_group(const struct cli *cli)
{
	auto_free char *front = str_printf("%s ", cli->group);
	size_t n = strlen(front);
	heading("Commands");
	for (const struct command *const *c = cli->table; *c; c++) {
		const char *name = (*c)->name;
		const char *alias = (*c)->aliases ? strstr((*c)->aliases, front) : NULL;
		if ((*c)->topic == TOPIC_HIDDEN || (!str_starts(name, front) && !alias))
			continue;
		const char *word = str_starts(name, front) ? name + n : alias + n;
		printf("  %s%-*.*s %s\n", front, (int)(16 - n), (int)strcspn(word, "|"), word,
		       (*c)->summary);
	}
	printf("\nSee '%s %s COMMAND --help'.\n", cli->program, cli->group);
}

void help_opt_text(const struct opt *o, struct buf *out)
{
	if (o->key)
		buf_printf(out, "-%c, ", o->key);
	else
		buf_puts(out, "    ");
	buf_printf(out, "--%s", o->name);
	if (o->arg)
		buf_printf(out, " %s", o->arg);
}

/* The widest left column of the groups that follow G under the same title; the odd long one
 * gets a line of its own instead. */
static size_t column_width(const struct opt_group *g)
{
	const char *title = g->title;
	size_t width = 0;
	for (; g->rows && str_eq(g->title, title); g++) {
		for (const struct opt *o = g->rows; o->name; o++) {
			auto_buf struct buf b = { 0 };
			help_opt_text(o, &b);
			if (!(o->flags & OPT_HIDDEN) && b.len > width && b.len <= COLUMN_MAX)
				width = b.len;
		}
	}
	return width;
}

static void print_option(const struct opt *o, size_t width)
{
	auto_buf struct buf b = { 0 };
	help_opt_text(o, &b);
	if (b.len > width)
		printf("  %s\n  %*s", b.data, (int)width, "");
	else
		printf("  %-*s", (int)width, b.data);
	printf("  %s", o->help);
	if (o->values)
		printf(" (%s)", o->values);
	putchar('\n');
}

static void print_groups(const struct opt_group *g)
{
	const char *title = NULL;
	size_t width = 0;
	for (; g && g->rows; g++) {
		if (!str_eq(title, g->title)) {
			putchar('\n');
			heading(g->title);
			width = column_width(g);
		}
		title = g->title;
		for (const struct opt *o = g->rows; o->name; o++) {
			if (!(o->flags & OPT_HIDDEN))
				print_option(o, width);
		}
	}
}

void help_print(struct cli *cli)
{
	if (cli->group) {
		print_group(cli);
		return;
	}
	printf("Run containers in your own account, without a daemon\n\n");
	heading("Usage");
	printf("  %s [global options] COMMAND [options] [ARG...]\n", cli->program);
	for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
		print_topic(cli, topics[i].topic, topics[i].title);
	print_groups(global_groups);
	printf("\n'%s COMMAND --help' explains a command, 'man %s' everything.\n", cli->program,
	       "cuddy");
}

static void print_aliases(const struct cli *cli, const struct command *c)
{
	if (!c->aliases)
		return;
	putchar('\n');
	heading("Also called");
	printf("  ");
	for (const char *p = c->aliases; *p;) {
		size_t n = strcspn(p, "|");
		printf("%s %.*s%s", cli->program, (int)n, p, p[n] ? ", " : "\n");
		p += n + (p[n] == '|');
	}
}

void help_command(const struct cli *cli, const struct command *c)
{
	printf("%s\n\n", c->summary);
	if (c->about)
		printf("%s\n\n", c->about);
	heading("Usage");
	printf("  %s %s%s%s\n", cli->program, c->name, c->usage[0] ? " " : "", c->usage);
	print_aliases(cli, c);
	if (c->examples) {
		putchar('\n');
		heading("Examples");
		for (const char *p = c->examples; *p;) {
			size_t n = strcspn(p, "\n");
			printf("  %s %.*s\n", cli->program, (int)n, p);
			p += n + (p[n] == '\n');
		}
	}
	print_groups(c->groups);
	printf("\n'%s --help' lists the options that all commands have.\n", cli->program);
}

static int help_run(struct cli *cli, struct err *e)
{
	if (cli->nargs == 0) {
		help_print(cli);
		return 0;
	}
	auto_free char *name = cli->nargs > 1 ? str_printf("%s %s", cli->args[0], cli->args[1])
					      : xstrdup(cli->args[0]);
	const struct command *c = command_find(cli->table, name);
	if (c) {
		help_command(cli, c);
		return 0;
	}
	err_set(e, ERR_USAGE, "no help for `%s`: there is no such command", name);
	const char *near = nearest_command(cli->table, name);
	if (near)
		err_hint(e, "Did you mean '%s help %s'?", cli->program, near);
	return err_hint(e, "'%s --help' lists all commands.", cli->program);
}

const struct command command_help = {
	.name = "help",
	.summary = "Explain a command",
	.usage = "[COMMAND]",
	.topic = TOPIC_SYSTEM,
	.max_args = 2,
	.args = COMPLETE_COMMANDS,
	.run = help_run,
};
