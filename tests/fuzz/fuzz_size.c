/* fuzz_size.c - numbers, sizes and truth values as people type them: bounded, and printable again. */
#include <stdint.h>
#include <stdlib.h>
#include "util/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = xstrndup((const char *)data, size);
	uint64_t n, same;
	int64_t i;
	bool b;
	if (str_to_bytes(text, &n) == 0) {
		auto_free char *human = str_human_size(n);
		check(n <= INT64_MAX && *human);
	}
	if (str_to_u64(text, &n) == 0) {
		auto_free char *back = str_printf("%llu", (unsigned long long)n);
		check(str_to_u64(back, &same) == 0 && same == n);
	}
	if (str_to_i64(text, &i) == 0) {
		auto_free char *ago = str_human_ago(i);
		check(*ago != '\0');
	}
	(void)!str_to_bool(text, &b);
	return 0;
}
