/* fuzz_seccomp.c - a profile from anywhere is a program that the kernel takes, or an error.
 *
 * The first byte chooses capabilities and the image's architecture, the rest is the profile.
 * What is compiled is walked through: every jump must go forward and land inside, or the kernel
 * would refuse at start what was accepted before. */
#include <stdint.h>
#include <stdlib.h>
#include "runtime/seccomp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct seccomp_filter *f)
{
	if (!f->count || f->count > BPF_MAXINSNS
	    || BPF_CLASS(f->insns[f->count - 1].code) != BPF_RET)
		abort();
	for (size_t i = 0; i < f->count; i++) {
		const struct sock_filter *in = &f->insns[i];
		size_t far = 0;
		if (in->code == (BPF_JMP | BPF_JA))
			far = in->k;
		else if (BPF_CLASS(in->code) == BPF_JMP)
			far = in->jt > in->jf ? in->jt : in->jf;
		if (far >= f->count - i)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seccomp_need need = { 0 };
	struct seccomp_filter f = { 0 };
	struct err e = { 0 };
	if (!size)
		return 0;
	need.caps = data[0] & 1 ? UINT64_MAX : 0;
	need.arch = data[0] & 2 ? "386" : NULL;
	if (seccomp_compile((const char *)data + 1, size - 1, &need, &f, &e) == 0) {
		check(&f);
		seccomp_filter_free(&f);
	} else if (f.insns || !e.msg[0]) {
		abort();
	}
	return 0;
}
