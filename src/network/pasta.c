/* pasta.c - pasta(1), of passt: the host's sockets spliced to the container's.
 *
 * Newer versions close every descriptor but the standard three before they look at the
 * namespaces, and in the background they would be nobody's child. So the namespaces are its
 * standard input and output, it stays in the foreground, and the kernel kills it when its starter
 * ends. It writes its pid file when it is ready: that file is its standard error, where a line that
 * holds nothing but its pid is the sign. */
#include "network/backend.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "util/proc.h"

/* Addresses for links only: nobody else can have it. podman uses the same. */
#define DNS_ADDRESS "169.254.1.1"

static const char *const always[] = { "--foreground",    "--quiet",  "--no-netns-quit", "--pid",
				      "/proc/self/fd/2", "--userns", "/proc/self/fd/1", "--netns",
				      "/proc/self/fd/0", NULL };
/* as root it would become nobody, who may not enter our namespaces */
static const char *const stay_root[] = { "--runas", "0", NULL };

static void add_all(struct strv *v, const char *const *words)
{
	for (; *words; words++)
		strv_add(v, *words);
}

static bool has_any(const struct strv *args, const char *const *names)
{
	for (; *names; names++)
		if (strv_has(args, *names))
			return true;
	return false;
}

/* pasta's defaults are to forward every port both ways and to map the gateway to the host: a
 * container gets none of that unless it was asked for. */
static void add_args(struct strv *v, const struct strv *args)
{
	static const struct {
		const char *names[3], *add[3];
	} defaults[] = {
		{ { "-t", "--tcp-ports" }, { "-t", "none" } },
		{ { "-u", "--udp-ports" }, { "-u", "none" } },
		{ { "-T", "--tcp-ns" }, { "-T", "none" } },
		{ { "-U", "--udp-ns" }, { "-U", "none" } },
		{ { "--map-gw", "--no-map-gw" }, { "--no-map-gw" } },
		{ { "--dns-forward" }, { "--dns-forward", DNS_ADDRESS } },
	};
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		if (!has_any(args, defaults[i].names))
			add_all(v, defaults[i].add);
	for (size_t i = 0; i < args->n; i++)
		if (!str_eq(args->list[i], "--map-gw")) /* podman's word for the default */
			strv_add(v, args->list[i]);
}

static int pasta_start(struct network *n, const char *path, const struct network_opts *o,
		       int userns, int netns, int log, struct err *e)
{
	static const char *const address[] = { "-a", "--address", NULL };
	static const char *const forward[] = { "--dns-forward", NULL };
	auto_strv struct strv v = { 0 };
	strv_add(&v, path);
	strv_add(&v, "--config-net");
	add_args(&v, &o->args);
	add_all(&v, always);
	if (geteuid() == 0)
		add_all(&v, stay_root);

	pid_t pid = proc_start_tied(v.list, (const int[]){ netns, userns, log }, e);
	if (pid < 0)
		return -1;
	n->pid = pid;
	/* it copies the address of the interface with the default route */
	if (!has_any(&o->args, address))
		network_find_host(n->own, sizeof n->own);
	if (!has_any(&o->args, forward))
		snprintf(n->dns, sizeof n->dns, "%s", DNS_ADDRESS);
	return 0;
}

static bool pasta_is_ready(struct network *n)
{
	auto_strv struct strv lines = { 0 };
	auto_free char *pid = str_printf("%d", n->pid);
	strv_split(&lines, n->said.data ? n->said.data : "", '\n');
	/* the last one may be half a line; a whole one has another, empty or not, behind it */
	for (size_t i = 0; i + 1 < lines.n; i++)
		if (str_eq(lines.list[i], pid))
			return true;
	return false;
}

const struct network_backend network_pasta = {
	.kind = NETWORK_PASTA,
	.program = "pasta",
	.package = "passt",
	.start = pasta_start,
	.is_ready = pasta_is_ready,
};
