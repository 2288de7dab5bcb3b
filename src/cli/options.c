/* options.c - argv against the tables: which command, which options, which arguments.
 *
 * The grammar is the one of podman and docker: global options, the command (one word or two),
 * then its options and arguments in any order; "--" ends the options. Commands that carry a
 * foreign command line (run, exec, unshare) stop at the first argument instead.
 *
 * Order: the command's own rows are asked first, so run's -h may be a hostname, then the global
 * ones. --help ends the reading at once, so that it works on lines that are not complete.
 *
 * It must not act: no file is opened here (but for --env-file), nothing is printed. */
#include "cli/command.h"

#include <string.h>
#include "util/log.h"

#define G(field) offsetof(struct global_opts, field)
static const struct opt anywhere[] = {
	{ "help", 'h', OPT_BOOL, G(help), .help = "Print how a command is used" },
	{ "root", 0, OPT_STR, G(root), "DIR", .help = "Where images and containers are stored",
	  .complete = COMPLETE_DIRS },
	{ "runroot", 0, OPT_STR, G(runroot), "DIR",
	  .help = "Where the state of running containers is kept", .complete = COMPLETE_DIRS },
	{ "log-level", 0, OPT_STR, G(log_level), "LEVEL",
	  .help = "How much to say on standard error",
	  .values = "trace|debug|info|warn|warning|error|fatal|panic", .flags = OPT_OPEN },
	{ "storage-driver", 0, OPT_STR, G(storage_driver), "DRIVER",
	  .help = "How layers are stacked, instead of the best that works",
	  .values = "overlay|fuse-overlayfs|copy", .flags = OPT_OPEN },
	{ "cgroup-manager", 0, OPT_STR, G(cgroup_manager), "MANAGER",
	  .help = "Who makes control groups", .values = "systemd|cgroupfs|none" },
	/* Named by programs that drive podman. Cuddy has no parts that these could choose. */
	{ "runtime", 0, OPT_IGNORED, .arg = "NAME", .help = "Accepted for podman's sake",
	  .flags = OPT_HIDDEN },
	{ "runtime-flag", 0, OPT_IGNORED, .arg = "FLAG", .help = "Accepted for podman's sake",
	  .flags = OPT_HIDDEN },
	{ "conmon", 0, OPT_IGNORED, .arg = "PATH", .help = "Accepted for podman's sake",
	  .flags = OPT_HIDDEN },
	{ "events-backend", 0, OPT_IGNORED, .arg = "NAME", .help = "Accepted for podman's sake",
	  .flags = OPT_HIDDEN },
	{ "tmpdir", 0, OPT_IGNORED, .arg = "DIR", .help = "Accepted for podman's sake",
	  .flags = OPT_HIDDEN },
	{ "syslog", 0, OPT_IGNORED_BOOL, .help = "Accepted for podman's sake",
	  .flags = OPT_HIDDEN },
	{ 0 },
};
static const struct opt before_command[] = {
	{ "version", 'v', OPT_BOOL, G(version), .help = "Print the version" },
	{ 0 },
};
const struct opt_group global_groups[] = {
	{ "Global options", anywhere, 0 },
	{ "Global options", before_command, 0 },
	{ 0 },
};

static const struct opt *find_in(const struct opt_group *g, const char *name, size_t n, char key)
{
	for (const struct opt *o = g->rows; o->name; o++) {
		if (key ? o->key == key : strncmp(o->name, name, n) == 0 && !o->name[n])
			return o;
	}
	return NULL;
}

const struct opt *opt_find(const struct command *c, const char *name, size_t n, char key,
			   const struct opt_group **group)
{
	const struct opt_group *own = c ? c->groups : NULL;
	const struct opt *o = NULL;
	for (*group = own; own && own->rows && !o; own++) {
		*group = own;
		o = find_in(own, name, n, key);
	}
	for (int i = 0; !o && i < (c ? 1 : 2); i++) {
		*group = &global_groups[i];
		o = find_in(*group, name, n, key);
	}
	return o;
}

/* The struct that the rows of G point into. */
static void *base_of(struct cli *cli, const struct opt_group *g)
{
	bool global = g == &global_groups[0] || g == &global_groups[1];
	return global ? (char *)&cli->global : (char *)cli->opts + g->base;
}

