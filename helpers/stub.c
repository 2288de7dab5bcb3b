/* stub.c - the last program of cuddy's in a container, and its pid 1 with --init.
 *
 * The command could be (or be interpreted by) /proc/self/exe. Were it executed by cuddy itself, that
 * name would be cuddy's own file on the host, within reach of whoever runs in the container. So
 * cuddy first becomes this program, from a sealed memory file that holds nothing worth changing.
 *
 * argv: [0] "REPORT[i]" where REPORT is a descriptor number and i asks for an init, [1] path, [2...] the
 * command's argv. When the command cannot be executed, its errno goes to REPORT as an int. End of file
 * there is success.
 *
 * Freestanding: no C library, so it is a few kilobytes and starts in no time. Where there is no
 * assembly for the processor below, it is built with the C library. */
#include <errno.h>
#include <fcntl.h>
#include <linux/wait.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
static long sys4(long nr, long a, long b, long c, long d)
{
	long ret;
	register long r10 __asm__("r10") = d;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall "
	"stub_start\n");
#elif defined(__aarch64__)
static long sys4(long nr, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
}
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n\tbl stub_start\n");
#elif defined(__riscv) && __riscv_xlen == 64
static long sys4(long nr, long a, long b, long c, long d)
{
	register long a7 __asm__("a7") = nr;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3) : "memory");
	return a0;
}
__asm__(".globl _start\n_start:\n\tmv a0, sp\n\tandi sp, sp, -16\n\tcall stub_start\n");
#else
#define STUB_WITH_LIBC
#include <unistd.h>
static long sys4(long nr, long a, long b, long c, long d)
{
	long ret = syscall(nr, a, b, c, d);
	return ret < 0 ? -errno : ret;
}
#endif

#define KERNEL_SIGSET 8 /* bytes of the kernel's sigset_t on every 64-bit processor */

static void quit(int code) __attribute__((noreturn));
static void quit(int code)
{
	for (;;)
		sys4(SYS_exit_group, code, 0, 0, 0);
}

static void run(int report, char **argv, char **envp) __attribute__((noreturn));
static void run(int report, char **argv, char **envp)
{
	int code = (int)-sys4(SYS_execve, (long)argv[1], (long)(argv + 2), (long)envp, 0);
	sys4(SYS_write, report, (long)&code, sizeof code, 0);
	quit(code == ENOENT ? 127 : 126);
}

static void set_mask(unsigned long mask)
{
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, KERNEL_SIGSET);
}

/* Reap everything; the status of MAIN once it has ended, -1 before. */
static int reap(long child)
{
	int status, result = -1;
	long pid;
	while ((pid = sys4(SYS_wait4, -1, (long)&status, WNOHANG, 0)) > 0)
		if (pid == child)
			result = status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
	return result;
}

/* A process group of its own, in the foreground when there is a terminal: what the terminal sends reaches
 * the command once, not a second time through us. */
static void lead_group(void)
{
	int own = (int)sys4(SYS_getpid, 0, 0, 0, 0);
	sys4(SYS_setpgid, 0, 0, 0, 0);
	sys4(SYS_ioctl, 0, TIOCSPGRP, (long)&own, 0);
}

/* Be init: everything that is sent to us goes to the command, everything that dies is reaped. */
static void init(int report, char **argv, char **envp) __attribute__((noreturn));
static void init(int report, char **argv, char **envp)
{
	unsigned long all = ~0UL;
	int code = -1;
	set_mask(all);
	long child = sys4(SYS_clone, SIGCHLD, 0, 0, 0);
	if (child == 0) {
		lead_group();
		set_mask(0);
		run(report, argv, envp);
	}
	if (child < 0) {
		int why = (int)-child;
		sys4(SYS_write, report, (long)&why, sizeof why, 0);
		quit(126);
	}
	sys4(SYS_close, report, 0, 0, 0);
	while (code < 0) {
		long sig = sys4(SYS_rt_sigtimedwait, (long)&all, 0, 0, KERNEL_SIGSET);
		if (sig == SIGCHLD)
			code = reap(child);
		else if (sig > 0)
			sys4(SYS_kill, child, sig, 0, 0);
	}
	quit(code);
}

static void stub(char **argv, char **envp) __attribute__((noreturn));
static void stub(char **argv, char **envp)
{
	const char *p = argv[0];
	int report = 0;
	/* called again by what we executed, as /proc/self/exe: there is nothing to do, and to go on would be for ever */
	if (!p || *p < '0' || *p > '9')
		quit(126);
	for (; *p >= '0' && *p <= '9'; p++)
		report = report * 10 + (*p - '0');
	sys4(SYS_fcntl, report, F_SETFD, FD_CLOEXEC, 0);
	if (*p == 'i')
		init(report, argv, envp);
	run(report, argv, envp);
}

#ifdef STUB_WITH_LIBC
int main(int argc, char **argv, char **envp)
{
	(void)argc;
	stub(argv, envp);
}
#else
/* The kernel's stack: argc, argv..., NULL, envp..., NULL. */
void stub_start(long *stack) __attribute__((noreturn, used));
void stub_start(long *stack)
{
	char **argv = (char **)(stack + 1);
	stub(argv, argv + stack[0] + 1);
}
#endif
