/* backend.h - what the back ends of network/ share; for this folder only. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>
#include "network/network.h"
#include "util/str.h"

struct network_backend {
	enum network_kind kind;
	const char *program;
	const char *package; /* what a distribution calls it */
	/* Start PATH; fill pid, keep, ready and the addresses of N. LOG takes its standard error. */
	int (*start)(struct network *n, const char *path, const struct network_opts *o, int userns,
		     int netns, int log, struct err *e);
	/* Has it said that it is ready? N->said is all of its standard error so far. */
	bool (*is_ready)(struct network *n);
};

struct network {
	const struct network_backend *backend;
	pid_t pid;
	int keep;  /* the helper ends when it is closed; -1 */
	int ready; /* becomes readable; -1 */
	int log;   /* the helper's standard error; -1 when nobody listens any more */
	struct buf said;
	char dns[16], host[16], own[48]; /* "" is none */
};

/* The host's own address on the way out, by asking a datagram socket that sends nothing. OUT is
 * left alone when there is no way out. */
void network_find_host(char *out, size_t size);

extern const struct network_backend network_slirp;
extern const struct network_backend network_pasta;
