/* place.c - see place.h. It must never use a path that is not relative to the root's
 * descriptor, nor a name with a slash in any call but path_open_in_root(). */
#include "archive/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "archive/whiteout.h"
#include "util/fd.h"
#include "util/path.h"

#define DIR_LOOK (O_PATH | O_DIRECTORY)

void place_init(struct place *p, int root)
{
	p->root = root;
	p->dir = -1;
	p->stale = false;
	p->dir_path[0] = p->path[0] = '\0';
	p->name = p->path;
}

void place_free(struct place *p)
{
	fd_close(&p->dir);
}

/* Append component S of N bytes to OUT of length LEN. The new length, or 0 when there is no room. */
static size_t append(char *out, size_t len, const char *s, size_t n)
{
	if (len + n + 2 > PATH_MAX)
		return 0;
	if (len)
		out[len++] = '/';
	memcpy(out + len, s, n);
	out[len + n] = '\0';
	return len + n;
}

static size_t drop_last(char *out, size_t len)
{
	while (len && out[len - 1] != '/')
		len--;
	if (len)
		len--;
	out[len] = '\0';
	return len;
}

int place_clean(const char *raw, char out[static PATH_MAX], struct err *e)
{
	size_t len = 0;
	out[0] = '\0';
	if (!*raw)
		return err_set(e, ERR_CORRUPT, "an entry without a name");
	for (const char *s = raw; *s;) {
		size_t n = strcspn(s, "/");
		bool up = n == 2 && s[0] == '.' && s[1] == '.';
		if (up && !len)
			return err_set(e, ERR_CORRUPT, "its name leads out of the root");
		if (n > NAME_MAX)
			return err_set(e, ERR_CORRUPT, "its name has a part longer than %d bytes",
				       NAME_MAX);
		if (up)
			len = drop_last(out, len);
		else if (n && !(n == 1 && *s == '.') && !(len = append(out, len, s, n)))
			return err_set(e, ERR_CORRUPT, "its name is longer than %d bytes",
				       PATH_MAX - 1);
		s += n;
		s += *s == '/';
	}
	return 0;
}

int place_name(struct place *p, const char *raw, struct err *e)
{
	if (place_clean(raw, p->path, e) < 0)
		return -1;
	char *slash = strrchr(p->path, '/');
	p->name = slash ? slash + 1 : p->path;
	return 0;
}

bool place_is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

/* NAME is missing in UP, or a whiteout there: make it a directory. */
static int make_parent(int up, const char *name, bool *below_whiteout, struct err *e)
{
	struct stat st;
	bool was_whiteout = false;
	if (fstatat(up, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!place_is_whiteout(&st))
			return err_set(e, ERR_CORRUPT, "%s above it is not a directory", name);
		if (below_whiteout) {
			*below_whiteout = true;
			return 0;
		}
		was_whiteout = true;
		if (unlinkat(up, name, 0) < 0)
			return err_sys(e, "replace the whiteout %s", name);
	}
	if (mkdirat(up, name, 0755) < 0)
		return err_sys(e, "make the directory %s", name);
	return was_whiteout ? whiteout_opaque_at(up, name, e) : 0;
}

/* The slow way, a component at a time: something on the way to PATH is missing. */
static int make_parents(struct place *p, char *path, bool *below_whiteout, struct err *e)
{
	int up = fcntl(p->root, F_DUPFD_CLOEXEC, 3);
	for (char *s = path;;) {
		size_t n = strcspn(s, "/");
		char end = s[n];
		char *name = s;
		s[n] = '\0';
		int fd = up < 0 ? -1 : path_open_in_root(p->root, path, DIR_LOOK, 0);
		if (fd < 0 && up >= 0 && (errno == ENOENT || errno == ENOTDIR)) {
			if (make_parent(up, name, below_whiteout, e) < 0) {
				fd_close(&up);
				return -1;
			}
			if (below_whiteout && *below_whiteout) {
				fd_close(&up);
				return 0;
			}
			fd = path_open_in_root(p->root, path, DIR_LOOK, 0);
		}
		s[n] = end;
		fd_close(&up);
		up = fd;
		if (up < 0)
			return err_sys(e, "open the directory %s", path);
		if (!end)
			break;
		s += n + 1;
	}
	p->dir = up;
	return 0;
}

int place_open_dir(struct place *p, bool *below_whiteout, struct err *e)
{
	size_t n = p->name > p->path ? (size_t)(p->name - p->path) - 1 : 0;
	if (p->dir >= 0 && !p->stale && strncmp(p->dir_path, p->path, n) == 0
	    && p->dir_path[n] == '\0')
		return 0;
	fd_close(&p->dir);
	p->stale = false;
	memcpy(p->dir_path, p->path, n);
	p->dir_path[n] = '\0';
	p->dir = path_open_in_root(p->root, n ? p->dir_path : ".", DIR_LOOK, 0);
	if (p->dir >= 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		return make_parents(p, p->dir_path, below_whiteout, e);
	if (errno == ELOOP)
		return err_set(e, ERR_CORRUPT, "the way to it is a loop of symbolic links");
	return err_sys(e, "open the directory it is in");
}

int place_stat(const struct place *p, struct stat *st, struct err *e)
{
	if (fstatat(p->dir, p->name, st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : err_sys(e, "look at what is there");
}

int place_clear(struct place *p, const struct stat *st, struct err *e)
{
	/* paths that led through it lead elsewhere from now on */
	p->stale = S_ISDIR(st->st_mode) || S_ISLNK(st->st_mode);
	int rc = S_ISDIR(st->st_mode) ? tree_remove_at(p->dir, p->name)
				      : unlinkat(p->dir, p->name, 0);
	if (rc < 0)
		return err_sys(e, "replace what an earlier entry put there");
	return 0;
}
