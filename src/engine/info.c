/* info.c - see info.h. Asks the kernel and the files of the host; what cannot be read is left
 * out, because a key that lies is worse than one that is missing. */
#include "engine/info.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "model/options.h"
#include "model/platform.h"
#include "network/network.h"
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

static void put_cgroup(json *o)
{
	struct statfs fs;
	struct err e = { 0 };
	auto_free char *text = NULL;
	bool v2 = statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
	json *list = json_object_new_array();
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

static json *security(void)
{
	json *o = json_object_new_object();
	json_put_bool(o, "apparmorEnabled",
		      module_is_on("/sys/module/apparmor/parameters/enabled", 'Y'));
	json_put_bool(o, "rootless", geteuid() != 0);
	json_put_bool(o, "seccompEnabled",
		      access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0);
	json_put_bool(o, "selinuxEnabled", access("/sys/fs/selinux/enforce", F_OK) == 0);
	return o;
}

/* The program that would carry packets, when one is there. */
static void put_network(json *o)
{
	static const struct network_opts by_default = { .kind = NETWORK_DEFAULT };
	struct err e = { 0 };
	enum network_kind kind;
	if (network_choose(&by_default, NULL, &kind, &e) < 0)
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

static json *host_doc(const struct idmap *map)
{
	struct utsname u;
	struct platform host = platform_host();
	json *o = json_object_new_object(), *maps = json_object_new_object(),
	     *dist = distribution();
	json_put_str(o, "arch", host.arch);
	put_cgroup(o);
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
	put_network(o);
	json_put(o, "ociRuntime", runtime());
	json_put_str(o, "os", "linux");
	json_put(o, "security", security());
	json_put_bool(o, "serviceIsRemote", false);
	return o;
}

static int store_doc(struct store *s, const struct info_opts *o, json **out, struct err *e)
{
	struct statvfs fs;
	auto_free char *volumes = str_printf("%s/volumes", store_root(s));
	struct image_rows images = { 0 };
	if (store_images(s, &images, e) < 0)
		return -1;
	json *d = json_object_new_object(), *n = json_object_new_object();
	if (o->storage_driver)
		json_put_str(d, "graphDriverName", o->storage_driver);
	json_put(d, "graphOptions", json_object_new_object());
	json_put_str(d, "graphRoot", store_root(s));
	if (fstatvfs(store_fd(s), &fs) == 0) {
		json_put_int(d, "graphRootAllocated", (int64_t)(fs.f_blocks * fs.f_frsize));
		json_put_int(d, "graphRootUsed",
			     (int64_t)((fs.f_blocks - fs.f_bfree) * fs.f_frsize));
	}
	json_put_int(n, "number", (int64_t)images.n);
	json_put(d, "imageStore", n);
	json_put_str(d, "runRoot", o->runroot);
	json_put_str(d, "volumePath", volumes);
	json_put_bool(d, "transientStore", false);
	image_rows_free(&images);
	*out = d;
	return 0;
}

int engine_info(struct store *s, const struct idmap *map, const struct info_opts *o, json **out,
		struct err *e)
{
	json *store;
	if (store_doc(s, o, &store, e) < 0)
		return -1;
	json *d = json_object_new_object();
	json_put(d, "host", host_doc(map));
	json_put(d, "store", store);
	*out = d;
	return 0;
}
