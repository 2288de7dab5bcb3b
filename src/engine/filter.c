/* filter.c - which seccomp filter a container's processes get: what was asked, else containers.conf's profile, else
 * our own, compiled for its capabilities and its image's architecture. */
#include "engine/spec.h"

int engine_filter(struct engine *en, const struct container *c, const struct spec *s,
		  const char *arch, struct seccomp_filter *out, struct err *e)
{
	struct security sec;
	struct seccomp_need need = { .caps = s->caps, .arch = str_empty(arch) ? NULL : arch };
	if (security_parse(&c->record.opts, &sec, e) < 0)
		return -1;
	const char *profile = sec.seccomp;
	if (!profile && c->record.opts.privileged)
		return 0;
	if (!profile)
		profile = en->config.seccomp_profile ? en->config.seccomp_profile
						     : en->seccomp_profile;
	if (!profile) {
		err_set(e, ERR_NOTFOUND, "the seccomp profile is not installed");
		return err_hint(e, "install cuddy again (make install, or the package)");
	}
	if (str_eq(profile, "unconfined"))
		return 0;
	return seccomp_load_cached(en->containers.run, profile, &need, out, e);
}
