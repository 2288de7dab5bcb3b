/* fuzz_config.c - image configurations, and the instructions of --change after the first line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "model/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct digest id = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
};

static void check_image(const char *text, size_t len)
{
	auto_image struct image img = { 0 };
	struct err e;
	if (image_parse(text, len, &id, &img, &e) < 0)
		return;
	if (!img.raw || img.nlayers > IMAGE_LAYERS_MAX)
		abort();
	for (size_t i = 0; i < img.nlayers; i++)
		if (!digest_is_hex(img.layers[i].hex))
			abort();
	(void)image_created(&img);
	auto_json json *config = image_config_json(&img.config);
	auto_free char *printed = json_text(config, true);
	if (!*printed)
		abort();
}

static void check_changes(const char *text)
{
	struct image_config c = { 0 };
	auto_strv struct strv lines = { 0 };
	struct err e;
	strv_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.n; i++)
		if (image_config_change(&c, lines.list[i], &e) < 0 && e.kind != ERR_USAGE)
			abort();
	image_config_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = xstrndup((const char *)data, size);
	if (*text == '{')
		check_image((const char *)data, size);
	else
		check_changes(text);
	return 0;
}
