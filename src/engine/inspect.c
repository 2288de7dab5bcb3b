/* inspect.c - all that is known of one container, with the keys of podman's inspect. What was asked comes
 * from its record, what it became from its state and from the config.json of its last start. */
#include "engine/inspect.h"

#include <stdlib.h>
#include <string.h>
#include "engine/lifecycle.h"
#include "model/spec.h"
#include "util/time.h"

#define CONFIG_MAX (4 << 20)

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static json *state_doc(const struct state *s)
{
	char started[TIME_TEXT], finished[TIME_TEXT];
	bool up = engine_is_up(s);
	json *d = json_object_new_object();
	json_put_str(d, "OciVersion", "1.0.2");
	json_put_str(d, "Status", container_status_text(s->status));
	json_put_bool(d, "Running", s->status == CONTAINER_RUNNING);
	json_put_bool(d, "Paused", s->status == CONTAINER_PAUSED);
	json_put_bool(d, "Restarting", false);
	json_put_bool(d, "OOMKilled", false);
	json_put_bool(d, "Dead", false);
	json_put_int(d, "Pid", up ? s->pid : 0);
	json_put_int(d, "ConmonPid", up ? s->monitor : 0);
	json_put_int(d, "ExitCode", s->exit_code);
	json_put_str(d, "Error", s->error);
	json_put_str(d, "StartedAt", time_rfc3339_nano(s->started, started));
	json_put_str(d, "FinishedAt", time_rfc3339_nano(s->finished, finished));
	json_put_str(d, "CgroupPath", s->cgroup);
	return d;
}

static json *mount_doc(const struct mount_opts *m)
{
	static const char *const kinds[] = {
		[MOUNT_BIND] = "bind", [MOUNT_TMPFS] = "tmpfs", [MOUNT_VOLUME] = "volume"
	};
	json *d = json_object_new_object(), *options = json_object_new_array();
	const struct {
		bool on;
		const char *word;
	} words[] = { { m->nosuid, "nosuid" },
		      { m->nodev, "nodev" },
		      { m->noexec, "noexec" },
		      { m->recursive && m->kind == MOUNT_BIND, "rbind" } };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (words[i].on)
			json_object_array_add(options, json_object_new_string(words[i].word));
	}
	json_put_str(d, "Type", kinds[m->kind]);
	if (m->kind == MOUNT_VOLUME)
		json_put_str(d, "Name", m->source);
	json_put_str(d, "Source", or_empty(m->source));
	json_put_str(d, "Destination", m->target);
	json_put_str(d, "Driver", m->kind == MOUNT_VOLUME ? "local" : "");
	json_put_str(d, "Mode", "");
	json_put(d, "Options", options);
	json_put_bool(d, "RW", !m->read_only);
	json_put_str(d, "Propagation", m->kind == MOUNT_BIND ? "rprivate" : "");
	return d;
}

/* As podman has it: temporary file systems stand in HostConfig alone. */
static json *mounts_doc(const struct create_opts *o)
{
	json *a = json_object_new_array();
	for (size_t i = 0; i < o->nmounts; i++) {
		if (o->mounts[i].kind != MOUNT_TMPFS)
			json_object_array_add(a, mount_doc(&o->mounts[i]));
	}
	return a;
}

static const char *network_mode(enum network_kind kind)
{
	static const char *const names[] = {
		[NETWORK_UNSET] = "default",     [NETWORK_DEFAULT] = "default",
		[NETWORK_NONE] = "none",         [NETWORK_HOST] = "host",
		[NETWORK_SLIRP] = "slirp4netns", [NETWORK_PASTA] = "pasta",
	};
	return names[kind];
}

