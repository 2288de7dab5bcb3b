/* options.c - what people write behind -v, --tmpfs and --network, read.
 *
 * The grammar is podman's. A word that podman knows and cuddy does not honour is refused by name:
 * a container that runs with less than was asked for is worse than one that does not start. Pure:
 * whether a source exists is for whoever mounts it. */
#include "model/options.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "util/alloc.h"
#include "util/path.h"

/* ---- words behind -v and --tmpfs */

enum word_for { FOR_BIND = 1, FOR_VOLUME = 2, FOR_TMPFS = 4, FOR_ANY = 7 };

/* Words of one group exclude each other. */
enum word_group { GROUP_WRITE, GROUP_EXEC, GROUP_SUID, GROUP_DEV, GROUP_BIND, GROUP_OTHER };

/* OFFSET is a bool of struct mount_opts that becomes VALUE; 0 is a word that asks for what is done
 * anyway. z and Z ask for labels, which exist only where SELinux does; podman ignores them elsewhere. */
struct word {
	const char *name;
	enum word_for where;
	enum word_group group;
	size_t offset;
	bool value;
};

#define FIELD(f) offsetof(struct mount_opts, f)
static const struct word words[] = {
	{ "ro", FOR_ANY, GROUP_WRITE, FIELD(read_only), true },
	{ "rw", FOR_ANY, GROUP_WRITE, FIELD(read_only), false },
	{ "exec", FOR_ANY, GROUP_EXEC, FIELD(noexec), false },
	{ "noexec", FOR_ANY, GROUP_EXEC, FIELD(noexec), true },
	{ "suid", FOR_ANY, GROUP_SUID, FIELD(nosuid), false },
	{ "nosuid", FOR_ANY, GROUP_SUID, FIELD(nosuid), true },
	{ "dev", FOR_ANY, GROUP_DEV, FIELD(nodev), false },
	{ "nodev", FOR_ANY, GROUP_DEV, FIELD(nodev), true },
	{ "bind", FOR_BIND, GROUP_BIND, FIELD(recursive), false },
	{ "rbind", FOR_BIND, GROUP_BIND, FIELD(recursive), true },
	{ "private", FOR_BIND | FOR_VOLUME, GROUP_OTHER, 0, false },
	{ "rprivate", FOR_ANY, GROUP_OTHER, 0, false },
	{ "copy", FOR_VOLUME, GROUP_OTHER, 0, false },
	{ "notmpcopyup", FOR_TMPFS, GROUP_OTHER, 0, false },
	{ "z", FOR_BIND | FOR_VOLUME, GROUP_OTHER, 0, false },
	{ "Z", FOR_BIND | FOR_VOLUME, GROUP_OTHER, 0, false },
};
static const char words_help[] =
	"Known are ro, rw, z, Z, [no]exec, [no]suid, [no]dev, private, and for directories of the "
	"host bind and rbind, for volumes copy, for --tmpfs size= and mode=.";

static const struct word *word_find(const char *name, enum word_for where)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if ((words[i].where & where) && str_eq(words[i].name, name))
			return &words[i];
	return NULL;
}

static int tmpfs_value(const char *text, struct mount_opts *m, struct err *e)
{
	if (str_starts(text, "size=")) {
		if (str_to_bytes(text + 5, &m->size) < 0 || !m->size)
			return err_set(e, ERR_USAGE, "%s: not a size such as 64m", text);
		return 1;
	}
	if (str_starts(text, "mode=")) {
		char *end;
		unsigned long mode = strtoul(text + 5, &end, 8);
		if (!isdigit((unsigned char)text[5]) || *end || !mode || mode > 07777)
			return err_set(e, ERR_USAGE, "%s: not an octal mode such as 1777", text);
		m->mode = (uint32_t)mode;
		return 1;
	}
	return 0;
}

/* TEXT is "word,word". Earlier settings of M are the defaults. */
static int apply_words(const char *text, enum word_for where, struct mount_opts *m, struct err *e)
{
	const char *seen[GROUP_OTHER] = { NULL };
	auto_strv struct strv list = { 0 };
	strv_split(&list, text, ',');
	for (size_t i = 0; i < list.n; i++) {
		const char *name = list.list[i];
		int taken = where == FOR_TMPFS ? tmpfs_value(name, m, e) : 0;
		if (taken < 0)
			return -1;
		if (taken)
			continue;
		const struct word *w = word_find(name, where);
		if (!w) {
			err_set(e, ERR_USAGE, "option \"%s\" is not supported here", name);
			return err_hint(e, "%s", words_help);
		}
		if (w->group < GROUP_OTHER) {
			if (seen[w->group] && !str_eq(seen[w->group], name))
				return err_set(e, ERR_USAGE, "\"%s\" and \"%s\" exclude each other",
					       seen[w->group], name);
			seen[w->group] = w->name;
		}
		if (w->offset)
			*(bool *)((char *)m + w->offset) = w->value;
	}
	return 0;
}

