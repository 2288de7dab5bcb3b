/* container.c - see container.h. A container is made under its final name at once: an unfinished one
 * has no record, is nobody's, and is swept by whoever finds its lock free. */
#include "container/container.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "container/internal.h"
#include "util/fd.h"
#include "util/lock.h"
#include "util/log.h"
#include "util/path.h"

int containers_open(int root, const char *runroot, struct containers *out, struct err *e)
{
	*out = (struct containers){ -1, -1, -1 };
	if ((out->dirs = dir_make_at(root, "containers", e)) < 0
	    || (out->names = dir_make_at(out->dirs, "names", e)) < 0
	    || (out->run = dir_make(runroot, e)) < 0) {
		containers_close(out);
		return -1;
	}
	return 0;
}

void containers_close(struct containers *cs)
{
	fd_close(&cs->dirs);
	fd_close(&cs->names);
	fd_close(&cs->run);
}

static bool is_id(const char *text)
{
	return digest_is_hex(text);
}

/* --- making, opening, removing --- */

int write_file(int dir, const char *name, const char *text, bool durable, struct err *e)
{
	if (durable)
		return file_replace_at(dir, name, text, strlen(text), 0600, e);
	return file_swap_at(dir, name, text, strlen(text), 0600, e);
}

static int fill(struct container *c, bool durable, struct err *e)
{
	auto_json json *j = record_json(c);
	auto_free char *text = json_text(j, true);
	auto_buf struct buf layers = { 0 };
	for (size_t i = 0; i < c->record.nlayers; i++)
		buf_printf(&layers, "%s\n", c->record.layers[i].hex);
	/* the layers first: from then on nothing that it needs is collected */
	if (write_file(c->dir, LAYERS, layers.data ? layers.data : "", durable, e) < 0)
		return -1;
	return write_file(c->dir, RECORD, text, durable, e);
}

static void init(struct container *c)
{
	*c = (struct container){ .dir = -1, .run = -1, .lock = -1 };
}

static int make(struct containers *cs, struct container *c, const char *name, bool durable,
		struct err *e)
{
	random_hex(c->id, CONTAINER_ID);
	c->name = xstrdup(name);
	if (container_lock(cs, c, e) < 0)
		return -1;
	if (name_take(cs, name, c->id, e) < 0)
		return -1;
	if ((c->dir = dir_make_at(cs->dirs, c->id, e)) < 0)
		return -1;
	return fill(c, durable, e);
}

int container_create(struct containers *cs, const struct record *r, const char *name, bool durable,
		     struct container *out, struct err *e)
{
	init(out);
	if (record_copy(&out->record, r, e) < 0)
		return -1;
	if (make(cs, out, name, durable, e) < 0) {
		struct err why = *e;
		if (container_remove(cs, out, e) < 0)
			why = *e;
		container_close(out);
		*e = why;
		return -1;
	}
	return 0;
}

static int no_such(const char *what, struct err *e)
{
	err_set(e, ERR_NOTFOUND, "no container with name or ID %s found", what);
	return err_hint(e, "cuddy ps -a lists all containers");
}

/* WHAT as an id or the unique beginning of one. */
static int find_by_prefix(struct containers *cs, const char *what, char id[CONTAINER_ID + 1],
			  struct err *e)
{
	auto_strv struct strv ids = { 0 };
	size_t n = strlen(what);
	*id = '\0';
	if (!n || n > CONTAINER_ID || strspn(what, "0123456789abcdef") != n)
		return no_such(what, e);
	if (containers_list(cs, &ids, e) < 0)
		return -1;
	for (size_t i = 0; i < ids.n; i++) {
		if (!str_starts(ids.list[i], what))
			continue;
		if (*id)
			return err_set(e, ERR_USAGE, "more than one container's ID begins with %s",
				       what);
		snprintf(id, CONTAINER_ID + 1, "%s", ids.list[i]);
	}
	return *id ? 0 : no_such(what, e);
}

