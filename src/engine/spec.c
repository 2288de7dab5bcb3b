/* spec.c - what was asked, what the image says and what is customary, put together: the only maker of a
 * struct spec. Defaults are podman's for a rootless container. */
#include "engine/spec.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "store/volume.h"
#include "util/fd.h"
#include "util/path.h"

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* --- --security-opt --- */

static int security_word(const char *word, struct security *out, struct err *e)
{
	if (str_starts(word, "seccomp=")) {
		out->seccomp = word + 8;
		return 0;
	}
	if (str_eq(word, "no-new-privileges"))
		return out->no_new_privileges = true, 0;
	if (str_starts(word, "no-new-privileges=") || str_starts(word, "no-new-privileges:"))
		return str_to_bool(word + 18, &out->no_new_privileges) == 0
			       ? 0
			       : err_set(e, ERR_USAGE, "--security-opt %s: neither true nor false",
					 word);
	if (strcasecmp(word, "unmask=all") == 0)
		return out->unmask_all = true, 0;
	/* without SELinux or AppArmor of ours there is nothing to switch off */
	if (str_starts(word, "label=") || str_eq(word, "apparmor=unconfined"))
		return 0;
	err_set(e, ERR_USAGE, "unsupported --security-opt %s", word);
	return err_hint(
		e, "known are seccomp=FILE|unconfined, no-new-privileges, unmask=ALL, label=..., "
		   "apparmor=unconfined");
}

int security_parse(const struct create_opts *o, struct security *out, struct err *e)
{
	*out = (struct security){ .no_new_privileges = o->no_new_privs == TRI_YES,
				  .seccomp = o->seccomp };
	for (size_t i = 0; i < o->security_opt.n; i++)
		if (security_word(o->security_opt.list[i], out, e) < 0)
			return -1;
	return 0;
}

/* --- the process --- */

/* A JSON list, or one word. */
static int entrypoint_words(const char *text, struct strv *out, struct err *e)
{
	struct err ignored;
	auto_json json *list = NULL;
	if (*text == '[' && json_parse(text, strlen(text), "--entrypoint", &list, &ignored) == 0) {
		auto_json json *o = json_object_new_object();
		json_put(o, "--entrypoint", json_object_get(list));
		return json_strv(o, "--entrypoint", out, e);
	}
	if (*text)
		strv_add(out, text);
	return 0;
}

static int spec_args(const struct create_opts *o, const struct image_config *ic, struct spec *s,
		     struct err *e)
{
	if (o->entrypoint_set) {
		if (entrypoint_words(o->entrypoint ? o->entrypoint : "", &s->args, e) < 0)
			return -1;
	} else {
		strv_add_all(&s->args, ic->entrypoint.list);
	}
	if (o->command.n)
		strv_add_all(&s->args, o->command.list);
	else if (!o->entrypoint_set)
		strv_add_all(&s->args, ic->cmd.list);
	return s->args.n ? 0 : err_set(e, ERR_USAGE, "no command given, and the image has none");
}

static void spec_env(const struct create_opts *o, const struct image_config *ic, struct spec *s)
{
	strv_env_set(&s->env, DEFAULT_PATH);
	strv_env_set(
		&s->env,
		"container=podman"); /* the word that programs know; systemd's CONTAINER_INTERFACE */
	if (o->tty)
		strv_env_set(&s->env, "TERM=xterm");
	auto_free char *host = str_printf("HOSTNAME=%s", s->hostname);
	strv_env_set(&s->env, host);
	for (size_t i = 0; i < ic->env.n; i++)
		strv_env_set(&s->env, ic->env.list[i]);
	for (size_t i = 0; i < o->env.n; i++)
		strv_env_set(&s->env, o->env.list[i]);
}

static uint64_t usual_caps(const struct config *cf)
{
	uint64_t all = 0, bits;
	if (!cf->default_capabilities_set)
		return cap_defaults();
	for (size_t i = 0; i < cf->default_capabilities.n; i++)
		if (cap_parse(cf->default_capabilities.list[i], &bits) == 0)
			all |= bits;
	return all;
}

