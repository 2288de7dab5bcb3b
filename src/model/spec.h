/* spec.h - what runs and in what surroundings: the OCI runtime specification's config.json as a
 * struct (runtime-spec config.md, config-linux.md). Made only by engine/spec.c, const from then on. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "util/json.h"
#include "util/str.h"

struct spec_mount {
	char *destination;   /* absolute, inside */
	char *type;          /* "bind", "tmpfs", "proc", ... */
	char *source;        /* a host path for binds; may be NULL */
	struct strv options; /* "ro", "nosuid", "size=64k", ... as in the specification */
	bool copy_up; /* before mounting: what the image has at DESTINATION is copied into an empty SOURCE */
};

enum spec_namespace { /* bits of `namespaces` */
		      SPEC_NS_NET =
			      1, /* user, mount, pid, ipc, uts and cgroup are always the container's own */
};

struct spec {
	struct strv args, env;
	char *cwd;
	bool cwd_create; /* the image's WORKDIR: made when missing; asked for by name: an error */
	char *user; /* "name", "uid", "user:group"; NULL: root. Looked up in the container's own files */
	bool terminal, read_only_root, no_new_privileges, init;
	bool single_id;     /* only id 0 is mapped */
	uint64_t caps;      /* bounding set, a bit per CAP_ number; root's effective set too */
	uint64_t caps_user; /* asked for by name: what a user other than root gets (ambient) */
	char *hostname;
	unsigned namespaces;
	struct spec_mount *mounts;
	size_t nmounts;
	struct strv masked, read_only;
	char *cgroup_path; /* NULL: none */
};

/* A mount appended; the strings are copied, OPTIONS is a comma list. Valid until the next one. */
struct spec_mount *spec_add_mount(struct spec *s, const char *type, const char *source,
				  const char *destination, const char *options);
/* The config.json document: owned by the caller. For readers and for comparing with other runtimes. */
json *spec_json(const struct spec *s, const char *root_path);
void spec_free(struct spec *s);
#define auto_spec __attribute__((cleanup(spec_free)))

/* "CAP_CHOWN", "chown", "ALL" -> bits; -1 when there is none of that name. */
must_check int cap_parse(const char *name, uint64_t *bits);
/* "CAP_CHOWN"; NULL beyond the last known one. */
const char *cap_name(unsigned number);
/* podman's default set for a container. */
uint64_t cap_defaults(void);
