/* seccomp.h - what a container may ask of the kernel: from a profile (JSON in the
 * format that container tools share) to a program that the kernel runs at each call.
 *
 * A profile is compiled for one set of capabilities and one machine. Rules are read as
 * every tool reads them, with one difference: a rule *with arguments that refuses* goes
 * before all that allow, where libseccomp would drop it in favour of a rule without
 * arguments for the same call. Knows nothing of containers or of where profiles lie. */
#pragma once
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include "util/err.h"

/* The program. Zeroed is empty and means no filter; INSNS is owned. */
struct seccomp_filter {
	struct sock_filter *insns;
	size_t count;   /* instructions, at most BPF_MAXINSNS */
	uint32_t flags; /* SECCOMP_FILTER_FLAG_* for seccomp(2) */
};

void seccomp_filter_free(struct seccomp_filter *f);
#define auto_seccomp __attribute__((cleanup(seccomp_filter_free)))

/* Whom it is for. */
struct seccomp_need {
	uint64_t caps;    /* bounding set: bit N is capability number N */
	const char *arch; /* the image's, in OCI's words ("386"); NULL is the machine's */
};

/* Compile the profile TEXT of LEN bytes. A system call, capability or foreign architecture
 * that this machine does not know is skipped, since profiles are written for many; anything
 * else that is not understood is an error, since a filter with a hole looks like one without. */
must_check int seccomp_compile(const char *text, size_t len, const struct seccomp_need *need,
			       struct seccomp_filter *out, struct err *e);

/* The same for the file PROFILE, through a cache in the directory CACHE (-1: none). A hit costs
 * a stat and one small file and parses nothing. A cache entry that does not fit, is damaged or
 * belongs to somebody else is compiled and written anew; one that cannot be written is no error. */
must_check int seccomp_load_cached(int cache, const char *profile, const struct seccomp_need *need,
				   struct seccomp_filter *out, struct err *e);

/* Put this thread under F for good. The caller has set no_new_privs or holds CAP_SYS_ADMIN in
 * its user namespace. Allocates nothing. An empty F does nothing. */
must_check int seccomp_apply(const struct seccomp_filter *f, struct err *e);
