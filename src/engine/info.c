/* info.c - see info.h. Asks the kernel and the files of the host; what cannot be read is left
 * out, because a key that lies is worse than one that is missing. */
#include "engine/info.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "cgroup/cgroup.h"
#include "engine/config.h"
#include "engine/images.h"
#include "engine/inspect.h"
#include "model/options.h"
#include "model/platform.h"
#include "model/spec.h"
#include "network/network.h"
#include "store/rootfs.h"
#include "util/fd.h"
#include "util/proc.h"

#define TEXT_MAX (64 << 10)

/* The value of KEY in /etc/os-release, without its quotes. Owned; NULL when it has none. */
static char *os_release(const struct strv *lines, const char *key)
{
	const char *v = strv_env_get(lines, key);
	size_t n = v ? strlen(v) : 0;
	if (n >= 2 && (v[0] == '"' || v[0] == '\'') && v[n - 1] == v[0])
		return xstrndup(v + 1, n - 2);
	return v ? xstrdup(v) : NULL;
}

static json *distribution(void)
{
	struct err e = { 0 };
	auto_free char *text = NULL;
	auto_strv struct strv lines = { 0 };
	auto_fd int fd = open("/etc/os-release", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fd_read_text(fd, "os-release", TEXT_MAX, &text, NULL, &e) < 0)
		return NULL;
	strv_split(&lines, text, '\n');
	auto_free char *id = os_release(&lines, "ID"), *version = os_release(&lines, "VERSION_ID");
	auto_free char *codename = os_release(&lines, "VERSION_CODENAME");
	json *o = json_object_new_object();
	json_put_str(o, "distribution", id);
	json_put_str(o, "version", version ? version : "unknown");
	json_put_str(o, "codename", codename);
	return o;
}

static json *map_doc(const struct idmap_range *r, unsigned n)
{
	json *a = json_object_new_array();
	for (unsigned i = 0; i < n; i++) {
		json *o = json_object_new_object();
		json_put_int(o, "container_id", r[i].inside);
		json_put_int(o, "host_id", r[i].outside);
		json_put_int(o, "size", r[i].count);
		json_object_array_add(a, o);
	}
	return a;
}

static void put_memory(json *o)
{
	struct sysinfo si;
	if (sysinfo(&si) < 0)
		return;
	json_put_int(o, "memFree", (int64_t)(si.freeram * (uint64_t)si.mem_unit));
	json_put_int(o, "memTotal", (int64_t)(si.totalram * (uint64_t)si.mem_unit));
	json_put_int(o, "swapFree", (int64_t)(si.freeswap * (uint64_t)si.mem_unit));
	json_put_int(o, "swapTotal", (int64_t)(si.totalswap * (uint64_t)si.mem_unit));
	auto_free char *up = str_printf("%ldh %ldm %ld.00s", si.uptime / 3600, si.uptime / 60 % 60,
					si.uptime % 60);
	json_put_str(o, "uptime", up);
}

static void put_cgroup(const char *manager, json *o)
{
	struct statfs fs;
	struct err e = { 0 };
	auto_free char *text = NULL;
	bool v2 = statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
	json *list = json_object_new_array();
	json_put_str(o, "cgroupManager", manager ? manager : cgroup_likely());
	json_put_str(o, "cgroupVersion", v2 ? "v2" : "v1");
	if (v2
	    && file_read_at(AT_FDCWD, "/sys/fs/cgroup/cgroup.controllers", TEXT_MAX, &text, NULL,
			    &e)
		       == 0) {
		auto_strv struct strv words = { 0 };
		text[strcspn(text, "\n")] = '\0';
		strv_split(&words, text, ' ');
		for (size_t i = 0; i < words.n; i++) {
			if (*words.list[i])
				json_object_array_add(list, json_object_new_string(words.list[i]));
		}
	}
	json_put(o, "cgroupControllers", list);
}

static bool module_is_on(const char *path, char yes)
{
	char c = '\0';
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && fd_read_full(fd, &c, 1) == 1 && c == yes;
}

static json *security(const char *profile)
{
	auto_strv struct strv caps = { 0 };
	json *o = json_object_new_object();
	for (unsigned i = 0; cap_name(i); i++) {
		if (cap_defaults() & 1ULL << i)
			strv_add(&caps, cap_name(i));
	}
	auto_free char *list = strv_join(&caps, ",");
	json_put_bool(o, "apparmorEnabled",
		      module_is_on("/sys/module/apparmor/parameters/enabled", 'Y'));
	json_put_str(o, "capabilities", list);
	json_put_bool(o, "rootless", geteuid() != 0);
	json_put_bool(o, "seccompEnabled",
		      access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0);
	json_put_str(o, "seccompProfilePath", profile);
	json_put_bool(o, "selinuxEnabled", access("/sys/fs/selinux/enforce", F_OK) == 0);
	return o;
}

