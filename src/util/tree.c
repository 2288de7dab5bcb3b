/* tree.c - removing a tree that somebody hostile may have made.
 *
 * A container can make a directory a million levels deep, with names and modes as it likes. So
 * the walk does not recurse and holds at most LEVELS descriptors: a directory that lies deeper is
 * renamed up into the top of the tree, where a later pass finds it. Ordinary trees are never that
 * deep and pay nothing. Nothing here follows a link or goes through a mount. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"
#include "util/str.h"

#define LEVELS 32

struct level {
	DIR *d;
	bool removed;            /* this pass changed something: another may find more */
	char name[NAME_MAX + 1]; /* in the level above */
};

struct walk {
	int dir;          /* where level 0 is */
	const char *name; /* ... by this name */
	int depth;        /* of the current level; -1 at the end */
	int code;         /* errno of what would not go first */
	struct level at[LEVELS];
};

static void note(struct walk *w, int code)
{
	if (!w->code)
		w->code = code;
}

static int open_here(int dir, const char *name, int flags)
{
	return path_open_same_mount(dir, name, flags | O_DIRECTORY | O_NOFOLLOW, 0);
}

/* Give ourselves the rights to a directory of ours whose mode denies them. */
static int unlock(int fd)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return chmod(path, 0700);
}

static int open_for_removal(int dir, const char *name)
{
	struct stat st;
	int fd = open_here(dir, name, O_RDONLY);
	if (fd < 0 && errno == EACCES) {
		auto_fd int path = open_here(dir, name, O_PATH);
		if (path < 0 || unlock(path) < 0)
			return -1;
		fd = openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	/* if it cannot be changed, what is inside may go all the same, or says why not */
	if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0700) != 0700 && unlock(fd) < 0)
		errno = 0;
	return fd;
}

static int above(const struct walk *w)
{
	return w->depth ? dirfd(w->at[w->depth - 1].d) : w->dir;
}

static const char *name_here(const struct walk *w)
{
	return w->depth ? w->at[w->depth].name : w->name;
}

static int push(struct walk *w, int fd, const char *name)
{
	struct level *l = &w->at[w->depth + 1];
	DIR *d = fdopendir(fd);
	if (!d) {
		fd_close(&fd);
		return -1;
	}
	w->depth++;
	*l = (struct level){ .d = d };
	if (w->depth)
		snprintf(l->name, sizeof l->name, "%s", name);
	return 0;
}

/* FD, which is NAME in the deepest level that we allow, goes up to the top. */
static int move_up(struct walk *w, int fd, const char *name)
{
	char fresh[33];
	random_hex(fresh, 32);
	int rc = renameat(dirfd(w->at[w->depth].d), name, dirfd(w->at[0].d), fresh);
	fd_close(&fd);
	if (rc == 0)
		w->at[0].removed = w->at[w->depth].removed = true;
	return rc;
}

static void enter(struct walk *w, const char *name)
{
	int fd = open_for_removal(dirfd(w->at[w->depth].d), name);
	if (fd < 0 || (w->depth + 1 < LEVELS ? push(w, fd, name) : move_up(w, fd, name)) < 0)
		if (errno != ENOENT)
			note(w, errno);
}

/* The pass through the current level is over: go again, or up. */
static void leave(struct walk *w)
{
	struct level *l = &w->at[w->depth];
	bool gone = unlinkat(above(w), name_here(w), AT_REMOVEDIR) == 0 || errno == ENOENT;
	if (!gone && (errno == ENOTEMPTY || errno == EEXIST) && l->removed) {
		l->removed = false;
		rewinddir(l->d);
		return;
	}
	if (!gone)
		note(w, errno);
	closedir(l->d);
	if (w->depth && gone)
		w->at[w->depth - 1].removed = true;
	w->depth--;
}

static void visit(struct walk *w, const struct dirent *ent)
{
	struct level *l = &w->at[w->depth];
	if (strcmp(ent->d_name, ".") == 0 || strcmp(ent->d_name, "..") == 0)
		return;
	if (ent->d_type != DT_DIR) {
		if (unlinkat(dirfd(l->d), ent->d_name, 0) == 0) {
			l->removed = true;
			return;
		}
		if (errno == ENOENT)
			return;
		if (ent->d_type != DT_UNKNOWN || (errno != EISDIR && errno != EPERM)) {
			note(w, errno);
			return;
		}
	}
	enter(w, ent->d_name);
}

static int remove_dir(int dir, const char *name)
{
	struct walk w = { .dir = dir, .name = name, .depth = -1 };
	int fd = open_for_removal(dir, name);
	if (fd < 0 || push(&w, fd, name) < 0)
		return errno == ENOENT ? 0 : -1;
	while (w.depth >= 0) {
		const struct dirent *ent = readdir(w.at[w.depth].d);
		if (ent)
			visit(&w, ent);
		else
			leave(&w);
	}
	errno = w.code;
	return w.code ? -1 : 0;
}

int tree_remove_at(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	const char *base = path_base(name);
	if (base == name)
		return remove_dir(dir, name);
	/* on the way to it there may be mounts; it and what is below may not be one */
	auto_free char *parent = xstrndup(name, (size_t)(base - name));
	auto_fd int at = openat(dir, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return at < 0 ? -1 : remove_dir(at, base);
}
