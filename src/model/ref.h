/* ref.h - image references: HOST[:PORT]/NAME[:TAG][@DIGEST], and the transports in front of
 * them (docker-archive:PATH[:REF], oci-archive:, oci:, dir:, docker://).
 *
 * Grammar: distribution/reference (docker), as podman reads it. A first component is a host when
 * it has a dot or a colon or is "localhost". */
#pragma once
#include <stdbool.h>
#include "model/digest.h"
#include "util/err.h"

struct ref {
	char *host;           /* "docker.io", "localhost:5000"; NULL for a short name */
	char *name;           /* "library/busybox" */
	char *tag;            /* "latest"; NULL when only a digest was given */
	struct digest digest; /* none unless @sha256:... was given */
};

/* Parse TEXT as written. A short name has no host. A missing tag without digest becomes "latest". */
must_check int ref_parse(const char *text, struct ref *out, struct err *e);
/* The full name: "host/name:tag" or "host/name@sha256:..". A ref without host prints without. Owned. */
char *ref_text(const struct ref *r);
/* The name under which a locally made image is kept: short names get the host "localhost";
 * docker.io/busybox becomes docker.io/library/busybox. In place. */
void ref_make_local(struct ref *r);
void ref_free(struct ref *r);
#define auto_ref __attribute__((cleanup(ref_free)))

enum transport {
	TRANSPORT_REGISTRY, /* none given, or docker:// */
	TRANSPORT_DOCKER_ARCHIVE,
	TRANSPORT_OCI_ARCHIVE,
	TRANSPORT_OCI,                /* a directory in OCI layout */
	TRANSPORT_DIR,                /* skopeo's dir: */
	TRANSPORT_CONTAINERS_STORAGE, /* containers-storage:NAME: the store itself */
};
/* Split "oci-archive:/x/y.tar:name" into its transport, path and inner reference ("" when absent).
 * *PATH and *INNER are owned by the caller. For TRANSPORT_REGISTRY *PATH is the reference text. */
must_check int transport_parse(const char *text, enum transport *kind, char **path, char **inner,
			       struct err *e);
