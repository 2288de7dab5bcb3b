/* test_network.c - the helpers, started for real in namespaces of the test's own. Traffic goes to
 * the loopback only. What this machine cannot do (no helper, no user namespaces, no tap devices) is
 * skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "network/network.h"
#include "util/fd.h"
#include "util/proc.h"

struct world {
	pid_t pid;
	int userns, netns;
};

static void put(const char *path, const char *text)
{
	if (file_put(AT_FDCWD, path, text) < 0)
		_exit(1);
}

/* A process in namespaces of its own, which waits until it is killed. False: not possible here. */
static bool world_up(struct world *w)
{
	int p[2];
	char map[64], path[64], c;
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	snprintf(map, sizeof map, "0 %d 1", geteuid());
	w->pid = fork();
	if (w->pid == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
			_exit(1);
		put("/proc/self/setgroups", "deny");
		put("/proc/self/uid_map", map);
		if (write(p[1], "", 1) != 1)
			_exit(1);
		close(p[1]);
		for (;;)
			pause();
	}
	close(p[1]);
	bool ok = read(p[0], &c, 1) == 1;
	close(p[0]);
	snprintf(path, sizeof path, "/proc/%d/ns/user", w->pid);
	w->userns = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/%d/ns/net", w->pid);
	w->netns = open(path, O_RDONLY | O_CLOEXEC);
	return ok && w->userns >= 0 && w->netns >= 0;
}

static void world_down(struct world *w)
{
	kill(w->pid, SIGKILL);
	(void)!proc_reap(w->pid);
	fd_close(&w->userns);
	fd_close(&w->netns);
}

/* From inside W, read what a listener at ADDRESS:PORT says. */
static int ask(const struct world *w, const char *address, int port, const char *expected)
{
	pid_t pid = fork();
	if (pid == 0) {
		struct sockaddr_in sa = { .sin_family = AF_INET,
					  .sin_port = htons((uint16_t)port) };
		struct timeval limit = { .tv_sec = 5 };
		char text[64] = "";
		if (setns(w->userns, CLONE_NEWUSER) < 0 || setns(w->netns, CLONE_NEWNET) < 0)
			_exit(2);
		int s = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
		setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
		inet_pton(AF_INET, address, &sa.sin_addr);
		if (connect(s, (struct sockaddr *)&sa, sizeof sa) < 0)
			_exit(3);
		_exit(read(s, text, sizeof text - 1) > 0 && str_eq(text, expected) ? 0 : 4);
	}
	return proc_exit_code(proc_reap(pid));
}

/* Someone on the host's loopback who says "hello" to each caller. */
static pid_t listener(int *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sa;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(listen(s, 5), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&sa, &len), 0);
	*port = ntohs(sa.sin_port);
	pid_t pid = fork();
	if (pid == 0) {
		alarm(60);
		for (;;) {
			int c = accept(s, NULL, NULL);
			if (write(c, "hello", 5) != 5)
				_exit(1);
			close(c);
		}
	}
	close(s);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	(void)!proc_reap(pid);
}

static bool can(const char *program)
{
	auto_free char *path = proc_find(program);
	return path && access("/dev/net/tun", R_OK | W_OK) == 0;
}

static struct network *up(const struct world *w, const char *text, struct network_opts *o)
{
	struct network *n;
	struct err e = { 0 };
	assert_int_equal(network_opts_parse(text, o, &e), 0);
	if (network_up(o->kind, o, w->userns, w->netns, &n, &e) < 0
	    || network_wait_ready(n, &e) < 0)
		fail_msg("%s", e.msg);
	return n;
}

static void slirp(void **state)
{
	struct network_opts o;
	struct world w;
	int port;
	if (!can("slirp4netns") || !world_up(&w))
		skip();
	pid_t server = listener(&port);
	struct network *n = up(&w, "slirp4netns:allow_host_loopback=true,cidr=10.77.0.0/24", &o);
	assert_string_equal(network_own_address(n), "10.77.0.100");
	assert_string_equal(network_dns(n), "10.77.0.3");
	assert_string_equal(network_host_address(n), "10.77.0.2");
	assert_int_equal(ask(&w, "10.77.0.2", port, "hello"), 0);
	pid_t pid = network_pid(n);
	network_down(n);
	assert_int_equal(kill(pid, 0), -1);
	end(server);
	network_opts_free(&o);
	world_down(&w);
}

