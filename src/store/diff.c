/* diff.c - see diff.h. The writable layer is walked; beside it goes the list of those layers below that have the same
 * directory, so that what overlay would show at a path is found without a mount, also while the container runs and
 * after it has ended.
 *
 * upper/ holds the changes alone. copy/ holds everything: there files count as changed when their metadata differ. */
#include "store/diff.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "model/image.h"
#include "util/fd.h"
#include "util/path.h"
#include "util/str.h"

#define DEPTH_MAX 400 /* a descriptor each */
#define FUSE_WHITEOUT ".wh."
#define FUSE_OPAQUE ".wh..wh..opq"

struct diff {
	int (*fn)(void *arg, enum diff_kind kind, const char *path, struct err *e);
	void *arg;
	bool copy;
	struct buf path; /* of where we are: "/etc", "" for the root */
	int depth;
	unsigned nlayers;
	int layers[IMAGE_LAYERS_MAX]; /* O_PATH, base first */
};

/* Layers that have one directory, topmost first: what overlay would merge there. */
struct below {
	unsigned n;
	unsigned char at[IMAGE_LAYERS_MAX];
};

_Static_assert(IMAGE_LAYERS_MAX <= 256, "an index of a layer fits into a byte");

/* --- one path in the layers below --- */

static bool has_mark(int dir, const char *name, const char *xattr)
{
	char value[4] = "";
	auto_free char *path = str_printf("/proc/self/fd/%d/%s", dir, name);
	return lgetxattr(path, xattr, value, sizeof value) >= 1 && *value == 'y';
}

static bool is_whiteout(int dir, const char *name, const struct stat *st)
{
	if (S_ISCHR(st->st_mode))
		return st->st_rdev == 0;
	return S_ISREG(st->st_mode) && st->st_size == 0
	       && has_mark(dir, name, "user.overlay.whiteout");
}

static bool is_opaque(int dir, const char *name)
{
	return has_mark(dir, name, "user.overlay.opaque")
	       || has_mark(dir, name, "user.fuseoverlayfs.opaque");
}

