/* pull_options.h - the options of pull, load and import: read by cuddy, which checks them, and by
 * cuddy-image, which does the work. Rows in pull_options.c; no library is behind them. */
#pragma once
#include "cli/command.h"

struct pull_opts {
	bool quiet;
	enum tri tls_verify;
	char *creds, *platform, *os, *arch, *variant, *authfile, *cert_dir, *policy;
};
struct load_opts {
	bool quiet;
	char *input; /* NULL: standard input */
};
struct import_opts {
	bool quiet;
	struct strv changes; /* as image_config_change takes them */
	char *message, *os, *arch, *variant;
};
extern const struct command command_pull, command_load, command_import;
