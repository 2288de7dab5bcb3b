/* confine.c - see confine.h.
 *
 * The layers do not lean on each other: with chroot alone, or Landlock alone, or the
 * system calls of the list alone, an unpacker that somebody took over gets no further than
 * its stage. The order is fixed by what each takes away: limits and chroot need
 * capabilities, Landlock needs no_new_privs, and after seccomp none of them could be made. */
#include "archive/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "util/log.h"

/* zstd's largest window, the buffers, and room: three at once stay below the 512 MB that any input may cost. */
#define DATA_MAX (160ul << 20)
#define FILES_MAX 64

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

static int by_number(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;
	return (x > y) - (x < y);
}

int confine_fds(const int *keep, size_t n, struct err *e)
{
	int sorted[8];
	unsigned from = 0;
	if (n > sizeof sorted / sizeof *sorted)
		return err_set(e, ERR_SYSTEM, "too many descriptors to keep");
	memcpy(sorted, keep, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_number);
	for (size_t i = 0; i <= n; i++) {
		unsigned to = i < n ? (unsigned)sorted[i] : ~0u;
		if (to > from && syscall(SYS_close_range, from, i < n ? to - 1 : to, 0) < 0)
			return err_sys(e, "close descriptors");
		from = to + 1;
	}
	return 0;
}

static int limit(struct err *e)
{
	static const struct {
		int what;
		rlim_t most;
	} limits[] = {
#ifndef SANITIZED
		{ RLIMIT_DATA, DATA_MAX },
#endif
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NOFILE, FILES_MAX },
		{ RLIMIT_MEMLOCK, 0 },
	};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct rlimit r = { limits[i].most, limits[i].most };
		if (setrlimit(limits[i].what, &r) < 0)
			return err_sys(e, "limit the unpacker");
	}
	return 0;
}

static int change_root(int tree, struct err *e)
{
	if (fchdir(tree) < 0 || chroot(".") < 0)
		return err_sys(e, "make the stage the unpacker's root");
	return 0;
}

static int drop_caps(struct err *e)
{
	static const cap_value_t kept[] = { CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID,
					    CAP_SETFCAP };
	int n = sizeof kept / sizeof *kept;
	cap_t c = cap_init();
	bool done = c && cap_set_flag(c, CAP_PERMITTED, n, kept, CAP_SET) == 0
		    && cap_set_flag(c, CAP_EFFECTIVE, n, kept, CAP_SET) == 0
		    && cap_set_proc(c) == 0;
	int rc = done ? 0 : err_sys(e, "give up capabilities");
	cap_free(c);
	return rc;
}

/* --- Landlock --- */

/* The kernel's structure of today; older ones are told the size that they know. */
struct ruleset {
	uint64_t fs, net, scoped;
};
#define FS_BITS_ABI2 14
#define FS_BITS_ABI3 15 /* + truncate */
#define FS_BITS_ABI5 16 /* + ioctl on devices */
#define FS_IOCTL_DEV (1ull << 15)
#define NET_ALL 3ull    /* bind, connect: ABI 4 */
#define SCOPED_ALL 3ull /* abstract sockets, signals: ABI 6 */

static void ruleset_fill(long abi, struct ruleset *r, size_t *size)
{
	unsigned bits = abi >= 5 ? FS_BITS_ABI5 : abi >= 3 ? FS_BITS_ABI3 : FS_BITS_ABI2;
	*r = (struct ruleset){ .fs = (1ull << bits) - 1 };
	*size = sizeof r->fs;
	if (abi >= 4) {
		r->net = NET_ALL;
		*size += sizeof r->net;
	}
	if (abi >= 6) {
		r->scoped = SCOPED_ALL;
		*size += sizeof r->scoped;
	}
}

static int landlock(int tree, struct err *e)
{
	const uint64_t never = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_BLOCK
			       | LANDLOCK_ACCESS_FS_MAKE_SOCK | FS_IOCTL_DEV;
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset r;
	size_t size;
	/* the first version forbids hard links between directories */
	if (abi < 2) {
		log_debug("the kernel has no Landlock that unpacking could live with");
		return 0;
	}
	ruleset_fill(abi, &r, &size);
	int fd = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	struct landlock_path_beneath_attr rule = { .allowed_access = r.fs & ~never,
						   .parent_fd = tree };
	if (fd < 0 || syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0
	    || syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return err_sys(e, "confine the unpacker with Landlock");
	close(fd);
	return 0;
}

/* --- seccomp --- */

static const int allowed[] = {
	/* the archive in, files out */
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(lseek),
	SCMP_SYS(ftruncate),
	SCMP_SYS(sync_file_range),
	SCMP_SYS(close),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	/* beneath the stage */
	SCMP_SYS(openat),
	SCMP_SYS(openat2),
	SCMP_SYS(mkdirat),
	SCMP_SYS(mknodat),
	SCMP_SYS(symlinkat),
	SCMP_SYS(linkat),
	SCMP_SYS(unlinkat),
	SCMP_SYS(getdents64),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(fstatat64),
	SCMP_SYS(fstat64),
	SCMP_SYS(statx),
	SCMP_SYS(fchown),
	SCMP_SYS(fchownat),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(utimensat),
	SCMP_SYS(fsetxattr),
	SCMP_SYS(fgetxattr),
	SCMP_SYS(umask),
	SCMP_SYS(fcntl),
	/* what the C library does by itself */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(tgkill),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* Threads, but no processes; memory, but none that can be executed. clone3 hides its flags, and
 * ENOSYS makes the C library use clone. */
static int add_conditional(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp threads = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
	const struct scmp_arg_cmp not_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, threads);
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, not_exec);
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, not_exec);
	return rc;
}

static int filter(struct err *e)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int rc = f ? 0 : -ENOMEM;
	for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof *allowed; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	if (rc == 0)
		rc = add_conditional(f);
	if (rc == 0)
		rc = seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	/* a kernel built without it */
	if (rc == -EINVAL || rc == -ENOSYS || rc == -ECANCELED) {
		log_debug("the kernel does not take the unpacker's seccomp filter");
		return 0;
	}
	return rc < 0 ? err_num(e, -rc, "confine the unpacker with seccomp") : 0;
}

int confine_to(int tree, struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(e, "confine the unpacker");
	if (limit(e) < 0 || change_root(tree, e) < 0 || drop_caps(e) < 0 || landlock(tree, e) < 0)
		return -1;
	return filter(e);
}
