/* child.c - the container's first process, from clone to the command.
 *
 * One ordered list. Ids come first, since without them nothing may be mounted; everything that needs
 * the host's view (its /dev, its volumes, a visible /proc) comes before the pivot, everything that
 * reads the container's own files after it, when no descriptor of the host's is open any more; capabilities
 * go when nothing needs them, and the seccomp filter comes as late as it can. After the list this is the stub, then the command.
 *
 * It must not touch anything of the parent's: no locks, no records, no standard output. */
#include "runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/log.h"
#include "util/path.h"

/* The parent's byte. Its death is ours: nobody would wait for us. */
static int expect(struct child *c, char want, struct err *e)
{
	char got;
	if (read(c->sock, &got, 1) == 1 && got == want)
		return 0;
	return err_set(e, ERR_SYSTEM, "the container was given up");
}

static int step_become_root(struct child *c, struct err *e)
{
	if (!c->spec->single_id && setgroups(0, NULL) < 0)
		return err_sys(e, "drop the supplementary groups");
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_sys(e, "become root of the container");
	return 0;
}

/* The capabilities are there from the first moment, the ids only when newuidmap and newgidmap have worked, which
 * is what takes longest: until then, what needs no ids. */
static int step_ids(struct child *c, struct err *e)
{
	child_mounts_make(c);
	log_phase("child: detached mounts are made");
	if (expect(c, CHILD_MAPPED, e) < 0 || step_become_root(c, e) < 0)
		return -1;
	/* whoever is in the container from now on must not look into us, nor find our file in /proc */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(e, "hide from the container");
	return 0;
}

/* The session keyring of whoever started us comes along otherwise, and with it what the user keeps there. A
 * filter around us that refuses the call refuses it to the container as well. */
static int step_keys(struct child *c, struct err *e)
{
	(void)c;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 || errno == ENOSYS
	    || errno == EPERM)
		return 0;
	err_sys(e, "make a session keyring");
	return err_hint(e, "every container has one: an administrator allows more with the sysctls "
			   "kernel.keys.maxkeys and "
			   "kernel.keys.maxbytes");
}

static int step_root(struct child *c, struct err *e)
{
	umask(0);
	log_phase("child: has its ids");
	c->root = c->args->hooks.mount_root(c->args->hooks.arg, e);
	log_phase("child: root is mounted");
	return c->root < 0 ? -1 : 0;
}

/* A new network namespace has a loopback, but down. */
static int step_loopback(struct child *c, struct err *e)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	if (!(c->spec->namespaces & SPEC_NS_NET))
		return 0;
	auto_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
		return err_sys(e, "bring up the loopback");
	return 0;
}

static int step_hostname(struct child *c, struct err *e)
{
	const char *name = c->spec->hostname;
	return name && sethostname(name, strlen(name)) < 0 ? err_sys(e, "set the host name") : 0;
}

static int take_terminal(struct child *c, struct err *e)
{
	if (setsid() < 0 || ioctl(c->terminal, TIOCSCTTY, 0) < 0)
		return err_sys(e, "take the terminal");
	for (int fd = 0; fd < 3; fd++)
		if (dup2(c->terminal, fd) < 0)
			return err_sys(e, "use the terminal");
	return 0;
}

static int take_streams(struct child *c, struct err *e)
{
	int moved[3];
	/* first out of the way: one of them may already be 0, 1 or 2 */
	for (int i = 0; i < 3; i++)
		if ((moved[i] = fcntl(c->args->stdio[i], F_DUPFD_CLOEXEC, 10)) < 0)
			return err_sys(e, "use the standard streams");
	for (int i = 0; i < 3; i++)
		if (dup2(moved[i], i) < 0)
			return err_sys(e, "use the standard streams");
	return setsid() < 0 && errno != EPERM ? err_sys(e, "make a session") : 0;
}

static int step_streams(struct child *c, struct err *e)
{
	return c->terminal >= 0 ? take_terminal(c, e) : take_streams(c, e);
}

/* From here on names that the image chose are looked up, and /proc/self/fd/N may be among them. Nothing of the
 * host's is open any more but the way back, which is a socket. */
static int step_let_go(struct child *c, struct err *e)
{
	unsigned keep = (unsigned)c->sock;
	if ((keep > 3 && close_range(3, keep - 1, 0) < 0) || close_range(keep + 1, ~0U, 0) < 0)
		return err_sys(e, "close descriptors");
	return 0;
}

static int step_identity(struct child *c, struct err *e)
{
	return identity_find(c->spec->user, &c->who, e);
}

/* So that /dev/stdout and its like can be opened again. What is no pipe or terminal of ours is the host's. */
static int step_own_streams(struct child *c, struct err *e)
{
	struct stat st;
	for (int fd = 0; fd < 3; fd++) {
		if (fstat(fd, &st) < 0 || st.st_uid == c->who.uid
		    || !(S_ISFIFO(st.st_mode) || isatty(fd)))
			continue;
		if (fchown(fd, c->who.uid, (gid_t)-1) < 0 && errno != EINVAL && errno != EPERM)
			return err_sys(e, "give the standard streams to the user");
	}
	return 0;
}

/* Made as root; entered later as the user. Through no magic link of /proc, neither here nor there: each leads out of
 * the root by name. */
