// SPDX-License-Identifier: Apache-2.0
/* floor.c - the least that a rootless container start has to do.
 *
 *     floor LOWER SCRATCH COMMAND [ARG...]
 *
 * LOWER is an unpacked root file system (an image), SCRATCH a directory for
 * the writable layer, kept from run to run. COMMAND runs as root in a
 * container; floor exits with its status (128+n for signal n, 125 when floor
 * itself fails, 126 and 127 as a shell would).
 *
 * This is a measuring stick and not a tool: what it takes is what the kernel
 * and the two set-uid map helpers take, so `time of a tool / time of floor`
 * says what the tool adds. It has no seccomp filter, drops no capability,
 * masks nothing in /proc, keeps no record, writes no log and answers no signal.
 *
 * The order, and why it can hardly be shorter:
 *
 *   parent                               child (pid 1 of the container)
 *   1  find the subordinate ids
 *   2  clone3, every namespace at once   starts, without ids: to the kernel
 *                                        it is nobody, it can create no file
 *   3  newuidmap and newgidmap, both     reads from the pipe
 *      started before either is waited
 *      for: they are set-uid programs,
 *      the only way to map more than
 *      one's own id
 *   4  closes the pipe                   5  overlay of LOWER and SCRATCH
 *                                        6  /proc /dev /sys in it
 *                                        7  pivot_root into it, old root gone
 *   9  waits, passes the status on       8  exec
 *
 * A tool may come close to this, or even below it, by doing mounts while the
 * helpers of step 3 work: the child has its capabilities from the first moment
 * and needs ids only where files are created. The floor stays with the plain
 * order, so that a ratio measured today can be compared with one from next year.
 *
 * Built static (an empty dynamic program costs 0.3 ms more), with nothing but
 * libc. It must not grow: what is not needed to start does not belong here. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PUT_OLD_AND_NEW "." /* pivot_root(".", "."): the old root ends up on top, to be detached */

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "Error: floor: %s: %s\n", what, strerror(errno));
	_exit(125); /* used on both sides of the clone: no exit handlers */
}

/* The name of the account with id UID, from /etc/passwd itself: getpwuid would
 * load name service modules, which a static program cannot do well. */
static void account_name(uid_t uid, char name[64])
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *p;

	snprintf(name, 64, "%u", uid);
	while (f && (p = fgetpwent(f)))
		if (p->pw_uid == uid) {
			snprintf(name, 64, "%s", p->pw_name);
			break;
		}
	if (f)
		fclose(f);
}

/* Put the first range that FILE (/etc/subuid, /etc/subgid) gives to the account
 * NAME or UID in *START and *COUNT. Lines are `owner:start:count`. */
static void subordinate_range(const char *file, const char *name, uid_t uid, char start[16],
			      char count[16])
{
	char line[256], owner[64], number[16];
	FILE *f = fopen(file, "re");

	snprintf(number, sizeof number, "%u", uid);
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "%63[^:]:%15[0-9]:%15[0-9]", owner, start, count) == 3
		    && (!strcmp(owner, name) || !strcmp(owner, number))) {
			fclose(f);
			return;
		}
	errno = ENOENT;
	die(file);
}

/* Start HELPER (newuidmap, newgidmap) for PID: id 0 of the container is the
 * caller's OWN id, 1 and up are the subordinate ones. posix_spawn shares the
 * memory until the exec, so no page table is copied. */
static pid_t helper_start(const char *helper, pid_t pid, unsigned own, char *start, char *count)
{
	char target[16], self[16];
	char *argv[] = { (char *)helper, target, "0", self, "1", "1", start, count, NULL };
	pid_t child;

	snprintf(target, sizeof target, "%d", pid);
	snprintf(self, sizeof self, "%u", own);
	errno = posix_spawnp(&child, helper, NULL, NULL, argv, environ);
	if (errno)
		die(helper);
	return child;
}

