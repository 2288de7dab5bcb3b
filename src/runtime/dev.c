/* dev.c - /dev of the container: the standard device nodes, bound from the host since rootless cannot make
 * any, the usual links (runtime-spec, config-linux.md "Default Devices"), and the terminal. */
#include "runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"

/* Bind the file TREE (a path or, with "", the descriptor SRC) onto DEV/NAME. */
static int bind_node(int dev, const char *name, int src, const char *path, struct err *e)
{
	auto_fd int place = openat(dev, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (place < 0)
		return errno == EEXIST ? 0 : err_sys(e, "make /dev/%s", name);
	auto_fd int tree = open_tree(src, path,
				     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (tree < 0)
		return err_sys(e, "%s", path);
	if (move_mount(tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_sys(e, "mount onto /dev/%s", name);
	return 0;
}

/* What the user mounted there himself stays. */
static bool is_there(int dev, const char *name)
{
	struct stat st;
	return fstatat(dev, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int child_dev(struct child *c, struct err *e)
{
	static const char *const nodes[] = { "null", "zero", "full", "random", "urandom", "tty" };
	static const struct {
		const char *name, *target;
	} links[] = {
		{ "fd", "/proc/self/fd" },       { "stdin", "/proc/self/fd/0" },
		{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
		{ "core", "/proc/kcore" },       { "ptmx", "pts/ptmx" },
	};
	auto_fd int dev = path_open_beneath(c->root, "dev", O_RDONLY | O_DIRECTORY, 0);
	if (dev < 0)
		return err_sys(e, "open /dev in the container");
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
		char path[32];
		snprintf(path, sizeof path, "/dev/%s", nodes[i]);
		if (!is_there(dev, nodes[i]) && bind_node(dev, nodes[i], AT_FDCWD, path, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		if (symlinkat(links[i].target, dev, links[i].name) < 0 && errno != EEXIST)
			return err_sys(e, "make /dev/%s", links[i].name);
	return 0;
}

/* From the container's own devpts, so that its programs find it by name. Both ends. */
static int make_terminal(struct child *c, int root, int *master, struct err *e)
{
	struct statfs fs;
	int unlocked = 0;
	*master = path_open_in_root(root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY, 0);
	if (*master < 0 || fstatfs(*master, &fs) < 0)
		return err_sys(e, "make a terminal");
	if (fs.f_type != DEVPTS_SUPER_MAGIC)
		return err_set(e, ERR_DENIED, "/dev/pts in the container holds no terminals");
	if (ioctl(*master, TIOCSPTLCK, &unlocked) < 0)
		return err_sys(e, "make a terminal");
	c->terminal = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return c->terminal < 0 ? err_sys(e, "open the terminal") : 0;
}

static int hand_over(struct child *c, int master, struct err *e)
{
	char byte = CHILD_TERMINAL;
	return fd_send(c->sock, &byte, 1, &master, 1) < 0 ? err_sys(e, "hand over the terminal")
							  : 0;
}

int child_terminal(struct child *c, struct err *e)
{
	auto_fd int master = -1;
	if (!c->spec->terminal)
		return 0;
	if (make_terminal(c, c->root, &master, e) < 0)
		return -1;
	auto_fd int dev = path_open_beneath(c->root, "dev", O_RDONLY | O_DIRECTORY, 0);
	if (dev < 0)
		return err_sys(e, "open /dev in the container");
	if (bind_node(dev, "console", c->terminal, "", e) < 0)
		return -1;
	return hand_over(c, master, e);
}

int child_enter_terminal(struct child *c, struct err *e)
{
	auto_fd int master = -1;
	auto_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!c->spec->terminal)
		return 0;
	if (make_terminal(c, root, &master, e) < 0)
		return -1;
	return hand_over(c, master, e);
}
