/* target.c - finds or makes the place inside a root file system where something is mounted.
 *
 * The image is a stranger's: its links are followed as if the root were "/", one component at a
 * time, each opened beneath the root without following anything. Whatever is swapped meanwhile, the
 * result is inside or an error. They may not lead into what the kernel shows there either: a mount could
 * hide what confines the command, and a volume would be filled with it. */
#include "runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"

#define MAX_LINKS 40

struct walk {
	int root;
	char *at;         /* resolved so far, "" is the root; no links in it */
	struct strv rest; /* components to go */
	bool directory;   /* what to make when the last one is missing */
	unsigned links;
};

static void prepend(struct strv *rest, const char *text)
{
	struct strv all = { 0 };
	strv_split(&all, text, '/');
	strv_add_all(&all, rest->list);
	strv_free(rest);
	*rest = all;
}

static int open_at(int root, const char *path, int flags)
{
	return path_open_beneath(root, *path ? path : ".", flags, 0);
}

static int make(struct walk *w, const char *name, bool directory)
{
	auto_fd int parent = open_at(w->root, w->at, O_PATH | O_DIRECTORY);
	if (parent < 0)
		return -1;
	if (directory)
		return mkdirat(parent, name, 0755) < 0 && errno != EEXIST ? -1 : 0;
	auto_fd int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				0644);
	return fd < 0 && errno != EEXIST ? -1 : 0;
}

static void leave(struct walk *w)
{
	char *slash = strrchr(w->at, '/');
	*(slash ? slash : w->at) = '\0';
}

static int follow(struct walk *w, int link)
{
	char text[PATH_MAX];
	ssize_t n = readlinkat(link, "", text, sizeof text - 1);
	if (n < 0)
		return -1;
	text[n] = '\0';
	if (++w->links > MAX_LINKS) {
		errno = ELOOP;
		return -1;
	}
	if (*text == '/')
		*w->at = '\0';
	prepend(&w->rest, text);
	return 0;
}

static int step(struct walk *w, const char *name)
{
	struct stat st;
	auto_free char *next = str_printf("%s%s%s", w->at, *w->at ? "/" : "", name);
	auto_fd int fd = open_at(w->root, next, O_PATH | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		if (make(w, name, w->directory || w->rest.n) < 0)
			return -1;
		fd = open_at(w->root, next, O_PATH | O_NOFOLLOW);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (S_ISLNK(st.st_mode))
		return follow(w, fd);
	free(w->at);
	w->at = take(next);
	return 0;
}

static int walk(struct walk *w)
{
	while (w->rest.n) {
		auto_free char *name = xstrdup(w->rest.list[0]);
		strv_remove(&w->rest, 0);
		if (!*name || str_eq(name, "."))
			continue;
		if (str_eq(name, ".."))
			leave(w);
		else if (step(w, name) < 0)
			return -1;
	}
	return open_at(w->root, w->at, O_PATH | O_NOFOLLOW);
}

static bool is_kernels(const char *path)
{
	static const char *const places[] = { "proc", "sys", "dev" };
	size_t n = strcspn(path, "/");
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (strlen(places[i]) == n && strncmp(path, places[i], n) == 0)
			return true;
	return false;
}

int target_open(int root, const char *path, bool directory, struct err *e)
{
	struct stat st;
	struct walk w = { .root = root, .at = xstrdup(""), .directory = directory };
	const char *asked = path + strspn(path, "/");
	bool led_astray = false;
	/* nearly always it is there and no link: one system call */
	auto_fd int fd = open_at(root, asked, O_PATH | O_NOFOLLOW);
	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISLNK(st.st_mode))) {
		fd_close(&fd);
		strv_split(&w.rest, path, '/');
		fd = walk(&w);
		led_astray = is_kernels(w.at) && !is_kernels(asked);
		strv_free(&w.rest);
	}
	free(w.at);
	if (led_astray)
		return err_set(e, ERR_DENIED, "%s leads into the container's /proc, /sys or /dev",
			       path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "%s in the container", path);
	if (!!S_ISDIR(st.st_mode) != directory)
		return err_set(
			e, ERR_USAGE,
			"%s in the container is %sa directory, and what is mounted there is %s",
			path, directory ? "not " : "", directory ? "one" : "not");
	return fd_take(&fd);
}
