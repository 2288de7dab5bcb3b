/* slirp.c - slirp4netns(1): a TCP/IP stack in user space.
 *
 * It ends when the read end of a pipe that it was handed sees end of file (--exit-fd), so whoever
 * holds the write end holds its life, also over exec and kill -9. It stays outside of the
 * container's user namespace: a container that sees the host's processes must not be able to trace
 * what talks to the host's network. That is also why --enable-sandbox is not used: it wants to be
 * root inside; --enable-seccomp is. */
#include "network/backend.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/proc.h"

static void add_args(struct strv *v, const struct slirp_opts *o)
{
	strv_addf(v, "--mtu=%u", o->mtu);
	strv_addf(v, "--cidr=%s", o->cidr);
	if (!o->host_loopback)
		strv_add(v, "--disable-host-loopback");
	if (o->ipv6)
		strv_add(v, "--enable-ipv6");
	if (o->outbound)
		strv_addf(v, "--outbound-addr=%s", o->outbound);
	if (o->outbound6)
		strv_addf(v, "--outbound-addr6=%s", o->outbound6);
}

static int slirp_start(struct network *n, const char *path, const struct network_opts *opts,
		       int userns, int netns, int log, struct err *e)
{
	int ready[2], life[2];
	struct slirp_opts o;
	auto_strv struct strv v = { 0 };

	if (slirp_opts_parse(&opts->args, &o, e) < 0)
		return -1;
	strv_add(&v, path);
	strv_add(&v, "--configure");
	strv_add(&v, "--enable-seccomp");
	add_args(&v, &o);
	/* 3, 4, ...: the numbers at which proc_start hands them over */
	strv_add(&v, "--userns-path=/proc/self/fd/3");
	strv_add(&v, "--ready-fd=5");
	strv_add(&v, "--exit-fd=6");
	strv_add(&v, "--netns-type=path");
	strv_add(&v, "/proc/self/fd/4");
	strv_add(&v, "tap0");

	if (pipe2(ready, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, "pipe");
	n->ready = ready[0];
	auto_fd int ready_end = ready[1];
	if (pipe2(life, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	n->keep = life[1];
	auto_fd int life_end = life[0];

	const int fds[] = { userns, netns, ready_end, life_end };
	pid_t pid = proc_start(v.list, fds, 4, log, e);
	if (pid < 0)
		return -1;
	n->pid = pid;
	memcpy(n->dns, o.dns, sizeof n->dns);
	memcpy(n->own, o.own, sizeof o.own);
	/* with the host's loopback closed there is nobody at its address inside */
	if (o.host_loopback)
		memcpy(n->host, o.host, sizeof n->host);
	else
		network_find_host(n->host, sizeof n->host);
	return 0;
}

static bool slirp_is_ready(struct network *n)
{
	char c;
	return read(n->ready, &c, 1) == 1;
}

const struct network_backend network_slirp = {
	.kind = NETWORK_SLIRP,
	.program = "slirp4netns",
	.package = "slirp4netns",
	.start = slirp_start,
	.is_ready = slirp_is_ready,
};
