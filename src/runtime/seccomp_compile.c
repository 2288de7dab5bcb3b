/* seccomp_compile.c - from a profile's text to the program that the kernel runs.
 *
 * Order: the document is checked as a whole while it is read, so that a mistake in its last
 * rule is found before anything runs. Each rule is first asked whether it is for us (includes,
 * excludes), then each of its names becomes one rule for each architecture that has it, and at
 * the end seccomp_program.c makes instructions of them. libseccomp tells the numbers.
 *
 * Must not: accept a rule it does not fully understand, or read anything but the text given. */
#include "runtime/seccomp.h"

#include <ctype.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "model/spec.h"
#include "runtime/seccomp_program.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/json.h"
#include "util/str.h"

#define MAX_RULES 20000 /* a bound on time; the program's own is BPF_MAXINSNS */
#define MAX_ERRNO 4095  /* the kernel's */

#ifndef SECCOMP_FILTER_FLAG_LOG
#define SECCOMP_FILTER_FLAG_LOG (1U << 1)
#endif
#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1U << 2)
#endif

/* What a profile is compiled for, and what has come of it so far. */
struct compiler {
	uint64_t caps;
	uint32_t machine, image; /* libseccomp's token; image is 0 when it is the machine's */
	unsigned major, minor;   /* of the kernel */
	uint32_t archs[SECCOMP_MAX_ARCHS]; /* all that the filter covers, the machine's first */
	size_t narchs;
	struct seccomp_rules rules;
};

static void compiler_end(struct compiler *c)
{
	seccomp_rules_free(&c->rules);
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A capability that is not known is newer than we are and held by nobody. */
static bool holds_cap(const struct compiler *c, const char *name)
{
	uint64_t bits;
	return cap_parse(name, &bits) == 0 && (c->caps & bits) == bits;
}

/* "SCMP_ARCH_X86_64", "amd64" or "386": libseccomp's token, 0 when it knows none. */
static uint32_t arch_token(const char *name)
{
	static const struct {
		const char *other, *ours;
	} alias[] = {
		{ "amd64", "x86_64" },  { "386", "x86" },           { "arm64", "aarch64" },
		{ "mipsle", "mipsel" }, { "mips64le", "mipsel64" },
	};
	char low[32];
	size_t n = 0;
	if (str_starts(name, "SCMP_ARCH_"))
		name += strlen("SCMP_ARCH_");
	for (; name[n] && n < sizeof low - 1; n++)
		low[n] = (char)tolower((unsigned char)name[n]);
	low[n] = '\0';
	for (size_t i = 0; i < COUNT(alias); i++)
		if (!strcmp(low, alias[i].other))
			return seccomp_arch_resolve_name(alias[i].ours);
	return seccomp_arch_resolve_name(low);
}

/* The kernel calls x32 x86_64 and tells it by the call's number. */
static uint32_t arch_audit(uint32_t token)
{
	return token == SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : token;
}

/* ---- the document's values, each of the type it must have or absent */

/* *OUT is NULL when KEY is absent or null. */
static int member(json *o, const char *key, enum json_type type, json **out, struct err *e)
{
	*out = NULL;
	if (!json_object_object_get_ex(o, key, out) || !*out)
		return 0;
	if (!json_object_is_type(*out, type))
		return err_set(e, ERR_CORRUPT, "%s is not of type %s", key,
			       json_type_to_name(type));
	return 0;
}

/* A text without a NUL inside, NULL when absent. */
static int member_str(json *o, const char *key, const char **out, struct err *e)
{
	json *v;
	if (member(o, key, json_type_string, &v, e) < 0)
		return -1;
	*out = json_str(o, key);
	if (v && !*out)
		return err_set(e, ERR_CORRUPT, "%s holds a NUL", key);
	return 0;
}

static int member_u64(json *o, const char *key, uint64_t max, uint64_t *value, struct err *e)
{
	json *v;
	if (member(o, key, json_type_int, &v, e) < 0)
		return -1;
	if (!v)
		return 0;
	if (json_object_get_int64(v) < 0)
		return err_set(e, ERR_CORRUPT, "%s is negative", key);
	*value = json_object_get_uint64(v);
	if (*value > max)
		return err_set(e, ERR_CORRUPT, "%s is above %ju", key, (uintmax_t)max);
	return 0;
}

static int unknown(const char *what, const char *name, struct err *e)
{
	auto_free char *shown = str_printable(name);
	return err_set(e, ERR_CORRUPT, "unknown %s %s", what, shown);
}

/* "EPERM"; the C library is asked number by number, as it has no table the other way. */
static int errno_by_name(const char *name, uint64_t *code, struct err *e)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32)
	for (int i = 1; i <= 133; i++) {
		const char *known = strerrorname_np(i);
		if (known && !strcmp(known, name)) {
			*code = (uint64_t)i;
			return 0;
		}
	}