static int step_workdir(struct child *c, struct err *e)
{
	auto_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd int there = path_open_in_root(root, c->spec->cwd, O_PATH, 0);
	if (there >= 0 || errno != ENOENT || !c->spec->cwd_create)
		return 0;
	auto_fd int made = target_open(root, c->spec->cwd, true, e);
	if (made < 0)
		return err_wrap(e, "make the working directory");
	if (c->who.uid && fchownat(made, "", c->who.uid, c->who.gid, AT_EMPTY_PATH) < 0)
		return err_sys(e, "give %s to the user", c->spec->cwd);
	return 0;
}

static int step_wait(struct child *c, struct err *e)
{
	log_phase("child: file system is made");
	return expect(c, CHILD_GO, e);
}

static int apply_filter(struct child *c, struct err *e)
{
	return c->args->seccomp ? seccomp_apply(c->args->seccomp, e) : 0;
}

/* Without no_new_privs the filter needs CAP_SYS_ADMIN, so it comes before the capabilities go. */
static int step_filter_early(struct child *c, struct err *e)
{
	return c->spec->no_new_privileges ? 0 : apply_filter(c, e);
}

static int step_identity_take(struct child *c, struct err *e)
{
	const struct spec *s = c->spec;
	if (caps_drop_bounding(s->caps, e) < 0)
		return -1;
	if (!s->single_id && setgroups(c->who.ngroups, c->who.groups) < 0)
		return err_sys(e, "take the groups of %s", c->who.name);
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return err_sys(e, "keep the capabilities");
	if (setresgid(c->who.gid, c->who.gid, c->who.gid) < 0
	    || setresuid(c->who.uid, c->who.uid, c->who.uid) < 0) {
		err_sys(e, "become user %u:%u", c->who.uid, c->who.gid);
		return s->single_id ? err_hint(e, "only id 0 is mapped, since there are no "
						  "subordinate ids: see cuddy info")
				    : err_hint(e, "the id is not mapped: it must be below the "
						  "number of your subordinate ids");
	}
	if (c->who.uid == 0)
		return caps_set(s->caps, false, e);
	return caps_set(s->caps & s->caps_user, true, e);
}

static int step_cwd(struct child *c, struct err *e)
{
	auto_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd int cwd = path_open_in_root(root, c->spec->cwd, O_PATH | O_DIRECTORY, 0);
	if (cwd >= 0 && fchdir(cwd) == 0)
		return 0;
	err_sys(e, "enter the working directory %s", c->spec->cwd);
	e->kind = e->code == ENOENT ? ERR_CMD_MISSING : ERR_CMD_EXEC;
	return err_hint(e, "-w names a directory of the container");
}

static int step_command(struct child *c, struct err *e)
{
	return executable_find(c->spec->args.list[0], &c->spec->env, &c->command, e);
}

static int step_no_new_privs(struct child *c, struct err *e)
{
	if (!c->spec->no_new_privileges)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "give up new privileges");
	return apply_filter(c, e);
}

static int step_signals(struct child *c, struct err *e)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;
	(void)c;
	for (int i = 1; i < NSIG; i++)
		sigaction(i, &standard, NULL); /* some cannot be set, nor ignored */
	sigemptyset(&none);
	umask(0022);
	return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? err_sys(e, "unblock the signals") : 0;
}

static int step_execute(struct child *c, struct err *e)
{
	auto_strv struct strv env = { 0 };
	log_phase("child: executes");
	strv_copy(&env, &c->spec->env);
	if (!strv_env_get(&env, "HOME"))
		strv_addf(&env, "HOME=%s", *c->who.home ? c->who.home : "/");
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return err_sys(e, "close descriptors");
	return stub_exec(c->sock, c->spec->init, c->command, c->spec->args.list, env.list, e);
}

typedef int step(struct child *c, struct err *e);

/* In order, a line each. */
/* clang-format off */
static step *const from_birth[] = {
	step_ids,
	step_keys,
	step_root,
	child_mounts,
	child_dev,
	child_terminal,
	child_mask_paths,
	step_hostname,
	step_loopback,
	child_pivot,
	step_streams,
	step_let_go,
	step_identity,
	step_own_streams,
	step_workdir,
	step_wait,
	step_filter_early,
	step_identity_take,
	step_cwd,
	step_command,
	step_signals,
	step_no_new_privs,
	step_execute,
	NULL,
};
/* clang-format on */

/* Of one that enters: it finds everything made, and is confined in the same order. */
static step *const from_entry[] = {
	step_become_root, step_keys,        child_enter_terminal, step_streams,       step_let_go,
	step_identity,    step_own_streams, step_filter_early,    step_identity_take, step_cwd,
	step_command,     step_signals,     step_no_new_privs,    step_execute,       NULL,
};

static void follow(step *const *steps, const struct runtime_args *a, int sock)
	__attribute__((noreturn));
static void follow(step *const *steps, const struct runtime_args *a, int sock)
{
	struct child c = { .args = a, .spec = a->spec, .sock = sock, .root = -1, .terminal = -1 };
	struct err e = { 0 };
	while (*steps && (*steps)(&c, &e) == 0)
		steps++;
	if (fd_send(sock, &e, sizeof e, NULL, 0) < 0)
		_exit(124);
	_exit(125);
}

void child_run(const struct runtime_args *a, int sock)
{
	follow(from_birth, a, sock);
}

void child_enter(const struct runtime_args *a, int sock)
{
	follow(from_entry, a, sock);
}