static int status_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Step 5: LOWER below, SCRATCH/upper above, on SCRATCH/merged. userxattr
 * because only the initial user namespace may write trusted.* attributes, in
 * which overlayfs otherwise keeps its notes. Leaves the caller in the mount. */
static void root_mount(const char *lower, const char *scratch)
{
	char options[2 * PATH_MAX + 64];

	if (chdir(scratch) < 0)
		die(scratch);
	if ((mkdir("upper", 0755) < 0 && errno != EEXIST)
	    || (mkdir("work", 0700) < 0 && errno != EEXIST)
	    || (mkdir("merged", 0700) < 0 && errno != EEXIST))
		die("mkdir in the scratch directory");
	if (snprintf(options, sizeof options, "lowerdir=%s,upperdir=upper,workdir=work,userxattr",
		     lower)
	    >= (int)sizeof options) {
		errno = ENAMETOOLONG;
		die(lower);
	}
	if (mount("overlay", "merged", "overlay", 0, options) < 0)
		die("mount overlay");
	if (chdir("merged") < 0)
		die("merged");
}

/* Step 6. Relative to the new root, the working directory. Device nodes cannot
 * be made in a user namespace, so the host's are bound over empty files. */
static void system_mounts(void)
{
	static const char *const nodes[] = { "null", "zero", "full", "random", "urandom", "tty" };

	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		die("mount /proc");
	if (mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=64k") < 0)
		die("mount /dev");
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
		char host[32], here[32];
		int fd;

		snprintf(host, sizeof host, "/dev/%s", nodes[i]);
		snprintf(here, sizeof here, "dev/%s", nodes[i]);
		fd = open(here, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0 || close(fd) < 0 || mount(host, here, NULL, MS_BIND, NULL) < 0)
			die(host);
	}
	if (mount("sysfs", "sys", "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		die("mount /sys");
}

/* Step 7. A mount namespace made together with a user namespace holds only
 * private or slave mounts, so nothing here can reach the host and no remount
 * to private is needed before the pivot. */
static void root_enter(void)
{
	if (syscall(SYS_pivot_root, ".", PUT_OLD_AND_NEW) < 0)
		die("pivot_root");
	if (umount2(".", MNT_DETACH) < 0)
		die("umount of the old root");
	if (chdir("/") < 0)
		die("/");
}

static _Noreturn void container(int go[2], char **argv)
{
	char byte;

	close(go[1]);
	if (read(go[0], &byte, 1) != 1)
		_exit(125); /* the parent died, and said why */
	if (setgroups(0, NULL) < 0)
		die("setgroups");
	root_mount(argv[1], argv[2]);
	system_mounts();
	root_enter();
	execvp(argv[3], argv + 3);
	fprintf(stderr, "Error: floor: %s: %s\n", argv[3], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

int main(int argc, char **argv)
{
	struct clone_args args = {
		.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC
			 | CLONE_NEWUTS | CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
	};
	char name[64], uid_start[16], uid_count[16], gid_start[16], gid_count[16];
	int go[2], failed;
	pid_t pid, helpers[2];

	if (argc < 4) {
		fprintf(stderr, "usage: floor LOWER SCRATCH COMMAND [ARG...]\n");
		return 125;
	}
	account_name(getuid(), name);
	subordinate_range("/etc/subuid", name, getuid(), uid_start, uid_count);
	subordinate_range("/etc/subgid", name, getuid(), gid_start, gid_count);

	if (pipe2(go, O_CLOEXEC) < 0)
		die("pipe");
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (pid < 0)
		die("clone3");
	if (pid == 0)
		container(go, argv);
	close(go[0]);

	helpers[0] = helper_start("newuidmap", pid, getuid(), uid_start, uid_count);
	helpers[1] = helper_start("newgidmap", pid, getgid(), gid_start, gid_count);
	failed = status_wait(helpers[0]);
	failed |= status_wait(helpers[1]);
	if (failed)
		return 125; /* the helper said why; the child sees the pipe close and ends */
	if (write(go[1], "", 1) != 1)
		die("the container is gone");
	return status_wait(pid);
}