static json *config_doc(struct engine *en, const struct container *c, const struct image *img,
			json *process)
{
	const struct create_opts *o = &c->record.opts;
	auto_strv struct strv command = { 0 }, entrypoint = { 0 }, labels = { 0 };
	json *d = json_object_new_object(), *env = json_arr(process, "env");
	auto_free char *short_id = xstrndup(c->id, 12);
	engine_command(en, c, &command);
	if (!o->entrypoint_set)
		strv_copy(&entrypoint, &img->config.entrypoint);
	else if (!str_empty(o->entrypoint))
		strv_add(&entrypoint, o->entrypoint);
	strv_copy(&labels, &img->config.labels);
	for (size_t i = 0; i < o->labels.n; i++)
		strv_env_set(&labels, o->labels.list[i]);
	json_put_str(d, "Hostname", o->hostname ? o->hostname : short_id);
	json_put_str(d, "Domainname", "");
	json_put_str(d, "User", or_empty(o->user ? o->user : img->config.user));
	json_put_bool(d, "AttachStdin", o->interactive && !o->detach);
	json_put_bool(d, "AttachStdout", !o->detach);
	json_put_bool(d, "AttachStderr", !o->detach);
	json_put_bool(d, "Tty", o->tty);
	json_put_bool(d, "OpenStdin", o->interactive);
	json_put_bool(d, "StdinOnce", false);
	if (env)
		json_put(d, "Env", json_object_get(env));
	else
		json_put_strv(d, "Env", &o->env);
	json_put_strv(d, "Cmd", &command);
	json_put_str(d, "Image", or_empty(c->record.image_name));
	json_put_str(d, "WorkingDir",
		     json_str(process, "cwd")
			     ? json_str(process, "cwd")
			     : or_empty(o->workdir ? o->workdir : img->config.workdir));
	json_put_strv(d, "Entrypoint", &entrypoint);
	json_put_map(d, "Labels", &labels);
	json_put_str(d, "StopSignal", c->record.stop_signal ? c->record.stop_signal : "SIGTERM");
	json_put_strv(d, "CreateCommand", &o->create_command);
	return d;
}

static json *tmpfs_doc(const struct create_opts *o)
{
	json *d = json_object_new_object();
	for (size_t i = 0; i < o->nmounts; i++) {
		const struct mount_opts *m = &o->mounts[i];
		auto_buf struct buf b = { 0 };
		if (m->kind != MOUNT_TMPFS)
			continue;
		buf_puts(&b, m->read_only ? "ro" : "rw");
		if (m->size)
			buf_printf(&b, ",size=%llu", (unsigned long long)m->size);
		if (m->mode)
			buf_printf(&b, ",mode=%o", m->mode);
		json_put_str(d, m->target, b.data);
	}
	return d;
}

static json *binds_doc(const struct create_opts *o)
{
	json *a = json_object_new_array();
	for (size_t i = 0; i < o->nmounts; i++) {
		const struct mount_opts *m = &o->mounts[i];
		if (m->kind == MOUNT_TMPFS || !m->source)
			continue;
		auto_free char *text = str_printf("%s:%s:%s", m->source, m->target,
						  m->read_only ? "ro" : "rw");
		json_object_array_add(a, json_object_new_string(text));
	}
	return a;
}

static json *host_config_doc(struct engine *en, const struct container *c)
{
	const struct create_opts *o = &c->record.opts;
	json *d = json_object_new_object(), *log = json_object_new_object(),
	     *restart = json_object_new_object();
	auto_free char *log_path = str_printf("%s/containers/%s/log", en->root, c->id);
	bool logged = !str_eq(o->log_driver, "none");
	json_put_str(log, "Type", logged ? "k8s-file" : "none");
	json_put(log, "Config", NULL);
	json_put_str(log, "Path", logged ? log_path : "");
	json_put_str(log, "Tag", "");
	json_put_str(log, "Size", "0B");
	json_put_str(restart, "Name", "no");
	json_put_int(restart, "MaximumRetryCount", 0);
	json_put(d, "Binds", binds_doc(o));
	json_put_str(d, "ContainerIDFile", or_empty(o->cidfile));
	json_put(d, "LogConfig", log);
	json_put_str(d, "NetworkMode", network_mode(o->network.kind));
	json_put(d, "PortBindings", json_object_new_object());
	json_put(d, "RestartPolicy", restart);
	json_put_bool(d, "AutoRemove", o->remove);
	json_put_strv(d, "CapAdd", &o->cap_add);
	json_put_strv(d, "CapDrop", &o->cap_drop);
	json_put_str(d, "IpcMode", "private");
	json_put_str(d, "PidMode", "private");
	json_put_bool(d, "Privileged", o->privileged);
	json_put_bool(d, "ReadonlyRootfs", o->read_only);
	json_put_strv(d, "SecurityOpt", &o->security_opt);
	json_put(d, "Tmpfs", tmpfs_doc(o));
	json_put_str(d, "UTSMode", "private");
	json_put_str(d, "UsernsMode", "");
	json_put_str(d, "Runtime", "cuddy");
	json_put_bool(d, "Init", o->init);
	return d;
}

