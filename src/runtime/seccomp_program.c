/* seccomp_program.c - writes the program: which architecture, which call, which arguments.
 *
 * libseccomp knows the names and numbers of calls, and we take those from it. Its program we do
 * not take: it cannot say "ioctl, but not these requests" (a rule without conditions swallows
 * those that have some), it turns a condition on socket() into one on all of 32-bit x86's
 * socketcall(), and it has an instruction or two for each call and architecture: 1400 for a
 * usual profile, which the kernel takes 0.3 ms to check and translate at every start. Here
 * neighbours with the same answer are one range, and a search tree of the ranges a fifth of that.
 *
 * The shape, with every jump going forward as the kernel demands:
 *
 *	load arch;  for each:  is it this?  else over the block
 *		load nr;  tree: below the middle? left, else right
 *			a leaf: each rule's conditions, else over the rule;  return its action
 *			return the leaf's action
 *	kill
 *
 * The kernel (5.11 and later) runs this once for each call with no arguments given, and from
 * then on does not run it for those that are allowed whatever their arguments. */
#include "runtime/seccomp_program.h"

#include <endian.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include "util/alloc.h"

#define X32_BIT 0x40000000U
#define MAX_SHORT 255 /* instructions that a conditional jump can pass */

struct code {
	struct sock_filter *out;
	size_t n;
	bool full; /* nothing of it is of use then */
};

/* ---- instructions */

static void put(struct code *c, uint16_t op, uint32_t k, uint8_t jt, uint8_t jf)
{
	if (c->n == BPF_MAXINSNS)
		c->full = true;
	else
		c->out[c->n++] = (struct sock_filter){ .code = op, .jt = jt, .jf = jf, .k = k };
}

