// SPDX-License-Identifier: Apache-2.0
/* timeit.c - time several commands against each other, in turn.
 *
 *     timeit [-n RUNS] [-w WARMUP] [-b HOOK] [-m MS] [-k] ::: NAME CMD [ARG...] ::: NAME CMD...
 *
 * The commands run alternately, A B C A B C ..., because a machine changes
 * while one looks at it (clock, caches, neighbours): what hits one round hits
 * every command in it. A ratio is therefore taken inside each round, and its
 * median over the rounds is what is printed. -w rounds are run first and not
 * counted. HOOK is run with `sh -c` before each command, outside the time; the
 * name of the command is its $0.
 *
 * On stdout, one line each, separated by tabs:
 *     time   NAME  RUNS  MEDIAN  MIN  MAX  AFTER  RSS      (ms, ms, ms, ms, KiB)
 *     tree   NAME  RSS  PSS                                (KiB; only with -m)
 *     ratio  NAME  NAME  MEDIAN                            (every ordered pair)
 *
 * The time is from before the spawn until the command itself is reaped. A
 * command may leave processes that go on with its work (podman's conmon and
 * its cleanup): timeit is a subreaper, sees them, and waits for them before the
 * next command starts, up to SETTLE_MAX_MS; AFTER is the median of that wait.
 * What then still lives is taken for meant to stay (podman's pause process);
 * with -k it is killed instead, and at the very end it always is. Only
 * descendants are ever signalled.
 *
 * RSS in `time` is the largest single process, from wait4. With -m the whole
 * tree below timeit is sampled every MS milliseconds and the highest sum is
 * printed: of RSS, which counts a page shared by two processes twice, and of
 * PSS, which does not, but reads 0 where the kernel does not let us look (a
 * process of another user namespace, when timeit is not run by root). Sampling
 * costs time, so do not read times from such a run.
 *
 * The output of the commands goes to a file that is shown only when one of them
 * fails, which ends the whole measurement: a time of a failure is no time. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEPARATOR ":::"
#define COMMANDS_MAX 16
#define PROCESSES_MAX 4096
#define SETTLE_MAX_MS 1500

struct command {
	char *name;
	char **argv;
	double *ms;    /* one value a round */
	double *after; /* the same */
	long rss;      /* KiB, largest process of any round */
	long tree_rss; /* KiB, highest sum of the tree of any round */
	long tree_pss;
};

struct bench {
	struct command commands[COMMANDS_MAX];
	size_t count;
	int runs, warmup;
	int sample_ms; /* 0: no sampling */
	bool kill_left;
	char *hook;
	int output;   /* where the commands write */
	size_t stays; /* descendants that are known to stay */
};

struct process {
	pid_t pid, parent;
	bool ours;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "Error: timeit: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void left_kill(void);

static void signals_awaited(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Until a child changes state, somebody ends us, or MS have passed (-1: for
 * ever). The signals are blocked all the time and only taken here, so that none
 * comes between a look and the wait for it. Also woken for nothing: look again. */
static void pause_ms(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
	sigset_t set;

	signals_awaited(&set);
	switch (ms < 0 ? sigwaitinfo(&set, NULL) : sigtimedwait(&set, NULL, &t)) {
	case SIGINT:
	case SIGTERM:
	case SIGHUP:
		left_kill();
		exit(130);
	}
}

static double median(const double *values, int n)
{
	double sorted[n];

	memcpy(sorted, values, sizeof sorted);
	for (int i = 1; i < n; i++) /* few values: insertion sort */
		for (int j = i; j > 0 && sorted[j] < sorted[j - 1]; j--) {
			double t = sorted[j];

			sorted[j] = sorted[j - 1];
			sorted[j - 1] = t;
		}
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* ---- the process tree ---------------------------------------------------- */

static size_t file_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	return n > 0 ? (size_t)n : 0;
}

/* The parent of PID, or 0 when it is gone or a zombie. */
static pid_t process_parent(pid_t pid)
{
	char path[64], buf[512], state, *paren;
	int parent;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	if (!file_read(path, buf, sizeof buf))
		return 0;
	paren = strrchr(buf, ')'); /* the command's name may hold anything */
	if (!paren || sscanf(paren + 1, " %c %d", &state, &parent) != 2 || state == 'Z')
		return 0;
	return parent;
}

/* Put every living descendant of this process in PIDS; how many there are.
 * A parent may have a higher pid than its child, so walk until nothing new is
 * found. */
static size_t descendants(pid_t pids[PROCESSES_MAX])
{
	static struct process all[PROCESSES_MAX];
	size_t n = 0, found = 0;
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (!proc)
		die("/proc");
	while (n < PROCESSES_MAX && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0 && (all[n].parent = process_parent(pid)) > 0) {
			all[n].ours = false;
			all[n++].pid = pid;
		}
	}
	closedir(proc);

	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < n; i++) {
			bool child = all[i].parent == getpid();

			for (size_t j = 0; !child && j < found; j++)
				child = all[i].parent == pids[j];
			if (!all[i].ours && child) {
				all[i].ours = again = true;
				pids[found++] = all[i].pid;
			}
		}
	}
	return found;
}