/* Our path in the layers PARENT: is there anything? *ST is what is seen, *DIRS are those with a directory. */
static bool look_below(const struct diff *d, const struct below *parent, struct stat *st,
		       struct below *dirs)
{
	const char *path = d->path.data + 1;
	bool found = false;
	dirs->n = 0;
	for (unsigned i = 0; i < parent->n; i++) {
		struct stat here;
		int layer = d->layers[parent->at[i]];
		if (fstatat(layer, path, &here, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (is_whiteout(layer, path, &here))
			break;
		if (!found)
			*st = here;
		bool more = S_ISDIR(here.st_mode);
		if (more)
			dirs->at[dirs->n++] = parent->at[i];
		found = true;
		if (!more || is_opaque(layer, path))
			break;
	}
	return found;
}

/* --- names in a directory --- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(int dir, struct strv *names, struct err *e)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *open = own < 0 ? NULL : fdopendir(own);
	struct dirent *item;
	if (!open) {
		fd_close(&own);
		return err_sys(e, "list a directory of the container");
	}
	while ((item = readdir(open)))
		if (!str_eq(item->d_name, ".") && !str_eq(item->d_name, ".."))
			strv_add(names, item->d_name);
	closedir(open);
	if (names->n)
		qsort(names->list, names->n, sizeof *names->list, by_name);
	return 0;
}

/* --- the walk --- */

static int report(const struct diff *d, enum diff_kind kind, struct err *e)
{
	return d->fn(d->arg, kind, d->path.data, e);
}

/* Back to LEN characters. */
static void path_cut(struct diff *d, size_t len)
{
	d->path.len = len;
	d->path.data[len] = '\0';
}

static size_t path_enter(struct diff *d, const char *name)
{
	size_t before = d->path.len;
	buf_printf(&d->path, "/%s", name);
	return before;
}

/* What the layers have here and NAMES lacks. */
static int report_missing(struct diff *d, const struct below *below, const struct strv *names,
			  struct err *e)
{
	auto_strv struct strv there = { 0 };
	int result = 0;
	for (unsigned i = 0; i < below->n; i++) {
		auto_fd int dir = openat(d->layers[below->at[i]],
					 d->path.len ? d->path.data + 1 : ".",
					 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (dir >= 0 && list(dir, &there, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < there.n && result == 0; i++) {
		struct stat st;
		struct below ignored;
		const char *name = there.list[i];
		bool again = i && str_eq(name, there.list[i - 1]);
		if (again
		    || (names->n && bsearch(&name, names->list, names->n, sizeof name, by_name)))
			continue;
		size_t before = path_enter(d, name);
		if (look_below(d, below, &st, &ignored))
			result = report(d, DIFF_DELETED, e);
		path_cut(d, before);
	}
	return result;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_gid == b->st_gid
	       && (S_ISDIR(a->st_mode) || a->st_size == b->st_size)
	       && a->st_mtim.tv_sec == b->st_mtim.tv_sec
	       && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int walk(struct diff *d, int dir, const struct below *below, bool opaque, struct err *e);

static int descend(struct diff *d, int parent, const char *name, const struct below *below,
		   struct err *e)
{
	auto_fd int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open %s", d->path.data);
	if (d->depth >= DEPTH_MAX)
		return err_set(e, ERR_SYSTEM, "%.100s...: too many directories in one another",
			       d->path.data);
	d->depth++;
	int result = walk(d, dir, below, is_opaque(parent, name), e);
	d->depth--;
	return result;
}

static int visit(struct diff *d, int parent, const char *name, const struct below *below,
		 struct err *e)
{
	struct stat st, old;
	struct below dirs;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "%s", d->path.data);
	bool was = look_below(d, below, &old, &dirs);
	if (!d->copy && is_whiteout(parent, name, &st))
		return was ? report(d, DIFF_DELETED, e) : 0;
	if (!(d->copy && was && is_same(&st, &old))
	    && report(d, was ? DIFF_CHANGED : DIFF_ADDED, e) < 0)
		return -1;
	return S_ISDIR(st.st_mode) ? descend(d, parent, name, &dirs, e) : 0;
}

/* A whiteout as fuse-overlayfs makes it where it may not make the kernel's. */
static int visit_fuse(struct diff *d, const char *name, const struct below *below, struct err *e)
{
	struct stat old;
	struct below dirs;
	size_t before = path_enter(d, name);
	int result = look_below(d, below, &old, &dirs) ? report(d, DIFF_DELETED, e) : 0;
	path_cut(d, before);
	return result;
}

static int walk(struct diff *d, int dir, const struct below *below, bool opaque, struct err *e)
{
	auto_strv struct strv names = { 0 };
	if (list(dir, &names, e) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		const char *name = names.list[i];
		int result;
		if (!d->copy && str_eq(name, FUSE_OPAQUE)) {
			opaque = true;
			continue;
		}
		if (!d->copy && str_starts(name, FUSE_WHITEOUT)) {
			result = visit_fuse(d, name + strlen(FUSE_WHITEOUT), below, e);
		} else {
			size_t before = path_enter(d, name);
			result = visit(d, dir, name, below, e);
			path_cut(d, before);
		}
		if (result < 0)
			return -1;
	}
	return opaque || d->copy ? report_missing(d, below, &names, e) : 0;
}

static int open_layers(struct diff *d, const struct diff_opts *o, struct err *e)
{
	if (o->nlayers > IMAGE_LAYERS_MAX)
		return err_set(e, ERR_CORRUPT, "%u layers; at most %d are possible", o->nlayers,
			       IMAGE_LAYERS_MAX);
	for (; d->nlayers < o->nlayers; d->nlayers++) {
		const char *hex = o->layers[d->nlayers].hex;
		auto_free char *path = str_printf("layers/%s/tree", hex);
		int fd = path_open_beneath(o->store_root, path, O_PATH | O_DIRECTORY, 0);
		if (fd < 0)
			return err_sys(e, "layer %.12s", hex);
		d->layers[d->nlayers] = fd;
	}
	return 0;
}

static int run(struct diff *d, const struct diff_opts *o, struct err *e)
{
	static const char *const places[] = { "upper", "copy" };
	struct below all = { 0 };
	int dir = -1;
	for (int i = 0; i < 2 && dir < 0; i++) {
		dir = openat(o->container_dir, places[i],
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		d->copy = i == 1;
	}
	auto_fd int top = dir;
	if (top < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open the writable layer");
	if (open_layers(d, o, e) < 0)
		return -1;
	for (unsigned i = d->nlayers; i--;)
		all.at[all.n++] = (unsigned char)i;
	buf_puts(&d->path, "");
	return walk(d, top, &all, false, e);
}

int rootfs_diff(const struct diff_opts *o,
		int (*fn)(void *arg, enum diff_kind kind, const char *path, struct err *e),
		void *arg, struct err *e)
{
	struct diff *d = xcalloc(1, sizeof *d);
	d->fn = fn;
	d->arg = arg;
	int result = run(d, o, e);
	for (unsigned i = 0; i < d->nlayers; i++)
		fd_close(&d->layers[i]);
	buf_free(&d->path);
	free(d);
	return result;
}
