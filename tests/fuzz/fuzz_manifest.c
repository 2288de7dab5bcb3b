/* fuzz_manifest.c - manifests and indexes of strangers, with the choices that follow. The first byte
 * says under which media type the document comes. */
#include <stdint.h>
#include <stdlib.h>
#include "model/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const types[] = { NULL,
				     MEDIA_OCI_MANIFEST,
				     MEDIA_OCI_INDEX,
				     MEDIA_DOCKER_MANIFEST,
				     MEDIA_DOCKER_LIST,
				     "text/html; x" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_manifest struct manifest m = { 0 };
	const struct manifest_entry *entry;
	struct platform host = platform_host();
	struct err e;
	if (!size)
		return 0;
	const char *type = types[data[0] % (sizeof types / sizeof *types)];
	if (manifest_parse((const char *)data + 1, size - 1, type, &m, &e) < 0)
		return e.kind == ERR_NONE ? abort(), 0 : 0;
	if (m.index) {
		if (manifest_choose(&m, &host, &entry, &e) == 0 && !entry->desc.digest.hex[0])
			abort();
		if (manifest_choose_named(&m, "latest", &entry, &e) == 0 && !entry->ref_name)
			abort();
	} else if (manifest_size(&m) && !m.nlayers) {
		abort();
	}
	return 0;
}
