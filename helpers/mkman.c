/* mkman.c - makes the manual pages while cuddy is built; it is not installed.
 *
 *	mkman PAGE.md    the page on standard output, as roff (man(7))
 *	mkman --list     each page that there must be, and each option that it must tell of
 *
 * Name, synopsis and options come from the tables that cuddy parses with, so a page cannot lack an
 * option or keep one that is gone. The rest is written by hand in man/PAGE.md: paragraphs, "- " lists,
 * four spaces in front of what is to be typed, `words` in bold, *words* in italics. Its first paragraphs
 * are the description; a heading "# TITLE" begins a section; "# --option" adds to what the table says of
 * an option. A heading for an option that is not there is an error. */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/commands.h"
#include "util/fd.h"

#define DATE "2026-11-22"
#define TEXT_MAX (1 << 20)

/* --- roff --- */

/* One character of text; '-' is what is typed, not a hyphen. */
static void roff_char(char c, bool first)
{
	if (first && (c == '.' || c == '\''))
		fputs("\\&", stdout);
	if (c == '\\')
		fputs("\\e", stdout);
	else if (c == '-')
		fputs("\\-", stdout);
	else
		putchar(c);
}

static void roff_text(const char *p)
{
	for (bool first = true; *p; p++, first = false)
		roff_char(*p, first);
}

/* A line with its marks: `bold` and *italics*. */
static void roff_line(const char *p)
{
	char open = '\0';
	for (bool first = true; *p; p++, first = false) {
		bool mark = *p == '`'
			    || (*p == '*' && open != '`' && (open || isalpha((unsigned char)p[1])));
		if (mark && (!open || open == *p)) {
			fputs(open ? "\\fR" : *p == '`' ? "\\fB" : "\\fI", stdout);
			open = open ? '\0' : *p;
		} else {
			roff_char(*p, first);
		}
	}
	putchar('\n');
}

enum mode { MODE_TEXT, MODE_ITEM, MODE_LITERAL };

static void roff_leave(enum mode *mode)
{
	if (*mode == MODE_LITERAL)
		puts(".fi\n.RE");
	*mode = MODE_TEXT;
}

/* Lines up to the next heading. INSIDE an option's text, paragraphs keep its indentation. */
static void roff_body(char **lines, bool inside)
{
	enum mode mode = MODE_TEXT;
	bool gap = false, began = false;
	for (; *lines && !str_starts(*lines, "# "); lines++) {
		const char *line = *lines;
		if (!*line) {
			gap = true;
			continue;
		}
		if (str_starts(line, "    ")) {
			if (mode == MODE_LITERAL && gap)
				putchar('\n');
			else if (mode != MODE_LITERAL)
				printf("%s.RS 4\n.nf\n", began ? ".PP\n" : "");
			mode = MODE_LITERAL;
			roff_text(line + 4);
			putchar('\n');
		} else if (str_starts(line, "- ")) {
			roff_leave(&mode);
			mode = MODE_ITEM;
			puts(".IP \\(bu 2");
			roff_line(line + 2);
		} else {
			bool item = mode == MODE_ITEM && !gap;
			if (!item)
				roff_leave(&mode);
			if (gap && began && !item)
				puts(inside ? ".IP" : ".PP");
			roff_line(line + strspn(line, " "));
		}
		gap = false;
		began = true;
	}
	roff_leave(&mode);
}

/* --- the parts of a page --- */

struct page {
	const struct command *command; /* NULL: cuddy itself */
	char **lines;                  /* of the .md file, NULL-terminated */
	const char *file;
};

/* The lines behind "# TITLE", or NULL. */
static char **section(const struct page *p, const char *title)
{
	for (char **l = p->lines; *l; l++) {
		if (str_starts(*l, "# ") && strcmp(*l + 2, title) == 0)
			return l + 1;
	}
	return NULL;
}

