/* spec.c - see spec.h. Pure: builds and prints, touches nothing. */
#include "model/spec.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct spec_mount *spec_add_mount(struct spec *s, const char *type, const char *source,
				  const char *destination, const char *options)
{
	s->mounts = xrealloc(s->mounts, (s->nmounts + 1) * sizeof *s->mounts);
	struct spec_mount *m = &s->mounts[s->nmounts++];
	*m = (struct spec_mount){
		.destination = xstrdup(destination),
		.type = xstrdup(type),
		.source = source ? xstrdup(source) : NULL,
	};
	if (options)
		strv_split(&m->options, options, ',');
	return m;
}

void spec_free(struct spec *s)
{
	for (size_t i = 0; i < s->nmounts; i++) {
		free(s->mounts[i].destination);
		free(s->mounts[i].type);
		free(s->mounts[i].source);
		strv_free(&s->mounts[i].options);
	}
	free(s->mounts);
	strv_free(&s->args);
	strv_free(&s->env);
	strv_free(&s->masked);
	strv_free(&s->read_only);
	free(s->cwd);
	free(s->user);
	free(s->hostname);
	free(s->cgroup_path);
	*s = (struct spec){ 0 };
}

/* In the order of linux/capability.h: the index is the number. */
static const char *const cap_names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};
#define NCAPS (sizeof cap_names / sizeof *cap_names)

const char *cap_name(unsigned number)
{
	return number < NCAPS ? cap_names[number] : NULL;
}

int cap_parse(const char *name, uint64_t *bits)
{
	if (strcasecmp(name, "all") == 0) {
		*bits = (1ULL << NCAPS) - 1;
		return 0;
	}
	if (strncasecmp(name, "cap_", 4) == 0)
		name += 4;
	for (unsigned i = 0; i < NCAPS; i++) {
		if (strcasecmp(cap_names[i] + 4, name) == 0) {
			*bits = 1ULL << i;
			return 0;
		}
	}
	return -1;
}

uint64_t cap_defaults(void)
{
	static const char *const names[] = {
		"CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",       "NET_BIND_SERVICE",
		"SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT",
	};
	uint64_t all = 0, bit;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (cap_parse(names[i], &bit) == 0)
			all |= bit;
	return all;
}

static json *caps_json(uint64_t caps)
{
	json *a = json_object_new_array();
	for (unsigned i = 0; i < NCAPS; i++)
		if (caps & 1ULL << i)
			json_object_array_add(a, json_object_new_string(cap_names[i]));
	return a;
}

static json *process_json(const struct spec *s)
{
	json *p = json_object_new_object();
	json *user = json_object_new_object();
	json *caps = json_object_new_object();
	json_put_bool(p, "terminal", s->terminal);
	json_put_str(user, "username", s->user ? s->user : "root");
	json_put(p, "user", user);
	json_put_strv(p, "args", &s->args);
	json_put_strv(p, "env", &s->env);
	json_put_str(p, "cwd", s->cwd);
	json_put(caps, "bounding", caps_json(s->caps));
	json_put(caps, "effective", caps_json(s->caps));
	json_put(caps, "permitted", caps_json(s->caps));
	json_put(p, "capabilities", caps);
	json_put_bool(p, "noNewPrivileges", s->no_new_privileges);
	return p;
}

static json *mounts_json(const struct spec *s)
{
	json *a = json_object_new_array();
	for (size_t i = 0; i < s->nmounts; i++) {
		json *m = json_object_new_object();
		json_put_str(m, "destination", s->mounts[i].destination);
		json_put_str(m, "type", s->mounts[i].type);
		json_put_str(m, "source", s->mounts[i].source);
		json_put_strv(m, "options", &s->mounts[i].options);
		json_object_array_add(a, m);
	}
	return a;
}

static json *linux_json(const struct spec *s)
{
	static const char *const always[] = { "user", "mount", "pid", "ipc", "uts", "cgroup" };
	json *l = json_object_new_object();
	json *ns = json_object_new_array();
	for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
		json *n = json_object_new_object();
		json_put_str(n, "type", always[i]);
		json_object_array_add(ns, n);
	}
	if (s->namespaces & SPEC_NS_NET) {
		json *n = json_object_new_object();
		json_put_str(n, "type", "network");
		json_object_array_add(ns, n);
	}
	json_put(l, "namespaces", ns);
	json_put_str(l, "cgroupsPath", s->cgroup_path);
	json_put_strv(l, "maskedPaths", &s->masked);
	json_put_strv(l, "readonlyPaths", &s->read_only);
	return l;
}

json *spec_json(const struct spec *s, const char *root_path)
{
	json *j = json_object_new_object();
	json *root = json_object_new_object();
	json_put_str(j, "ociVersion", "1.0.2");
	json_put(j, "process", process_json(s));
	json_put_str(root, "path", root_path);
	json_put_bool(root, "readonly", s->read_only_root);
	json_put(j, "root", root);
	json_put_str(j, "hostname", s->hostname);
	json_put(j, "mounts", mounts_json(s));
	json_put(j, "linux", linux_json(s));
	return j;
}
