/* cgroup.c - the row of back ends, and all that is done through files.
 *
 * Only cgroup v2 alone at /sys/fs/cgroup counts: on hybrid hosts nothing there is delegated to a
 * user, and containers run without. The container gets a directory below the scope, not the scope:
 * the monitor lives in the scope, and cgroup.kill on the container's must not reach it. */
#include "cgroup/backend.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/path.h"
#include "util/str.h"

#define REMOVE_MS 2000
#define MAX_NESTED 64 /* directories that a container made below its own, one in the other */

struct cgroup {
	struct cgroup_opts opts;
	const char *manager;
	char *path; /* below the mount; NULL */
	int fd;
	struct scope *scope; /* asked for and not there yet; NULL */
};

static bool have_v2(void)
{
	struct statfs s;
	return statfs(CGROUP_MOUNT, &s) == 0 && s.f_type == CGROUP2_SUPER_MAGIC;
}

char *cgroup_of(pid_t pid)
{
	auto_free char *text = NULL;
	auto_strv struct strv lines = { 0 };
	char file[32];
	size_t len;
	struct err e;
	snprintf(file, sizeof file, "/proc/%d/cgroup", pid);
	if (file_read_at(AT_FDCWD, file, 65536, &text, &len, &e) < 0)
		return NULL;
	strv_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.n; i++) {
		const char *path = lines.list[i] + 3;
		/* "/../x" lies outside of our cgroup namespace */
		if (str_starts(lines.list[i], "0::/") && !str_starts(path, "/.."))
			return xstrdup(str_eq(path, "/") ? "" : path);
	}
	return NULL;
}

/* Make PATH, its last part only, and open it. */
static int make(struct cgroup *c, const char *path, struct err *e)
{
	auto_free char *full = str_printf("%s%s", CGROUP_MOUNT, path);
	if (mkdir(full, 0755) < 0 && errno != EEXIST)
		return err_sys(e, "cgroup: %s", full);
	c->fd = open(full, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (c->fd < 0)
		return err_sys(e, "cgroup: %s", full);
	c->path = xstrdup(path);
	return 0;
}

/* ---- cgroupfs: a child of our own cgroup */

/* A process may be put into a child only by who may also write here: the common ancestor. */
static int make_child(struct cgroup *c, struct err *e)
{
	auto_free char *own = cgroup_of(getpid());
	if (!own)
		return err_set(e, ERR_DENIED, "cgroup: our own cgroup is out of sight");
	auto_free char *procs = str_printf("%s%s/cgroup.procs", CGROUP_MOUNT, own);
	if (access(procs, W_OK) < 0) {
		err_sys(e, "cgroup: %s is not delegated to this user", *own ? own : "/");
		return err_hint(e, "Start from a systemd user session, or with `systemd-run --user "
				   "--scope -p Delegate=yes'.");
	}
	auto_free char *path = str_printf("%s/cuddy-%s", own, c->opts.name);
	if (make(c, path, e) < 0)
		return -1;
	c->manager = "cgroupfs";
	return 0;
}

const char *cgroup_likely(void)
{
	auto_free char *own = have_v2() ? cgroup_of(getpid()) : NULL;
	if (!own)
		return "none";
	if (scope_possible())
		return "systemd";
	auto_free char *procs = str_printf("%s%s/cgroup.procs", CGROUP_MOUNT, own);
	return access(procs, W_OK) == 0 ? "cgroupfs" : "none";
}

/* ---- systemd: a scope */

static int ask(struct cgroup *c, struct err *e)
{
	if (!scope_possible()) {
		err_set(e, ERR_NOTFOUND, "cgroup: there is no systemd of this user to ask");
		return err_hint(
			e,
			"It runs after a real login, or for ever after `loginctl enable-linger'; "
			"XDG_RUNTIME_DIR must name its directory.");
	}
	auto_free char *unit = str_printf("cuddy-%s.scope", c->opts.name);
	return scope_ask(&c->opts, unit, &c->scope, e);
}

/* systemd needs a moment to see that a scope is empty, so the name of the one before may still be
 * taken: then one with a tail of its own does. */
static int wait_for_scope(struct cgroup *c, struct err *e)
{
	char tail[9];
	if (scope_wait(c->scope, e) == 0)
		return 0;
	if (e->kind != ERR_EXISTS)
		return -1;
	random_hex(tail, 8);
	auto_free char *unit = str_printf("cuddy-%s-%s.scope", c->opts.name, tail);
	scope_free(c->scope);
	return scope_ask(&c->opts, unit, &c->scope, e) < 0 ? -1 : scope_wait(c->scope, e);
}

static int take_scope(struct cgroup *c, struct err *e)
{
	if (wait_for_scope(c, e) < 0)
		return -1;
	auto_free char *place = cgroup_of(c->opts.leader);
	if (!place || !str_ends(place, ".scope"))
		return err_set(e, ERR_SYSTEM, "cgroup: systemd did not move process %d",
			       c->opts.leader);
	auto_free char *path = str_printf("%s/container", place);
	if (make(c, path, e) < 0)
		return -1;
	c->manager = "systemd";
	return 0;
}

/* ---- the row */

static int check_name(const char *name, struct err *e)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_.-", *p))
			return err_set(e, ERR_USAGE, "cgroup: the name \"%s\" is not usable", name);
	if (!*name || strlen(name) > 200)
		return err_set(e, ERR_USAGE, "cgroup: the name is empty or too long");
	return 0;
}

