/* platform.c - see platform.h. The names and their other spellings are those that containers use
 * everywhere (containerd's platforms package); the order of variants follows what a machine can run:
 * an arm v7 runs v6, never the other way round. */
#include "model/platform.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "util/str.h"

static const struct spelling {
	const char *given, *arch, *variant;
} spellings[] = {
	{ "x86_64", "amd64", "" },  { "x86-64", "amd64", "" },
	{ "aarch64", "arm64", "" }, { "armhf", "arm", "v7" },
	{ "armel", "arm", "v6" },   { "i386", "386", "" },
	{ "i486", "386", "" },      { "i586", "386", "" },
	{ "i686", "386", "" },      { "powerpc64le", "ppc64le", "" },
};

static const char *const known_os[] = { "linux",  "windows", "darwin", "freebsd",
					"netbsd", "openbsd", "solaris" };
static const char *const known_arch[] = { "amd64",  "arm64",   "arm",     "386",      "ppc64le",
					  "s390x",  "riscv64", "loong64", "mips64le", "mips64",
					  "mipsle", "mips",    "ppc64",   "wasm" };

struct platform platform_host(void)
{
	return (struct platform)
	{
		.os = "linux",
#if defined(__x86_64__)
		.arch = "amd64",
#elif defined(__aarch64__)
		.arch = "arm64",
#elif defined(__arm__) && __ARM_ARCH >= 7
		.arch = "arm", .variant = "v7",
#elif defined(__arm__)
		.arch = "arm", .variant = "v6",
#elif defined(__i386__)
		.arch = "386",
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		.arch = "ppc64le",
#elif defined(__s390x__)
		.arch = "s390x",
#elif defined(__riscv) && __riscv_xlen == 64
		.arch = "riscv64",
#elif defined(__loongarch64)
		.arch = "loong64",
#else
#error "this machine's name in image manifests is not known"
#endif
	};
}

int platform_part(char out[static PLATFORM_PART], const char *text, const char *what, struct err *e)
{
	size_t n = strlen(text);
	if (!n || n >= PLATFORM_PART)
		return err_set(e, ERR_USAGE, "invalid %s \"%.40s\" in a platform", what, text);
	for (size_t i = 0; i < n; i++) {
		if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
			return err_set(e, ERR_USAGE, "invalid %s \"%.40s\" in a platform", what,
				       text);
		out[i] = (char)tolower((unsigned char)text[i]);
	}
	out[n] = 0;
	return 0;
}

int platform_set_arch(struct platform *p, const char *arch, struct err *e)
{
	if (platform_part(p->arch, arch, "architecture", e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		if (str_eq(p->arch, spellings[i].given)) {
			strcpy(p->arch, spellings[i].arch);
			if (*spellings[i].variant && !*p->variant)
				strcpy(p->variant, spellings[i].variant);
		}
	}
	return 0;
}

static bool in_list(const char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(list[i], s))
			return true;
	}
	return false;
}
#define IN_LIST(list, s) in_list(list, sizeof(list) / sizeof *(list), s)

/* One word alone is an operating system or an architecture; the rest is the host's. */
static int parse_one(const char *word, struct platform *out, struct err *e)
{
	struct platform host = platform_host();
	if (platform_part(out->os, word, "platform", e) < 0)
		return -1;
	if (IN_LIST(known_os, out->os)) {
		strcpy(out->arch, host.arch);
		strcpy(out->variant, host.variant);
		return 0;
	}
	strcpy(out->os, host.os);
	if (platform_set_arch(out, word, e) < 0)
		return -1;
	if (IN_LIST(known_arch, out->arch))
		return 0;
	err_set(e, ERR_USAGE, "unknown platform \"%s\"", word);
	return err_hint(e, "Give OS/ARCH[/VARIANT], as in linux/arm64 or linux/arm/v7.");
}

int platform_parse(const char *text, struct platform *out, struct err *e)
{
	auto_strv struct strv parts = { 0 };
	*out = (struct platform){ 0 };
	if (str_eq(text, "local")) {
		*out = platform_host();
		return 0;
	}
	strv_split(&parts, text, '/');
	if (parts.n == 1)
		return parse_one(text, out, e);
	if (parts.n > 3) {
		err_set(e, ERR_USAGE, "invalid platform \"%.100s\"", text);
		return err_hint(e, "Give OS/ARCH[/VARIANT], as in linux/arm64 or linux/arm/v7.");
	}
	if (platform_part(out->os, parts.list[0], "operating system", e) < 0
	    || (parts.n == 3 && platform_part(out->variant, parts.list[2], "variant", e) < 0))
		return -1;
	return platform_set_arch(out, parts.list[1], e);
}

/* "v7" -> 7; 0 when it is not of that form. */
static int variant_number(const char *v)
{
	return v[0] == 'v' && v[1] >= '1' && v[1] <= '9' && !v[2] ? v[1] - '0' : 0;
}

/* An unset variant of arm64 and amd64 is the baseline, v8 and v1. */
static const char *baseline(const struct platform *p)
{
	if (*p->variant)
		return p->variant;
	if (str_eq(p->arch, "arm64"))
		return "v8";
	return str_eq(p->arch, "amd64") ? "v1" : "";
}

int platform_match(const struct platform *want, const struct platform *have)
{
	if (!str_eq(want->os, have->os) || !str_eq(want->arch, have->arch))
		return 0;
	if (str_eq(want->variant, have->variant))
		return 100;
	const char *w = baseline(want), *h = baseline(have);
	if (str_eq(w, h))
		return 99;
	if (!*h)
		return 50;
	int nw = variant_number(w), nh = variant_number(h);
	if (!*w) /* any will do: the newest, as others choose */
		return 1 + nh;
	return nw && nh && nh <= nw ? 51 + nh : 0;
}

const char *platform_text(const struct platform *p, char out[static PLATFORM_TEXT])
{
	snprintf(out, PLATFORM_TEXT, "%s/%s%s%s", p->os, p->arch, *p->variant ? "/" : "",
		 p->variant);
	return out;
}
