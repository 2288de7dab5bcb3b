/* pull.c - `cuddy pull`: from a registry, or from an archive or directory when the name says so. */
#include "engine/pull.h"

#include <stdio.h>
#include <string.h>
#include "cli/image_verbs.h"
#include "cli/pull_options.h"
#include "engine/load.h"
#include "model/ref.h"

struct pull_env {
	struct store *store;
	struct idmap map;
	struct pull_request request;
};

static int read_platform(const struct pull_opts *o, struct platform *p, struct err *e)
{
	if (o->platform && platform_parse(o->platform, p, e) < 0)
		return -1;
	if (o->os && platform_part(p->os, o->os, "os", e) < 0)
		return -1;
	if (o->arch && platform_set_arch(p, o->arch, e) < 0)
		return -1;
	return o->variant ? platform_part(p->variant, o->variant, "variant", e) : 0;
}

static int pull_local(struct pull_env *v, enum transport kind, const char *path, const char *inner,
		      struct err *e)
{
	const struct load_request rq = {
		.kind = kind,
		.path = path,
		.inner = inner,
		.platform = v->request.platform,
		.quiet = v->request.quiet,
	};
	struct load_result r = { 0 };
	int rc = engine_load(v->store, &v->map, &rq, &r, e);
	/* of several images in one archive, those that are in place are named even if one fails */
	for (size_t i = 0; i < r.n; i++)
		puts(r.images[i].id.hex);
	load_result_free(&r);
	return rc;
}

static int pull_one(struct cli *cli, const char *text, void *data, struct err *e)
{
	struct pull_env *v = data;
	auto_free char *path = NULL, *inner = NULL;
	enum transport kind;
	struct digest id;
	if (transport_parse(text, &kind, &path, &inner, e) < 0)
		return -1;
	if (kind != TRANSPORT_REGISTRY && kind != TRANSPORT_CONTAINERS_STORAGE)
		return pull_local(v, kind, path, inner, e);
	if (kind == TRANSPORT_CONTAINERS_STORAGE)
		v->request.policy = "never";
	if (engine_pull(v->store, &v->map, path, &v->request, &id, e) < 0)
		return -1;
	puts(id.hex);
	fflush(stdout);
	return 0;
}

int pull_run(struct cli *cli, struct err *e)
{
	const struct pull_opts *o = cli_opts(cli);
	auto_store struct store *s = NULL;
	auto_strv struct strv names = { 0 };
	struct pull_env v = {
		.request = {
			.policy = o->policy, .quiet = o->quiet, .insecure = o->tls_verify == TRI_NO,
			.cert_dir = o->cert_dir, .creds = o->creds, .authfile = o->authfile,
		},
	};
	if (read_platform(o, &v.request.platform, e) < 0 || cli_idmap(cli, &v.map, e) < 0
	    || cli_store(cli, &s, e) < 0)
		return -1;
	v.store = s;
	strv_add_all(&names, cli->args);
	return cli_each(cli, &names, pull_one, &v, EACH_PLAIN, e);
}