/* In the order given: ALL of one list, then single names of the other. */
static void spec_caps(const struct config *cf, const struct create_opts *o, struct spec *s)
{
	uint64_t all = 0, bits = 0;
	if (cap_parse("all", &all) < 0)
		all = 0;
	s->caps = o->privileged ? all : usual_caps(cf);
	for (size_t i = 0; i < o->cap_drop.n; i++)
		if (cap_parse(o->cap_drop.list[i], &bits) == 0)
			s->caps &= ~bits;
	for (size_t i = 0; i < o->cap_add.n; i++)
		if (cap_parse(o->cap_add.list[i], &bits) == 0) {
			s->caps |= bits;
			s->caps_user |= bits;
		}
	/* what is dropped by name stays dropped, also with --cap-add ALL */
	for (size_t i = 0; i < o->cap_drop.n; i++)
		if (cap_parse(o->cap_drop.list[i], &bits) == 0 && bits != all)
			s->caps &= ~bits;
}

/* --- mounts --- */

static bool has_mount(const struct spec *s, const char *destination)
{
	for (size_t i = 0; i < s->nmounts; i++)
		if (str_eq(s->mounts[i].destination, destination))
			return true;
	return false;
}

static bool user_mounts_at(const struct create_opts *o, const char *path)
{
	for (size_t i = 0; i < o->nmounts; i++)
		if (str_eq(o->mounts[i].target, path))
			return true;
	return false;
}

static void standard(const struct create_opts *o, struct spec *s, const char *type,
		     const char *source, const char *destination, const char *options)
{
	if (!user_mounts_at(o, destination))
		spec_add_mount(s, type, source, destination, options);
}

static void kernel_mounts(const struct create_opts *o, struct spec *s)
{
	const char *ro = o->privileged ? "nosuid,noexec,nodev" : "ro,nosuid,noexec,nodev";
	standard(o, s, "proc", "proc", "/proc", "nosuid,noexec,nodev");
	standard(o, s, "tmpfs", "tmpfs", "/dev", "nosuid,noexec,strictatime,mode=755,size=65536k");
	if (s->namespaces & SPEC_NS_NET)
		standard(o, s, "sysfs", "sysfs", "/sys", ro);
	else /* sysfs belongs to the network namespace: of the host's only a view can be had */
		standard(o, s, "bind", "/sys", "/sys", "rbind,ro,nosuid,noexec,nodev");
	standard(o, s, "devpts", "devpts", "/dev/pts",
		 s->single_id ? "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620"
			      : "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5");
	standard(o, s, "mqueue", "mqueue", "/dev/mqueue", "nosuid,noexec,nodev");
	standard(o, s, "tmpfs", "shm", "/dev/shm", "nosuid,noexec,nodev,mode=1777,size=65536k");
	if (s->namespaces & SPEC_NS_NET)
		standard(o, s, "cgroup2", "cgroup", "/sys/fs/cgroup", ro);
}

static void file_mounts(const struct create_opts *o, struct spec *s, const char *files)
{
	static const struct {
		const char *file, *destination;
	} binds[] = {
		{ "hosts", "/etc/hosts" },
		{ "resolv.conf", "/etc/resolv.conf" },
		{ "hostname", "/etc/hostname" },
		{ "containerenv", "/run/.containerenv" },
	};
	for (size_t i = 0; i < sizeof binds / sizeof *binds; i++) {
		auto_free char *source = str_printf("%s/%s", files, binds[i].file);
		standard(o, s, "bind", source, binds[i].destination, "bind,rw,nosuid,nodev");
	}
}

static void read_only_mounts(const struct create_opts *o, struct spec *s)
{
	if (!o->read_only)
		return;
	standard(o, s, "tmpfs", "tmpfs", "/run", "nosuid,nodev,mode=0755");
	standard(o, s, "tmpfs", "tmpfs", "/tmp", "nosuid,nodev,mode=1777");
	standard(o, s, "tmpfs", "tmpfs", "/var/tmp", "nosuid,nodev,mode=1777");
}

