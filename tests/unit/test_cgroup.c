/* test_cgroup.c - the back ends, each for real where this session has it: under a user's systemd,
 * in a delegated cgroup, or neither. tests/system/with-user-systemd.sh makes the first two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cgroup/backend.h"
#include "util/fd.h"
#include "util/str.h"

static bool exists(const char *path)
{
	auto_free char *full = str_printf("%s%s", CGROUP_MOUNT, path);
	return access(full, F_OK) == 0;
}

/* A process in the container's cgroup from its first moment. */
static pid_t start_inside(const struct cgroup *c)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)cgroup_fd(c),
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void freeze(const char *path)
{
	struct err e;
	assert_false(cgroup_path_frozen(path));
	assert_int_equal(cgroup_path_freeze(path, true, &e), 0);
	assert_true(cgroup_path_frozen(path));
	assert_int_equal(cgroup_path_freeze(path, false, &e), 0);
	assert_false(cgroup_path_frozen(path));
	assert_int_equal(cgroup_path_freeze(path, true, &e), 0);
}

/* A process may be cloned into it, frozen or not it is killed with it, and what it nested goes too. */
static void use(struct cgroup *c)
{
	int status;
	auto_free char *path = xstrdup(cgroup_path(c));
	auto_free char *nested = str_printf("%s%s/a", CGROUP_MOUNT, path);
	auto_free char *deeper = str_printf("%s/b", nested);
	assert_true(cgroup_fd(c) >= 0 && fd_is_cloexec(cgroup_fd(c)));
	pid_t pid = start_inside(c);
	assert_true(pid > 0);
	auto_free char *place = cgroup_of(pid);
	assert_string_equal(place, path);
	freeze(path);
	assert_int_equal(mkdir(nested, 0755), 0);
	assert_int_equal(mkdir(deeper, 0755), 0);
	cgroup_path_remove(path);
	assert_false(exists(path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	cgroup_path_remove(path);
}

static void none(void **state)
{
	struct cgroup_opts o = { .name = "x", .manager = "none", .leader = getpid() };
	struct cgroup *c;
	struct err e;
	assert_int_equal(cgroup_up(&o, &c, &e), 0);
	assert_string_equal(cgroup_manager(c), "none");
	assert_null(cgroup_path(c));
	assert_int_equal(cgroup_fd(c), -1);
	cgroup_free(c);
	cgroup_free(NULL);
}

static void bad_requests(void **state)
{
	struct cgroup_opts o = { .name = "x", .manager = "other", .leader = getpid() };
	struct cgroup *c;
	struct err e;
	assert_int_equal(cgroup_up(&o, &c, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_null(c);
	o.manager = NULL;
	o.name = "../x";
	assert_int_equal(cgroup_up(&o, &c, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
}

/* Nothing of anybody else's is removed, whatever a record says. */
static void foreign_paths(void **state)
{
	static const char *const paths[] = { "",
					     "/",
					     "user.slice",
					     "/user.slice",
					     "/a/container",
					     "/container",
					     "/cuddy-x.scope/../container",
					     "/cuddy-x/container",
					     "/../cuddy-x" };
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		cgroup_path_remove(paths[i]);
	struct err e;
	auto_free char *own = cgroup_of(getpid());
	if (own)
		cgroup_path_remove(own);
	cgroup_path_remove("/cuddy-not-there");
	assert_int_equal(cgroup_path_freeze("/cuddy-not-there", true, &e), -1);
	assert_int_equal(cgroup_path_freeze("", true, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_true(getpid() > 0);
}

/* Whatever this machine is, the default gives an answer. */
static void any(void **state)
{
	struct cgroup_opts o = { .name = "unit-test-any", .description = "a test" };
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		struct cgroup *c;
		struct err e;
		o.leader = getpid();
		if (cgroup_up(&o, &c, &e) < 0)
			_exit(1);
		printf("# the default manager here: %s %s\n", cgroup_manager(c),
		       cgroup_path(c) ? cgroup_path(c) : "");
		fflush(stdout);
		if (cgroup_path(c))
			cgroup_path_remove(cgroup_path(c));
		cgroup_free(c);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void cgroupfs(void **state)
{
	struct cgroup_opts o = { .name = "unit-test", .manager = "cgroupfs", .leader = getpid() };
	struct cgroup *c;
	struct err e = { 0 };
	if (cgroup_up(&o, &c, &e) < 0) {
		assert_int_equal(e.kind, ERR_DENIED);
		printf("# %s\n", e.msg);
		skip();
	}
	assert_string_equal(cgroup_manager(c), "cgroupfs");
	assert_true(str_ends(cgroup_path(c), "/cuddy-unit-test"));
	use(c);
	cgroup_free(c);
}

/* In a process of its own, since that is moved into the scope and the scope ends with it. */
static int lead(int out)
{
	struct cgroup_opts o = {
		.name = "unit.test_1",
		.description = "a test's scope",
		.manager = "systemd",
		.leader = getpid(),
	};
	struct cgroup *c, *second;
	struct err e = { 0 };
	if (cgroup_ask(&o, &c, &e) < 0 || cgroup_wait(c, &e) < 0)
		fail_msg("%s", e.msg);
	assert_string_equal(cgroup_manager(c), "systemd");
	assert_true(str_ends(cgroup_path(c), "/user.slice/cuddy-unit.test_1.scope/container"));
	auto_free char *own = cgroup_of(getpid());
	assert_true(str_starts(cgroup_path(c), own));
	use(c);

	/* its name is taken while this process lives in it: the next takes another */
	pid_t other = fork();
	if (other == 0) {
		o.leader = getpid();
		if (cgroup_up(&o, &second, &e) < 0)
			fail_msg("%s", e.msg);
		assert_non_null(strstr(cgroup_path(second), "/cuddy-unit.test_1-"));
		use(second);
		cgroup_free(second);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	assert_int_equal(fd_write_all(out, own, strlen(own)), 0);
	cgroup_free(c);
	return 0;
}

static void systemd(void **state)
{
	char scope[512] = "";
	int p[2], status;
	/* skip() jumps, past what would free */
	char *own = cgroup_of(getpid());
	bool possible = own && scope_possible() && exists("/cgroup.procs");
	free(own);
	if (!possible)
		skip();
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	pid_t leader = fork();
	if (leader == 0)
		_exit(lead(p[1]));
	close(p[1]);
	assert_true(fd_read_full(p[0], scope, sizeof scope - 1) > 0);
	close(p[0]);
	assert_int_equal(waitpid(leader, &status, 0), leader);
	assert_int_equal(status, 0);
	for (int i = 0; i < 200 && exists(scope); i++)
		usleep(10000);
	assert_false(exists(scope));
}

/* A dead socket is found out at once and the default goes on without. */
static void dead_systemd(void **state)
{
	struct cgroup_opts o = { .name = "unit-test-dead",
				 .leader = getpid(),
				 .manager = "systemd" };
	struct cgroup *c;
	struct err e = { 0 };
	if (geteuid() == 0)
		skip();
	auto_free char *old = getenv("XDG_RUNTIME_DIR") ? xstrdup(getenv("XDG_RUNTIME_DIR")) : NULL;
	setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
	assert_int_equal(cgroup_up(&o, &c, &e), -1);
	assert_true(e.hint[0] || strstr(e.msg, "cgroup v2 is not at"));
	unsetenv("XDG_RUNTIME_DIR");
	assert_false(scope_possible());
	if (old)
		setenv("XDG_RUNTIME_DIR", old, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none),          cmocka_unit_test(bad_requests),
		cmocka_unit_test(foreign_paths), cmocka_unit_test(any),
		cmocka_unit_test(cgroupfs),      cmocka_unit_test(systemd),
		cmocka_unit_test(dead_systemd),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
