/* lock.c - the lock of a container, which its monitor holds as long as it runs, and others while they work on it. It is
 * a file in the run directory and goes with that, so who has locked it looks whether it still is the one. */
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
#include "util/log.h"
#include "util/path.h"

#define LOCK_TRIES 20 /* a millisecond between them */
#define REMOVE_TRIES 5

/* Is what we locked still what others will find? Its directory may have been removed meanwhile. */
static bool lock_current(struct containers *cs, const char *id, int fd)
{
	struct stat ours, found;
	auto_free char *path = str_printf("%s/lock", id);
	return fstat(fd, &ours) == 0 && fstatat(cs->run, path, &found, AT_SYMLINK_NOFOLLOW) == 0
	       && ours.st_ino == found.st_ino && ours.st_dev == found.st_dev;
}

/* Lock ID, making its run directory when it is gone. *RUN is that directory. An fd, or -1 with errno. */
static int lock_take(struct containers *cs, const char *id, int *run)
{
	for (int tries = 0; tries < 5; tries++) {
		if (mkdirat(cs->run, id, 0700) < 0 && errno != EEXIST)
			return -1;
		auto_fd int dir = openat(cs->run, id,
					 O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		auto_fd int fd = dir < 0 ? -1
					 : openat(dir, "lock",
						  O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
			return -1;
		if (!lock_current(cs, id, fd))
			continue;
		fd_close(run);
		*run = fd_take(&dir);
		return fd_take(&fd);
	}
	errno = EWOULDBLOCK;
	return -1;
}

/* Nothing is made for it: the container may be gone. */
bool container_idle(struct containers *cs, const char *id)
{
	auto_free char *path = str_printf("%s/lock", id);
	auto_fd int fd = openat(cs->run, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? errno == ENOENT : flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* Who waited for the lock may get it when nothing is left that it is of. */
static bool is_removed(const struct container *c)
{
	return c->dir >= 0 && faccessat(c->dir, RECORD, F_OK, AT_SYMLINK_NOFOLLOW) < 0
	       && errno == ENOENT;
}

static int locked(struct containers *cs, struct container *c, struct err *e)
{
	if (is_removed(c)) {
		container_rest(cs, c);
		return err_set(e, ERR_NOTFOUND, "container %s was removed", c->name);
	}
	/* a killed monitor's last word is not ours */
	return ftruncate(c->lock, 0) < 0 ? err_sys(e, "lock container %s", c->name) : 0;
}

int container_lock(struct containers *cs, struct container *c, struct err *e)
{
	/* others take it for a moment to see whether it is free, who do not count */
	const struct timespec moment = { .tv_nsec = 1000000 };
	for (int tries = 0; tries < LOCK_TRIES; tries++) {
		c->lock = lock_take(cs, c->id, &c->run);
		if (c->lock >= 0)
			return locked(cs, c, e);
		if (errno != EWOULDBLOCK)
			break;
		nanosleep(&moment, NULL);
		errno = EWOULDBLOCK;
	}
	if (errno != EWOULDBLOCK)
		return err_sys(e, "lock container %s", c->name);
	return err_set(e, ERR_BUSY, "container %s is running or being worked on", c->name);
}

/* The directory goes in one step. Removed piece by piece under its name, it could lose a lock that somebody else has
 * just put there. */
int run_remove(struct containers *cs, const char *id)
{
	char tail[9];
	random_hex(tail, 8);
	auto_free char *gone = str_printf(".%s-%s", id, tail);
	if (renameat(cs->run, id, cs->run, gone) < 0)
		return errno == ENOENT ? 0 : -1;
	int result = -1;
	/* who had opened it before may have made a lock there, in vain */
	for (int tries = 0; tries < REMOVE_TRIES && result < 0; tries++)
		result = tree_remove_at(cs->run, gone);
	return result;
}

void containers_sweep_run(struct containers *cs)
{
	int copy = openat(cs->run, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *item;
	if (!d) {
		fd_close(&copy);
		return;
	}
	while ((item = readdir(d)))
		if (item->d_name[0] == '.' && strlen(item->d_name) > CONTAINER_ID
		    && tree_remove_at(cs->run, item->d_name) < 0)
			log_debug("%s stays: %s", item->d_name, strerror(errno));
	closedir(d);
}

int container_rest(struct containers *cs, struct container *c)
{
	int result = run_remove(cs, c->id);
	fd_close(&c->run);
	fd_close(&c->lock);
	return result;
}
