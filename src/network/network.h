/* network.h - the way of one network namespace to the world: a row of back ends (slirp4netns,
 * pasta), each a helper process in user space. Knows nothing of containers.
 *
 * The namespace exists already and is handed over as descriptors, so no back end ever learns a
 * container's pid. */
#pragma once
#include "model/options.h"
#include "util/err.h"

struct network; /* opaque; one owner */

/* Which back end serves O: NETWORK_SLIRP or NETWORK_PASTA (NETWORK_DEFAULT is resolved: what CONF,
 * containers.conf's network.default_rootless_network_cmd, names, else slirp4netns, else pasta).
 * An error names what to install. */
must_check int network_choose(const struct network_opts *o, const char *conf,
			      enum network_kind *kind, struct err *e);
/* Start the helper for the namespaces USERNS and NETNS (descriptors, borrowed). Returns at once. */
must_check int network_up(enum network_kind kind, const struct network_opts *o, int userns,
			  int netns, struct network **out, struct err *e);
/* Wait until it carries packets (bounded: 10 s). */
must_check int network_wait_ready(struct network *n, struct err *e);
/* The addresses to put in resolv.conf and hosts: DNS forwarder ("10.0.2.3") or NULL for the host's own;
 * the host's address as seen from inside (host.containers.internal) or NULL; the container's or NULL. */
const char *network_dns(const struct network *n);
const char *network_host_address(const struct network *n);
const char *network_own_address(const struct network *n);
/* A descriptor that keeps the helper alive: the helper ends when every copy of it is closed.
 * The monitor keeps it. Borrowed. -1 when the helper needs none. */
int network_keep_fd(const struct network *n);
/* The helper's pid (for whoever takes over as its parent), 0 when none. */
int network_pid(const struct network *n);
/* Tell the helper to end, without waiting: the kernel takes 20 ms and more to take its device down. NULL is fine. */
void network_stop(struct network *n);
/* End the helper and reap it. NULL is fine. */
void network_down(struct network *n);