static void put_load(struct code *c, size_t offset)
{
	put(c, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void put_return(struct code *c, uint32_t action)
{
	put(c, BPF_RET | BPF_K, action, 0, 0);
}

/* A jump forward whose end is not known yet, to be handed to land(). */
static size_t put_leap(struct code *c)
{
	put(c, BPF_JMP | BPF_JA, 0, 0, 0);
	return c->n - 1;
}

static void land(struct code *c, size_t leap)
{
	c->out[leap].k = (uint32_t)(c->n - leap - 1);
}

/* ---- conditions
 *
 * Arguments are 64 bits wide, the program's words 32: the high word decides unless it is equal.
 * It is left out where it cannot matter. Each ends in a leap to where a condition that fails
 * goes; "yes" and "no" are 0 for that leap and 1 for what is behind it. A negated operator is
 * the other one with the two swapped. */

static size_t arg_word(unsigned arg, bool high)
{
	bool second = high == (BYTE_ORDER == LITTLE_ENDIAN);
	return offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t) + (second ? 4 : 0);
}

/* The word at hand, of which only the bits of MASK count, against VALUE. */
static void put_word_equal(struct code *c, uint32_t mask, uint32_t value, uint8_t jt, uint8_t jf)
{
	if (mask != UINT32_MAX)
		put(c, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	put(c, BPF_JMP | BPF_JEQ | BPF_K, value, jt, jf);
}

static size_t put_equal(struct code *c, unsigned arg, uint64_t mask, uint64_t value, bool negate)
{
	uint8_t yes = negate ? 0 : 1, no = negate ? 1 : 0;
	uint8_t low = (uint32_t)mask == UINT32_MAX ? 2 : 3; /* instructions for the low word */
	if (mask >> 32) {
		put_load(c, arg_word(arg, true));
		put_word_equal(c, (uint32_t)(mask >> 32), (uint32_t)(value >> 32), 0,
			       (uint8_t)(low + no));
	}
	put_load(c, arg_word(arg, false));
	put_word_equal(c, (uint32_t)mask, (uint32_t)value, yes, no);
	return put_leap(c);
}

static size_t put_any_bit(struct code *c, unsigned arg, uint64_t mask)
{
	if (mask >> 32) {
		put_load(c, arg_word(arg, true));
		put(c, BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(mask >> 32), 3, 0);
	}
	put_load(c, arg_word(arg, false));
	put(c, BPF_JMP | BPF_JSET | BPF_K, (uint32_t)mask, 1, 0);
	return put_leap(c);
}

static size_t put_greater(struct code *c, unsigned arg, uint64_t value, bool or_equal, bool negate)
{
	uint8_t yes = negate ? 0 : 1, no = negate ? 1 : 0;
	put_load(c, arg_word(arg, true));
	put(c, BPF_JMP | BPF_JGT | BPF_K, (uint32_t)(value >> 32), (uint8_t)(3 + yes), 0);
	put(c, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value >> 32), 0, (uint8_t)(2 + no));
	put_load(c, arg_word(arg, false));
	put(c, BPF_JMP | (or_equal ? BPF_JGE : BPF_JGT) | BPF_K, (uint32_t)value, yes, no);
	return put_leap(c);
}

static size_t put_condition(struct code *c, const struct scmp_arg_cmp *a)
{
	switch ((int)a->op) {
	case SECCOMP_CMP_ANY_BIT:
		return put_any_bit(c, a->arg, a->datum_a);
	case SCMP_CMP_MASKED_EQ: /* bits of the value outside of the mask do not count */
		return put_equal(c, a->arg, a->datum_a, a->datum_b & a->datum_a, false);
	case SCMP_CMP_NE:
		return put_equal(c, a->arg, UINT64_MAX, a->datum_a, true);
	case SCMP_CMP_GT:
		return put_greater(c, a->arg, a->datum_a, false, false);
	case SCMP_CMP_GE:
		return put_greater(c, a->arg, a->datum_a, true, false);
	case SCMP_CMP_LE:
		return put_greater(c, a->arg, a->datum_a, false, true);
	case SCMP_CMP_LT:
		return put_greater(c, a->arg, a->datum_a, true, true);
	default:
		return put_equal(c, a->arg, UINT64_MAX, a->datum_a, false);
	}
}

static void put_rule(struct code *c, const struct seccomp_rule *r)
{
	size_t leaps[SECCOMP_NARGS];
	for (unsigned i = 0; i < r->nargs; i++)
		leaps[i] = put_condition(c, &r->args[i]);
	put_return(c, r->action);
	for (unsigned i = 0; i < r->nargs; i++)
		land(c, leaps[i]);
}

/* ---- the tree */

/* The calls from FIRST up to the next leaf's: the rules with conditions, then ACTION. */
struct leaf {
	uint32_t first;
	uint32_t action;
	const struct seccomp_rule *rules;
	size_t n;
};

struct leaves {
	struct leaf *list;
	size_t n, cap;
};

static void put_leaf(struct code *c, const struct leaf *l)
{
	for (size_t i = 0; i < l->n; i++)
		put_rule(c, &l->rules[i]);
	put_return(c, l->action);
}

/* The left half stands behind the question. Only when it is there is known whether a short
 * jump passes it; if not, a long one is pushed in. */
static void put_tree(struct code *c, const struct leaf *list, size_t n)
{
	if (n == 1) {
		put_leaf(c, list);
		return;
	}
	size_t half = n / 2, question = c->n;
	put(c, BPF_JMP | BPF_JGE | BPF_K, list[half].first, 0, 0);
	put_tree(c, list, half);
	size_t left = c->n - question - 1;
	if (left > MAX_SHORT)
		put(c, BPF_JMP | BPF_JA, 0, 0, 0);
	if (c->full)
		return;
	struct sock_filter *at = &c->out[question];
	if (left <= MAX_SHORT) {
		at->jt = (uint8_t)left;
	} else {
		memmove(at + 2, at + 1, left * sizeof *at);
		at[0].jf = 1;
		at[1] = (struct sock_filter){ .code = BPF_JMP | BPF_JA, .k = (uint32_t)left };
	}
	put_tree(c, list + half, n - half);
}

/* Two neighbours that answer the same whatever the arguments are one. */
static void add_leaf(struct leaves *v, const struct leaf *l)
{
	const struct leaf *last = v->n ? &v->list[v->n - 1] : NULL;
	if (last && !last->n && !l->n && last->action == l->action)
		return;
	xgrow(&v->list, &v->cap, v->n + 1, sizeof *v->list);
	v->list[v->n++] = *l;
}

/* ---- rules in order */

static bool refuses(uint32_t action)
{
	return action != SCMP_ACT_ALLOW && action != SCMP_ACT_LOG;
}

/* 0: conditions, refuses; 1: no conditions; 2: the others. */
static int rank(const struct seccomp_rule *r)
{
	if (!r->nargs)
		return 1;
	return refuses(r->action) ? 0 : 2;
}

static int by_place(const void *one, const void *two)
{
	const struct seccomp_rule *a = one, *b = two;
	if (a->audit != b->audit)
		return a->audit < b->audit ? -1 : 1;
	if (a->nr != b->nr)
		return a->nr < b->nr ? -1 : 1;
	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	return a->order < b->order ? -1 : 1;
}

/* The leaf of one call: LIST is its N rules in order. What is behind the first without
 * conditions is never asked. */
static struct leaf call_leaf(const struct seccomp_rule *list, size_t n, uint32_t fallback)
{
	struct leaf l = { .first = list->nr, .action = fallback, .rules = list };
	while (l.n < n && list[l.n].nargs)
		l.n++;
	for (size_t i = 0; i < n; i++) {
		if (!list[i].nargs) {
			l.n = i;
			l.action = list[i].action;
			break;
		}
	}
	return l;
}

/* Not let in, x32 is not there: as on a kernel without it, its calls are calls that nothing
 * names. Where that would allow them, they are killed; but -1 is not a call of x32's, it is what
 * a tracer says to skip one. */
static void close_x32(const struct seccomp_rules *r, struct leaves *v)
{
	struct leaf closed = { .first = X32_BIT, .action = SECCOMP_RET_KILL_PROCESS };
	struct leaf last = { .first = UINT32_MAX, .action = r->fallback };
	if (refuses(r->fallback))
		return;
	add_leaf(v, &closed);
	add_leaf(v, &last);
}

/* From 0 to the highest number, with the gaps between the calls. */
static void list_leaves(const struct seccomp_rules *r, uint32_t audit, struct leaves *v)
{
	struct leaf gap = { .action = r->fallback };
	size_t i = 0;
	while (i < r->n && r->list[i].audit != audit)
		i++;
	add_leaf(v, &gap);
	while (i < r->n && r->list[i].audit == audit) {
		size_t n = 1;
		while (i + n < r->n && r->list[i + n].audit == audit
		       && r->list[i + n].nr == r->list[i].nr)
			n++;
		struct leaf l = call_leaf(&r->list[i], n, r->fallback);
		/* the gap before this call took its number, too, when it begins there */
		if (v->list[v->n - 1].first == l.first)
			v->n--;
		add_leaf(v, &l);
		gap.first = l.first + 1;
		add_leaf(v, &gap);
		i += n;
	}
	if (audit == AUDIT_ARCH_X86_64 && !r->x32)
		close_x32(r, v);
}

static void put_arch(struct code *c, const struct seccomp_rules *r, uint32_t audit)
{
	struct leaves v = { 0 };
	list_leaves(r, audit, &v);
	put(c, BPF_JMP | BPF_JEQ | BPF_K, audit, 1, 0);
	size_t over = put_leap(c);
	put_load(c, offsetof(struct seccomp_data, nr));
	put_tree(c, v.list, v.n);
	land(c, over);
	free(v.list);
}

void seccomp_rules_add(struct seccomp_rules *r, const struct seccomp_rule *one)
{
	xgrow(&r->list, &r->cap, r->n + 1, sizeof *r->list);
	r->list[r->n] = *one;
	r->list[r->n].order = r->n;
	r->n++;
}

void seccomp_rules_free(struct seccomp_rules *r)
{
	free(r->list);
	memset(r, 0, sizeof *r);
}

int seccomp_program_write(struct seccomp_rules *r, struct sock_filter *out, size_t *count,
			  struct err *e)
{
	struct code c = { .out = out };
	if (r->n)
		qsort(r->list, r->n, sizeof *r->list, by_place);
	put_load(&c, offsetof(struct seccomp_data, arch));
	for (size_t i = 0; i < r->naudits; i++)
		put_arch(&c, r, r->audits[i]);
	put_return(&c, SECCOMP_RET_KILL_PROCESS);
	if (c.full) {
		err_set(e, ERR_USAGE,
			"it takes more than the %d instructions that the kernel allows",
			BPF_MAXINSNS);
		return err_hint(e, "Leave out rules, or architectures that no image needs.");
	}
	*count = c.n;
	return 0;
}
