/* paths.c - where things are: the store, what lives until reboot.
 *
 * Directories are found once, when a command first asks, so that --help touches nothing. What is
 * in a shared directory such as /tmp is used only when it is ours alone. */
#include "cli/command.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "engine/engine.h"
#include "util/fd.h"
#include "util/path.h"
#include "util/proc.h"

/* PATH made absolute by the working directory, and cleaned. Owned. */
static char *absolute(const char *path)
{
	char cwd[PATH_MAX];
	if (path[0] == '/' || !getcwd(cwd, sizeof cwd))
		return path_clean(path);
	auto_free char *both = str_printf("%s/%s", cwd, path);
	return path_clean(both);
}

static const char *home_dir(void)
{
	const char *home = getenv("HOME");
	if (home && home[0] == '/')
		return home;
	const struct passwd *pw = getpwuid(getuid());
	return pw && pw->pw_dir && pw->pw_dir[0] == '/' ? pw->pw_dir : NULL;
}

int cli_root(struct cli *cli, const char **out, struct err *e)
{
	const char *data = getenv("XDG_DATA_HOME");
	if (!cli->root) {
		if (!str_empty(cli->global.root)) {
			cli->root = absolute(cli->global.root);
		} else if (data && data[0] == '/') {
			cli->root = str_printf("%s/cuddy", data);
		} else {
			const char *home = home_dir();
			if (!home) {
				err_set(e, ERR_USAGE,
					"cannot tell where images are stored: no home directory");
				return err_hint(e, "Set HOME, or name a directory with --root.");
			}
			cli->root = str_printf("%s/.local/share/cuddy", home);
		}
	}
	*out = cli->root;
	return 0;
}

/* Somebody else could have made a directory of that name in /tmp first, to read or direct us. */
static int check_private(const char *path, int fd, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at %s", path);
	if (st.st_uid == geteuid() && !(st.st_mode & 077))
		return 0;
	err_set(e, ERR_DENIED, "%s is not a private directory of ours", path);
	return err_hint(e, "Set XDG_RUNTIME_DIR to a directory of your own, or use --runroot.");
}

static char *runroot_path(const struct cli *cli, bool *shared)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	struct stat st;
	*shared = false;
	if (!str_empty(cli->global.runroot))
		return absolute(cli->global.runroot);
	/* A directory of another user's is what `su` and `sudo` without a session leave behind. */
	if (run && run[0] == '/' && stat(run, &st) == 0 && st.st_uid == geteuid())
		return str_printf("%s/cuddy", run);
	*shared = true;
	return str_printf("/tmp/cuddy-%u", (unsigned)geteuid());
}

int cli_runroot(struct cli *cli, const char **out, struct err *e)
{
	bool shared;
	if (!cli->runroot) {
		auto_free char *path = runroot_path(cli, &shared);
		auto_fd int parent = -1, fd = -1;
		if (shared) {
			parent = dir_make("/tmp", e);
			fd = parent < 0 ? -1 : dir_make_at(parent, path_base(path), e);
		} else {
			fd = dir_make(path, e);
		}
		if (fd < 0 || (shared && check_private(path, fd, e) < 0))
			return err_wrap(e, "state of containers");
		cli->runroot = take(path);
	}
	*out = cli->runroot;
	return 0;
}

int cli_store(struct cli *cli, struct store **out, struct err *e)
{
	const char *root;
	return cli_root(cli, &root, e) < 0 ? -1 : store_open(root, true, out, e);
}

int cli_idmap(struct cli *cli, struct idmap *out, struct err *e)
{
	const char *runroot;
	return cli_runroot(cli, &runroot, e) < 0 ? -1 : userns_idmap(runroot, out, e);
}

/* Our file NAME: beside the executable, else installed. Owned; NULL when it is nowhere. */
static char *own_file(const char *name)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		auto_free char *beside = str_printf("%s/%s", self, name);
		if (access(beside, R_OK) == 0)
			return take(beside);
	}
	auto_free char *installed = str_printf("%s/%s", CUDDY_DATADIR, name);
	return access(installed, R_OK) == 0 ? take(installed) : NULL;
}

int cli_engine(struct cli *cli, struct engine *out, struct err *e)
{
	auto_free char *program = proc_companion("cuddy-image");
	auto_free char *hello = own_file("hello.tar"), *profile = own_file("seccomp.json");
	struct engine_paths p = {
		.image_program = program,
		.hello = hello,
		.seccomp_profile = profile,
		.storage_driver = cli->global.storage_driver,
		.cgroup_manager = cli->global.cgroup_manager,
		.log_level = cli->global.log_level,
	};
	/* so that engine_close is safe whatever fails */
	*out = (struct engine){ .containers = { -1, -1, -1 } };
	if (cli_root(cli, &p.root, e) < 0 || cli_runroot(cli, &p.runroot, e) < 0)
		return -1;
	return engine_open(&p, out, e);
}
