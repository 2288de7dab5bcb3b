/* test_seccomp.c - profiles are read and refused as they must be, the program answers as the
 * rules say (asked through an interpreter, so for every architecture), and the kernel does too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "model/spec.h"
#include "runtime/seccomp.h"
#include "util/fd.h"
#include "util/path.h"
#include "util/str.h"

#define CAP(n) (UINT64_C(1) << (n))
#define CAP_SYS_CHROOT CAP(18)
#define CAP_SYS_PTRACE CAP(19)
#define CAP_SYS_ADMIN CAP(21)
#define CAP_AUDIT_WRITE CAP(29)
#define CAP_PERFMON CAP(38)
#define CAP_BPF CAP(39)

#define ALLOW SECCOMP_RET_ALLOW
#define KILL SECCOMP_RET_KILL_PROCESS
#define NO(code) (SECCOMP_RET_ERRNO | (code))

/* ---- asking a program */

static uint32_t jump_op(uint16_t code, uint32_t a, uint32_t k)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == k;
	case BPF_JGT:
		return a > k;
	case BPF_JGE:
		return a >= k;
	default:
		assert_int_equal(BPF_OP(code), BPF_JSET);
		return !!(a & k);
	}
}

static uint32_t interpret(const struct seccomp_filter *f, const struct seccomp_data *data)
{
	uint32_t a = 0;
	for (size_t pc = 0;; pc++) {
		assert_true(pc < f->count);
		const struct sock_filter *i = &f->insns[pc];
		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			assert_true(i->k + sizeof a <= sizeof *data && i->k % sizeof a == 0);
			memcpy(&a, (const char *)data + i->k, sizeof a);
			break;
		case BPF_ALU:
			assert_int_equal(BPF_OP(i->code), BPF_AND);
			a &= i->k;
			break;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA)
				pc += i->k;
			else
				pc += jump_op(i->code, a, i->k) ? i->jt : i->jf;
			break;
		default:
			assert_int_equal(BPF_CLASS(i->code), BPF_RET);
			return i->k;
		}
	}
}

struct call {
	uint64_t a[6];
};

static uint32_t ask_nr(const struct seccomp_filter *f, uint32_t audit, uint32_t nr, struct call c)
{
	struct seccomp_data d = { .arch = audit, .nr = (int)nr };
	memcpy(d.args, c.a, sizeof d.args);
	return interpret(f, &d);
}

static uint32_t ask(const struct seccomp_filter *f, const char *name, struct call c)
{
	int nr = seccomp_syscall_resolve_name(name);
	assert_true(nr >= 0);
	return ask_nr(f, seccomp_arch_native(), (uint32_t)nr, c);
}

#define ASK(f, name, ...) ask(f, name, (struct call){ { __VA_ARGS__ } })
#define NONE                                                                                       \
	(struct call)                                                                              \
	{                                                                                          \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}

static void compile_for(const char *text, uint64_t caps, struct seccomp_filter *f)
{
	struct seccomp_need need = { .caps = caps };
	struct err e = { 0 };
	seccomp_filter_free(f);
	if (seccomp_compile(text, strlen(text), &need, f, &e) < 0)
		fail_msg("%s", e.msg);
	assert_true(f->count > 0 && f->count <= BPF_MAXINSNS);
}

/* A profile whose default is "no such call" and whose rules are RULES. */
static void compile_rules(const char *rules, uint64_t caps, struct seccomp_filter *f)
{
	auto_free char *text = str_printf(
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"syscalls\":[%s]}",
		rules);
	compile_for(text, caps, f);
}

static char *default_profile(void)
{
	const char *srcdir = getenv("srcdir");
	return str_printf("%s/data/seccomp.json", srcdir ? srcdir : ".");
}

static void compile_default(uint64_t caps, const char *arch, struct seccomp_filter *f)
{
	auto_free char *path = default_profile();
	struct seccomp_need need = { .caps = caps, .arch = arch };
	struct err e = { 0 };
	seccomp_filter_free(f);
	if (seccomp_load_cached(-1, path, &need, f, &e) < 0)
		fail_msg("%s", e.msg);
}

/* ---- what is refused */

static void refuse(const char *text, const char *part)
{
	struct seccomp_need need = { 0 };
	struct seccomp_filter f = { 0 };
	struct err e = { 0 };
	assert_int_equal(seccomp_compile(text, strlen(text), &need, &f, &e), -1);
	if (!strstr(e.msg, part))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, part);
	assert_null(f.insns);
}

static void refuse_rule(const char *rule, const char *part)
{
	auto_free char *text = str_printf(
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[%s]}", rule);
	refuse(text, part);
}

static void bad_documents(void **state)
{
	refuse("", "JSON");
	refuse("{", "JSON");
	refuse("{}{}", "JSON");
	refuse("[]", "not an object");
	refuse("{}", "defaultAction");
	refuse("{\"defaultAction\":7}", "defaultAction");
	refuse("{\"defaultAction\":\"SCMP_ACT_SMILE\"}", "unknown action SCMP_ACT_SMILE");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":4096}",
	       "defaultErrnoRet");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":-1}", "negative");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":\"ESMILE\"}", "ESMILE");
	refuse("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":{}}", "syscalls");
	refuse("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":7}", "archMap");
	refuse("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[7]}", "archMap[0]");
	refuse("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_ABACUS\"]}",
	       "ABACUS");
	refuse("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],"
	       "\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86\"}]}",
	       "both");
	refuse("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_SMILE\"]}",
	       "unknown flag");
	refuse("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":\"LOG\"}", "flags");
}