static int see_help(const struct cli *cli, struct err *e)
{
	if (cli->command)
		return err_hint(e, "See '%s %s --help'.", cli->program, cli->command->name);
	return err_hint(e, "See '%s --help'.", cli->program);
}

static int unknown_long(const struct cli *cli, const char *name, struct err *e)
{
	auto_free char *shown = str_printable(name);
	err_set(e, ERR_USAGE, "unknown flag: --%s", shown);
	const char *near = nearest_opt(cli->command, name);
	if (near)
		err_hint(e, "Did you mean --%s? See '%s%s%s --help'.", near, cli->program,
			 cli->command ? " " : "", cli->command ? cli->command->name : "");
	return see_help(cli, e);
}

/* "--name", "--name=value", "--name value". *I is at the word and moves over what is taken. */
static int parse_long(struct cli *cli, int *i, struct err *e)
{
	const char *name = cli->argv[*i] + 2;
	size_t n = strcspn(name, "=");
	const char *value = name[n] ? name + n + 1 : NULL;
	const struct opt_group *g;
	if (!n) {
		err_set(e, ERR_USAGE, "bad flag syntax: %s", cli->argv[*i]);
		return see_help(cli, e);
	}
	const struct opt *o = opt_find(cli->command, name, n, 0, &g);
	if (!o) {
		auto_free char *plain = xstrndup(name, n);
		return unknown_long(cli, plain, e);
	}
	if (!value && opt_takes_value(o->kind)) {
		if (*i + 1 >= cli->argc) {
			err_set(e, ERR_USAGE, "flag needs an argument: --%s", o->name);
			return see_help(cli, e);
		}
		value = cli->argv[++*i];
	}
	return opt_store(o, base_of(cli, g), value, e);
}

/* "-it", "-eNAME=x", "-e=NAME=x", "-e NAME=x", "-t=false". */
static int parse_short(struct cli *cli, int *i, struct err *e)
{
	for (const char *p = cli->argv[*i] + 1; *p; p++) {
		const struct opt_group *g;
		const struct opt *o = opt_find(cli->command, "", 0, *p, &g);
		if (!o) {
			auto_free char *shown = str_printable(cli->argv[*i]);
			err_set(e, ERR_USAGE, "unknown shorthand flag: '%c' in %s",
				*p > ' ' && *p < 127 ? *p : '?', shown);
			return see_help(cli, e);
		}
		if (!opt_takes_value(o->kind)) {
			if (p[1] == '=')
				return opt_store(o, base_of(cli, g), p + 2, e);
			if (opt_store(o, base_of(cli, g), NULL, e) < 0)
				return -1;
			continue;
		}
		const char *value = p[1] == '=' ? p + 2 : p + 1;
		if (!p[1]) {
			if (*i + 1 >= cli->argc) {
				err_set(e, ERR_USAGE, "flag needs an argument: '%c' in %s", *p,
					cli->argv[*i]);
				return see_help(cli, e);
			}
			value = cli->argv[++*i];
		}
		return opt_store(o, base_of(cli, g), value, e);
	}
	return 0;
}

bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

/* One option at *I; afterwards *I is behind it. */
static int parse_option(struct cli *cli, int *i, struct err *e)
{
	int r = cli->argv[*i][1] == '-' ? parse_long(cli, i, e) : parse_short(cli, i, e);
	++*i;
	return r;
}

/* Everything behind the command's name. */
static int parse_rest(struct cli *cli, int i, struct err *e)
{
	bool options = !(cli->command->flags & CMD_RAW);
	for (; i < cli->argc && !cli->global.help;) {
		char *word = cli->argv[i];
		if (options && strcmp(word, "--") == 0) {
			options = false;
			i++;
		} else if (options && is_option(word)) {
			if (parse_option(cli, &i, e) < 0)
				return -1;
		} else {
			cli->args[cli->nargs++] = word;
			i++;
			if (cli->command->flags & CMD_STOP_AT_ARG)
				options = false;
		}
	}
	return 0;
}

