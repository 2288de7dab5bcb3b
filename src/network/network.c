/* network.c - chooses a back end, starts it, waits for it, ends it.
 *
 * A helper is started while the rest of a container is set up, and waited for only when all else
 * is done: its few milliseconds cost nothing then. What it says on standard error is kept until
 * it is ready, because that is the reason to show when it never is. It must not be able to outlive
 * whoever holds the container, so each back end ties it to its starter in its own way. */
#include "network/backend.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/proc.h"

#define READY_MS 10000
#define SAID_MAX 8192

static const struct network_backend *const backends[] = { &network_slirp, &network_pasta };
#define NBACKENDS (sizeof backends / sizeof *backends)

static char *find_program(const char *name)
{
	/* where containers.conf's helper_binaries_dir points when nobody sets it */
	static const char *const dirs[] = { "/usr/local/libexec/podman", "/usr/local/lib/podman",
					    "/usr/libexec/podman", "/usr/lib/podman" };
	char *found = proc_find(name);
	for (size_t i = 0; !found && i < sizeof dirs / sizeof *dirs; i++) {
		auto_free char *path = str_printf("%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			found = take(path);
	}
	return found;
}

static int not_installed(const char *names, const char *packages, struct err *e)
{
	err_set(e, ERR_NOTFOUND, "network: %s not found", names);
	return err_hint(e,
			"Install the package %s, or use --network none or --network host, which "
			"need nothing.",
			packages);
}

static bool installed(const struct network_backend *b)
{
	auto_free char *path = find_program(b->program);
	return path != NULL;
}

/* CONF's choice first, then the table's order. */
static int choose_default(const char *conf, enum network_kind *kind, struct err *e)
{
	const struct network_backend *wanted = NULL;
	for (size_t i = 0; conf && i < NBACKENDS; i++)
		if (str_eq(conf, backends[i]->program))
			wanted = backends[i];
	if (conf && *conf && !wanted)
		return err_set(e, ERR_USAGE,
			       "containers.conf: default_rootless_network_cmd \"%s\" is neither "
			       "slirp4netns nor pasta",
			       conf);
	for (size_t i = 0; i < NBACKENDS && !(wanted && installed(wanted)); i++)
		wanted = backends[i];
	if (!installed(wanted))
		return not_installed("neither slirp4netns nor pasta", "slirp4netns or passt", e);
	*kind = wanted->kind;
	return 0;
}

int network_choose(const struct network_opts *o, const char *conf, enum network_kind *kind,
		   struct err *e)
{
	*kind = o->kind;
	if (o->kind == NETWORK_UNSET || o->kind == NETWORK_DEFAULT)
		return choose_default(conf, kind, e);
	for (size_t i = 0; i < NBACKENDS; i++)
		if (backends[i]->kind == o->kind && !installed(backends[i]))
			return not_installed(backends[i]->program, backends[i]->package, e);
	return 0;
}

/* Both helpers make a tap device. Without this check their own message is all that is known. */
static int check_tun(struct err *e)
{
	if (access("/dev/net/tun", R_OK | W_OK) == 0)
		return 0;
	bool missing = errno == ENOENT || errno == ENODEV || errno == ENXIO;
	err_sys(e, "network: /dev/net/tun");
	return err_hint(
		e, "An administrator %s; --network none and --network host do without it.",
		missing ? "loads the kernel's module with `modprobe tun'"
			: "opens it to users, as it usually is, with `chmod 0666 /dev/net/tun'");
}

/* A pipe for the helper's standard error that can neither block nor kill it: its end is opened
 * for both directions, so there is a reader for as long as the helper lives, and what does not fit
 * is lost. Our end sees end of file when the helper is gone. */
static int open_log(int *ours, int *theirs, struct err *e)
{
	int p[2];
	char path[32];
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, "pipe");
	snprintf(path, sizeof path, "/proc/self/fd/%d", p[1]);
	*theirs = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	fd_close(&p[1]);
	*ours = p[0];
	if (*theirs < 0)
		return err_sys(e, "%s", path);
	return 0;
}