static void bad_rules(void **state)
{
	refuse_rule("7", "syscalls[0]");
	refuse_rule("{\"names\":[\"read\"]}", "action");
	refuse_rule("{\"action\":\"SCMP_ACT_ALLOW\"}", "names");
	refuse_rule("{\"names\":[7],\"action\":\"SCMP_ACT_ALLOW\"}", "names");
	refuse_rule("{\"names\":\"read\",\"action\":\"SCMP_ACT_ALLOW\"}", "names");
	refuse_rule("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_NOTIFY\"}", "NOTIFY");
	refuse_rule("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"read\"],"
		    "\"action\":\"\\u001b[2J\"}",
		    "syscalls[1]: unknown action ?[2J");
	refuse_rule("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":[]}",
		    "includes");
	refuse_rule("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"caps\":"
		    "\"all\"}}",
		    "caps");
	refuse_rule("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{"
		    "\"minKernel\":\"new\"}}",
		    "new");
	refuse_rule("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":\"EPERM\"}",
		    "errnoRet");
}

static void bad_args(void **state)
{
	static const struct {
		const char *args, *part;
	} table[] = {
		{ "7", "args" },
		{ "[7]", "condition" },
		{ "[{\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]", "index is missing" },
		{ "[{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]", "index" },
		{ "[{\"index\":-1,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]", "negative" },
		{ "[{\"index\":0,\"value\":-1,\"op\":\"SCMP_CMP_EQ\"}]", "negative" },
		{ "[{\"index\":0,\"value\":\"1\",\"op\":\"SCMP_CMP_EQ\"}]", "value" },
		{ "[{\"index\":0,\"value\":1}]", "op" },
		{ "[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_NEAR\"}]",
		  "unknown operator SCMP_CMP_NEAR" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		auto_free char *rule = str_printf(
			"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":%s}",
			table[i].args);
		refuse_rule(rule, table[i].part);
	}
}

/* A rule that is not for us is still checked: a mistake must not wait for another machine. */
static void bad_rule_for_others(void **state)
{
	refuse_rule("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_SMILE\",\"includes\":{\"arches\":["
		    "\"abacus\"]}}",
		    "SMILE");
}

static void too_many(void **state)
{
	auto_buf struct buf b = { 0 };
	for (int i = 0; i < 2000; i++)
		buf_printf(&b,
			   "%s{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":"
			   "[{\"index\":0,\"value\":%d,\"op\":\"SCMP_CMP_EQ\"}]}",
			   i ? "," : "", i);
	refuse_rule(b.data, "4096");
	for (int i = 0; i < 20000; i++)
		buf_puts(&b, ",{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\"}");
	refuse_rule(b.data, "more than");
}

/* ---- what rules mean */

static void unknown_names_are_skipped(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	compile_rules("{\"names\":[\"no_such_call\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
		      "{\"names\":[\"write\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":"
		      "[\"CAP_NOT_YET\"]}}",
		      UINT64_MAX, &f);
	assert_int_equal(ASK(&f, "read", 0), ALLOW);
	assert_int_equal(ASK(&f, "write", 0), NO(ENOSYS));
}

static void defaults(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	compile_for("{\"defaultAction\":\"SCMP_ACT_ALLOW\"}", 0, &f);
	assert_int_equal(ASK(&f, "read", 0), ALLOW);
	assert_int_equal(f.flags, 1U << 2);
	compile_for(
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]}", 0,
		&f);
	assert_int_equal(ASK(&f, "read", 0), NO(EPERM));
	assert_int_equal(f.flags, 1U << 1);
	compile_for("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":\"EXDEV\",\"flags\":"
		    "null,\"syscalls\":null}",
		    0, &f);
	assert_int_equal(ASK(&f, "read", 0), NO(EXDEV));
	compile_for("{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":["
		    "{\"name\":\"read\",\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":0,\"args\":null,"
		    "\"includes\":{}},"
		    "{\"names\":[\"write\"],\"action\":\"SCMP_ACT_ERRNO\",\"errno\":\"ENOENT\"},"
		    "{\"names\":[\"close\"],\"action\":\"SCMP_ACT_TRAP\"},"
		    "{\"names\":[\"open\"],\"action\":\"SCMP_ACT_LOG\"},"
		    "{\"names\":[\"kill\"],\"action\":\"SCMP_ACT_TRACE\",\"errnoRet\":5}]}",
		    0, &f);
	assert_int_equal(ASK(&f, "getpid", 0), SECCOMP_RET_KILL_THREAD);
	assert_int_equal(ASK(&f, "read", 0), NO(0));
	assert_int_equal(ASK(&f, "write", 0), NO(ENOENT));
	assert_int_equal(ASK(&f, "close", 0), SECCOMP_RET_TRAP);
	assert_int_equal(ASK(&f, "kill", 0), SECCOMP_RET_TRACE | 5);
}

static uint32_t under(const char *condition, uint64_t caps)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	auto_free char *rule = str_printf("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",%s}",
					  condition);
	compile_rules(rule, caps, &f);
	return ASK(&f, "read", 0);
}

