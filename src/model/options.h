/* options.h - what a user asked of a container: filled by cli from argv, saved as it is in the
 * container's record, read by engine. Unset stays unset (NULL, TRI_UNSET, empty list), so that
 * inspect can tell asked from assumed. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "util/err.h"
#include "util/json.h"
#include "util/str.h"

enum tri { TRI_UNSET, TRI_NO, TRI_YES };

enum network_kind {
	NETWORK_UNSET,
	NETWORK_DEFAULT,
	NETWORK_NONE,
	NETWORK_HOST,
	NETWORK_SLIRP,
	NETWORK_PASTA
};
struct network_opts {
	enum network_kind kind;
	struct strv args; /* what stood behind "slirp4netns:" or "pasta:", split at commas */
};

enum mount_kind { MOUNT_BIND, MOUNT_TMPFS, MOUNT_VOLUME };
struct mount_opts { /* one -v or --tmpfs */
	enum mount_kind kind;
	char *source; /* host path or volume name; NULL for tmpfs and anonymous */
	char *target; /* absolute path inside, cleaned */
	bool read_only, noexec, nosuid, nodev, recursive;
	uint64_t size; /* tmpfs bytes; 0 = the kernel's default */
	uint32_t mode; /* tmpfs mode; 0 = 01777 */
};

struct create_opts {
	char *image, *name, *hostname, *entrypoint, *user, *workdir, *cidfile, *pull, *seccomp,
		*log_driver;
	struct strv command;        /* behind the image */
	struct strv create_command; /* argv as typed, for inspect */
	struct strv env;            /* K=V, or K to take from the caller (resolved by cli) */
	struct strv labels, cap_add, cap_drop, security_opt;
	struct mount_opts *mounts;
	size_t nmounts;
	struct network_opts network;
	enum tri no_new_privs;
	bool interactive, tty, remove, read_only, privileged, init, entrypoint_set, detach;
};

/* "SRC:DST[:OPTS]" or "DST"; relative sources and "~" are the shell's matter: "./x" is made absolute by
 * CWD (NULL: there is none). "PATH[:OPTS]" for tmpfs. Fuzzed. */
must_check int mount_opts_parse_volume(const char *text, const char *cwd, struct mount_opts *out,
				       struct err *e);
must_check int mount_opts_parse_tmpfs(const char *text, struct mount_opts *out, struct err *e);
void mount_opts_free(struct mount_opts *m);
/* A volume name as podman has them: a letter or digit, then letters, digits, "_", "." and "-". */
bool volume_name_ok(const char *name);
/* "none", "host", "default", "private", "slirp4netns[:opts]", "pasta[:opts]". What stands behind
 * slirp4netns is checked here, what stands behind pasta is pasta's matter. */
must_check int network_opts_parse(const char *text, struct network_opts *out, struct err *e);
void network_opts_free(struct network_opts *o);

/* The words behind "slirp4netns:", read. Addresses follow from the range as slirp4netns deals them:
 * host + 2, name server + 3, container + 100. */
struct slirp_opts {
	bool host_loopback; /* allow_host_loopback=, false */
	bool ipv6;          /* enable_ipv6=, true */
	unsigned mtu;       /* 65520 */
	char cidr[20];      /* "10.0.2.0/24" */
	char host[16], dns[16], own[16];
	const char *outbound, *outbound6; /* an address or an interface; borrowed from ARGS; NULL */
};
must_check int slirp_opts_parse(const struct strv *args, struct slirp_opts *out, struct err *e);

void create_opts_free(struct create_opts *o);
/* The record on disk, and back. */
json *create_opts_json(const struct create_opts *o);
must_check int create_opts_load(json *j, struct create_opts *out, struct err *e);