static long field_kb(const char *text, const char *field)
{
	const char *at = strstr(text, field);

	return at ? strtol(at + strlen(field), NULL, 10) : 0;
}

/* Raise C's tree figures to what the tree takes now. */
static void tree_sample(struct command *c)
{
	pid_t pids[PROCESSES_MAX];
	size_t n = descendants(pids);
	long rss = 0, pss = 0;
	char path[64], buf[4096];

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof path, "/proc/%d/status", pids[i]);
		if (file_read(path, buf, sizeof buf))
			rss += field_kb(buf, "\nVmRSS:");
		snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pids[i]);
		if (file_read(path, buf, sizeof buf))
			pss += field_kb(buf, "\nPss:");
	}
	if (rss > c->tree_rss)
		c->tree_rss = rss;
	if (pss > c->tree_pss)
		c->tree_pss = pss;
}

static void zombies_reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* Kill what is left; descendants only, again until there are none, because a
 * dying parent may just have made another. */
static void left_kill(void)
{
	pid_t pids[PROCESSES_MAX];
	size_t n;

	for (int tries = 0; tries < 100 && (n = descendants(pids)) > 0; tries++) {
		while (n > 0)
			kill(pids[--n], SIGKILL);
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
		zombies_reap();
	}
	zombies_reap();
}

/* Wait until no more processes live than those known to stay; ms waited. */
static double settle(struct bench *b)
{
	pid_t pids[PROCESSES_MAX];
	double start = now_ms();
	size_t n;

	for (;;) {
		zombies_reap();
		if (waitpid(-1, NULL, WNOHANG) < 0) /* no child at all: spare the walk */
			return 0;
		n = descendants(pids);
		if (n <= b->stays)
			return now_ms() - start;
		if (now_ms() - start > SETTLE_MAX_MS)
			break;
		pause_ms(1);
	}
	if (b->kill_left)
		left_kill();
	else
		b->stays = n;
	return 0; /* it stays on purpose: no wait that belongs to the command */
}

/* ---- running ------------------------------------------------------------- */

static pid_t spawn(const struct bench *b, char **argv)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t set;
	pid_t pid;

	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	signals_awaited(&set); /* a shell may have told us to ignore SIGINT */
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, b->output, 1);
	posix_spawn_file_actions_adddup2(&fa, b->output, 2);
	errno = posix_spawnp(&pid, argv[0], &fa, &attr, argv, environ);
	if (errno)
		die(argv[0]);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	return pid;
}

/* Show what the commands wrote, and give up. */
static _Noreturn void failed(const struct bench *b, const char *name, const char *what, int status)
{
	char buf[4096];
	ssize_t n;
	bool by_signal = WIFSIGNALED(status);

	fprintf(stderr, "Error: timeit: %s%s: %s %d\n", name, what,
		by_signal ? "killed by signal" : "exited with status",
		by_signal ? WTERMSIG(status) : WEXITSTATUS(status));
	lseek(b->output, 0, SEEK_SET);
	while ((n = read(b->output, buf, sizeof buf)) > 0)
		fwrite(buf, 1, (size_t)n, stderr);
	left_kill();
	exit(1);
}

static void output_empty(const struct bench *b)
{
	if (ftruncate(b->output, 0) < 0 || lseek(b->output, 0, SEEK_SET) < 0)
		die("output");
}

static void hook_run(const struct bench *b, char *name)
{
	char *argv[] = { "sh", "-c", b->hook, name, NULL };
	pid_t pid;
	int status;

	if (!b->hook)
		return;
	output_empty(b);
	pid = spawn(b, argv);
	while (waitpid(pid, &status, WNOHANG) != pid)
		pause_ms(-1);
	if (status)
		failed(b, name, " (hook before it)", status);
}