static void includes_and_excludes(void **state)
{
	const char *in = "\"includes\":{\"caps\":[\"CAP_BPF\",\"CAP_PERFMON\"]}";
	assert_int_equal(under(in, 0), NO(ENOSYS));
	assert_int_equal(under(in, CAP_BPF), NO(ENOSYS));
	assert_int_equal(under(in, CAP_BPF | CAP_PERFMON), ALLOW);
	const char *ex = "\"excludes\":{\"caps\":[\"CAP_BPF\",\"CAP_PERFMON\"]}";
	assert_int_equal(under(ex, 0), ALLOW);
	assert_int_equal(under(ex, CAP_SYS_ADMIN), ALLOW);
	assert_int_equal(under(ex, CAP_BPF), NO(ENOSYS));
	const char *both =
		"\"includes\":{\"caps\":[\"CAP_BPF\"]},\"excludes\":{\"caps\":[\"CAP_PERFMON\"]}";
	assert_int_equal(under(both, CAP_BPF), ALLOW);
	assert_int_equal(under(both, CAP_BPF | CAP_PERFMON), NO(ENOSYS));
	assert_int_equal(under("\"includes\":{\"minKernel\":\"3.17\"}", 0), ALLOW);
	assert_int_equal(under("\"includes\":{\"minKernel\":\"999.0\"}", 0), NO(ENOSYS));
	assert_int_equal(under("\"excludes\":{\"minKernel\":\"3.17\"}", 0), NO(ENOSYS));
	assert_int_equal(under("\"excludes\":{\"minKernel\":\"999.0\"}", 0), ALLOW);
	assert_int_equal(under("\"includes\":{\"arches\":[\"abacus\"]}", 0), NO(ENOSYS));
	assert_int_equal(under("\"excludes\":{\"arches\":[\"abacus\"]}", 0), ALLOW);
#ifdef __x86_64__
	assert_int_equal(under("\"includes\":{\"arches\":[\"arm64\",\"amd64\"]}", 0), ALLOW);
	assert_int_equal(under("\"includes\":{\"arches\":[\"x86\"]}", 0), NO(ENOSYS));
	assert_int_equal(under("\"excludes\":{\"arches\":[\"amd64\"]}", 0), NO(ENOSYS));
#endif
}

static bool holds(enum scmp_compare op, uint64_t x, uint64_t a, uint64_t b)
{
	switch (op) {
	case SCMP_CMP_NE:
		return x != a;
	case SCMP_CMP_LT:
		return x < a;
	case SCMP_CMP_LE:
		return x <= a;
	case SCMP_CMP_EQ:
		return x == a;
	case SCMP_CMP_GE:
		return x >= a;
	case SCMP_CMP_GT:
		return x > a;
	default:
		return (x & a) == (b & a);
	}
}

static const uint64_t numbers[] = {
	0,
	1,
	2,
	0x5412,
	0x7fffffff,
	0x80000000,
	0xfffffffe,
	0xffffffff,
	0x100000000,
	0x100000001,
	0x100005412,
	0x1ffffffff,
	0x7fffffffffffffff,
	0x8000000000000000,
	UINT64_MAX - 1,
	UINT64_MAX,
};
#define NUMBERS (sizeof numbers / sizeof *numbers)

static void try_operator(const char *name, enum scmp_compare op, uint64_t a, uint64_t b)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	auto_free char *rule = str_printf(
		"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":3,"
		"\"value\":%ju,\"valueTwo\":%ju,\"op\":\"SCMP_CMP_%s\"}]}",
		(uintmax_t)a, (uintmax_t)b, name);
	compile_rules(rule, 0, &f);
	for (size_t i = 0; i < NUMBERS; i++) {
		uint64_t x = numbers[i];
		bool yes = ASK(&f, "read", ~x, ~x, ~x, x, ~x, ~x) == ALLOW;
		if (yes != holds(op, x, a, b))
			fail_msg("%s %jx %jx for %jx is %d", name, (uintmax_t)a, (uintmax_t)b,
				 (uintmax_t)x, yes);
	}
}

static void operators(void **state)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} table[] = {
		{ "NE", SCMP_CMP_NE },
		{ "LT", SCMP_CMP_LT },
		{ "LE", SCMP_CMP_LE },
		{ "EQ", SCMP_CMP_EQ },
		{ "GE", SCMP_CMP_GE },
		{ "GT", SCMP_CMP_GT },
		{ "MASKED_EQ", SCMP_CMP_MASKED_EQ },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t k = 0; k < NUMBERS; k++)
			for (size_t m = 0; m < (table[i].op == SCMP_CMP_MASKED_EQ ? NUMBERS : 1);
			     m++)
				try_operator(table[i].name, table[i].op, numbers[k], numbers[m]);
}

#define COND(i, v) "{\"index\":" #i ",\"value\":" #v ",\"op\":\"SCMP_CMP_EQ\"}"
#define BIT(i, v)                                                                                  \
	"{\"index\":" #i ",\"value\":" #v ",\"valueTwo\":" #v ",\"op\":\"SCMP_CMP_MASKED_EQ\"}"
#define RULE(action, extra) "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_" action "\"" extra "}"

