/* seccomp_program.h - from rules to the instructions that the kernel runs at each system
 * call. For seccomp_compile.c alone. */
#pragma once
#include <linux/filter.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "util/err.h"

#define SECCOMP_NARGS 6
#define SECCOMP_MAX_ARCHS 8

/* An operator of ours beside libseccomp's: the argument has any of the bits of the first datum. */
#define SECCOMP_CMP_ANY_BIT 100

/* What to answer to one call on one architecture, when all conditions hold. */
struct seccomp_rule {
	uint32_t audit;  /* AUDIT_ARCH_* as the kernel tells it */
	uint32_t nr;     /* the call's number there */
	uint32_t action; /* SECCOMP_RET_*, which are also libseccomp's SCMP_ACT_* */
	size_t order;    /* filled by seccomp_rules_add */
	unsigned nargs;
	struct scmp_arg_cmp args[SECCOMP_NARGS];
};

/* Zeroed is empty; LIST is owned. */
struct seccomp_rules {
	struct seccomp_rule *list;
	size_t n, cap;
	uint32_t fallback;                  /* the answer to calls without a rule */
	uint32_t audits[SECCOMP_MAX_ARCHS]; /* all architectures let in, the most used first */
	size_t naudits;
	bool x32; /* x86-64's calls with bit 30 are let in, too */
};

void seccomp_rules_add(struct seccomp_rules *r, const struct seccomp_rule *one);
void seccomp_rules_free(struct seccomp_rules *r);

/* Of the rules for one call on one architecture that apply, the answer is of: the first with
 * conditions that refuses; else the first without conditions; else the first with conditions;
 * else the fallback. Code of an architecture that is not let in is killed.
 *
 * OUT has room for BPF_MAXINSNS, *COUNT is how many it took. Reorders R. */
must_check int seccomp_program_write(struct seccomp_rules *r, struct sock_filter *out,
				     size_t *count, struct err *e);