/* What the user himself may open, he may hand to a --privileged container. */
static void host_devices(struct spec *s)
{
	static const char *const nested[] = { "/dev/net/tun" };
	DIR *d = opendir("/dev");
	for (struct dirent *ent; d && (ent = readdir(d));) {
		struct stat st;
		auto_free char *path = str_printf("/dev/%s", ent->d_name);
		if (lstat(path, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		    && access(path, R_OK | W_OK) == 0 && !str_eq(ent->d_name, "ptmx")
		    && !str_eq(ent->d_name, "console"))
			spec_add_mount(s, "bind", path, path, "bind,nosuid");
	}
	if (d)
		closedir(d);
	for (size_t i = 0; i < sizeof nested / sizeof *nested; i++)
		if (access(nested[i], R_OK | W_OK) == 0)
			spec_add_mount(s, "bind", nested[i], nested[i], "bind,nosuid");
}

static char *anonymous_name(const struct container *c, const char *target)
{
	return str_printf("%.48s%016llx", c->id,
			  (unsigned long long)str_hash(target, strlen(target), 0));
}

static int volume_mount(struct engine *en, const struct container *c, const char *name,
			const char *target, const char *options, struct spec *s, struct err *e)
{
	auto_free char *made = name ? NULL : anonymous_name(c, target);
	auto_free char *path = NULL;
	bool empty;
	if (store_volume_open(en->store, name ? name : made, !name, &path, &empty, e) < 0)
		return -1;
	spec_add_mount(s, "bind", path, target, options)->copy_up = empty;
	return 0;
}

static char *bind_options(const struct mount_opts *m)
{
	return str_printf("rbind,%s,nosuid,nodev%s", m->read_only ? "ro" : "rw",
			  m->noexec ? ",noexec" : "");
}

static char *tmpfs_options(const struct mount_opts *m)
{
	struct buf b = { 0 };
	buf_printf(&b, "nosuid,nodev,mode=%o", m->mode ? m->mode : 01777);
	if (m->read_only)
		buf_puts(&b, ",ro");
	if (m->noexec)
		buf_puts(&b, ",noexec");
	if (m->size)
		buf_printf(&b, ",size=%llu", (unsigned long long)m->size);
	return buf_take(&b);
}

static int user_mount(struct engine *en, const struct container *c, const struct mount_opts *m,
		      struct spec *s, struct err *e)
{
	auto_free char *options = m->kind == MOUNT_TMPFS ? tmpfs_options(m) : bind_options(m);
	if (has_mount(s, m->target))
		return err_set(e, ERR_USAGE, "%s: duplicate mount destination", m->target);
	if (m->kind == MOUNT_VOLUME)
		return volume_mount(en, c, m->source, m->target, options, s, e);
	spec_add_mount(s, m->kind == MOUNT_TMPFS ? "tmpfs" : "bind",
		       m->kind == MOUNT_TMPFS ? "tmpfs" : m->source, m->target, options);
	return 0;
}

static int image_volumes(struct engine *en, const struct container *c, const struct image *img,
			 struct spec *s, struct err *e)
{
	for (size_t i = 0; i < img->config.volumes.n; i++) {
		auto_free char *path = path_clean(img->config.volumes.list[i]);
		if (*path == '/' && path[1] && !has_mount(s, path)
		    && volume_mount(en, c, NULL, path, "rbind,rw,nosuid,nodev", s, e) < 0)
			return -1;
	}
	return 0;
}

static unsigned depth(const char *path)
{
	unsigned n = 0;
	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* Parents before children; else as they came. */
static void sort_mounts(struct spec *s)
{
	for (size_t i = 1; i < s->nmounts; i++) {
		struct spec_mount m = s->mounts[i];
		size_t k = i;
		for (; k && depth(s->mounts[k - 1].destination) > depth(m.destination); k--)
			s->mounts[k] = s->mounts[k - 1];
		s->mounts[k] = m;
	}
}

static int spec_mounts(struct engine *en, const struct container *c, const struct image *img,
		       const char *files, struct spec *s, struct err *e)
{
	const struct create_opts *o = &c->record.opts;
	kernel_mounts(o, s);
	file_mounts(o, s, files);
	read_only_mounts(o, s);
	for (size_t i = 0; i < o->nmounts; i++)
		if (user_mount(en, c, &o->mounts[i], s, e) < 0)
			return -1;
	if (image_volumes(en, c, img, s, e) < 0)
		return -1;
	if (o->privileged)
		host_devices(s);
	sort_mounts(s);
	return 0;
}

static void spec_masks(struct spec *s)
{
	static const char *const masked[] = {
		"/proc/acpi",
		"/proc/interrupts",
		"/proc/kcore",
		"/proc/keys",
		"/proc/latency_stats",
		"/proc/sched_debug",
		"/proc/scsi",
		"/proc/timer_list",
		"/proc/timer_stats",
		"/sys/dev/block",
		"/sys/devices/virtual/powercap",
		"/sys/firmware",
		"/sys/fs/selinux",
	};
	static const char *const read_only[] = {
		"/proc/asound", "/proc/bus", "/proc/fs",
		"/proc/irq",    "/proc/sys", "/proc/sysrq-trigger",
	};
	for (size_t i = 0; i < sizeof masked / sizeof *masked; i++)
		strv_add(&s->masked, masked[i]);
	for (size_t i = 0; i < sizeof read_only / sizeof *read_only; i++)
		strv_add(&s->read_only, read_only[i]);
}

static const char *first(const char *a, const char *b, const char *fallback)
{
	return !str_empty(a) ? a : !str_empty(b) ? b : fallback;
}

/* Whoever shares the host's network goes by its name there. */
static char *host_name(const struct create_opts *o, const struct container *c)
{
	struct utsname u;
	if (o->hostname)
		return xstrdup(o->hostname);
	if (o->network.kind == NETWORK_HOST && uname(&u) == 0)
		return xstrdup(u.nodename);
	return xstrndup(c->id, 12);
}

int engine_process_spec(struct engine *en, const struct container *c, const struct image *img,
			struct spec *out, struct err *e)
{
	const struct create_opts *o = &c->record.opts;
	struct security sec;
	*out = (struct spec){
		.terminal = o->tty,
		.init = o->init,
		.single_id = en->ids.single,
		.cwd = xstrdup(first(o->workdir, img->config.workdir, "/")),
		.cwd_create = str_empty(o->workdir),
		.user = xstrdup(first(o->user, img->config.user, "0")),
		.hostname = host_name(o, c),
	};
	if (security_parse(o, &sec, e) < 0 || spec_args(o, &img->config, out, e) < 0)
		return -1;
	out->no_new_privileges = sec.no_new_privileges;
	spec_env(o, &img->config, out);
	spec_caps(&en->config, o, out);
	if (!o->privileged && !sec.unmask_all)
		spec_masks(out);
	return 0;
}

int engine_spec(struct engine *en, const struct container *c, const struct image *img,
		const char *files, enum network_kind net, struct spec *out, struct err *e)
{
	int result = engine_process_spec(en, c, img, out, e);
	out->read_only_root = c->record.opts.read_only;
	out->namespaces = net == NETWORK_HOST ? 0 : SPEC_NS_NET;
	if (result == 0)
		result = spec_mounts(en, c, img, files, out, e);
	if (result < 0)
		spec_free(out);
	return result;
}

int engine_anonymous_volumes(struct engine *en, const struct container *c, struct strv *names,
			     struct err *e)
{
	auto_image struct image img = { 0 };
	for (size_t i = 0; i < c->record.opts.nmounts; i++)
		if (c->record.opts.mounts[i].kind == MOUNT_VOLUME
		    && !c->record.opts.mounts[i].source)
			strv_take(names, anonymous_name(c, c->record.opts.mounts[i].target));
	if (store_image_find(en->store, c->record.image.hex, &img, NULL, e) < 0)
		return -1;
	for (size_t i = 0; i < img.config.volumes.n; i++) {
		auto_free char *path = path_clean(img.config.volumes.list[i]);
		if (!user_mounts_at(&c->record.opts, path))
			strv_take(names, anonymous_name(c, path));
	}
	return 0;
}