static void conditions_together(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	compile_rules(RULE("ALLOW", ",\"args\":[" COND(0, 1) "," COND(2, 3) "]"), 0, &f);
	assert_int_equal(ASK(&f, "read", 1, 0, 3), ALLOW);
	assert_int_equal(ASK(&f, "read", 1, 0, 0), NO(ENOSYS));
	assert_int_equal(ASK(&f, "read", 0, 0, 3), NO(ENOSYS));
	compile_rules(RULE("ALLOW", ",\"args\":[" COND(0, 1) "," COND(0, 3) "]"), 0, &f);
	assert_int_equal(ASK(&f, "read", 1), ALLOW);
	assert_int_equal(ASK(&f, "read", 3), ALLOW);
	assert_int_equal(ASK(&f, "read", 2), NO(ENOSYS));
	compile_rules(
		RULE("ALLOW", ",\"args\":[" BIT(1, 16) "," BIT(1, 1099511627776) "," BIT(1, 2) "]"),
		0, &f);
	assert_int_equal(ASK(&f, "read", 255, 16), ALLOW);
	assert_int_equal(ASK(&f, "read", 0, 2), ALLOW);
	assert_int_equal(ASK(&f, "read", 0, 1099511627776), ALLOW);
	assert_int_equal(ASK(&f, "read", 255, ~UINT64_C(1099511627794)), NO(ENOSYS));
}

static void which_rule_wins(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	/* one that refuses for an argument, wherever it stands */
	compile_rules(RULE("ALLOW", "") "," RULE("ERRNO", ",\"args\":[" COND(0, 1) "]"), 0, &f);
	assert_int_equal(ASK(&f, "read", 1), NO(EPERM));
	assert_int_equal(ASK(&f, "read", 2), ALLOW);
	/* none without arguments is softened by one with some */
	compile_rules(RULE("ALLOW", ",\"args\":[" COND(0, 1) "]") "," RULE("ERRNO", ""), 0, &f);
	assert_int_equal(ASK(&f, "read", 1), NO(EPERM));
	compile_rules(RULE("LOG", ",\"args\":[" COND(0, 1) "]") "," RULE("ERRNO", ""), 0, &f);
	assert_int_equal(ASK(&f, "read", 1), NO(EPERM));
	/* the first of equals */
	compile_rules(RULE("ALLOW", "") "," RULE("ERRNO", ""), 0, &f);
	assert_int_equal(ASK(&f, "read", 1), ALLOW);
	compile_rules(RULE("ERRNO", "") "," RULE("ALLOW", ""), 0, &f);
	assert_int_equal(ASK(&f, "read", 1), NO(EPERM));
	compile_rules(RULE("KILL", ",\"args\":[" COND(0, 1) "]") "," RULE(
			      "ERRNO", ",\"args\":[" COND(1, 1) "]"),
		      0, &f);
	assert_int_equal(ASK(&f, "read", 1, 1), SECCOMP_RET_KILL_THREAD);
	assert_int_equal(ASK(&f, "read", 0, 1), NO(EPERM));
}

/* Every call with an answer of its own: a tree whose halves no short jump passes. */
static void every_call_apart(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	auto_buf struct buf b = { 0 };
	int last = 0;
	for (int nr = 0; nr < 600; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), nr);
		if (name) {
			buf_printf(&b,
				   "%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ERRNO\","
				   "\"errnoRet\":%d}",
				   b.len ? "," : "", name, 1000 + nr);
			last = nr;
		}
		free(name);
	}
	compile_rules(b.data, 0, &f);
	assert_true(f.count > 600 && last > 400);
	for (int nr = 0; nr < 700; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), nr);
		uint32_t want = name ? NO(1000 + (uint32_t)nr) : NO(ENOSYS);
		bool known = name && seccomp_syscall_resolve_name(name) == nr;
		free(name);
		if (known || want == NO(ENOSYS))
			assert_int_equal(ask_nr(&f, seccomp_arch_native(), (uint32_t)nr, NONE),
					 want);
	}
}

#ifdef __x86_64__
static void other_architectures(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	const uint32_t x32 = 0x40000000;
	/* only what the profile names is let in */
	compile_for("{\"defaultAction\":\"SCMP_ACT_ALLOW\"}", 0, &f);
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_I386, 3, NONE), KILL);
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_ARM, 3, NONE), KILL);
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_X86_64, x32, NONE), KILL);
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_X86_64, x32 | 512, NONE), KILL);
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_X86_64, UINT32_MAX, NONE), ALLOW);
	compile_rules(RULE("ALLOW", ""), 0, &f);
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_X86_64, 0, NONE), ALLOW);
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_X86_64, x32, NONE), NO(ENOSYS));
	/* and then with all rules, each by its own numbers */
	compile_for(
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_"
		"X86_64\","
		"\"subArchitectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]}],\"syscalls\":["
		"{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[" COND(
			1,
			7) "]},"
			   "{\"names\":[\"keyctl\"],\"action\":\"SCMP_ACT_ERRNO\"},"
			   "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[" COND(
				   0, 38) "]}]}",
		0, &f);
	struct call seven = { { 0, 7 } }, alg = { { 38 } }, sys_socket = { { 1 } };
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_X86_64, 16, seven), NO(EPERM));
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_I386, 54, seven), NO(EPERM));
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_X86_64, x32 | 514, seven), NO(EPERM));
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_X86_64, 250, NONE), NO(EPERM));
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_I386, 288, NONE), NO(EPERM));
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_X86_64, x32 | 250, NONE), NO(EPERM));
	/* socket is a call by itself there; what socketcall does is for a rule on socketcall to say */
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_I386, 359, alg), NO(EPERM));
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_I386, 359, NONE), ALLOW);
	assert_int_equal(ask_nr(&f, AUDIT_ARCH_I386, 102, sys_socket), ALLOW);
}

