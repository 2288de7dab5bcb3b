/* names.c - names of containers. A name is a symbolic link to the id, and so it is taken once, by whoever makes the
 * link. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "container/internal.h"
#include "util/fd.h"
#include "util/lock.h"

void name_owner(struct containers *cs, const char *name, char id[static CONTAINER_ID + 1])
{
	char text[CONTAINER_ID + 2] = "";
	ssize_t n = readlinkat(cs->names, name, text, sizeof text - 1);
	text[n < 0 ? 0 : n] = '\0';
	if (!digest_is_hex(text))
		*text = '\0';
	memcpy(id, text, CONTAINER_ID + 1);
}

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

bool name_ok(const char *name)
{
	size_t n = strlen(name);
	return n > 0 && n <= 200 && strchr(ALNUM, name[0]) && strspn(name, ALNUM "_.-") == n;
}

/* The link stays behind when a maker dies between link and record: then it is nobody's. */
static bool owner_is_dead(struct containers *cs, const char *id)
{
	struct stat st;
	auto_free char *record = str_printf("%s/" RECORD, id);
	if (fstatat(cs->dirs, record, &st, 0) == 0)
		return false;
	return container_idle(cs, id);
}

/* Free NAME when it still is OWNER's, who is dead. One at a time: whoever looked before us may have freed it, and a
 * living container taken it, since we looked. */
static void name_free(struct containers *cs, const char *name, const char *owner)
{
	char now[CONTAINER_ID + 1];
	auto_fd int lock = openat(cs->names, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return;
	name_owner(cs, name, now);
	if (strcmp(now, owner) == 0)
		unlinkat(cs->names, name, 0);
}

int name_take(struct containers *cs, const char *name, const char *id, struct err *e)
{
	char owner[CONTAINER_ID + 1];
	if (!name_ok(name)) {
		err_set(e, ERR_USAGE, "invalid container name %s", name);
		return err_hint(e, "a name is letters, digits, '_', '.' and '-', and begins with a "
				   "letter or digit");
	}
	for (int tries = 0; tries < 3; tries++) {
		if (symlinkat(id, cs->names, name) == 0)
			return 0;
		if (errno != EEXIST)
			return err_sys(e, "take the name %s", name);
		name_owner(cs, name, owner);
		if (*owner && !owner_is_dead(cs, owner))
			break;
		name_free(cs, name, owner);
	}
	err_set(e, ERR_EXISTS, "the container name %s is already in use by %.12s", name, owner);
	return err_hint(e, "give another --name, or remove that container: cuddy rm %s", name);
}

void name_drop(struct containers *cs, const char *name, const char *id)
{
	char owner[CONTAINER_ID + 1];
	name_owner(cs, name, owner);
	if (strcmp(owner, id) == 0)
		unlinkat(cs->names, name, 0);
}

void names_drop(struct containers *cs, const char *id)
{
	int copy = openat(cs->names, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *item;
	if (!d) {
		fd_close(&copy);
		return;
	}
	while ((item = readdir(d)))
		if (name_ok(item->d_name))
			name_drop(cs, item->d_name, id);
	closedir(d);
}

/* --- another name ---
 * Whoever changes the record, or ends it, holds a lock on the container's directory: a container that runs can be
 * renamed, and its monitor has the other lock. */

int record_lock(struct container *c, struct err *e)
{
	return lock_wait(c->dir, LOCK_EX, -1) < 0 ? err_sys(e, "lock the record of %s", c->name)
						  : 0;
}

void record_unlock(struct container *c)
{
	flock(c->dir, LOCK_UN);
}

int record_again(struct container *c, struct err *e)
{
	struct container now = { .dir = c->dir };
	if (record_load(&now, e) < 0) {
		free(now.name);
		record_free(&now.record);
		return -1;
	}
	free(c->name);
	record_free(&c->record);
	c->name = now.name;
	c->record = now.record;
	return 0;
}

static int rename_locked(struct containers *cs, struct container *c, const char *name,
			 struct err *e)
{
	if (record_again(c, e) < 0)
		return -1;
	if (name_take(cs, name, c->id, e) < 0)
		return -1;
	auto_free char *before = c->name;
	c->name = xstrdup(name);
	auto_json json *j = record_json(c);
	auto_free char *text = json_text(j, true);
	if (write_file(c->dir, RECORD, text, !c->record.opts.remove, e) < 0) {
		name_drop(cs, name, c->id);
		return -1;
	}
	name_drop(cs, before, c->id);
	return 0;
}

int container_rename(struct containers *cs, struct container *c, const char *name, struct err *e)
{
	if (record_lock(c, e) < 0)
		return -1;
	int result = rename_locked(cs, c, name, e);
	record_unlock(c);
	if (result == 0)
		return 0;
	return e->kind == ERR_NOTFOUND
		       ? err_set(e, ERR_NOTFOUND, "container %s was removed", c->name)
		       : -1;
}