void network_find_host(char *out, size_t size)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(53) };
	socklen_t len = sizeof sa;
	inet_pton(AF_INET, "192.0.2.254", &sa.sin_addr);
	auto_fd int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s >= 0 && connect(s, (struct sockaddr *)&sa, sizeof sa) == 0
	    && getsockname(s, (struct sockaddr *)&sa, &len) == 0)
		inet_ntop(AF_INET, &sa.sin_addr, out, (socklen_t)size);
}

static int start(struct network *n, const struct network_opts *o, int userns, int netns,
		 struct err *e)
{
	const struct network_backend *b = n->backend;
	auto_fd int log = -1;
	auto_free char *path = find_program(b->program);
	if (!path)
		return not_installed(b->program, b->package, e);
	if (check_tun(e) < 0 || open_log(&n->log, &log, e) < 0)
		return -1;
	return b->start(n, path, o, userns, netns, log, e);
}

int network_up(enum network_kind kind, const struct network_opts *o, int userns, int netns,
	       struct network **out, struct err *e)
{
	struct network *n = xcalloc(1, sizeof *n);
	n->keep = n->ready = n->log = -1;
	for (size_t i = 0; i < NBACKENDS; i++)
		if (backends[i]->kind == kind)
			n->backend = backends[i];
	if (!n->backend)
		err_set(e, ERR_USAGE, "network: this kind has no helper program");
	else if (start(n, o, userns, netns, e) == 0) {
		*out = n;
		return 0;
	}
	network_down(n);
	return -1;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Take what the helper has said since. False when it is gone. */
static bool listen_to(struct network *n)
{
	char text[1024];
	ssize_t got;
	while ((got = read(n->log, text, sizeof text)) > 0)
		if (n->said.len < SAID_MAX)
			buf_add(&n->said, text, (size_t)got);
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Lines that explain nothing: what both say always, and their help. */
static bool is_noise(const char *line)
{
	return !*line || str_starts(line, "WARNING: Support for ") || str_ends(line, " to syslog");
}

/* The reason is in what the helper said, over several lines. */
static int failed(struct network *n, const char *what, struct err *e)
{
	auto_strv struct strv lines = { 0 };
	auto_strv struct strv kept = { 0 };
	strv_split(&lines, n->said.data ? n->said.data : "", '\n');
	for (size_t i = 0; i < lines.n && !str_starts(lines.list[i], "Usage:"); i++)
		if (!is_noise(lines.list[i]))
			strv_take(&kept, str_printable(lines.list[i]));
	auto_free char *text = strv_join(&kept, "; ");
	err_set(e, ERR_SYSTEM, "network: %s %s: %.600s", n->backend->program, what,
		*text ? text : "it said nothing");
	return err_hint(e, "--network none and --network host do without it.");
}

int network_wait_ready(struct network *n, struct err *e)
{
	int64_t deadline = now_ms() + READY_MS;
	for (;;) {
		bool alive = listen_to(n);
		if (n->backend->is_ready(n)) {
			fd_close(&n->log);
			fd_close(&n->ready);
			buf_free(&n->said);
			return 0;
		}
		if (!alive)
			return failed(n, "failed", e);
		int64_t left = deadline - now_ms();
		if (left <= 0)
			return failed(n, "is not ready after 10 seconds", e);
		struct pollfd p[] = { { .fd = n->log, .events = POLLIN },
				      { .fd = n->ready, .events = POLLIN } };
		if (poll(p, 2, (int)left) < 0 && errno != EINTR)
			return err_sys(e, "network: poll");
	}
}

static const char *text_or_null(const char *s)
{
	return *s ? s : NULL;
}

const char *network_dns(const struct network *n)
{
	return text_or_null(n->dns);
}

const char *network_host_address(const struct network *n)
{
	return text_or_null(n->host);
}

const char *network_own_address(const struct network *n)
{
	return text_or_null(n->own);
}

int network_keep_fd(const struct network *n)
{
	return n->keep;
}

int network_pid(const struct network *n)
{
	return n->pid;
}

void network_stop(struct network *n)
{
	/* it keeps nothing that would want an orderly end */
	if (n && n->pid > 0)
		kill(n->pid, SIGKILL);
}

void network_down(struct network *n)
{
	if (!n)
		return;
	fd_close(&n->keep);
	fd_close(&n->ready);
	fd_close(&n->log);
	network_stop(n);
	if (n->pid > 0)
		(void)!proc_reap(n->pid);
	buf_free(&n->said);
	free(n);
}