static int check_args(const struct cli *cli, struct err *e)
{
	const struct command *c = cli->command;
	if (cli->nargs < c->min_args)
		err_set(e, ERR_USAGE, "%s requires at least %d argument%s, got %d", c->name,
			c->min_args, c->min_args == 1 ? "" : "s", cli->nargs);
	else if (c->max_args != ARGS_ANY && cli->nargs > c->max_args)
		err_set(e, ERR_USAGE, "%s takes at most %d argument%s, got %d", c->name,
			c->max_args, c->max_args == 1 ? "" : "s", cli->nargs);
	else
		return 0;
	return err_hint(e, "Usage: %s %s %s", cli->program, c->name, c->usage);
}

const struct command *command_find(const struct command *const *table, const char *name)
{
	for (; *table; table++) {
		if (strcmp((*table)->name, name) == 0 || choice_has((*table)->aliases, name))
			return *table;
	}
	return NULL;
}

bool command_is_group(const struct command *const *table, const char *word)
{
	auto_free char *front = str_printf("%s ", word);
	for (; *table; table++) {
		const char *a = (*table)->aliases;
		if (str_starts((*table)->name, front))
			return true;
		for (; a && *a; a += strcspn(a, "|"), a += *a == '|') {
			if (str_starts(a, front))
				return true;
		}
	}
	return false;
}

static int unknown_command(const struct cli *cli, const char *name, struct err *e)
{
	auto_free char *shown = str_printable(name);
	err_set(e, ERR_USAGE, "unrecognized command `%s %s`", cli->program, shown);
	const char *near = nearest_command(cli->table, name);
	if (near)
		err_hint(e, "Did you mean '%s %s'? '%s --help' lists all commands.", cli->program,
			 near, cli->program);
	return err_hint(e, "'%s --help' lists all commands.", cli->program);
}

/* The command at argv[*I], of two words or one; *I is behind it afterwards. A group's name alone
 * ("image") is no command: cli->group tells. */
static int find_command(struct cli *cli, int *i, struct err *e)
{
	const char *word = cli->argv[*i], *next = cli->argv[*i + 1];
	bool group = command_is_group(cli->table, word);
	if (group && next && !is_option(next)) {
		auto_free char *both = str_printf("%s %s", word, next);
		cli->command = command_find(cli->table, both);
		if (cli->command) {
			*i += 2;
			return 0;
		}
	}
	cli->command = command_find(cli->table, word);
	++*i;
	if (cli->command)
		return 0;
	if (group) {
		cli->group = word;
		if (!next || is_option(next))
			return 0;
		auto_free char *both = str_printf("%s %s", word, next);
		return unknown_command(cli, both, e);
	}
	return unknown_command(cli, word, e);
}

int cli_parse(struct cli *cli, const struct command *const *table, int argc, char **argv,
	      struct err *e)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	int i = 1;
	*cli = (struct cli){ .program = slash  ? slash + 1
					: argc ? argv[0]
					       : "cuddy",
			     .argc = argc,
			     .argv = argv,
			     .table = table };
	while (i < argc && is_option(argv[i]) && !cli->global.help && !cli->global.version) {
		if (parse_option(cli, &i, e) < 0)
			return -1;
	}
	if (i >= argc || cli->global.help || cli->global.version)
		return 0;
	if (find_command(cli, &i, e) < 0 || !cli->command)
		return e->kind ? -1 : 0;
	cli->opts = xcalloc(1, cli->command->opts_size ? cli->command->opts_size : 1);
	cli->args = xcalloc((size_t)argc + 1, sizeof *cli->args);
	if (parse_rest(cli, i, e) < 0)
		return -1;
	if (cli->global.log_level && log_set_level(cli->global.log_level) < 0)
		return err_set(e, ERR_USAGE, "unknown log level: %s", cli->global.log_level);
	return cli->global.help ? 0 : check_args(cli, e);
}

static void free_groups(const struct opt_group *g, void *opts)
{
	for (; g && g->rows; g++) {
		for (const struct opt *o = g->rows; o->name; o++)
			opt_free(o, (char *)opts + g->base);
	}
}

void cli_free(struct cli *cli)
{
	free_groups(global_groups, &cli->global);
	if (cli->opts) {
		free_groups(cli->command->groups, cli->opts);
		if (cli->command->free)
			cli->command->free(cli->opts);
	}
	free_ptr(&cli->opts);
	free_ptr(&cli->args);
	free_ptr(&cli->root);
	free_ptr(&cli->runroot);
}
