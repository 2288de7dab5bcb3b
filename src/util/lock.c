/* lock.c - see lock.h. The kernel knows no flock with a time limit, so a timer's signal interrupts it. The timer goes
 * on ringing: a first signal that came just before the call would otherwise leave us waiting for ever. */
#include "util/lock.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/time.h>
#include <time.h>

#define RING_AGAIN_US 10000

static void ring(int sig)
{
	(void)sig;
}

static long milliseconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

static int wait_until(int fd, int how, long until)
{
	while (flock(fd, how) < 0) {
		if (errno != EINTR)
			return -1;
		if (milliseconds() >= until) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	return 0;
}

static int wait_for_ever(int fd, int how)
{
	int r;
	do
		r = flock(fd, how);
	while (r < 0 && errno == EINTR);
	return r;
}

int lock_wait(int fd, int how, int ms)
{
	/* no SA_RESTART: the interruption is what we want */
	struct sigaction alarm = { .sa_handler = ring }, before;
	struct itimerval timer = { .it_interval.tv_usec = RING_AGAIN_US }, off = { 0 };
	sigset_t set, mask;
	if (ms < 0)
		return wait_for_ever(fd, how);
	if (flock(fd, how | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return -1;
	sigemptyset(&alarm.sa_mask);
	sigaction(SIGALRM, &alarm, &before);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, &mask);
	timer.it_value.tv_sec = ms / 1000;
	timer.it_value.tv_usec = ms % 1000 * 1000 + 1;
	setitimer(ITIMER_REAL, &timer, NULL);
	int result = wait_until(fd, how, milliseconds() + ms);
	int code = errno;
	setitimer(ITIMER_REAL, &off, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGALRM, &before, NULL);
	errno = code;
	return result;
}
