/* test_lock.c - waiting for a lock: as long as one wants, and no longer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/lock.h"

static char path[] = "/tmp/test_lock-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	return unlink(path);
}

static int open_file(void)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A process that holds the lock for MS milliseconds; it has it when this returns. */
static pid_t hold(int ms)
{
	int p[2];
	char c;
	assert_int_equal(pipe(p), 0);
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(path, O_RDWR);
		if (flock(fd, LOCK_EX) < 0 || write(p[1], "x", 1) != 1)
			_exit(1);
		usleep((useconds_t)ms * 1000);
		_exit(0);
	}
	assert_int_equal(read(p[0], &c, 1), 1);
	close(p[0]);
	close(p[1]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void free_at_once(void **state)
{
	auto_fd int fd = open_file();
	assert_int_equal(lock_wait(fd, LOCK_SH, 0), 0);
	assert_int_equal(lock_wait(fd, LOCK_EX, 1000), 0);
	assert_int_equal(lock_wait(fd, LOCK_EX, -1), 0);
}

static void too_long(void **state)
{
	auto_fd int fd = open_file();
	struct sigaction before = { .sa_handler = SIG_IGN }, after;
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	pid_t pid = hold(60000);
	long from = now_ms();
	assert_int_equal(lock_wait(fd, LOCK_SH, 50), -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_in_range(now_ms() - from, 50, 5000);
	assert_int_equal(lock_wait(fd, LOCK_SH, 0), -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_int_equal(sigaction(SIGALRM, NULL, &after), 0);
	assert_true(after.sa_handler == SIG_IGN);
	end(pid);
}

static void in_time(void **state)
{
	auto_fd int fd = open_file();
	pid_t pid = hold(100);
	long from = now_ms();
	assert_int_equal(lock_wait(fd, LOCK_EX, 20000), 0);
	assert_in_range(now_ms() - from, 50, 15000);
	end(pid);
}

/* Its holder is killed: the kernel wakes us. */
static void killed(void **state)
{
	auto_fd int fd = open_file();
	pid_t pid = hold(60000);
	kill(pid, SIGKILL);
	assert_int_equal(lock_wait(fd, LOCK_EX, -1), 0);
	end(pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(free_at_once),
		cmocka_unit_test(too_long),
		cmocka_unit_test(in_time),
		cmocka_unit_test(killed),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
