/* spec.h - private to engine/: from a record to the runtime specification. */
#pragma once
#include "engine/engine.h"
#include "model/spec.h"
#include "runtime/seccomp.h"

struct security {            /* --security-opt, read */
	const char *seccomp; /* a path, "unconfined", or NULL for the default; borrowed */
	bool no_new_privileges, unmask_all;
};
must_check int security_parse(const struct create_opts *o, struct security *out, struct err *e);

/* What runs, as whom and how far confined, without its surroundings: also what a command that enters C starts from. */
must_check int engine_process_spec(struct engine *en, const struct container *c,
				   const struct image *img, struct spec *out, struct err *e);
/* The filter for C's processes, with the capabilities of S; empty when there is to be none. ARCH is the image's in OCI's
 * words, or empty. */
must_check int engine_filter(struct engine *en, const struct container *c, const struct spec *s,
			     const char *arch, struct seccomp_filter *out, struct err *e);
/* What runs and in what surroundings. Volumes that are missing are made. FILES is the directory with the hosts,
 * resolv.conf, hostname and containerenv to be bound in; NET is what the network became. */
must_check int engine_spec(struct engine *en, const struct container *c, const struct image *img,
			   const char *files, enum network_kind net, struct spec *out,
			   struct err *e);
/* Names of the anonymous volumes of C. */
must_check int engine_anonymous_volumes(struct engine *en, const struct container *c,
					struct strv *names, struct err *e);
