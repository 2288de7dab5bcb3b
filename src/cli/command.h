/* command.h - the rows that describe commands and options, and what a command is handed.
 *
 * One table serves everybody: the parser, --help, the completions, the manual pages and the
 * test that holds the manuals to it. Rows are const and hold no code but a command's function
 * and the few parsers that a value needs, so reading argv costs microseconds.
 *
 * A new command is one file: its struct of options, its rows, its function, `struct command
 * command_NAME` at the end, and a line in commands.c. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/options.h"
#include "util/err.h"
#include "util/str.h"

struct cli;
struct engine;
struct idmap;
struct store;

/* What an option's value becomes in the struct that `offset` points into. Everything owned
 * (strings, lists) is freed by cli_free by the same rows. */
enum opt_kind {
	OPT_BOOL,     /* bool: --x, --x=false; takes no separate value */
	OPT_TRI,      /* enum tri: the same, and unset can be told from false */
	OPT_STR,      /* char *, owned; the last one given counts */
	OPT_INT,      /* int64_t */
	OPT_BYTES,    /* uint64_t: "64m" */
	OPT_LIST,     /* struct strv: one entry each time */
	OPT_CSV,      /* struct strv: split at commas, so "a,b" is two entries */
	OPT_ENV,      /* struct strv "K=V"; "K" takes the caller's value, "K*" all that begin so */
	OPT_ENV_FILE, /* struct strv "K=V": the lines of a file */
	OPT_FN,       /* whatever `parse` makes of the value at the field */
	OPT_IGNORED,  /* accepted with a value for podman's sake, without meaning here */
	OPT_IGNORED_BOOL,
};

enum opt_flags {
	OPT_HIDDEN = 1, /* parsed, but not in help, manual or completions */
	OPT_OPEN = 2,   /* `values` are what shells offer, others are fine too */
};

/* What shells offer for a value or an argument. */
enum complete {
	COMPLETE_NOTHING,
	COMPLETE_FILES,
	COMPLETE_DIRS,
	COMPLETE_IMAGES,
	COMPLETE_CONTAINERS,
	COMPLETE_COMMANDS, /* names of cuddy's commands */
};

/* Write rows as { "name", key, kind, offset, "ARG", .help = "...", ... }. */
struct opt {
	const char *name; /* "read-only"; NULL ends the rows */
	char key;         /* 'v' for -v; 0 for none */
	enum opt_kind kind;
	size_t offset;      /* of the field */
	const char *arg;    /* what help calls the value: "DIR"; NULL for bools */
	const char *help;   /* one line, no full stop */
	const char *values; /* "always|missing|never": the only ones allowed; NULL is any */
	enum complete complete;
	unsigned flags;
	int (*parse)(void *field, const char *value, struct err *e); /* OPT_FN */
};

/* Rows that belong together under a title in help. Groups are shared between commands: BASE is
 * where the struct that the rows' offsets mean lies within the command's own struct. */
struct opt_group {
	const char *title;      /* "Options" */
	const struct opt *rows; /* NULL ends the groups */
	size_t base;
};

enum command_topic { TOPIC_CONTAINERS, TOPIC_IMAGES, TOPIC_SYSTEM, TOPIC_HIDDEN };

enum command_flags {
	CMD_STOP_AT_ARG = 1, /* options end at the first argument: run, exec, unshare */
	CMD_RAW = 2,         /* no options at all: every word is an argument */
};

#define ARGS_ANY (-1)

struct command {
	const char *name;    /* "images", "image inspect" */
	const char *aliases; /* "image ls|image list"; NULL for none */
	const char *summary; /* "List images": one line, no full stop */
	const char *usage;   /* behind the name: "[options] [IMAGE]" */
	const char *about;   /* a few sentences for help, at most; NULL when the summary says all */
	const char *
		examples; /* lines of what can be typed, without the program's name; NULL for none */
	enum command_topic topic;
	const struct opt_group *groups; /* NULL: no options of its own */
	size_t opts_size;               /* of the struct that groups point into */
	int min_args, max_args;         /* max_args: ARGS_ANY */
	enum complete args;             /* what the arguments are */
	unsigned flags;
	/* The exit code, or -1 and *E. NULL: the command lives in `program`. */
	int (*run)(struct cli *cli, struct err *e);
	const char *program;      /* "cuddy-image": executed with the same argv */
	void (*free)(void *opts); /* what the rows do not know how to free; may be NULL */
};

/* Options before the command (understood behind it as well, where its own rows do not use the name). */
struct global_opts {
	char *root, *runroot, *log_level, *storage_driver, *cgroup_manager;
	bool help, version;
};
extern const struct opt_group global_groups[]; /* [0] anywhere, [1] only before the command */

