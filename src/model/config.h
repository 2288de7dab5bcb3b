/* config.h - what containers.conf and storage.conf say, as far as cuddy honours it. Pure: engine/config.c
 * reads the files. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "util/err.h"
#include "util/str.h"

struct config {                /* NULL is unset: the built-in default holds; all owned */
	char *netns;           /* containers.netns: as behind --network */
	char *seccomp_profile; /* containers.seccomp_profile: a path */
	char *log_driver;      /* containers.log_driver */
	struct strv
		default_capabilities;  /* containers.default_capabilities: "CHOWN" or "CAP_CHOWN" */
	bool default_capabilities_set; /* an empty list is a choice too */
	char *cgroup_manager;          /* engine.cgroup_manager: "systemd" or "cgroupfs" */
	char *network_cmd;    /* network.default_rootless_network_cmd: "slirp4netns" or "pasta" */
	char *storage_driver; /* storage.driver */
	char *graphroot,
		*runroot; /* storage.graphroot, storage.runroot. podman's own store lies there, so
					 * ours goes into a directory of its own below */
	char *mount_program; /* storage.options.overlay.mount_program */
};

/* Lay the document TEXT over what C holds already: what it sets replaces, what it does not stays. Unknown
 * keys are ignored; one of ours with a value of another type is an error that starts with NAME. */
must_check int config_add_containers(struct config *c, const char *text, size_t len,
				     const char *name, struct err *e);

/* For whom storage.conf is read. A file of the whole SYSTEM names root's places: of those a user follows
 * only rootless_storage_path, in which $HOME, $USER and $UID are written out, and never graphroot. */
struct config_owner {
	uid_t uid;
	const char *home, *user; /* NULL when not known */
	bool system;
};
must_check int config_add_storage(struct config *c, const char *text, size_t len, const char *name,
				  const struct config_owner *owner, struct err *e);
void config_free(struct config *c);
#define auto_config __attribute__((cleanup(config_free)))