static void default_profile_32_bit(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	const uint32_t i386 = AUDIT_ARCH_I386, amd64 = AUDIT_ARCH_X86_64;
	struct call sti = { { 0, 0x5412 } }, sti_high = { { 0, 0x100005412 } };
	struct call audit = { { 16, 0, 9 } }, newuser = { { CLONE_NEWUSER } },
		    sys_socket = { { 1 } };
	compile_default(cap_defaults(), NULL, &f);
	assert_int_equal(ask_nr(&f, i386, 3, NONE), ALLOW);
	assert_int_equal(ask_nr(&f, i386, 54, sti), NO(EPERM));
	assert_int_equal(ask_nr(&f, i386, 54, sti_high), NO(EPERM));
	assert_int_equal(ask_nr(&f, i386, 54, NONE), ALLOW);
	assert_int_equal(ask_nr(&f, i386, 120, newuser), ALLOW);
	assert_int_equal(ask_nr(&f, i386, 286, NONE), NO(ENOSYS));
	assert_int_equal(ask_nr(&f, i386, 359, audit), NO(EINVAL));
	assert_int_equal(ask_nr(&f, i386, 359, NONE), ALLOW);
	/* how 32-bit programs of Debian's make their sockets */
	assert_int_equal(ask_nr(&f, i386, 102, sys_socket), ALLOW);
	for (uint32_t nr = 0; nr < 600; nr++)
		assert_int_equal(ask_nr(&f, amd64, 0x40000000 | nr, NONE), NO(ENOSYS));
	compile_default(cap_defaults(), "386", &f);
	assert_int_equal(ask_nr(&f, i386, 3, NONE), ALLOW);
	assert_int_equal(ask_nr(&f, amd64, 0, NONE), ALLOW);
}
#endif

static void default_profile_bites(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	static const char *const forbidden[] = {
		"kexec_load",   "swapon",      "bpf",    "userfaultfd", "perf_event_open",
		"init_module",  "sethostname", "syslog", "vmsplice",    "open_by_handle_at",
		"settimeofday", "ioperm",      "acct",
	};
	static const char *const absent[] = { "io_uring_setup", "io_uring_enter", "add_key",
					      "request_key" };
	compile_default(cap_defaults(), NULL, &f);
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
		assert_int_equal(ASK(&f, forbidden[i], 0), NO(EPERM));
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		assert_int_equal(ASK(&f, absent[i], 0), NO(ENOSYS));
	assert_int_equal(ask_nr(&f, seccomp_arch_native(), 9999, NONE), NO(ENOSYS));
}

/* What containers in containers, bubblewrap and browsers' sandboxes are made of. */
static void default_profile_nests(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	static const char *const needed[] = {
		"clone3",     "setns",   "mount",  "umount2",   "pivot_root", "fsopen",
		"fsconfig",   "fsmount", "fspick", "open_tree", "move_mount", "mount_setattr",
		"pidfd_open", "chroot",  "ptrace", "keyctl",    "seccomp",    "reboot",
	};
	static const int flags[] = { CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
				     CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET, 0 };
	compile_default(cap_defaults(), NULL, &f);
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		assert_int_equal(ASK(&f, needed[i], 0), ALLOW);
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		uint64_t flag = (uint64_t)flags[i];
		assert_int_equal(ASK(&f, "clone", flag | SIGCHLD, flag), ALLOW);
		assert_int_equal(ASK(&f, "unshare", flag | CLONE_FS), ALLOW);
	}
}

/* ---- compared with podman's, where that is installed as Debian 12 has it: others' differ with
 * their age */

#define PODMAN "/usr/share/containers/seccomp.json"
#define PODMAN_SIZE 16401

/* On purpose otherwise than there; HACKING.md says why. */
static bool differs_on_purpose(const char *name, struct call c)
{
	static const char *const names[] = {
		/* stricter: the host's log */
		"syslog",
		/* the same, said otherwise: EPERM where there it is ENOSYS */
		"create_module",
		"get_kernel_syms",
		"quotactl_fd",
		"personality",
		/* newer than that profile, or next of kin of what it allows */
		"io_pgetevents",
		"io_pgetevents_time64",
		"nice",
		"futex_waitv",
		"futex_wake",
		"futex_wait",
		"futex_requeue",
		"set_mempolicy_home_node",
		"cachestat",
		"fchmodat2",
		"map_shadow_stack",
		"statmount",
		"listmount",
		"mseal",
		"uretprobe",
		"uprobe",
		"open_tree_attr",
		"getxattrat",
		"setxattrat",
		"listxattrat",
		"removexattrat",
		"file_getattr",
		"file_setattr",
		/* with a capability of its own, where there CAP_SYS_ADMIN is asked for */
		"bpf",
		"perf_event_open",
	};
	/* stricter: typing into a terminal */
	if (str_eq(name, "ioctl"))
		return c.a[1] == 0x5412 || c.a[1] == 0x541c;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

static void compare(const struct seccomp_filter *ours, const struct seccomp_filter *theirs,
		    uint32_t token, uint32_t audit)
{
	static const struct call calls[] = {
		{ { 0 } },
		{ { CLONE_NEWUSER | SIGCHLD, CLONE_NEWUSER } },
		{ { AF_NETLINK, 0, 9 } },
		{ { AF_ALG } },
		{ { AF_VSOCK } },
		{ { 0, 0x5412 } },
		{ { 0, 0x541c } },
		{ { PER_LINUX32 } },
		{ { ADDR_NO_RANDOMIZE } },
		{ { 0xffffffff } },
		{ { 1 } },
	};
	for (uint32_t nr = 0; nr < 1000; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(token, (int)nr);
		for (size_t i = 0; name && i < sizeof calls / sizeof *calls; i++) {
			uint32_t a = ask_nr(ours, audit, nr, calls[i]);
			uint32_t b = ask_nr(theirs, audit, nr, calls[i]);
			if (a != b && !differs_on_purpose(name, calls[i]))
				fail_msg("%s (%jx, %jx): %x, podman's %x", name,
					 (uintmax_t)calls[i].a[0], (uintmax_t)calls[i].a[1], a, b);
		}
		free(name);
	}
}

static void default_profile_like_podmans(void **state)
{
	auto_seccomp struct seccomp_filter ours = { 0 }, theirs = { 0 };
	const uint64_t caps[] = { 0, cap_defaults(), CAP_SYS_ADMIN, UINT64_MAX };
	struct err e = { 0 };
	struct stat st;
	if (stat(PODMAN, &st) < 0 || st.st_size != PODMAN_SIZE)
		skip();
	for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
		struct seccomp_need need = { .caps = caps[i] };
		compile_default(caps[i], NULL, &ours);
		seccomp_filter_free(&theirs);
		assert_int_equal(seccomp_load_cached(-1, PODMAN, &need, &theirs, &e), 0);
		compare(&ours, &theirs, seccomp_arch_native(), seccomp_arch_native());
#ifdef __x86_64__
		compare(&ours, &theirs, SCMP_ARCH_X86, AUDIT_ARCH_I386);
#endif
	}
}

