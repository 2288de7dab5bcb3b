/* kernel.h - errnos of the kernel that mislead, translated into what the host forbids. */
#pragma once
#include "util/err.h"

/* After a clone3 or unshare with CLONE_NEWUSER failed with CODE. Returns -1. */
int kernel_userns_failed(int code, struct err *e);