/* What is left when systemd is not asked or has failed with *E. Only asked-for failures count. */
static int without_systemd(struct cgroup *c, struct err *e)
{
	const char *wanted = c->opts.manager;
	if (str_eq(wanted, "systemd"))
		return -1;
	if (have_v2() && make_child(c, e) == 0)
		return 0;
	if (str_eq(wanted, "cgroupfs"))
		return have_v2() ? -1
				 : err_set(e, ERR_DENIED,
					   "cgroup: cgroup v2 is not at " CGROUP_MOUNT);
	log_debug("no cgroup for %s: %s", c->opts.name, e->kind ? e->msg : "no cgroup v2");
	return 0;
}

static int first_step(struct cgroup *c, struct err *e)
{
	const char *wanted = c->opts.manager;
	if (str_eq(wanted, "none"))
		return 0;
	if (wanted && !str_eq(wanted, "systemd") && !str_eq(wanted, "cgroupfs"))
		return err_set(e, ERR_USAGE,
			       "cgroup manager \"%s\" is neither systemd, cgroupfs nor none",
			       wanted);
	if (check_name(c->opts.name, e) < 0)
		return -1;
	if (str_eq(wanted, "cgroupfs"))
		return without_systemd(c, e);
	if (!have_v2())
		err_set(e, ERR_DENIED, "cgroup: cgroup v2 is not at " CGROUP_MOUNT);
	else if (ask(c, e) == 0)
		return 0;
	return without_systemd(c, e);
}

int cgroup_ask(const struct cgroup_opts *o, struct cgroup **out, struct err *e)
{
	struct cgroup *c = xcalloc(1, sizeof *c);
	c->opts = *o;
	c->fd = -1;
	c->manager = "none";
	err_clear(e);
	*out = NULL;
	if (first_step(c, e) < 0) {
		cgroup_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

int cgroup_wait(struct cgroup *c, struct err *e)
{
	if (!c->scope)
		return 0;
	int result = take_scope(c, e);
	scope_free(c->scope);
	c->scope = NULL;
	return result == 0 ? 0 : without_systemd(c, e);
}

int cgroup_up(const struct cgroup_opts *o, struct cgroup **out, struct err *e)
{
	if (cgroup_ask(o, out, e) < 0)
		return -1;
	if (cgroup_wait(*out, e) == 0)
		return 0;
	cgroup_free(*out);
	*out = NULL;
	return -1;
}

int cgroup_fd(const struct cgroup *c)
{
	return c->fd;
}

const char *cgroup_path(const struct cgroup *c)
{
	return c->path;
}

const char *cgroup_manager(const struct cgroup *c)
{
	return c->manager;
}

void cgroup_free(struct cgroup *c)
{
	if (!c)
		return;
	scope_free(c->scope);
	fd_close(&c->fd);
	free(c->path);
	free(c);
}

/* ---- removal */

/* Only what make_child and take_scope make: the path may come from a damaged record. */
static bool is_ours(const char *path)
{
	auto_strv struct strv parts = { 0 };
	strv_split(&parts, path, '/');
	if (*path != '/' || strv_has(&parts, "..") || strv_has(&parts, "."))
		return false;
	const char *last = parts.list[parts.n - 1];
	if (!str_eq(last, "container"))
		return str_starts(last, "cuddy-");
	return parts.n > 2 && str_starts(parts.list[parts.n - 2], "cuddy-")
	       && str_ends(parts.list[parts.n - 2], ".scope");
}

/* Remove the cgroups below DIR, deepest first. Files there go with their directory. */
static void remove_below(int dir, int depth)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = own < 0 ? NULL : fdopendir(own);
	struct dirent *item;
	if (!d) {
		fd_close(&own);
		return;
	}
	while ((item = readdir(d))) {
		if (item->d_type != DT_DIR || str_eq(item->d_name, ".")
		    || str_eq(item->d_name, ".."))
			continue;
		auto_fd int below = openat(dir, item->d_name,
					   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0 && depth < MAX_NESTED)
			remove_below(below, depth + 1);
		unlinkat(dir, item->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

int cgroup_path_open(const char *path)
{
	if (!have_v2() || !is_ours(path))
		return -1;
	auto_free char *full = str_printf("%s%s", CGROUP_MOUNT, path);
	return open(full, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void cgroup_path_remove(const char *path)
{
	auto_free char *full = str_printf("%s%s", CGROUP_MOUNT, path);
	auto_fd int dir = cgroup_path_open(path);
	if (dir < 0)
		return;
	/* kernels before 5.14 lack it; the end of its pid 1 has killed the container there */
	(void)!file_put(dir, "cgroup.kill", "1");
	for (int ms = 0; ms < REMOVE_MS; ms += 2) {
		remove_below(dir, 0);
		if (rmdir(full) == 0 || errno != EBUSY)
			return;
		/* what was killed takes a moment to leave */
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	}
	log_warn("cgroup %s could not be removed: it is still in use", path);
}
