/* create.c - from what was asked to a record on disk. Everything that can be wrong is found here, before
 * anything runs; the record is the only bridge to start. */
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "engine/create.h"
#include "model/spec.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/proc.h"

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* --- the image --- */

/* Run cuddy-image VERB ...; its standard output is ours to throw away, its errors are the user's to read. */
static int image_program(struct engine *en, char *const *words, struct err *e)
{
	auto_strv struct strv argv = { 0 };
	auto_fd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	strv_add(&argv, en->image_program);
	strv_addf(&argv, "--root=%s", en->root);
	strv_addf(&argv, "--runroot=%s", en->runroot);
	if (en->log_level)
		strv_addf(&argv, "--log-level=%s", en->log_level);
	strv_add_all(&argv, words);
	pid_t pid = proc_start_quietly(argv.list, null, e);
	int status = pid < 0 ? -1 : proc_reap(pid);
	if (pid < 0)
		return -1;
	if (status == 0)
		return 0;
	/* it has said why */
	err_clear(e);
	e->kind = ERR_REMOTE;
	return -1;
}

static int pull(struct engine *en, const char *image, const char *policy, struct err *e)
{
	auto_strv struct strv words = { 0 };
	strv_add(&words, "pull");
	strv_add(&words, image);
	if (policy)
		strv_addf(&words, "--policy=%s", policy);
	return image_program(en, words.list, e);
}

/* The image that we carry answers to its name until another has taken it. */
static bool is_hello(const char *image)
{
	return str_eq(image, "hello") || str_eq(image, "hello:latest")
	       || str_eq(image, "localhost/hello") || str_eq(image, "localhost/hello:latest");
}

static int load_hello(struct engine *en, struct err *e)
{
	char *words[] = { "load", "--quiet", "--input", en->hello, NULL };
	if (!en->hello) {
		err_set(e, ERR_NOTFOUND, "the image hello is not installed");
		return err_hint(e, "install cuddy again (make install, or the package)");
	}
	return image_program(en, words, e);
}

static int find_image(struct engine *en, const struct create_opts *o, struct image *img,
		      char **name, struct err *e)
{
	bool always = str_eq(o->pull, "always") || str_eq(o->pull, "newer");
	if (always && !is_hello(o->image) && pull(en, o->image, o->pull, e) < 0)
		return -1;
	if (store_image_find(en->store, o->image, img, name, e) == 0)
		return 0;
	if (e->kind != ERR_NOTFOUND || always)
		return -1;
	if (is_hello(o->image)) {
		if (load_hello(en, e) < 0)
			return -1;
	} else if (str_eq(o->pull, "never")) {
		return err_hint(e, "it is not here and --pull=never forbids to get it; cuddy "
				   "images lists what is here");
	} else if (pull(en, o->image, NULL, e) < 0) {
		return -1;
	}
	return store_image_find(en->store, o->image, img, name, e);
}

/* --- what was asked, checked --- */

static int check_caps(const struct strv *names, const char *option, struct err *e)
{
	uint64_t bits;
	for (size_t i = 0; i < names->n; i++) {
		if (cap_parse(names->list[i], &bits) == 0)
			continue;
		err_set(e, ERR_USAGE, "invalid capability %s in %s", names->list[i], option);
		return err_hint(e, "capabilities(7) lists the names, such as NET_ADMIN");
	}
	return 0;
}

static int check_mounts(const struct create_opts *o, struct err *e)
{
	struct stat st;
	for (size_t i = 0; i < o->nmounts; i++) {
		const struct mount_opts *m = &o->mounts[i];
		if (m->kind != MOUNT_BIND || stat(m->source, &st) == 0)
			continue;
		err_sys(e, "volume %s", m->source);
		return err_hint(e, "a host directory must exist before it is mounted: mkdir -p %s",
				m->source);
	}
	return 0;
}

static int check_workdir(const struct create_opts *o, struct err *e)
{
	if (!o->workdir || *o->workdir == '/')
		return 0;
	return err_set(e, ERR_USAGE, "--workdir %s: not an absolute path", o->workdir);
}

static int check_command(const struct create_opts *o, const struct image *img, struct err *e)
{
	if (o->command.n || img->config.cmd.n || img->config.entrypoint.n
	    || !str_empty(o->entrypoint))
		return 0;
	err_set(e, ERR_USAGE, "no command given, and the image %s has none", o->image);
	return err_hint(e, "put a command behind the image: cuddy run %s /bin/sh", o->image);
}

static int check(const struct create_opts *o, const struct image *img, struct err *e)
{
	if (check_caps(&o->cap_add, "--cap-add", e) < 0
	    || check_caps(&o->cap_drop, "--cap-drop", e) < 0 || check_mounts(o, e) < 0
	    || check_workdir(o, e) < 0)
		return -1;
	return check_command(o, img, e);
}

/* --- the record --- */

static int write_cidfile(const char *path, const char *id, struct err *e)
{
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0) {
		err_sys(e, "write the container id to %s", path);
		return err_hint(
			e, "--cidfile makes a new file: remove the old one, or give another name");
	}
	return fd_write_all(fd, id, CONTAINER_ID) < 0 ? err_sys(e, "write %s", path) : 0;
}

static int make(struct engine *en, const struct record *r, const char *asked, struct container *c,
		struct err *e)
{
	char drawn[64];
	if (asked)
		return container_create(&en->containers, r, asked, !r->opts.remove, c, e);
	for (int tries = 0; tries < 20; tries++) {
		random_name(drawn, sizeof drawn, tries);
		if (container_create(&en->containers, r, drawn, !r->opts.remove, c, e) == 0)
			return 0;
		if (e->kind != ERR_EXISTS)
			return -1;
	}
	return -1;
}

static int record_it(struct engine *en, const struct create_opts *o, const struct image *img,
		     char *name, struct container *c, struct err *e)
{
	/* a view of what others own: container_create copies it */
	struct record r = {
		.opts = *o,
		.image = img->id,
		.image_name = name,
		.layers = img->layers,
		.nlayers = img->nlayers,
		.created = now(),
		.stop_signal = img->config.stop_signal,
	};
	if (make(en, &r, o->name, c, e) < 0)
		return -1;
	if (!o->cidfile || write_cidfile(o->cidfile, c->id, e) == 0)
		return 0;
	struct err why = *e;
	if (container_remove(&en->containers, c, e) < 0)
		log_err(e);
	container_close(c);
	*e = why;
	return -1;
}

/* Said once from boot to boot, since it is true of every container. */
static void tell_single(const struct engine *en)
{
	if (!en->ids.single)
		return;
	auto_fd int told = openat(en->containers.run, "told-single", O_CREAT | O_EXCL | O_CLOEXEC,
				  0600);
	if (told < 0)
		return;
	log_warn("containers have a single user: all files in them are root's, and programs that "
		 "change "
		 "users (apt, su, services with accounts of their own) fail");
	log_warn("%s", en->ids.why);
}

int engine_create(struct engine *en, const struct create_opts *o, struct container *c,
		  struct err *e)
{
	tell_single(en);
	auto_image struct image img = { 0 };
	auto_free char *name = NULL;
	/* nothing that we find may be collected until the record names it */
	if (store_hold(en->store, e) < 0)
		return -1;
	if (find_image(en, o, &img, &name, e) < 0 || check(o, &img, e) < 0)
		return -1;
	return record_it(en, o, &img, name, c, e);
}