/* ---- volumes */

bool volume_name_ok(const char *name)
{
	if (!isalnum((unsigned char)name[0]) || strlen(name) > 255)
		return false;
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_.-", *p))
			return false;
	return true;
}

static int set_target(const char *text, struct mount_opts *m, struct err *e)
{
	if (!*text)
		return err_set(e, ERR_USAGE, "container directory cannot be empty");
	if (*text != '/')
		return err_set(e, ERR_USAGE,
			       "invalid container path \"%s\", must be an absolute path", text);
	m->target = path_clean(text);
	if (str_eq(m->target, "/"))
		return err_set(e, ERR_USAGE, "the container directory cannot be /");
	return 0;
}

static int set_source(const char *text, const char *cwd, struct mount_opts *m, struct err *e)
{
	if (!*text)
		return err_set(e, ERR_USAGE, "host directory cannot be empty");
	if (*text == '.' && !cwd)
		return err_set(e, ERR_USAGE, "%s: the working directory is gone", text);
	if (*text == '/' || *text == '.') {
		auto_free char *full = *text == '/' ? xstrdup(text)
						    : str_printf("%s/%s", cwd, text);
		m->kind = MOUNT_BIND;
		m->source = path_clean(full);
		m->recursive = true;
		return 0;
	}
	if (!volume_name_ok(text)) {
		err_set(e, ERR_USAGE,
			"\"%s\" is not a volume name: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*",
			text);
		return err_hint(e, "A directory of the host begins with / or ./");
	}
	m->source = xstrdup(text);
	return 0;
}

static int parse_volume(const char *text, const char *cwd, struct mount_opts *m, struct err *e)
{
	auto_strv struct strv f = { 0 };
	strv_split(&f, text, ':');
	if (f.n > 3)
		return err_set(e, ERR_USAGE, "should be [host-dir:]ctr-dir[:option]");
	m->kind = MOUNT_VOLUME;
	if (f.n > 1 && set_source(f.list[0], cwd, m, e) < 0)
		return -1;
	/* a volume holds what containers wrote, so nothing in it needs these; a directory of the
	 * host keeps what its own mount allows */
	m->nosuid = m->nodev = m->kind == MOUNT_VOLUME;
	if (set_target(f.list[f.n > 1 ? 1 : 0], m, e) < 0)
		return -1;
	return f.n < 3 ? 0
		       : apply_words(f.list[2], m->kind == MOUNT_BIND ? FOR_BIND : FOR_VOLUME, m,
				     e);
}

int mount_opts_parse_volume(const char *text, const char *cwd, struct mount_opts *out,
			    struct err *e)
{
	*out = (struct mount_opts){ 0 };
	if (parse_volume(text, cwd, out, e) == 0)
		return 0;
	mount_opts_free(out);
	return err_wrap(e, "volume \"%s\"", text);
}

int mount_opts_parse_tmpfs(const char *text, struct mount_opts *out, struct err *e)
{
	const char *colon = strchrnul(text, ':');
	auto_free char *target = xstrndup(text, (size_t)(colon - text));
	*out = (struct mount_opts){
		.kind = MOUNT_TMPFS, .noexec = true, .nosuid = true, .nodev = true
	};
	if (set_target(target, out, e) == 0
	    && (!*colon || apply_words(colon + 1, FOR_TMPFS, out, e) == 0))
		return 0;
	mount_opts_free(out);
	return err_wrap(e, "tmpfs \"%s\"", text);
}

void mount_opts_free(struct mount_opts *m)
{
	free_ptr(&m->source);
	free_ptr(&m->target);
}

/* ---- networks */

static int slirp_bool(const char *text, bool *out, struct err *e)
{
	return str_to_bool(text, out) < 0
		       ? err_set(e, ERR_USAGE, "\"%s\" is neither true nor false", text)
		       : 0;
}

static int slirp_mtu(const char *text, unsigned *out, struct err *e)
{
	uint64_t n;
	if (str_to_u64(text, &n) < 0 || n < 68 || n > 65521)
		return err_set(e, ERR_USAGE, "mtu \"%s\" is not a number from 68 to 65521", text);
	*out = (unsigned)n;
	return 0;
}

