/* fuzz_challenge.c - WWW-Authenticate headers. The input is one header's value. */
#include <stdint.h>
#include <stdlib.h>
#include "model/challenge.h"
#include "util/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_challenges struct challenges c = { 0 };
	auto_free char *text = xstrndup((const char *)data, size);
	struct err e;
	/* twice, as two headers of one answer */
	for (int i = 0; i < 2; i++) {
		size_t before = c.n;
		if (challenge_parse(text, &c, &e) < 0 && c.n != before)
			abort();
	}
	const struct challenge *bearer = challenge_find(&c, CHALLENGE_BEARER);
	if (bearer && bearer->kind != CHALLENGE_BEARER)
		abort();
	return 0;
}
