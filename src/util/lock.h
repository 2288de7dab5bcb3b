/* lock.h - flock(2), waited for as long as one wants and no longer. */
#pragma once
#include "util/err.h"

/* Take the lock (LOCK_SH or LOCK_EX) of the open file FD, waiting at most MS milliseconds (-1: for ever). -1 with
 * errno, ETIMEDOUT when somebody else still has it. For programs of one thread: meanwhile SIGALRM is ours. */
must_check int lock_wait(int fd, int how, int ms);
