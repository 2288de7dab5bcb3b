/* manifest.h - what stands between a name and an image: the manifest, which lists configuration and
 * layers, and the index, which lists manifests by platform. OCI image-spec (manifest.md,
 * image-index.md) and Docker schema 2 (manifest and manifest list) alike, since they differ in the
 * names of their media types only. Docker schema 1 is refused.
 *
 * Documents come from strangers: at most MANIFEST_MAX bytes, MANIFEST_LAYERS layers, MANIFEST_ENTRIES
 * entries; every digest is sha256 and checked text, every size at least 0. A document that could be
 * read as manifest and as index at once (CVE-2021-41190) is refused. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/digest.h"
#include "model/platform.h"
#include "util/err.h"

#define MANIFEST_MAX (4u << 20)         /* bytes of a document */
#define MANIFEST_CONFIG_MAX (16u << 20) /* bytes of an image configuration */
#define MANIFEST_LAYERS 128
#define MANIFEST_ENTRIES 4096

#define MEDIA_OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define MEDIA_OCI_CONFIG "application/vnd.oci.image.config.v1+json"
#define MEDIA_OCI_LAYER "application/vnd.oci.image.layer.v1.tar"
#define MEDIA_OCI_LAYER_GZIP "application/vnd.oci.image.layer.v1.tar+gzip"
#define MEDIA_OCI_LAYER_ZSTD "application/vnd.oci.image.layer.v1.tar+zstd"
#define MEDIA_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define MEDIA_DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define MEDIA_DOCKER_CONFIG "application/vnd.docker.container.image.v1+json"
#define MEDIA_DOCKER_LAYER_GZIP "application/vnd.docker.image.rootfs.diff.tar.gzip"

struct descriptor { /* what a document says of another one */
	struct digest digest;
	uint64_t size;    /* bytes, exactly */
	char *media_type; /* owned; NULL when it was not given */
};

struct manifest_entry { /* a line of an index */
	struct descriptor desc;
	struct platform platform; /* "" where unset */
	char *ref_name; /* annotation org.opencontainers.image.ref.name (OCI layouts), or NULL */
};

struct manifest {
	bool index;  /* ENTRIES count; else CONFIG and LAYERS */
	bool docker; /* Docker schema 2, not OCI */
	struct descriptor config;
	struct descriptor *layers; /* compressed layers, base first */
	size_t nlayers;
	struct manifest_entry *entries;
	size_t nentries;
};

/* Parse a document of LEN bytes. TYPE is the media type it was announced with (Content-Type, or the
 * descriptor's), NULL when unknown; parameters behind ";" are ignored. The caller has verified the digest. */
must_check int manifest_parse(const char *text, size_t len, const char *type, struct manifest *out,
			      struct err *e);
void manifest_free(struct manifest *m);
#define auto_manifest __attribute__((cleanup(manifest_free)))
/* The entry of index M that serves WANT best, borrowed. The error lists what there is. */
must_check int manifest_choose(const struct manifest *m, const struct platform *want,
			       const struct manifest_entry **out, struct err *e);
/* The entry of an OCI layout's index named REF: by ref_name, whole or its part behind the last ':'.
 * "" takes the only one. Borrowed. */
must_check int manifest_choose_named(const struct manifest *m, const char *ref,
				     const struct manifest_entry **out, struct err *e);
/* Sum of the layers' compressed sizes; saturates. */
uint64_t manifest_size(const struct manifest *m);
