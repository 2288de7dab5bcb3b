/* image.h - an image: its configuration and layers, immutable, addressed by the digest of its
 * configuration (the image id). Parses OCI image-spec config.md and Docker image v1.2 alike. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "model/digest.h"
#include "util/err.h"
#include "util/json.h"
#include "util/str.h"

struct image_config { /* what `config` says; all owned */
	struct strv env, entrypoint, cmd, volumes, exposed_ports, shell, onbuild;
	struct strv labels;                 /* K=V */
	char *user, *workdir, *stop_signal; /* NULL when unset */
};

struct image {
	struct digest id; /* digest of the configuration blob */
	struct digest
		manifest; /* digest of the manifest it came with; none for imports made before push */
	char *os, *arch, *variant, *author, *comment, *created; /* created: RFC 3339 text */
	struct image_config config;
	struct digest *layers; /* diff_ids, base first */
	size_t nlayers;
	json *raw; /* the whole configuration document, owned */
};

#define IMAGE_TEXT_MAX (16u << 20)
#define IMAGE_LAYERS_MAX 128

/* Parse a configuration blob. ID is its already verified digest. Limits: 16 MB text, 128 layers.
 * On failure *OUT is empty. */
must_check int image_parse(const char *text, size_t len, const struct digest *id, struct image *out,
			   struct err *e);
void image_free(struct image *img);
#define auto_image __attribute__((cleanup(image_free)))
/* When it was made, in seconds since 1970; 0 when it does not say. */
int64_t image_created(const struct image *img);
/* "2024-05-01T10:20:30.123Z" or with "+02:00", as RFC 3339 has it. -1 when it is none. */
must_check int image_time_parse(const char *text, int64_t *seconds);
/* Apply one --change instruction ("CMD [..]", "ENV A=b", "ENTRYPOINT x", "LABEL", "USER", "WORKDIR",
 * "EXPOSE", "VOLUME", "STOPSIGNAL", "ONBUILD", "SHELL") to a configuration. "=" may stand for the
 * first space, as in podman's CMD=/bin/sh. */
must_check int image_config_change(struct image_config *c, const char *instruction, struct err *e);
/* The "config" object of a configuration document, with OCI's names. Owned by the caller. */
json *image_config_json(const struct image_config *c);
void image_config_free(struct image_config *c);