static void default_profile_arguments(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	const uint64_t high = UINT64_C(1) << 32;
	compile_default(cap_defaults(), NULL, &f);
	assert_int_equal(ASK(&f, "ioctl", 0, 0x5412), NO(EPERM));
	assert_int_equal(ASK(&f, "ioctl", 0, 0x5412 | high), NO(EPERM));
	assert_int_equal(ASK(&f, "ioctl", 0, 0x541c), NO(EPERM));
	assert_int_equal(ASK(&f, "ioctl", 0, TIOCGWINSZ), ALLOW);
	assert_int_equal(ASK(&f, "socket", AF_UNIX), ALLOW);
	assert_int_equal(ASK(&f, "socket", AF_INET6), ALLOW);
	assert_int_equal(ASK(&f, "socket", AF_NETLINK, 0, 0), ALLOW);
	assert_int_equal(ASK(&f, "socket", AF_NETLINK, 0, 9), NO(EINVAL));
	assert_int_equal(ASK(&f, "socket", AF_INET, 0, 9), ALLOW);
	assert_int_equal(ASK(&f, "personality", 0), ALLOW);
	assert_int_equal(ASK(&f, "personality", 0xffffffff), ALLOW);
	assert_int_equal(ASK(&f, "personality", ADDR_NO_RANDOMIZE), NO(EPERM));
	assert_int_equal(ASK(&f, "personality", READ_IMPLIES_EXEC), NO(EPERM));
	assert_int_equal(ASK(&f, "personality", 0x1234), NO(ENOSYS));
}

static void default_profile_with_caps(void **state)
{
	static const struct {
		uint64_t cap;
		const char *name;
	} table[] = {
		{ CAP_SYS_ADMIN, "bpf" },           { CAP_BPF, "bpf" },
		{ CAP_PERFMON, "perf_event_open" }, { CAP_SYS_ADMIN, "sethostname" },
		{ CAP_SYS_PTRACE, "kcmp" },         { CAP_SYS_CHROOT, "chroot" },
	};
	auto_seccomp struct seccomp_filter f = { 0 };
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		compile_default(table[i].cap, NULL, &f);
		assert_int_equal(ASK(&f, table[i].name, 0), ALLOW);
	}
	compile_default(CAP_AUDIT_WRITE, NULL, &f);
	assert_int_equal(ASK(&f, "socket", AF_NETLINK, 0, 9), ALLOW);
	compile_default(0, NULL, &f);
	assert_int_equal(ASK(&f, "chroot", 0), NO(EPERM));
	/* not even with all of them */
	compile_default(UINT64_MAX, NULL, &f);
	assert_int_equal(ASK(&f, "userfaultfd", 0), NO(EPERM));
	assert_int_equal(ASK(&f, "io_uring_setup", 0), NO(ENOSYS));
	assert_int_equal(ASK(&f, "ioctl", 0, 0x5412), NO(EPERM));
	assert_true(f.count < 1000);
}

/* ---- the cache */

struct nest {
	char path[64], profile[80];
	int dir;
};

static const char small_profile[] = "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
				    "{\"names\":[\"keyctl\"],\"action\":\"SCMP_ACT_ERRNO\"}]}";