struct cli {
	const char *program; /* how we were called: "cuddy", "podman" */
	int argc;
	char **argv; /* as typed, borrowed */
	const struct command *const *table;
	const struct command *command; /* found by cli_parse */
	const char *group;             /* "image" when only that was typed; command is NULL then */
	void *opts;                    /* the command's struct, filled */
	int nargs;
	char **args; /* the arguments, NULL-terminated; the strings are borrowed from argv */
	struct global_opts global;
	char *root, *runroot; /* see cli_root and cli_runroot */
	int fail_code; /* exit code of a failure, where podman's differs from err_exit_code; or 0 */
};

/* What a command over several names ends with: podman's 125, or for what removes, 1 when the only
 * trouble was that something is missing, 2 when something is in use. */
enum each_codes { EACH_PLAIN, EACH_REMOVAL };

/* Options of CLI's command as the struct it is: `const struct images_opts *o = cli_opts(cli);` */
static inline void *cli_opts(struct cli *cli)
{
	return cli->opts;
}

/* --- options.c --- */

/* Find the command in TABLE (NULL-terminated) and fill CLI from argv. --help and --version leave
 * the rest unchecked; see cli_run. Usage errors are ERR_USAGE with a hint. */
must_check int cli_parse(struct cli *cli, const struct command *const *table, int argc, char **argv,
			 struct err *e);
/* The row of --NAME (N characters), or of -KEY when KEY is not 0; NULL when there is none. C may be NULL:
 * only global options. *GROUP is the group that it was found in. */
const struct opt *opt_find(const struct command *c, const char *name, size_t n, char key,
			   const struct opt_group **group);
/* The row called NAME (also by an alias), or NULL. */
const struct command *command_find(const struct command *const *table, const char *name);
/* Is there a command of two words that begins with WORD? */
bool command_is_group(const struct command *const *table, const char *word);
/* Does WORD look like an option ("-x", but not "-")? */
bool is_option(const char *word);
void cli_free(struct cli *cli);

/* --- values.c --- */

/* Does an option of KIND take a value? */
bool opt_takes_value(enum opt_kind kind);
/* Is VALUE one of the words of LIST ("a|b|c"; NULL has none)? */
bool choice_has(const char *list, const char *value);
/* Put VALUE (NULL: a bool without one) into the struct at BASE as O says. */
must_check int opt_store(const struct opt *o, void *base, const char *value, struct err *e);
/* Free what opt_store put there. */
void opt_free(const struct opt *o, void *base);

/* --- cli.c --- */

/* Do what was asked: help, version, hand over to `program`, or the command's function.
 * The exit code, or -1 and *E. */
must_check int cli_run(struct cli *cli, struct err *e);
/* Absolute path of the store: --root, else $XDG_DATA_HOME/cuddy, else ~/.local/share/cuddy. Borrowed. */
must_check int cli_root(struct cli *cli, const char **out, struct err *e);
/* Absolute path of what is gone at reboot: --runroot, else $XDG_RUNTIME_DIR/cuddy, else a directory
 * in /tmp that is ours alone. It exists afterwards. Borrowed. */
must_check int cli_runroot(struct cli *cli, const char **out, struct err *e);
/* Open the store at cli_root, making it when missing. */
must_check int cli_store(struct cli *cli, struct store **out, struct err *e);
/* All that the verbs need, with our own programs and files found beside the executable (the build tree)
 * or where they are installed. OUT borrows from CLI; engine_close it. */
must_check int cli_engine(struct cli *cli, struct engine *out, struct err *e);
/* The mapping of the user's ids, cached in cli_runroot. */
must_check int cli_idmap(struct cli *cli, struct idmap *out, struct err *e);
/* Call FN for each of NAMES. One failure does not keep it from the next: all but the last are printed
 * at once, the last is returned. CODES says what the exit code becomes. */
must_check int cli_each(struct cli *cli, const struct strv *names,
			int (*fn)(struct cli *cli, const char *name, void *data, struct err *e),
			void *data, enum each_codes codes, struct err *e);
/* Is the calling name podman's or docker's, so that versions should be podman's as well? */
bool cli_is_podman(const struct cli *cli);
/* May text on FD be coloured: a terminal, and neither NO_COLOR nor TERM=dumb. */
bool cli_color(int fd);

/* --- help.c --- */
void help_print(struct cli *cli); /* the list of commands, or of CLI's group */
void help_command(const struct cli *cli, const struct command *c);
/* The left column of a row in help: "-q, --quiet", "    --root DIR". */
void help_opt_text(const struct opt *o, struct buf *out);
/* The name nearest to TYPED, for hints; NULL when none is near. C may be NULL. --- nearest.c --- */
const char *nearest_command(const struct command *const *table, const char *typed);
const char *nearest_opt(const struct command *c, const char *typed);
