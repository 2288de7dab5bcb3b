/* platform.h - for which machine an image is made: os/arch[/variant], with the names that images
 * use (those of the Go language: linux, amd64, arm64, arm/v7). */
#pragma once
#include <stdbool.h>
#include "util/err.h"

#define PLATFORM_PART 32

struct platform { /* a value; copied. "" is unset */
	char os[PLATFORM_PART], arch[PLATFORM_PART], variant[PLATFORM_PART];
};

/* What this program was compiled for, which is what its machine runs. */
struct platform platform_host(void);
/* "linux/arm64", "linux/arm/v7", "arm64" or "linux" alone (the host's for the rest). Other spellings
 * (x86_64, aarch64, armhf) become the images' own. Errors are ERR_USAGE. */
must_check int platform_parse(const char *text, struct platform *out, struct err *e);
/* Put ARCH in P, other spellings resolved; an armhf or armel sets the variant too. */
must_check int platform_set_arch(struct platform *p, const char *arch, struct err *e);
/* Copy one part as given; longer ones and odd characters are refused. WHAT is for the message. */
must_check int platform_part(char out[static PLATFORM_PART], const char *text, const char *what,
			     struct err *e);
/* How well HAVE serves WANT: 0 not at all, else the higher the better. */
int platform_match(const struct platform *want, const struct platform *have);
/* "linux/arm/v7" into OUT. */
#define PLATFORM_TEXT (3 * PLATFORM_PART)
const char *platform_text(const struct platform *p, char out[static PLATFORM_TEXT]);
