/* fuzz_toml.c - configuration files: any text is a tree or an error that names the file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "model/config.h"
#include "model/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct config_owner owner = {
		.uid = 1000, .home = "/home/u", .user = "u", .system = size & 1
	};
	auto_config struct config c = { 0 };
	auto_json json *j = NULL;
	struct err e;
	const char *text = (const char *)data;
	if (toml_parse(text, size, "f", &j, &e) < 0)
		check(str_starts(e.msg, "f:"));
	else
		check(json_object_is_type(j, json_type_object) && json_object_to_json_string(j));
	if (config_add_containers(&c, text, size, "f", &e) < 0)
		check(str_starts(e.msg, "f:"));
	if (config_add_storage(&c, text, size, "f", &owner, &e) < 0)
		check(str_starts(e.msg, "f:"));
	return 0;
}
