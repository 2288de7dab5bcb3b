/* proc.h - programs of the host: finding and starting them, and naming processes safely. */
#pragma once
#include <stdint.h>
#include <sys/types.h>
#include "util/err.h"

/* NAME in $PATH, then in the sbin directories that a user's PATH may lack. Owned; NULL when nowhere. */
char *proc_find(const char *name);
/* Our own companion program NAME: beside our executable (the build tree), else in CUDDY_LIBEXECDIR. Owned. */
char *proc_companion(const char *name);

/* Start ARGV (ARGV[0] is the path) with exactly the descriptors FDS (at most 8) inherited at the numbers
 * 3, 4, ... in that order; standard input is /dev/null; standard output and error go to OUT (-1: ours).
 * The pid, or -1. */
must_check pid_t proc_start(char *const argv[], const int *fds, unsigned nfds, int out,
			    struct err *e);
/* Start ARGV with STDIO as its three standard descriptors and nothing else inherited. The kernel kills
 * it when the calling thread ends, in whatever way; exec of another program is no end. */
must_check pid_t proc_start_tied(char *const argv[], const int stdio[3], struct err *e);
/* The same with our own descriptors and standard streams, but standard output to OUT: for our companions. */
must_check pid_t proc_start_quietly(char *const argv[], int out, struct err *e);
/* Reap PID. The wait status, or -1 with errno. */
must_check int proc_reap(pid_t pid);
/* A wait status as a shell tells it: the exit code, or 128 + signal. */
int proc_exit_code(int status);
/* When PID started, in clock ticks since boot (proc(5), field 22); 0 when it does not exist or has ended and only
 * waits to be reaped. With the pid it names a process for ever. */
uint64_t proc_start_time(pid_t pid);