/* slirp4netns takes a range from /1 to /25 and refuses one with host bits. */
static int slirp_cidr(const char *text, struct slirp_opts *o, struct err *e)
{
	struct in_addr net;
	uint64_t bits;
	const char *slash = strchrnul(text, '/');
	auto_free char *address = xstrndup(text, (size_t)(slash - text));
	if (!*slash || inet_pton(AF_INET, address, &net) != 1 || str_to_u64(slash + 1, &bits) < 0
	    || bits < 1 || bits > 25 || (ntohl(net.s_addr) & (0xffffffffU >> bits)))
		return err_set(e, ERR_USAGE, "\"%s\" is not an IPv4 network such as 10.0.2.0/24",
			       text);
	snprintf(o->cidr, sizeof o->cidr, "%s/%u", address, (unsigned)bits);

	const struct {
		char *out;
		uint32_t offset;
	} dealt[] = { { o->host, 2 }, { o->dns, 3 }, { o->own, 100 } };
	for (size_t i = 0; i < sizeof dealt / sizeof *dealt; i++) {
		struct in_addr a = { htonl(ntohl(net.s_addr) + dealt[i].offset) };
		inet_ntop(AF_INET, &a, dealt[i].out, sizeof o->own);
	}
	return 0;
}

static int slirp_arg(const char *key, const char *value, struct slirp_opts *o, struct err *e)
{
	if (str_eq(key, "allow_host_loopback"))
		return slirp_bool(value, &o->host_loopback, e);
	if (str_eq(key, "enable_ipv6"))
		return slirp_bool(value, &o->ipv6, e);
	if (str_eq(key, "mtu"))
		return slirp_mtu(value, &o->mtu, e);
	if (str_eq(key, "cidr"))
		return slirp_cidr(value, o, e);
	if (str_eq(key, "outbound_addr") && *value)
		o->outbound = value;
	else if (str_eq(key, "outbound_addr6") && *value)
		o->outbound6 = value;
	else
		return err_set(e, ERR_USAGE, "slirp4netns option \"%s=%s\" is not supported", key,
			       value);
	return 0;
}

int slirp_opts_parse(const struct strv *args, struct slirp_opts *out, struct err *e)
{
	*out = (struct slirp_opts){ .ipv6 = true, .mtu = 65520 };
	if (slirp_cidr("10.0.2.0/24", out, e) < 0)
		return -1;
	for (size_t i = 0; i < args->n; i++) {
		const char *eq = strchr(args->list[i], '=');
		if (!eq)
			return err_set(e, ERR_USAGE, "slirp4netns option \"%s\" is not KEY=VALUE",
				       args->list[i]);
		auto_free char *key = xstrndup(args->list[i], (size_t)(eq - args->list[i]));
		if (slirp_arg(key, eq + 1, out, e) < 0)
			return -1;
	}
	return 0;
}

static const struct {
	const char *name;
	enum network_kind kind;
	bool args;
} networks[] = {
	{ "none", NETWORK_NONE, false },        { "host", NETWORK_HOST, false },
	{ "default", NETWORK_DEFAULT, false },  { "private", NETWORK_DEFAULT, false },
	{ "slirp4netns", NETWORK_SLIRP, true }, { "pasta", NETWORK_PASTA, true },
};

static int check_args(struct network_opts *o, struct err *e)
{
	struct slirp_opts ignored;
	for (size_t i = 0; i < o->args.n; i++)
		if (!*o->args.list[i])
			return err_set(e, ERR_USAGE, "an option is empty");
	return o->kind == NETWORK_SLIRP ? slirp_opts_parse(&o->args, &ignored, e) : 0;
}

int network_opts_parse(const char *text, struct network_opts *out, struct err *e)
{
	size_t len = strcspn(text, ":");
	*out = (struct network_opts){ 0 };
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
		if (strncmp(text, networks[i].name, len) != 0 || networks[i].name[len])
			continue;
		if (text[len] && !networks[i].args)
			return err_set(e, ERR_USAGE, "network \"%s\": %s takes no options", text,
				       networks[i].name);
		out->kind = networks[i].kind;
		if (text[len])
			strv_split(&out->args, text + len + 1, ',');
		if (check_args(out, e) == 0)
			return 0;
		network_opts_free(out);
		return err_wrap(e, "network \"%s\"", text);
	}
	err_set(e, ERR_USAGE, "network \"%s\" is not supported", text);
	return err_hint(
		e, "Known are none, host, private, slirp4netns[:options] and pasta[:options].");
}

void network_opts_free(struct network_opts *o)
{
	strv_free(&o->args);
	o->kind = NETWORK_UNSET;
}
