/* digest.c - see digest.h. Only sha256 is known: another algorithm is refused by name, never
 * passed on as text. */
#include "model/digest.h"

#include <string.h>
#include "util/str.h"

static const char prefix[] = "sha256:";

bool digest_is_hex(const char *text)
{
	size_t n = strspn(text, "0123456789abcdef");
	return n == DIGEST_HEX && !text[n];
}

int digest_parse(const char *text, struct digest *out, struct err *e)
{
	const char *hex = text + sizeof prefix - 1;
	if (!str_starts(text, prefix) || !digest_is_hex(hex)) {
		auto_free char *shown = str_printable(text);
		err_set(e, ERR_CORRUPT, "not a digest: %.100s", shown);
		return err_hint(e, "A digest is sha256: and 64 lower-case hexadecimal digits.");
	}
	memcpy(out->hex, hex, sizeof out->hex);
	return 0;
}

struct digest digest_from_bytes(const unsigned char *bytes)
{
	static const char digits[] = "0123456789abcdef";
	struct digest d;
	for (size_t i = 0; i < DIGEST_HEX; i++)
		d.hex[i] = digits[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
	d.hex[DIGEST_HEX] = '\0';
	return d;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return strcmp(a->hex, b->hex) == 0;
}

bool digest_none(const struct digest *d)
{
	return !d->hex[0];
}

const char *digest_text(const struct digest *d, char out[static DIGEST_TEXT])
{
	memcpy(out, prefix, sizeof prefix - 1);
	memcpy(out + sizeof prefix - 1, d->hex, sizeof d->hex);
	return out;
}