static void print_option(const struct page *p, const struct opt *o)
{
	auto_free char *title = str_printf("--%s", o->name);
	puts(".TP");
	if (o->key)
		printf("\\fB\\-%c\\fR, ", o->key);
	fputs("\\fB", stdout);
	roff_text(title);
	fputs("\\fR", stdout);
	if (o->arg) {
		fputs(" \\fI", stdout);
		roff_text(o->arg);
		fputs("\\fR", stdout);
	}
	putchar('\n');
	roff_text(o->help);
	puts(".");
	if (o->values) {
		fputs(o->flags & OPT_OPEN ? "For instance: " : "One of: ", stdout);
		for (const char *v = o->values; *v; v++) {
			if (*v == '|')
				fputs(", ", stdout);
			else
				roff_char(*v, false);
		}
		puts(".");
	}
	char **more = section(p, title);
	if (more) {
		while (*more && !**more)
			more++;
		roff_body(more, true);
	}
}

static void print_groups(const struct page *p, const struct opt_group *g)
{
	for (; g && g->rows; g++) {
		for (const struct opt *o = g->rows; o->name; o++) {
			if (!(o->flags & OPT_HIDDEN))
				print_option(p, o);
		}
	}
}

static void print_options(const struct page *p)
{
	const struct opt_group *g = p->command ? p->command->groups : global_groups;
	puts(".SH OPTIONS");
	print_groups(p, g);
	if (p->command) {
		if (g)
			puts(".PP");
		puts("\\fB\\-\\-help\\fR and the options that all commands have are in\n.BR cuddy "
		     "(1).");
	}
}

/* "image inspect" -> "cuddy-image-inspect" */
static char *page_name(const struct command *c)
{
	char *name = str_printf("cuddy%s%s", c ? "-" : "", c ? c->name : "");
	for (char *p = name; *p; p++)
		*p = *p == ' ' ? '-' : *p;
	return name;
}

static void print_head(const struct page *p)
{
	auto_free char *name = page_name(p->command);
	fputs(".TH \"", stdout);
	for (const char *c = name; *c; c++)
		roff_char((char)toupper((unsigned char)*c), false);
	printf("\" \"1\" \"%s\" \"cuddy %s\" \"cuddy\"\n.SH NAME\n", DATE, PACKAGE_VERSION);
	roff_text(name);
	fputs(" \\- ", stdout);
	if (p->command) {
		printf("%c", tolower((unsigned char)p->command->summary[0]));
		roff_text(p->command->summary + 1);
	} else {
		fputs("run containers in your own account, without a daemon", stdout);
	}
	putchar('\n');
}

static void print_synopsis(const struct page *p)
{
	const struct command *c = p->command;
	puts(".SH SYNOPSIS");
	fputs("\\fBcuddy ", stdout);
	if (c) {
		roff_text(c->name);
		fputs("\\fR ", stdout);
		roff_text(c->usage);
		putchar('\n');
	} else {
		puts("\\fR[global options] \\fICOMMAND\\fR [options] [ARG...]");
	}
	for (const char *a = c ? c->aliases : NULL; a && *a; a += strcspn(a, "|"), a += *a == '|') {
		auto_free char *alias = xstrndup(a, strcspn(a, "|"));
		fputs(".br\n\\fBcuddy ", stdout);
		roff_text(alias);
		fputs("\\fR ", stdout);
		roff_text(c->usage);
		putchar('\n');
	}
}

static void print_commands(void)
{
	puts(".SH COMMANDS");
	for (const struct command *const *c = commands; *c; c++) {
		auto_free char *name = page_name(*c);
		if ((*c)->topic == TOPIC_HIDDEN)
			continue;
		fputs(".TP\n.BR ", stdout);
		roff_text(name);
		puts(" (1)");
		roff_text((*c)->summary);
		puts(".");
	}
}

