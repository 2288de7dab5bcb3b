/* fuse.c - fuse-overlayfs, an overlay in a process of its own, where the kernel has none for us.
 *
 * The mount is ours, not the program's: it is made detached, the program is started in a mount
 * namespace in which it never appears, and only then it gets its place. Were the program to live in
 * the container's mount namespace, that namespace would live as long as the program, the mount as
 * long as the namespace, and the program as long as the mount.
 *
 * The program holds descriptors of the layers. A container that may trace its own processes
 * (CAP_SYS_PTRACE, --privileged) can come by them; it gets no further than the user could. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/rootfs_internal.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/proc.h"
#include "util/str.h"

#define PROGRAM "fuse-overlayfs"

static int set(int fs, unsigned cmd, const char *key, const char *value)
{
	return fsconfig(fs, cmd, key, value, 0);
}

/* A FUSE file system served at DEV, mounted nowhere yet. */
static int make_detached(int dev, bool read_only, struct err *e)
{
	char number[16];
	snprintf(number, sizeof number, "%d", dev);
	auto_fd int fs = fsopen("fuse", FSOPEN_CLOEXEC);
	if (fs < 0 || set(fs, FSCONFIG_SET_STRING, "source", PROGRAM) < 0
	    || set(fs, FSCONFIG_SET_STRING, "subtype", PROGRAM) < 0
	    || set(fs, FSCONFIG_SET_STRING, "fd", number) < 0
	    || set(fs, FSCONFIG_SET_STRING, "rootmode", "40000") < 0
	    || set(fs, FSCONFIG_SET_STRING, "user_id", "0") < 0
	    || set(fs, FSCONFIG_SET_STRING, "group_id", "0") < 0
	    || set(fs, FSCONFIG_SET_FLAG, "default_permissions", NULL) < 0
	    || set(fs, FSCONFIG_SET_FLAG, "allow_other", NULL) < 0
	    || (read_only && set(fs, FSCONFIG_SET_FLAG, "ro", NULL) < 0)
	    || set(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		return err_sys(e, "make a FUSE file system");
	int fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	return fd < 0 ? err_sys(e, "make a FUSE mount") : fd;
}

/* Everything is named through two of the descriptors that the program inherits. */
static char *make_options(const struct rootfs *r)
{
	static const char store[] = "/proc/self/fd/4", dir[] = "/proc/self/fd/5";
	struct buf b = { 0 };
	/* without writeback nothing is in the kernel's hands only when the container is killed */
	buf_puts(&b, "writeback=0,");
	if (r->o->is_volatile)
		buf_puts(&b, "volatile,");
	if (!r->o->read_only)
		buf_printf(&b, "upperdir=%s/upper,workdir=%s/work,", dir, dir);
	buf_puts(&b, "lowerdir=");
	for (unsigned i = r->o->nlayers; i--;)
		buf_printf(&b, "%s/layers/%s/tree%s", store, r->o->layers[i].hex, i ? ":" : "");
	if (!r->o->nlayers)
		buf_printf(&b, "%s/empty", dir);
	return buf_take(&b);
}

static pid_t start_there(const struct rootfs *r, const char *program, int dev, int out,
			 struct err *e)
{
	static char mount_point[] = "/dev/fd/3";
	const int fds[] = { dev, r->store, r->dir };
	auto_free char *options = make_options(r);
	auto_free char *path = xstrdup(program);
	char foreground[] = "-f", option[] = "-o";
	char *argv[] = { path, foreground, option, options, mount_point, NULL };
	/* whatever is mounted here later must not come over there */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "make the mounts private");
	return proc_start(argv, fds, sizeof fds / sizeof *fds, out, e);
}

/* Start the program in a mount namespace of its own, and come back. */
static pid_t start(const struct rootfs *r, const char *program, int dev, int out, struct err *e)
{
	auto_fd int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	auto_fd int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (home < 0 || unshare(CLONE_NEWNS) < 0)
		return err_sys(e, "make a mount namespace");
	pid_t pid = start_there(r, program, dev, out, e);
	if (setns(home, CLONE_NEWNS) < 0)
		return err_sys(e, "return to the mount namespace");
	/* setns leaves us in its root */
	if (cwd >= 0 && fchdir(cwd) < 0)
		log_debug("working directory: %s", strerror(errno));
	return pid;
}

/* Ask something that only the program can answer; if it has died, its last words are the error. */
static int wait_ready(const struct rootfs *r, pid_t pid, int words, struct err *e)
{
	char text[2048] = "", path[FD_PATH];
	struct stat st;
	auto_fd int root = openat(r->dir, "merged", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root >= 0 && fstat(root, &st) == 0)
		return 0;
	err_sys(e, PROGRAM);
	if (root >= 0 && umount2(rootfs_fd_path(root, path), MNT_DETACH) < 0)
		log_debug("unmount: %s", strerror(errno));
	ssize_t n = fd_read_full(words, text, sizeof text - 1);
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	const char *line = strrchr(text, '\n');
	auto_free char *shown = str_printable(line ? line + 1 : text);
	if (*shown)
		err_set(e, ERR_SYSTEM, "%s", shown);
	if (proc_reap(pid) < 0)
		log_debug(PROGRAM ": %s", strerror(errno));
	return ROOTFS_REFUSED;
}

static int serve(const struct rootfs *r, const char *program, int dev, int tree, struct err *e)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	auto_fd int words = ends[0];
	auto_fd int theirs = ends[1];
	pid_t pid = start(r, program, dev, theirs, e);
	/* the program's copies must be the only ones, so that its end ends what waits for it */
	fd_close(&theirs);
	fd_close(&dev);
	if (pid < 0)
		return -1;
	if (move_mount(tree, "", r->merged, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)
	    < 0)
		return err_sys(e, "place the mount");
	return wait_ready(r, pid, words, e);
}

/* The program splits what it has resolved at colons once more, and undoes backslashes. */
static bool is_path_usable(int dir)
{
	char link[FD_PATH], path[PATH_MAX + 1];
	ssize_t n = readlink(rootfs_fd_path(dir, link), path, sizeof path - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	return !strpbrk(path, ":\\");
}

int fuse_mount(const struct rootfs *r, struct err *e)
{
	auto_fd int upper = -1;
	auto_fd int work = -1;
	auto_free char *program = proc_find(PROGRAM);
	if (r->o->may_trace) {
		err_set(e, ERR_DENIED,
			"a container with CAP_SYS_PTRACE could take over the process "
			"that serves it");
		return ROOTFS_REFUSED;
	}
	if (!program) {
		err_set(e, ERR_NOTFOUND, PROGRAM " is not installed");
		return ROOTFS_REFUSED;
	}
	if (!is_path_usable(r->dir)) {
		err_set(e, ERR_SYSTEM,
			PROGRAM " cannot work below a directory with \":\" in its name");
		return ROOTFS_REFUSED;
	}
	auto_fd int dev = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (dev < 0) {
		err_sys(e, "open /dev/fuse");
		return ROOTFS_REFUSED;
	}
	int rc = r->o->read_only ? 0 : rootfs_upper(r, &upper, &work, e);
	if (rc)
		return rc;
	auto_fd int tree = make_detached(dev, r->o->read_only, e);
	return tree < 0 ? ROOTFS_REFUSED : serve(r, program, fd_take(&dev), tree, e);
}