static void slirp_host_is_closed(void **state)
{
	struct network_opts o;
	struct world w;
	int port;
	if (!can("slirp4netns") || !world_up(&w))
		skip();
	pid_t server = listener(&port);
	struct network *n = up(&w, "slirp4netns", &o);
	assert_int_equal(ask(&w, "10.0.2.2", port, "hello"), 3);
	network_down(n);
	end(server);
	network_opts_free(&o);
	world_down(&w);
}

static bool has_way_out(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(53) };
	inet_pton(AF_INET, "198.51.100.1", &sa.sin_addr);
	auto_fd int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return s >= 0 && connect(s, (struct sockaddr *)&sa, sizeof sa) == 0;
}

static void pasta(void **state)
{
	struct network_opts o;
	struct world w;
	int port;
	if (!can("pasta") || !has_way_out() || !world_up(&w))
		skip();
	pid_t server = listener(&port);
	char text[64];
	/* the other side of -T is the loopback inside, which is down here: so by the gateway */
	snprintf(text, sizeof text, "pasta:--map-gw,-g,192.0.2.77,-a,192.0.2.78,-n,24");
	struct network *n = up(&w, text, &o);
	assert_null(network_own_address(n));
	assert_string_equal(network_dns(n), "169.254.1.1");
	assert_int_equal(ask(&w, "192.0.2.77", port, "hello"), 0);
	pid_t pid = network_pid(n);
	network_down(n);
	assert_int_equal(kill(pid, 0), -1);
	network_opts_free(&o);
	n = up(&w, "pasta:-I,eth7", &o);
	assert_non_null(network_own_address(n));
	network_down(n);
	network_opts_free(&o);
	end(server);
	world_down(&w);
}

/* Start the helper in a process that is then killed: the helper must go with it. */
static void dies_with_starter(const char *text, struct world *w)
{
	int p[2], status;
	pid_t helper = 0;
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t starter = fork();
	if (starter == 0) {
		struct network_opts o;
		pid_t pid = network_pid(up(w, text, &o));
		if (write(p[1], &pid, sizeof pid) != sizeof pid)
			_exit(1);
		for (;;)
			pause();
	}
	close(p[1]);
	assert_int_equal(read(p[0], &helper, sizeof helper), sizeof helper);
	close(p[0]);
	assert_int_equal(kill(helper, 0), 0);
	end(starter);
	for (int i = 0; i < 200 && waitpid(helper, &status, WNOHANG) == 0; i++)
		usleep(10000);
	assert_int_equal(kill(helper, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void ends_with_starter(void **state)
{
	struct world w;
	if (!world_up(&w))
		skip();
	if (can("slirp4netns"))
		dies_with_starter("slirp4netns", &w);
	if (can("pasta") && has_way_out())
		dies_with_starter("pasta", &w);
	world_down(&w);
}

/* What the helper says when it fails is what the user reads. */
static void failing_helper(void **state)
{
	struct network_opts o;
	struct network *n;
	struct err e = { 0 };
	if (!can("slirp4netns"))
		skip();
	assert_int_equal(network_opts_parse("slirp4netns", &o, &e), 0);
	auto_fd int not_a_namespace = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(network_up(NETWORK_SLIRP, &o, not_a_namespace, not_a_namespace, &n, &e),
			 0);
	assert_int_equal(network_wait_ready(n, &e), -1);
	assert_non_null(strstr(e.msg, "slirp4netns failed: "));
	assert_null(strstr(e.msg, "said nothing"));
	assert_null(strchr(e.msg, '\n'));
	network_down(n);
	network_opts_free(&o);
}

static void choosing(void **state)
{
	struct network_opts o = { .kind = NETWORK_NONE };
	enum network_kind kind;
	struct err e = { 0 };
	assert_int_equal(network_choose(&o, NULL, &kind, &e), 0);
	assert_int_equal(kind, NETWORK_NONE);
	o.kind = NETWORK_DEFAULT;
	assert_int_equal(network_choose(&o, "nonesuch", &kind, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	auto_free char *slirp_path = proc_find("slirp4netns");
	auto_free char *pasta_path = proc_find("pasta");
	if (slirp_path) {
		assert_int_equal(network_choose(&o, NULL, &kind, &e), 0);
		assert_int_equal(kind, NETWORK_SLIRP);
	}
	if (pasta_path) {
		assert_int_equal(network_choose(&o, "pasta", &kind, &e), 0);
		assert_int_equal(kind, NETWORK_PASTA);
	}
	network_down(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choosing),
		cmocka_unit_test(slirp),
		cmocka_unit_test(slirp_host_is_closed),
		cmocka_unit_test(pasta),
		cmocka_unit_test(ends_with_starter),
		cmocka_unit_test(failing_helper),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