/* The table's examples, unless the file has its own. */
static void print_examples(const struct page *p)
{
	if (!p->command || !p->command->examples || section(p, "EXAMPLES"))
		return;
	puts(".SH EXAMPLES\n.nf");
	for (const char *e = p->command->examples; *e;) {
		size_t n = strcspn(e, "\n");
		auto_free char *line = str_printf("$ cuddy %.*s", (int)n, e);
		roff_text(line);
		putchar('\n');
		e += n + (e[n] == '\n');
	}
	puts(".fi");
}

static void print_sections(const struct page *p)
{
	for (char **l = p->lines; *l; l++) {
		if (!str_starts(*l, "# ") || str_starts(*l, "# -"))
			continue;
		printf(".SH ");
		roff_text(*l + 2);
		putchar('\n');
		char **body = l + 1;
		while (*body && !**body)
			body++;
		roff_body(body, false);
	}
}

static bool has_option(const struct page *p, const char *name)
{
	const struct opt_group *g;
	return opt_find(p->command, name, strlen(name), 0, &g) != NULL;
}

/* Headings "# --name" must be options. */
static int check_headings(const struct page *p)
{
	for (char **l = p->lines; *l; l++) {
		if (str_starts(*l, "# --") && !has_option(p, *l + 4)) {
			fprintf(stderr, "%s: there is no option %s\n", p->file, *l + 2);
			return -1;
		}
	}
	return 0;
}

static void print_page(const struct page *p)
{
	char **first = p->lines;
	print_head(p);
	print_synopsis(p);
	puts(".SH DESCRIPTION");
	while (*first && !**first)
		first++;
	roff_body(first, false);
	if (!p->command)
		print_commands();
	print_options(p);
	print_sections(p);
	print_examples(p);
	puts(".SH SEE ALSO");
	puts(p->command ? ".BR cuddy (1)"
			: "The page of each command, such as\n.BR cuddy\\-run (1).");
}

/* --- what there must be --- */

static void list_options(const char *page, const struct opt_group *g)
{
	for (; g && g->rows; g++) {
		for (const struct opt *o = g->rows; o->name; o++) {
			if (!(o->flags & OPT_HIDDEN))
				printf("%s --%s\n", page, o->name);
		}
	}
}

static void print_list(void)
{
	puts("cuddy");
	list_options("cuddy", global_groups);
	for (const struct command *const *c = commands; *c; c++) {
		auto_free char *name = page_name(*c);
		if ((*c)->topic == TOPIC_HIDDEN)
			continue;
		puts(name);
		list_options(name, (*c)->groups);
	}
}

/* The command that FILE ("man/cuddy-run.md") is about; *FOUND tells NULL for cuddy from none. */
static const struct command *command_of(const char *file, bool *found)
{
	const char *slash = strrchr(file, '/');
	auto_free char *base = xstrdup(slash ? slash + 1 : file);
	base[strcspn(base, ".")] = '\0';
	*found = strcmp(base, "cuddy") == 0;
	for (const struct command *const *c = commands; *c; c++) {
		auto_free char *name = page_name(*c);
		if (strcmp(name, base) == 0) {
			*found = true;
			return *c;
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	auto_free char *text = NULL;
	auto_strv struct strv lines = { 0 };
	struct err e = { 0 };
	bool found;
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		print_list();
		return 0;
	}
	if (argc != 2) {
		fprintf(stderr, "usage: mkman PAGE.md | --list\n");
		return 2;
	}
	struct page p = { .command = command_of(argv[1], &found), .file = argv[1] };
	if (!found) {
		fprintf(stderr, "%s: there is no such command\n", argv[1]);
		return 1;
	}
	auto_fd int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fd_read_text(fd, argv[1], TEXT_MAX, &text, NULL, &e) < 0) {
		fprintf(stderr, "%s: cannot be read\n", argv[1]);
		return 1;
	}
	strv_split(&lines, text, '\n');
	p.lines = lines.list;
	if (check_headings(&p) < 0)
		return 1;
	print_page(&p);
	return fflush(stdout) == 0 ? 0 : 1;
}