#endif
	return unknown("error name", name, e);
}

/* The number in NUMBER_KEY, else the name in NAME_KEY, else EPERM. */
static int parse_errno(json *o, const char *number_key, const char *name_key, uint64_t *code,
		       struct err *e)
{
	const char *name;
	uint64_t none = UINT64_MAX;
	*code = none;
	if (member_u64(o, number_key, MAX_ERRNO, code, e) < 0
	    || member_str(o, name_key, &name, e) < 0)
		return -1;
	if (*code != none)
		return 0;
	*code = EPERM;
	return str_empty(name) ? 0 : errno_by_name(name, code, e);
}

static int parse_action(const char *name, uint64_t code, uint32_t *action, struct err *e)
{
	static const struct {
		const char *name;
		uint32_t action;
	} known[] = {
		{ "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD },
		{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
		{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
		{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
		{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
		{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
		{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
		{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	};
	if (!strcmp(name, "SCMP_ACT_NOTIFY")) {
		err_set(e, ERR_USAGE, "SCMP_ACT_NOTIFY asks another program, and there is none");
		return err_hint(e, "Use a profile whose rules allow or refuse.");
	}
	for (size_t i = 0; i < COUNT(known); i++) {
		if (strcmp(name, known[i].name))
			continue;
		*action = known[i].action;
		if (*action == SCMP_ACT_ERRNO(0) || *action == SCMP_ACT_TRACE(0))
			*action |= (uint32_t)code;
		return 0;
	}
	return unknown("action", name, e);
}

static int parse_op(const char *name, enum scmp_compare *op, struct err *e)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} known[] = {
		{ "SCMP_CMP_NE", SCMP_CMP_NE },
		{ "SCMP_CMP_LT", SCMP_CMP_LT },
		{ "SCMP_CMP_LE", SCMP_CMP_LE },
		{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
		{ "SCMP_CMP_GE", SCMP_CMP_GE },
		{ "SCMP_CMP_GT", SCMP_CMP_GT },
		{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
	};
	for (size_t i = 0; i < COUNT(known); i++) {
		if (!strcmp(name, known[i].name)) {
			*op = known[i].op;
			return 0;
		}
	}
	return unknown("operator", name, e);
}

static int parse_arg(json *o, struct scmp_arg_cmp *arg, struct err *e)
{
	const char *op;
	uint64_t index = UINT64_MAX, value = 0, two = 0;
	if (!json_object_is_type(o, json_type_object))
		return err_set(e, ERR_CORRUPT, "a condition is not an object");
	if (member_u64(o, "index", SECCOMP_NARGS - 1, &index, e) < 0
	    || member_u64(o, "value", UINT64_MAX, &value, e) < 0
	    || member_u64(o, "valueTwo", UINT64_MAX, &two, e) < 0
	    || json_need_str(o, "op", &op, e) < 0 || parse_op(op, &arg->op, e) < 0)
		return -1;
	if (index == UINT64_MAX)
		return err_set(e, ERR_CORRUPT, "index is missing");
	arg->arg = (unsigned)index;
	arg->datum_a = value;
	arg->datum_b = two;
	return 0;
}

/* ---- is a rule for us? */

static bool arch_is_ours(const struct compiler *c, const char *name)
{
	uint32_t token = arch_token(name);
	return token && (token == c->machine || token == c->image);
}

/* "4.8": is the kernel that or newer? */
static int kernel_is(const struct compiler *c, const char *version, bool *is, struct err *e)
{
	unsigned major, minor;
	char more;
	if (sscanf(version, "%5u.%5u%c", &major, &minor, &more) != 2)
		return unknown("kernel version", version, e);
	*is = c->major > major || (c->major == major && c->minor >= minor);
	return 0;
}

/* What a rule's "includes" or "excludes" asks for, each answered. */
struct condition {
	bool caps, arches, kernel; /* asked at all */
	bool all_caps, any_cap, any_arch, new_kernel;
};

static int parse_condition(const struct compiler *c, json *rule, const char *key,
			   struct condition *k, struct err *e)
{
	auto_strv struct strv caps = { 0 }, arches = { 0 };
	const char *version;
	json *o;
	memset(k, 0, sizeof *k);
	if (member(rule, key, json_type_object, &o, e) < 0)
		return -1;
	if (!o)
		return 0;
	if (json_strv(o, "caps", &caps, e) < 0 || json_strv(o, "arches", &arches, e) < 0
	    || member_str(o, "minKernel", &version, e) < 0)
		return -1;
	k->caps = caps.n > 0;
	k->all_caps = true;
	for (size_t i = 0; i < caps.n; i++) {
		bool held = holds_cap(c, caps.list[i]);
		k->all_caps &= held;
		k->any_cap |= held;
	}
	k->arches = arches.n > 0;
	for (size_t i = 0; i < arches.n; i++)
		k->any_arch |= arch_is_ours(c, arches.list[i]);
	k->kernel = !str_empty(version);
	return k->kernel ? kernel_is(c, version, &k->new_kernel, e) : 0;
}

/* As every tool reads them: included needs all capabilities, any architecture and the kernel;
 * any one capability, architecture or the kernel excludes. */
static int rule_is_ours(const struct compiler *c, json *rule, bool *ours, struct err *e)
{
	struct condition in, ex;
	if (parse_condition(c, rule, "includes", &in, e) < 0
	    || parse_condition(c, rule, "excludes", &ex, e) < 0)
		return -1;
	bool included = (!in.caps || in.all_caps) && (!in.arches || in.any_arch)
			&& (!in.kernel || in.new_kernel);
	bool excluded = ex.any_cap || ex.any_arch || ex.new_kernel;
	*ours = included && !excluded;
	return 0;
}

/* ---- rules */

/* The number of NAME on ARCH, -1 when it is not there. libseccomp takes calls that began as
 * a part of socketcall(2) or ipc(2) for that part (numbers around -100 and -200), also where
 * newer kernels have them by themselves, which were all put between 300 and 500. */
static int call_number(uint32_t arch, const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(arch, name);
	if (nr >= 0 || nr > -100 || nr < -300)
		return nr < 0 ? -1 : nr;
	int base = arch == SCMP_ARCH_MIPS || arch == SCMP_ARCH_MIPSEL ? 4000 : 0;
	for (nr = base + 300; nr < base + 500; nr++) {
		char *found = seccomp_syscall_resolve_num_arch(arch, nr);
		bool same = str_eq(found, name);
		free(found);
		if (same)
			return nr;
	}
	return -1;
}

static int add_rule(struct compiler *c, const char *name, uint32_t action,
		    const struct scmp_arg_cmp *args, size_t n, struct err *e)
{
	struct seccomp_rule r = { .action = action, .nargs = (unsigned)n };
	if (n)
		memcpy(r.args, args, n * sizeof *args);
	for (size_t i = 0; i < c->narchs; i++) {
		int nr = call_number(c->archs[i], name);
		if (nr < 0)
			continue;
		if (c->rules.n == MAX_RULES)
			return err_set(e, ERR_USAGE, "more than %d rules", MAX_RULES);
		r.audit = arch_audit(c->archs[i]);
		r.nr = (uint32_t)nr;
		seccomp_rules_add(&c->rules, &r);
	}
	return 0;
}

/* N conditions of which each stands for itself: when they ask for single bits of one argument,
 * as one for namespaces does, they are one question. The first becomes it then. */
static bool merge_bits(struct scmp_arg_cmp *args, size_t n)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t bit = args[i].datum_a;
		if (args[i].arg != args[0].arg || args[i].op != SCMP_CMP_MASKED_EQ
		    || args[i].datum_b != bit || !bit || bit & (bit - 1))
			return false;
		bits |= bit;
	}
	args[0].op = (enum scmp_compare)SECCOMP_CMP_ANY_BIT;
	args[0].datum_a = bits;
	return true;
}

/* The rule for each of NAMES. Conditions on different arguments must all hold. When two are on
 * the same argument each stands for itself: so all tools read it, because libseccomp takes but
 * one an argument. */
static int add_names(struct compiler *c, const struct strv *names, uint32_t action,
		     struct scmp_arg_cmp *args, size_t n, struct err *e)
{
	unsigned seen = 0;
	bool same = false;
	for (size_t i = 0; i < n; i++) {
		same |= seen >> args[i].arg & 1;
		seen |= 1U << args[i].arg;
	}
	if (same && merge_bits(args, n))
		n = 1;
	size_t step = same ? 1 : n, times = same ? n : 1;
	for (size_t i = 0; i < names->n; i++)
		for (size_t k = 0; k < times; k++)
			if (add_rule(c, names->list[i], action, args + k, step, e) < 0)
				return -1;
	return 0;
}

/* "names", or the one "name" of old profiles. */
static int parse_names(json *rule, struct strv *names, struct err *e)
{
	const char *name;
	if (json_strv(rule, "names", names, e) < 0 || member_str(rule, "name", &name, e) < 0)
		return -1;
	if (!str_empty(name))
		strv_add(names, name);
	return names->n ? 0 : err_set(e, ERR_CORRUPT, "names is missing");
}

static int parse_args(json *rule, struct scmp_arg_cmp **args, size_t *n, struct err *e)
{
	json *a;
	if (member(rule, "args", json_type_array, &a, e) < 0)
		return -1;
	*n = a ? json_object_array_length(a) : 0;
	*args = xcalloc(*n, sizeof **args);
	for (size_t i = 0; i < *n; i++)
		if (parse_arg(json_object_array_get_idx(a, i), &(*args)[i], e) < 0)
			return -1;
	return 0;
}

static int parse_rule(struct compiler *c, json *rule, struct err *e)
{
	auto_strv struct strv names = { 0 };
	auto_free struct scmp_arg_cmp *args = NULL;
	const char *name;
	uint64_t code;
	uint32_t action;
	size_t n;
	bool ours;
	if (!json_object_is_type(rule, json_type_object))
		return err_set(e, ERR_CORRUPT, "not an object");
	if (parse_names(rule, &names, e) < 0 || json_need_str(rule, "action", &name, e) < 0
	    || parse_errno(rule, "errnoRet", "errno", &code, e) < 0
	    || parse_action(name, code, &action, e) < 0 || parse_args(rule, &args, &n, e) < 0
	    || rule_is_ours(c, rule, &ours, e) < 0)
		return -1;
	return ours ? add_names(c, &names, action, args, n, e) : 0;
}

/* ---- the profile around them */

static int add_arch(struct compiler *c, uint32_t token, struct err *e)
{
	struct seccomp_rules *r = &c->rules;
	size_t i = 0;
	while (i < c->narchs && c->archs[i] != token)
		i++;
	if (i < c->narchs)
		return 0;
	if (c->narchs == SECCOMP_MAX_ARCHS)
		return err_set(e, ERR_CORRUPT, "more than %d architectures", SECCOMP_MAX_ARCHS);
	c->archs[c->narchs++] = token;
	if (token == SCMP_ARCH_X32)
		r->x32 = true;
	for (i = 0; i < r->naudits; i++)
		if (r->audits[i] == arch_audit(token))
			return 0;
	r->audits[r->naudits++] = arch_audit(token);
	return 0;
}

/* Of "archMap" the entry of this machine counts, and says which other code it runs. Without
 * one, and without "architectures", other code is not let in at all. */
static int parse_archs(struct compiler *c, json *top, struct err *e)
{
	auto_strv struct strv names = { 0 };
	json *map;
	if (json_strv(top, "architectures", &names, e) < 0
	    || member(top, "archMap", json_type_array, &map, e) < 0)
		return -1;
	if (names.n && map && json_object_array_length(map))
		return err_set(e, ERR_CORRUPT, "both architectures and archMap");
	for (size_t i = 0; map && i < json_object_array_length(map); i++) {
		json *entry = json_object_array_get_idx(map, i);
		const char *name;
		if (json_need_str(entry, "architecture", &name, e) < 0)
			return err_wrap(e, "archMap[%zu]", i);
		if (arch_token(name) == c->machine
		    && json_strv(entry, "subArchitectures", &names, e) < 0)
			return err_wrap(e, "archMap[%zu]", i);
	}
	if (add_arch(c, c->machine, e) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		uint32_t token = arch_token(names.list[i]);
		if (!token)
			return unknown("architecture", names.list[i], e);
		if (add_arch(c, token, e) < 0)
			return -1;
	}
	return 0;
}

/* Without a word from the profile: SPEC_ALLOW. Before Linux 5.16 a filter otherwise turned the
 * mitigations of speculation on for everything beneath it, at a third of the speed of some
 * programs. They shield a program from code that it runs itself (a browser's scripts), not the
 * host from a container, and who needs them asks for them with prctl(2). */
static int parse_flags(json *top, uint32_t *flags, struct err *e)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} known[] = {
		{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
		{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
		{ "SECCOMP_FILTER_FLAG_TSYNC", 0 }, /* there is one thread */
	};
	auto_strv struct strv names = { 0 };
	json *list;
	if (member(top, "flags", json_type_array, &list, e) < 0
	    || json_strv(top, "flags", &names, e) < 0)
		return -1;
	*flags = list ? 0 : SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	for (size_t i = 0; i < names.n; i++) {
		size_t k = 0;
		while (k < COUNT(known) && strcmp(known[k].name, names.list[i]))
			k++;
		if (k == COUNT(known))
			return unknown("flag", names.list[i], e);
		*flags |= known[k].flag;
	}
	return 0;
}

static int parse_default(struct compiler *c, json *top, struct err *e)
{
	const char *name;
	uint64_t code;
	if (json_need_str(top, "defaultAction", &name, e) < 0
	    || parse_errno(top, "defaultErrnoRet", "defaultErrno", &code, e) < 0)
		return -1;
	return parse_action(name, code, &c->rules.fallback, e);
}

static int parse_profile(struct compiler *c, json *top, uint32_t *flags, struct err *e)
{
	json *rules;
	if (!json_object_is_type(top, json_type_object))
		return err_set(e, ERR_CORRUPT, "not an object");
	if (parse_default(c, top, e) < 0 || parse_archs(c, top, e) < 0
	    || parse_flags(top, flags, e) < 0
	    || member(top, "syscalls", json_type_array, &rules, e) < 0)
		return -1;
	for (size_t i = 0; rules && i < json_object_array_length(rules); i++)
		if (parse_rule(c, json_object_array_get_idx(rules, i), e) < 0)
			return err_wrap(e, "syscalls[%zu]", i);
	return 0;
}

static int write_program(struct compiler *c, struct seccomp_filter *out, struct err *e)
{
	auto_free struct sock_filter *insns = xcalloc(BPF_MAXINSNS, sizeof *insns);
	if (seccomp_program_write(&c->rules, insns, &out->count, e) < 0)
		return -1;
	out->insns = take(insns);
	return 0;
}

int seccomp_compile(const char *text, size_t len, const struct seccomp_need *need,
		    struct seccomp_filter *out, struct err *e)
{
	__attribute__((cleanup(compiler_end))) struct compiler c = {
		.caps = need->caps,
		.machine = seccomp_arch_native(),
		.image = need->arch ? arch_token(need->arch) : 0,
	};
	auto_json json *top = NULL;
	struct seccomp_filter f = { 0 };
	struct utsname u;
	if (uname(&u) < 0 || sscanf(u.release, "%u.%u", &c.major, &c.minor) != 2)
		return err_set(e, ERR_SYSTEM, "the kernel does not tell its version");
	if (json_parse(text, len, "seccomp profile", &top, e) < 0)
		return -1;
	if (parse_profile(&c, top, &f.flags, e) < 0 || write_program(&c, &f, e) < 0)
		return err_wrap(e, "seccomp profile");
	*out = f;
	return 0;
}