static void put_caps(json *d, json *process)
{
	json *caps = json_obj(process, "capabilities");
	json *effective = json_arr(caps, "effective"), *bounding = json_arr(caps, "bounding");
	if (effective)
		json_put(d, "EffectiveCaps", json_object_get(effective));
	if (bounding)
		json_put(d, "BoundingCaps", json_object_get(bounding));
}

static void put_path(json *d, json *process)
{
	json *args = json_arr(process, "args"), *rest = json_object_new_array();
	size_t n = args ? json_object_array_length(args) : 0;
	json_put_str(d, "Path",
		     n ? json_object_get_string(json_object_array_get_idx(args, 0)) : "");
	for (size_t i = 1; i < n; i++)
		json_object_array_add(rest, json_object_get(json_object_array_get_idx(args, i)));
	json_put(d, "Args", rest);
}

static json *inspect_doc(struct engine *en, const struct container *c, const struct state *s,
			 const struct image *img, json *spec)
{
	char created[TIME_TEXT], digest[DIGEST_TEXT];
	json *d = json_object_new_object(), *process = json_obj(spec, "process"),
	     *net = json_object_new_object();
	auto_free char *dir = str_printf("%s/containers/%s", en->root, c->id);
	auto_free char *config = str_printf("%s/config.json", dir);
	json_put_str(d, "Id", c->id);
	json_put_str(d, "Created", time_rfc3339_nano(c->record.created, created));
	put_path(d, process);
	json_put(d, "State", state_doc(s));
	json_put_str(d, "Image", c->record.image.hex);
	json_put_str(d, "ImageDigest",
		     digest_none(&img->manifest) ? "" : digest_text(&img->manifest, digest));
	json_put_str(d, "ImageName", or_empty(c->record.image_name));
	json_put_str(d, "Rootfs", "");
	json_put_str(d, "Pod", "");
	json_put_str(d, "StaticDir", dir);
	json_put_str(d, "OCIConfigPath", spec ? config : "");
	json_put_str(d, "OCIRuntime", "cuddy");
	json_put_str(d, "Name", or_empty(c->name));
	json_put_int(d, "RestartCount", 0);
	put_caps(d, process);
	json_put(d, "ExecIDs", json_object_new_array());
	json_put(d, "Mounts", mounts_doc(&c->record.opts));
	json_put(d, "Dependencies", json_object_new_array());
	json_put_str(net, "IPAddress", s->network);
	json_put(net, "Ports", json_object_new_object());
	json_put(d, "NetworkSettings", net);
	json_put_bool(d, "IsInfra", false);
	json_put(d, "Config", config_doc(en, c, img, process));
	json_put(d, "HostConfig", host_config_doc(en, c));
	return d;
}

int engine_container_inspect(struct engine *en, const char *what, json **out, struct err *e)
{
	auto_container struct container c = { .dir = -1, .run = -1, .lock = -1 };
	auto_image struct image img = { 0 };
	auto_json json *spec = NULL;
	struct state s;
	struct err ignored = { 0 };
	char id[DIGEST_TEXT];
	if (container_open(&en->containers, what, &c, e) < 0 || engine_state(&c, &s, e) < 0)
		return -1;
	/* an image may be gone, and a container that never started has no config.json */
	if (store_image_find(en->store, digest_text(&c.record.image, id), &img, NULL, &ignored) < 0)
		err_clear(&ignored);
	if (json_load_at(c.dir, "config.json", CONFIG_MAX, &spec, &ignored) < 0)
		err_clear(&ignored);
	*out = inspect_doc(en, &c, &s, &img, spec);
	return 0;
}
