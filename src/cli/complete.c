/* complete.c - see complete.h. Walks the words by the same rows as the parser, but forgiving: a line
 * that is being typed is seldom right. Never prints an error. */
#include "cli/complete.h"

#include <string.h>
#include "engine/images.h"
#include "engine/inspect.h"

struct line { /* what the words before the cursor amount to */
	struct cli *cli;
	const struct command *command;
	const char *group;         /* "image" alone so far */
	const struct opt *pending; /* an option that waits for its value */
	bool ended;                /* no more options */
	int nargs;
	const char *cur; /* the word at the cursor */
	struct buf *out;
};

static void offer(struct line *l, const char *before, const char *word, size_t n, const char *about)
{
	auto_free char *whole = str_printf("%s%.*s", before, (int)n, word);
	if (str_starts(whole, l->cur))
		buf_printf(l->out, "%s%s%s\n", whole, about ? "\t" : "", about ? about : "");
}

/* Each word of a list that '|' separates. */
static void offer_choices(struct line *l, const char *before, const char *list)
{
	while (list && *list) {
		size_t n = strcspn(list, "|");
		offer(l, before, list, n, NULL);
		list += n + (list[n] == '|');
	}
}

/* Full names, and the shorter ones that find them as well. */
static void offer_images(struct line *l, const char *before)
{
	static const char *const fronts[] = { "localhost/", "docker.io/library/", "docker.io/" };
	auto_store struct store *s = NULL;
	auto_image_rows struct image_rows images = { 0 };
	struct err e = { 0 };
	const char *root;
	if (cli_root(l->cli, &root, &e) < 0 || store_open(root, false, &s, &e) < 0
	    || store_images(s, &images, &e) < 0)
		return;
	for (size_t i = 0; i < images.n; i++) {
		const struct strv *names = &images.rows[i].names;
		for (size_t k = 0; k < names->n; k++) {
			const char *name = names->list[k];
			offer(l, before, name, strlen(name), NULL);
			for (size_t f = 0; f < sizeof fronts / sizeof *fronts; f++) {
				size_t n = strlen(fronts[f]);
				if (str_starts(name, fronts[f]))
					offer(l, before, name + n, strlen(name + n), NULL);
			}
		}
	}
}

static void offer_containers(struct line *l, const char *before)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct err e = { 0 };
	if (cli_engine(l->cli, &en, &e) < 0 || engine_container_names(&en, &names, &e) < 0)
		return;
	for (size_t i = 0; i < names.n; i++)
		offer(l, before, names.list[i], strlen(names.list[i]), NULL);
}

static void offer_commands(struct line *l)
{
	for (const struct command *const *c = l->cli->table; *c; c++) {
		if ((*c)->topic != TOPIC_HIDDEN && !strchr((*c)->name, ' '))
			offer(l, "", (*c)->name, strlen((*c)->name), (*c)->summary);
	}
	if (command_is_group(l->cli->table, "image"))
		offer(l, "", "image", 5, "Commands for images");
	if (command_is_group(l->cli->table, "container"))
		offer(l, "", "container", 9, "Commands for containers");
}

/* Second words: "image ls". */
static void offer_group(struct line *l)
{
	auto_free char *front = str_printf("%s ", l->group);
	size_t n = strlen(front);
	for (const struct command *const *c = l->cli->table; *c; c++) {
		if (str_starts((*c)->name, front))
			offer(l, "", (*c)->name + n, strlen((*c)->name + n), (*c)->summary);
		for (const char *a = (*c)->aliases; a && *a; a += strcspn(a, "|"), a += *a == '|') {
			if (str_starts(a, front))
				offer(l, "", a + n, strcspn(a + n, "|"), (*c)->summary);
		}
	}
}

static void offer_kind(struct line *l, enum complete kind, const char *before)
{
	switch (kind) {
	case COMPLETE_NOTHING:
		break;
	case COMPLETE_CONTAINERS:
		offer_containers(l, before);
		break;
	case COMPLETE_FILES:
		buf_puts(l->out, ":files\n");
		break;
	case COMPLETE_DIRS:
		buf_puts(l->out, ":dirs\n");
		break;
	case COMPLETE_IMAGES:
		offer_images(l, before);
		break;
	case COMPLETE_COMMANDS:
		offer_commands(l);
		break;
	}
}

static void offer_value(struct line *l, const struct opt *o, const char *before)
{
	if (!opt_takes_value(o->kind))
		offer_choices(l, before, "true|false");
	else if (o->values)
		offer_choices(l, before, o->values);
	else
		offer_kind(l, o->complete, before);
}

static void offer_rows(struct line *l, const struct opt_group *g)
{
	for (; g && g->rows; g++) {
		for (const struct opt *o = g->rows; o->name; o++) {
			if (!(o->flags & OPT_HIDDEN))
				offer(l, "--", o->name, strlen(o->name), o->help);
		}
	}
}

static void offer_options(struct line *l)
{
	const struct opt_group *g;
	size_t n = strcspn(l->cur, "=");
	if (l->cur[n] && str_starts(l->cur, "--")) {
		const struct opt *o = opt_find(l->command, l->cur + 2, n - 2, 0, &g);
		auto_free char *before = xstrndup(l->cur, n + 1);
		if (o)
			offer_value(l, o, before);
		return;
	}
	offer_rows(l, l->command ? l->command->groups : global_groups);
	if (l->command)
		offer(l, "--", "help", 4, "Print how a command is used");
}

/* Does the option WORD leave a value to the next word? */
static void skip_option(struct line *l, const char *word)
{
	const struct opt_group *g;
	const struct opt *o = NULL;
	if (word[1] == '-') {
		if (!strchr(word, '='))
			o = opt_find(l->command, word + 2, strlen(word + 2), 0, &g);
	} else {
		for (const char *p = word + 1; *p; p++) {
			o = opt_find(l->command, "", 0, *p, &g);
			if (!o || (opt_takes_value(o->kind) && p[1]))
				return;
			if (opt_takes_value(o->kind))
				break;
		}
	}
	if (o && opt_takes_value(o->kind))
		l->pending = o;
}

static void take_word(struct line *l, const char *word)
{
	if (l->command) {
		l->nargs++;
		l->ended = l->ended || (l->command->flags & CMD_STOP_AT_ARG);
		return;
	}
	auto_free char *both = l->group ? str_printf("%s %s", l->group, word) : xstrdup(word);
	l->command = command_find(l->cli->table, both);
	l->group = NULL;
	if (!l->command && command_is_group(l->cli->table, word))
		l->group = word;
}

static void walk(struct line *l, char *const *words, int n)
{
	for (int i = 0; i < n; i++) {
		if (l->pending)
			l->pending = NULL;
		else if (!l->ended && strcmp(words[i], "--") == 0)
			l->ended = true;
		else if (!l->ended && is_option(words[i]))
			skip_option(l, words[i]);
		else
			take_word(l, words[i]);
	}
}

void complete_words(struct cli *cli, char *const *words, int n, struct buf *out)
{
	struct line l = { .cli = cli, .cur = n ? words[n - 1] : "", .out = out };
	walk(&l, words, n ? n - 1 : 0);
	if (l.pending)
		offer_value(&l, l.pending, "");
	else if (!l.ended && l.cur[0] == '-')
		offer_options(&l);
	else if (l.group)
		offer_group(&l);
	else if (!l.command)
		offer_commands(&l);
	else if (l.nargs && (l.command->flags & CMD_STOP_AT_ARG))
		buf_puts(out, ":files\n");
	else if (l.command->max_args == ARGS_ANY || l.nargs < l.command->max_args)
		offer_kind(&l, l.command->args, "");
}