int container_open(struct containers *cs, const char *what, struct container *out, struct err *e)
{
	init(out);
	*out->id = '\0';
	if (name_ok(what))
		name_owner(cs, what, out->id);
	if (!*out->id && find_by_prefix(cs, what, out->id, e) < 0)
		return -1;
	out->dir = dir_open_at(cs->dirs, out->id, e);
	if (out->dir < 0)
		return e->kind == ERR_NOTFOUND ? no_such(what, e) : -1;
	out->run = openat(cs->run, out->id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (record_load(out, e) < 0) {
		container_close(out);
		return e->kind == ERR_NOTFOUND ? no_such(what, e)
					       : err_wrap(e, "container %s", what);
	}
	return 0;
}

void container_close(struct container *c)
{
	fd_close(&c->dir);
	fd_close(&c->run);
	fd_close(&c->lock);
	free_ptr(&c->name);
	record_free(&c->record);
}

/* The record first: without it the rest is nobody's and can be swept. */
static int record_end(struct containers *cs, struct container *c, struct err *e)
{
	char owner[CONTAINER_ID + 1];
	struct err ignored;
	if (c->dir < 0)
		return 0;
	if (record_lock(c, e) < 0)
		return -1;
	name_owner(cs, c->name, owner);
	if (strcmp(owner, c->id) != 0 && record_again(c, &ignored) < 0)
		log_debug("%s", ignored.msg);
	unlinkat(c->dir, RECORD, 0);
	record_unlock(c);
	return 0;
}

int container_remove(struct containers *cs, struct container *c, struct err *e)
{
	if (record_end(cs, c, e) < 0)
		return -1;
	if (tree_remove_at(cs->dirs, c->id) < 0)
		return err_sys(e, "remove container %s", c->name);
	/* what has lost its record goes by its id alone */
	if (strcmp(c->name, c->id) == 0)
		names_drop(cs, c->id);
	else
		name_drop(cs, c->name, c->id);
	if (run_remove(cs, c->id) < 0)
		return err_sys(e, "remove the run directory of %s", c->name);
	return 0;
}

bool container_orphan(struct containers *cs, const char *id, struct container *out)
{
	struct err ignored;
	struct stat st;
	init(out);
	memcpy(out->id, id, CONTAINER_ID + 1);
	out->name = xstrdup(id);
	/* the record is looked for under the lock: its maker holds that until the record is there */
	if (container_lock(cs, out, &ignored) == 0
	    && (out->dir = dir_open_at(cs->dirs, id, &ignored)) >= 0
	    && fstatat(out->dir, RECORD, &st, 0) < 0 && errno == ENOENT)
		return true;
	/* its removal was cut short near the end, or who looked for its lock has made a directory for that */
	if (out->lock >= 0 && out->dir < 0) {
		names_drop(cs, id);
		container_rest(cs, out);
	}
	container_close(out);
	return false;
}

/* --- listing --- */

static int list(int dir, struct strv *ids, struct err *e)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *ent;
	if (!d) {
		fd_close(&copy);
		return err_sys(e, "list the containers");
	}
	while ((ent = readdir(d)))
		if (is_id(ent->d_name))
			strv_add(ids, ent->d_name);
	closedir(d);
	return 0;
}

int containers_list(struct containers *cs, struct strv *ids, struct err *e)
{
	return list(cs->dirs, ids, e);
}

int containers_list_awake(struct containers *cs, struct strv *ids, struct err *e)
{
	return list(cs->run, ids, e);
}

int containers_using(struct containers *cs, const struct digest *image, char **user, struct err *e)
{
	auto_strv struct strv ids = { 0 };
	*user = NULL;
	if (containers_list(cs, &ids, e) < 0)
		return -1;
	for (size_t i = 0; i < ids.n && !*user; i++) {
		struct err ignored;
		auto_container struct container c;
		/* one that vanishes or is being made meanwhile uses nothing yet */
		if (container_open(cs, ids.list[i], &c, &ignored) == 0
		    && digest_eq(&c.record.image, image))
			*user = xstrdup(c.id);
	}
	return 0;
}
