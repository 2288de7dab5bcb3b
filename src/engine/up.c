/* up.c - a container comes up, and goes down in the reverse order.
 *
 * What the child does by itself (mounts) goes on while the parent starts the network helper and compiles the
 * seccomp filter; they meet at runtime_release. The network helper is handed descriptors, so it never
 * learns a pid. */
#include "engine/up.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "engine/spec.h"
#include "store/rootfs.h"
#include "util/copy.h"
#include "util/fd.h"
#include "util/log.h"

struct hands { /* what the runtime's hooks need */
	struct engine *en;
	struct container *c;
	uint64_t caps; /* of the container */
};

static int map_ids(void *arg, pid_t pid, struct err *e)
{
	struct hands *h = arg;
	return userns_write_maps(pid, &h->en->ids, e);
}

static int mount_root(void *arg, struct err *e)
{
	struct hands *h = arg;
	uint64_t trace = 0;
	if (cap_parse("SYS_PTRACE", &trace) < 0)
		return err_set(e, ERR_SYSTEM, "no capability SYS_PTRACE");
	struct rootfs_opts o = {
		.store_root = store_fd(h->en->store),
		.container_dir = h->c->dir,
		.layers = h->c->record.layers,
		.nlayers = (unsigned)h->c->record.nlayers,
		.driver = h->en->storage_driver,
		.is_volatile = h->c->record.opts.remove,
		.may_trace = h->caps & trace,
		/* --read-only comes last of all (child_pivot): mount points are made first */
	};
	return rootfs_mount(&o, e);
}

static enum network_kind network_asked(struct engine *en, const struct container *c)
{
	struct network_opts o = { 0 };
	struct err ignored;
	enum network_kind kind = c->record.opts.network.kind;
	if (kind == NETWORK_UNSET && en->config.netns
	    && network_opts_parse(en->config.netns, &o, &ignored) == 0) {
		kind = o.kind;
		network_opts_free(&o);
	}
	return kind == NETWORK_UNSET ? NETWORK_DEFAULT : kind;
}

static int choose_network(struct engine *en, const struct container *c, struct live *l,
			  struct err *e)
{
	struct network_opts o = c->record.opts.network;
	o.kind = network_asked(en, c);
	l->net = o.kind;
	if (o.kind == NETWORK_NONE || o.kind == NETWORK_HOST)
		return 0;
	return network_choose(&o, en->config.network_cmd, &l->net, e);
}

static int make_spec(struct engine *en, const struct container *c, struct live *l, struct err *e)
{
	auto_image struct image img = { 0 };
	auto_free char *files = str_printf("%s/%s", en->runroot, c->id);
	if (store_image_find(en->store, c->record.image.hex, &img, NULL, e) < 0)
		return err_wrap(e, "the container's image");
	snprintf(l->arch, sizeof l->arch, "%s", img.arch ? img.arch : "");
	if (etc_make(c->run, e) < 0)
		return -1;
	return engine_spec(en, c, &img, files, l->net, &l->spec, e);
}

/* The user's systemd works on it while we go on. */
static int ask_cgroup(struct engine *en, const struct container *c, struct live *l, struct err *e)
{
	l->cgroup_opts = (struct cgroup_opts){
		.name = c->id,
		.description = c->name,
		.manager = en->cgroup_manager ? en->cgroup_manager : en->config.cgroup_manager,
		.leader = getpid(),
	};
	return cgroup_ask(&l->cgroup_opts, &l->cgroup, e);
}

static int await_cgroup(struct live *l, struct err *e)
{
	if (cgroup_wait(l->cgroup, e) < 0)
		return -1;
	if (cgroup_path(l->cgroup))
		l->spec.cgroup_path = xstrdup(cgroup_path(l->cgroup));
	return 0;
}

static int spawn(struct engine *en, struct container *c, struct live *l, struct err *e)
{
	struct hands hands = { en, c, l->spec.caps };
	struct runtime_args a = {
		.spec = &l->spec,
		.hooks = { map_ids, mount_root, tree_copy, &hands },
		.seccomp = l->seccomp.count ? &l->seccomp : NULL,
		.stdio = { l->stdio[0], l->stdio[1], l->stdio[2] },
		.cgroup = cgroup_fd(l->cgroup),
	};
	log_phase("up: spec, filter and cgroup are made");
	if (runtime_spawn(&a, &l->rt, e) < 0)
		return -1;
	log_phase("up: cloned and mapped");
	return 0;
}

static int start_network(const struct container *c, struct live *l, struct err *e)
{
	if (l->net == NETWORK_NONE || l->net == NETWORK_HOST)
		return 0;
	return network_up(l->net, &c->record.opts.network, l->rt.userns, l->rt.netns, &l->network,
			  e);
}

static int write_config(const struct container *c, const struct live *l, struct err *e)
{
	auto_json json *j = spec_json(&l->spec, "merged");
	auto_free char *text = json_text(j, true);
	return file_swap_at(c->dir, "config.json", text, strlen(text), 0600, e);
}

static int await_network(struct live *l, struct err *e)
{
	return l->network ? network_wait_ready(l->network, e) : 0;
}

int engine_up(struct engine *en, struct container *c, struct live *l, struct err *e)
{
	l->rt = (struct runtime){
		.proc.pidfd = -1, .sock = -1, .userns = -1, .netns = -1, .terminal = -1
	};
	if (choose_network(en, c, l, e) < 0 || ask_cgroup(en, c, l, e) < 0
	    || make_spec(en, c, l, e) < 0
	    || engine_filter(en, c, &l->spec, l->arch, &l->seccomp, e) < 0 || await_cgroup(l, e) < 0
	    || spawn(en, c, l, e) < 0 || start_network(c, l, e) < 0
	    || etc_fill(c->run, c, &l->spec, l->net, l->network, e) < 0 || write_config(c, l, e) < 0
	    || await_network(l, e) < 0 || runtime_release(&l->rt, e) < 0) {
		engine_down(l);
		return -1;
	}
	return 0;
}

void engine_down(struct live *l)
{
	runtime_abort(&l->rt);
	network_down(l->network);
	if (l->cgroup && cgroup_path(l->cgroup))
		cgroup_path_remove(cgroup_path(l->cgroup));
	cgroup_free(l->cgroup);
	seccomp_filter_free(&l->seccomp);
	spec_free(&l->spec);
	*l = (struct live){
		.rt = { .proc.pidfd = -1, .sock = -1, .userns = -1, .netns = -1, .terminal = -1 }
	};
}