/* The program that would carry packets, when one is there. */
static void put_network(const char *conf, json *o)
{
	static const struct network_opts by_default = { .kind = NETWORK_DEFAULT };
	struct err e = { 0 };
	enum network_kind kind;
	if (network_choose(&by_default, conf, &kind, &e) < 0)
		return;
	const char *name = kind == NETWORK_PASTA ? "pasta" : "slirp4netns";
	auto_free char *path = proc_find(name);
	json *program = json_object_new_object();
	json_put_str(program, "executable", path);
	json_put_str(o, "rootlessNetworkCmd", name);
	json_put(o, name, program);
}

static json *runtime(void)
{
	char self[4096];
	json *o = json_object_new_object();
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n > 0 ? n : 0] = '\0';
	json_put_str(o, "name", "cuddy");
	json_put_str(o, "path", self);
	json_put_str(o, "version", PACKAGE_VERSION);
	return o;
}

static json *host_doc(const struct engine *en)
{
	const struct idmap *map = &en->ids;
	struct utsname u;
	struct platform host = platform_host();
	json *o = json_object_new_object(), *maps = json_object_new_object(),
	     *dist = distribution();
	json_put_str(o, "arch", host.arch);
	put_cgroup(en->cgroup_manager ? en->cgroup_manager : en->config.cgroup_manager, o);
	json_put_int(o, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	if (dist)
		json_put(o, "distribution", dist);
	json_put(maps, "gidmap", map_doc(map->gid, map->ngid));
	json_put(maps, "uidmap", map_doc(map->uid, map->nuid));
	json_put(o, "idMappings", maps);
	if (map->single)
		json_put_str(o, "idMappingsLimited", map->why);
	if (uname(&u) == 0) {
		json_put_str(o, "hostname", u.nodename);
		json_put_str(o, "kernel", u.release);
	}
	put_memory(o);
	put_network(en->config.network_cmd, o);
	json_put(o, "ociRuntime", runtime());
	json_put_str(o, "os", "linux");
	json_put(o, "security",
		 security(en->config.seccomp_profile ? en->config.seccomp_profile
						     : en->seccomp_profile));
	json_put_bool(o, "serviceIsRemote", false);
	return o;
}

static int probe(void *store, struct err *e)
{
	return rootfs_probe_overlay(store, e);
}

/* The driver that a container would get. */
static const char *driver(struct engine *en)
{
	struct err e = { 0 };
	if (en->storage_driver)
		return en->storage_driver;
	if (userns_run(&en->ids, CLONE_NEWNS, probe, en->store, &e) == 0)
		return "overlay";
	auto_free char *fuse = proc_find("fuse-overlayfs");
	return fuse && access("/dev/fuse", R_OK | W_OK) == 0 ? "fuse-overlayfs" : "copy";
}

static int count_containers(struct engine *en, json **out, struct err *e)
{
	static const struct strv none = { 0 };
	const struct ps_query q = { .all = true, .filters = &none };
	auto_json json *list = NULL;
	int64_t running = 0;
	if (engine_ps(en, &q, &list, e) < 0)
		return -1;
	size_t n = json_object_array_length(list);
	for (size_t i = 0; i < n; i++)
		running += str_eq(json_str(json_object_array_get_idx(list, i), "State"), "running");
	*out = json_object_new_object();
	json_put_int(*out, "number", (int64_t)n);
	json_put_int(*out, "paused", 0);
	json_put_int(*out, "running", running);
	json_put_int(*out, "stopped", (int64_t)n - running);
	return 0;
}

static int store_doc(struct engine *en, json **out, struct err *e)
{
	struct statvfs fs;
	auto_free char *volumes = str_printf("%s/volumes", en->root);
	auto_image_rows struct image_rows images = { 0 };
	json *containers;
	if (store_images(en->store, &images, e) < 0 || count_containers(en, &containers, e) < 0)
		return -1;
	json *d = json_object_new_object(), *n = json_object_new_object();
	json_put(d, "containerStore", containers);
	json_put_str(d, "graphDriverName", driver(en));
	json_put(d, "graphOptions", json_object_new_object());
	json_put_str(d, "graphRoot", en->root);
	if (fstatvfs(store_fd(en->store), &fs) == 0) {
		json_put_int(d, "graphRootAllocated", (int64_t)(fs.f_blocks * fs.f_frsize));
		json_put_int(d, "graphRootUsed",
			     (int64_t)((fs.f_blocks - fs.f_bfree) * fs.f_frsize));
	}
	json_put_int(n, "number", (int64_t)images.n);
	json_put(d, "imageStore", n);
	json_put_str(d, "runRoot", en->runroot);
	json_put_str(d, "volumePath", volumes);
	json_put_bool(d, "transientStore", false);
	*out = d;
	return 0;
}

int engine_info(struct engine *en, json **out, struct err *e)
{
	json *store;
	if (config_read(&en->config, e) < 0 || store_doc(en, &store, e) < 0)
		return -1;
	*out = json_object_new_object();
	json_put(*out, "host", host_doc(en));
	json_put(*out, "store", store);
	return 0;
}