/* Run C once; its times into slot ROUND, or nowhere when that is negative. */
static void command_run(struct bench *b, struct command *c, int round)
{
	struct rusage usage;
	double start, ms, after;
	int status;
	pid_t pid;

	hook_run(b, c->name);
	output_empty(b);
	start = now_ms();
	pid = spawn(b, c->argv);
	while (wait4(pid, &status, WNOHANG, &usage) != pid) {
		if (b->sample_ms)
			tree_sample(c);
		pause_ms(b->sample_ms ? b->sample_ms : -1);
	}
	ms = now_ms() - start;
	if (status)
		failed(b, c->name, "", status);
	after = settle(b);
	if (round < 0)
		return;
	c->ms[round] = ms;
	c->after[round] = after;
	if (usage.ru_maxrss > c->rss)
		c->rss = usage.ru_maxrss;
}

static void report(const struct bench *b)
{
	double ratios[b->runs];

	for (size_t i = 0; i < b->count; i++) {
		const struct command *c = &b->commands[i];
		double min = c->ms[0], max = c->ms[0];

		for (int r = 1; r < b->runs; r++) {
			min = c->ms[r] < min ? c->ms[r] : min;
			max = c->ms[r] > max ? c->ms[r] : max;
		}
		printf("time\t%s\t%d\t%.2f\t%.2f\t%.2f\t%.2f\t%ld\n", c->name, b->runs,
		       median(c->ms, b->runs), min, max, median(c->after, b->runs), c->rss);
		if (b->sample_ms)
			printf("tree\t%s\t%ld\t%ld\n", c->name, c->tree_rss, c->tree_pss);
	}
	for (size_t i = 0; i < b->count; i++)
		for (size_t j = 0; j < b->count; j++) {
			if (i == j)
				continue;
			for (int r = 0; r < b->runs; r++)
				ratios[r] = b->commands[i].ms[r] / b->commands[j].ms[r];
			printf("ratio\t%s\t%s\t%.3f\n", b->commands[i].name, b->commands[j].name,
			       median(ratios, b->runs));
		}
}

/* ---- arguments ----------------------------------------------------------- */

static _Noreturn void usage_exit(void)
{
	fprintf(stderr, "usage: timeit [-n RUNS] [-w WARMUP] [-b HOOK] [-m MS] [-k] "
			"::: NAME COMMAND [ARG...] [::: NAME COMMAND [ARG...]]...\n");
	exit(2);
}

static int number(const char *text, int min)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < min || n > 100000)
		usage_exit();
	return (int)n;
}

/* ARGV begins at the first separator. Each is overwritten by the NULL that ends
 * the command before it. */
static void commands_parse(struct bench *b, char **argv)
{
	if (!*argv || strcmp(*argv, SEPARATOR))
		usage_exit();
	while (*argv) {
		struct command *c = &b->commands[b->count];

		*argv++ = NULL;
		if (!argv[0] || !argv[1] || b->count++ == COMMANDS_MAX)
			usage_exit();
		c->name = argv[0];
		c->argv = argv + 1;
		c->ms = calloc((size_t)b->runs, sizeof *c->ms);
		c->after = calloc((size_t)b->runs, sizeof *c->after);
		if (!c->ms || !c->after)
			die("memory");
		while (*argv && strcmp(*argv, SEPARATOR))
			argv++;
	}
}

int main(int argc, char **argv)
{
	static struct bench b = { .runs = 10, .warmup = 1 };
	sigset_t set;
	int opt;

	while ((opt = getopt(argc, argv, "+n:w:b:m:k")) != -1) {
		switch (opt) {
		case 'n':
			b.runs = number(optarg, 1);
			break;
		case 'w':
			b.warmup = number(optarg, 0);
			break;
		case 'b':
			b.hook = optarg;
			break;
		case 'm':
			b.sample_ms = number(optarg, 1);
			break;
		case 'k':
			b.kill_left = true;
			break;
		default:
			usage_exit();
		}
	}
	commands_parse(&b, argv + optind);
	b.output = memfd_create("output", MFD_CLOEXEC);
	if (b.output < 0)
		die("memfd_create");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		die("prctl");
	signals_awaited(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int round = -b.warmup; round < b.runs; round++)
		for (size_t i = 0; i < b.count; i++)
			command_run(&b, &b.commands[i], round);
	left_kill();
	report(&b);
	return 0;
}
