/* fuzz_ref.c - image references: whatever is accepted prints as text that is accepted again and
 * means the same, and holds nothing that could leave a URL's path or a line of the index. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "model/ref.h"
#include "util/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ref(const char *text)
{
	auto_ref struct ref r = { 0 };
	auto_ref struct ref again = { 0 };
	struct err e;
	if (ref_parse(text, &r, &e) < 0)
		return;
	ref_make_local(&r);
	auto_free char *full = ref_text(&r);
	if (ref_parse(full, &again, &e) < 0)
		return; /* "library/" made the name too long */
	ref_make_local(&again);
	auto_free char *twice = ref_text(&again);
	if (strcmp(full, twice) != 0 || strpbrk(full, " \n\t\\%?#") || strstr(full, "/.")
	    || strstr(full, "//"))
		abort();
}

static void check_transport(const char *text)
{
	enum transport kind;
	auto_free char *path = NULL;
	auto_free char *inner = NULL;
	struct err e;
	if (transport_parse(text, &kind, &path, &inner, &e) == 0 && (!path || !*path || !inner))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = xstrndup((const char *)data, size);
	check_ref(text);
	check_transport(text);
	return 0;
}