static void nest_write(struct nest *n, const char *text)
{
	auto_fd int fd = open(n->profile, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
}

static int nest_make(void **state)
{
	struct nest *n = xcalloc(1, sizeof *n);
	snprintf(n->path, sizeof n->path, "/tmp/test_seccomp.XXXXXX");
	assert_non_null(mkdtemp(n->path));
	snprintf(n->profile, sizeof n->profile, "%s/profile", n->path);
	nest_write(n, small_profile);
	struct err e;
	auto_fd int top = open(n->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	n->dir = dir_make_at(top, "cache", &e);
	assert_true(n->dir >= 0);
	sleep(3); /* a profile that was just written is not cached */
	*state = n;
	return 0;
}

static int nest_end(void **state)
{
	struct nest *n = *state;
	DIR *d = fdopendir(n->dir);
	struct dirent *entry;
	auto_free char *cache = str_printf("%s/cache", n->path);
	while ((entry = readdir(d)))
		unlinkat(dirfd(d), entry->d_name, 0);
	closedir(d);
	int bad = rmdir(cache) | unlink(n->profile) | rmdir(n->path);
	free(n);
	return bad;
}

/* The one cache file: its name, and a descriptor. */
static int cache_file(struct nest *n, char name[static 256], int flags)
{
	DIR *d = fdopendir(openat(n->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *entry;
	int count = 0;
	assert_non_null(d);
	while ((entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, 256, "%s", entry->d_name);
		count++;
	}
	closedir(d);
	assert_true(count <= 1);
	return count ? openat(n->dir, name, flags | O_CLOEXEC) : -1;
}

static ino_t cache_inode(struct nest *n)
{
	char name[256];
	struct stat st;
	auto_fd int fd = cache_file(n, name, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	return st.st_ino;
}

static void nest_load(struct nest *n, uint64_t caps)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	struct seccomp_need need = { .caps = caps };
	struct err e = { 0 };
	if (seccomp_load_cached(n->dir, n->profile, &need, &f, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(ASK(&f, "keyctl", 0), NO(EPERM));
	assert_int_equal(ASK(&f, "read", 0), ALLOW);
	assert_int_equal(f.flags, 1U << 2);
}

/* Damage the cache file; the next load must not believe it, and put a good one in its place. */
static void spoil(struct nest *n, off_t at, const char *bytes, off_t length, mode_t mode,
		  uid_t owner)
{
	char name[256];
	auto_fd int fd = cache_file(n, name, O_RDWR);
	assert_true(fd >= 0);
	ino_t before = cache_inode(n);
	if (bytes)
		assert_int_equal(pwrite(fd, bytes, strlen(bytes), at), (ssize_t)strlen(bytes));
	if (length >= 0)
		assert_int_equal(ftruncate(fd, length), 0);
	if (mode)
		assert_int_equal(fchmod(fd, mode), 0);
	if (owner)
		assert_int_equal(fchown(fd, owner, (gid_t)-1), 0);
	nest_load(n, 0);
	assert_true(cache_inode(n)
		    != before); /* FD keeps the old inode's number from being used again */
}

static void cache(void **state)
{
	struct nest *n = *state;
	struct stat st;
	char name[256];
	nest_load(n, 0);
	ino_t first = cache_inode(n);
	auto_fd int fd = cache_file(n, name, O_RDONLY);
	assert_int_equal(fstat(fd, &st), 0);
	nest_load(n, 0);
	assert_int_equal(cache_inode(n), first);
	spoil(n, 0, "X", -1, 0, 0);
	spoil(n, 9, "XXXXXXX", -1, 0, 0);
	spoil(n, 30, "XXXX", -1, 0, 0);
	spoil(n, st.st_size - 4, "XXXX", -1, 0, 0);
	spoil(n, 0, NULL, 0, 0, 0);
	spoil(n, 0, NULL, 16, 0, 0);
	spoil(n, 0, NULL, st.st_size - 8, 0, 0);
	spoil(n, 0, NULL, st.st_size - 1, 0, 0);
	spoil(n, 0, NULL, 1 << 20, 0, 0);
	spoil(n, 0, NULL, -1, 0620, 0);
	if (geteuid() == 0)
		spoil(n, 0, NULL, -1, 0, 12345);
	assert_int_equal(unlinkat(n->dir, name, 0), 0);
	assert_int_equal(symlinkat(n->profile, n->dir, name), 0);
	nest_load(n, 0);
	assert_int_equal(fstatat(n->dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
}

/* Other capabilities and another profile have files of their own. */
static void cache_key(void **state)
{
	struct nest *n = *state;
	char name[256], other[256];
	auto_fd int one = cache_file(n, name, O_RDONLY);
	assert_true(one >= 0);
	assert_int_equal(unlinkat(n->dir, name, 0), 0);
	nest_load(n, CAP_BPF);
	auto_fd int two = cache_file(n, other, O_RDONLY);
	assert_true(two >= 0);
	assert_string_not_equal(name, other);
	/* an old file that nobody asks for goes when a new one is written */
	const struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	assert_int_equal(futimens(two, old), 0);
	nest_load(n, 0);
	auto_fd int three = cache_file(n, other, O_RDONLY);
	assert_true(three >= 0);
	assert_string_equal(name, other);
	/* a change is seen, and a profile that was just written not remembered */
	assert_int_equal(unlinkat(n->dir, name, 0), 0);
	nest_write(n, small_profile);
	nest_load(n, 0);
	assert_int_equal(cache_file(n, other, O_RDONLY), -1);
	struct seccomp_filter f = { 0 };
	struct seccomp_need need = { 0 };
	struct err e = { 0 };
	nest_write(n, "{");
	assert_int_equal(seccomp_load_cached(n->dir, n->profile, &need, &f, &e), -1);
	assert_non_null(strstr(e.msg, n->profile));
}

static void cache_absent(void **state)
{
	struct nest *n = *state;
	struct seccomp_filter f = { 0 };
	struct seccomp_need need = { 0 };
	struct err e = { 0 };
	/* a directory that cannot be written to, even by root */
	auto_fd int proc = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_free char *path = default_profile();
	assert_int_equal(seccomp_load_cached(proc, path, &need, &f, &e), 0);
	seccomp_filter_free(&f);
	assert_int_equal(seccomp_load_cached(-1, path, &need, &f, &e), 0);
	seccomp_filter_free(&f);
	assert_int_equal(seccomp_load_cached(n->dir, "/nowhere/profile", &need, &f, &e), -1);
	assert_int_equal(e.kind, ERR_NOTFOUND);
	assert_non_null(strstr(e.msg, "/nowhere/profile"));
	assert_non_null(strstr(e.hint, "--security-opt"));
}

/* ---- the kernel */

/* In a child under the default profile: 0, or the line where it is not as it must be. */
#define EXPECT(call, error)                                                                        \
	do {                                                                                       \
		errno = 0;                                                                         \
		if ((call) != -1 || errno != (error)) {                                            \
			fprintf(stderr, "line %d: %s, not %s\n", __LINE__, strerror(errno),        \
				strerror(error));                                                  \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static void probe(void)
{
	EXPECT(syscall(SYS_add_key, 0, 0, 0), ENOSYS);
	EXPECT(syscall(SYS_vmsplice, -1, NULL, 0, 0), EPERM);
	EXPECT(syscall(SYS_clone3, NULL, 0), EINVAL);
	EXPECT(syscall(5000), ENOSYS);
	EXPECT(ioctl(-1, TIOCSTI, ""), EPERM);
	EXPECT(ioctl(-1, TIOCGWINSZ, NULL), EBADF);
	EXPECT(syscall(SYS_ioctl, -1, 0x100005412, ""), EPERM);
	EXPECT(personality(ADDR_NO_RANDOMIZE), EPERM);
	EXPECT(socket(AF_NETLINK, SOCK_RAW, 9), EINVAL);
	EXPECT(syscall(SYS_swapon, "", 0), EPERM);
	if (personality(0xffffffff) < 0 || socket(AF_UNIX, SOCK_STREAM, 0) < 0)
		_exit(2);
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		_exit(3);
}

#ifdef __x86_64__
static long call32(long nr, long a, long b)
{
	long r;
	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(nr), "b"(a), "c"(b), "d"(0L), "S"(0L), "D"(0L)
			 : "r8", "r9", "r10", "r11", "memory");
	return (int)r;
}

static void probe_32_bit(void)
{
	EXPECT(syscall(0x40000000L | SYS_swapon, 0, 0, 0), ENOSYS);
	EXPECT(syscall(0x40000000L | SYS_getpid), ENOSYS);
	if (call32(20, 0, 0) != getpid()) /* a kernel without 32-bit code has nothing to ask */
		return;
	if (call32(286, 0, 0) != -ENOSYS || call32(54, -1, 0x5412) != -EPERM
	    || call32(316, -1, 0) != -EPERM || call32(425, 0, 0) != -ENOSYS)
		_exit(4);
	long fd = call32(359, AF_UNIX, SOCK_STREAM);
	if (fd < 0)
		_exit(5);
}
#endif

static void kernel_bites(void **state)
{
	auto_seccomp struct seccomp_filter f = { 0 };
	uint32_t action = SECCOMP_RET_ERRNO;
	int status;
	/* a debugger that runs us may not have the call */
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0)
		skip();
	compile_default(cap_defaults(), NULL, &f);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e = { 0 };
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || seccomp_apply(&f, &e) < 0) {
			err_print(&e);
			_exit(99);
		}
		probe();
#ifdef __x86_64__
		probe_32_bit();
#endif
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void kernel_refuses(void **state)
{
	struct sock_filter nonsense[] = { { .code = 0xffff } };
	struct seccomp_filter bad = { .insns = nonsense, .count = 1 }, none = { 0 };
	struct err e = { 0 };
	assert_int_equal(seccomp_apply(&none, &e), 0);
	assert_int_equal(seccomp_apply(&bad, &e), -1);
	assert_non_null(strstr(e.msg, "seccomp filter"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_documents),
		cmocka_unit_test(bad_rules),
		cmocka_unit_test(bad_args),
		cmocka_unit_test(bad_rule_for_others),
		cmocka_unit_test(too_many),
		cmocka_unit_test(unknown_names_are_skipped),
		cmocka_unit_test(defaults),
		cmocka_unit_test(includes_and_excludes),
		cmocka_unit_test(operators),
		cmocka_unit_test(conditions_together),
		cmocka_unit_test(which_rule_wins),
		cmocka_unit_test(every_call_apart),
#ifdef __x86_64__
		cmocka_unit_test(other_architectures),
		cmocka_unit_test(default_profile_32_bit),
#endif
		cmocka_unit_test(default_profile_bites),
		cmocka_unit_test(default_profile_nests),
		cmocka_unit_test(default_profile_like_podmans),
		cmocka_unit_test(default_profile_arguments),
		cmocka_unit_test(default_profile_with_caps),
		cmocka_unit_test(kernel_bites),
		cmocka_unit_test(kernel_refuses),
		cmocka_unit_test(cache),
		cmocka_unit_test(cache_key),
		cmocka_unit_test(cache_absent),
	};
	return cmocka_run_group_tests_name("seccomp", tests, nest_make, nest_end);
}
