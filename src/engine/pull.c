/* pull.c - the verb: from a name to an image in the store.
 *
 * The order is that of trust: the manifest (by digest where one was given), then the configuration it
 * names, which tells the layers that the store has already, then the layers, and when all are in place
 * the two documents and last the name. So whoever finds the name finds the image whole. */
#include "engine/pull.h"

#include <signal.h>
#include <string.h>
#include "engine/images.h"
#include "engine/pull_layers.h"
#include "model/ref.h"
#include "util/log.h"

#define JOBS 3
#define INDEX_DEPTH 3 /* indexes in indexes */

/* Short names are those of Docker's hub. */
static int full_ref(const char *text, struct ref *out, struct err *e)
{
	if (ref_parse(text, out, e) < 0)
		return -1;
	if (!out->host)
		out->host = xstrdup("docker.io");
	if (str_eq(out->host, "docker.io") && !strchr(out->name, '/')) {
		char *name = str_printf("library/%s", out->name);
		free(out->name);
		out->name = name;
	}
	return 0;
}

static struct platform wanted(const struct pull_request *rq)
{
	struct platform p = rq->platform, host = platform_host();
	if (!*p.os)
		memcpy(p.os, host.os, sizeof p.os);
	if (!*p.arch) {
		memcpy(p.arch, host.arch, sizeof p.arch);
		if (!*p.variant)
			memcpy(p.variant, host.variant, sizeof p.variant);
	}
	return p;
}

/* From an index to the manifest behind ENTRY, which has to be what the entry says. */
static int descend(struct registry *r, const struct manifest_entry *entry, struct document *doc,
		   struct err *e)
{
	char text[DIGEST_TEXT];
	uint64_t size = entry->desc.size;
	auto_document struct document next = { 0 };
	if (registry_manifest(r, digest_text(&entry->desc.digest, text), &next, e) < 0)
		return -1;
	if (next.len != size)
		return err_set(e, ERR_CORRUPT,
			       "manifest %.12s is %zu bytes long, not %llu as announced",
			       next.digest.hex, next.len, (unsigned long long)size);
	document_free(doc);
	*doc = next;
	next = (struct document){ 0 };
	return 0;
}

/* The manifest of the image for the platform WANT: its text in *DOC, parsed in *M. */
static int resolve(struct registry *r, const char *what, const struct platform *want,
		   struct document *doc, struct manifest *m, struct err *e)
{
	if (registry_manifest(r, what, doc, e) < 0)
		return -1;
	for (int depth = 0; depth < INDEX_DEPTH; depth++) {
		const struct manifest_entry *entry;
		if (manifest_parse(doc->text, doc->len, doc->type, m, e) < 0)
			return -1;
		if (!m->index)
			return 0;
		if (manifest_choose(m, want, &entry, e) < 0 || descend(r, entry, doc, e) < 0)
			return -1;
		manifest_free(m);
	}
	return err_set(e, ERR_CORRUPT, "lists of images that are nested too deep");
}

static void compare_platform(const struct image *img, const struct platform *want)
{
	char have_text[PLATFORM_TEXT], want_text[PLATFORM_TEXT];
	struct platform have = { 0 };
	struct err ignored;
	if (!img->os || !img->arch || platform_part(have.os, img->os, "os", &ignored) < 0
	    || (!str_empty(img->variant)
		&& platform_part(have.variant, img->variant, "variant", &ignored) < 0)
	    || platform_set_arch(&have, img->arch, &ignored) < 0)
		return;
	if (!platform_match(want, &have))
		log_warn("the image is made for %s, not for %s", platform_text(&have, have_text),
			 platform_text(want, want_text));
}

static int keep(struct store *s, const struct document *doc, const struct manifest *m,
		const char *config, struct image *img, const char *name, struct err *e)
{
	img->manifest = doc->digest;
	if (store_blob_put(s, &img->id, config, m->config.size, e) < 0
	    || store_blob_put(s, &doc->digest, doc->text, doc->len, e) < 0)
		return -1;
	return store_image_add(s, img, name, e);
}

static int pull_image(struct pull *p, const struct ref *ref, const struct platform *want,
		      struct digest *id, struct err *e)
{
	char text[DIGEST_TEXT];
	auto_document struct document doc = { 0 };
	auto_manifest struct manifest m = { 0 };
	auto_image struct image img = { 0 };
	auto_free char *config = NULL, *name = ref_text(ref);
	const char *what = digest_none(&ref->digest) ? ref->tag : digest_text(&ref->digest, text);

	if (resolve(p->registry, what, want, &doc, &m, e) < 0
	    || registry_blob(p->registry, &m.config, MANIFEST_CONFIG_MAX, &config, e) < 0
	    || image_parse(config, m.config.size, &m.config.digest, &img, e) < 0)
		return -1;
	compare_platform(&img, want);
	if (pull_layers(p, &m, &img, e) < 0)
		return -1;
	progress_say(p->progress, "Copying config %.12s done", img.id.hex);
	progress_say(p->progress, "Writing manifest to image destination");
	*id = img.id;
	return keep(p->store, &doc, &m, config, &img, name, e);
}

static int pull_from(struct store *s, const struct idmap *map, const struct ref *ref,
		     const struct pull_request *rq, struct digest *id, struct err *e)
{
	struct registry_opts ro = { .host = ref->host,
				    .name = ref->name,
				    .insecure = rq->insecure,
				    .cert_dir = rq->cert_dir,
				    .creds = rq->creds,
				    .authfile = rq->authfile };
	auto_registry struct registry *r = NULL;
	auto_progress struct progress *bars = progress_new(rq->quiet);
	auto_free char *name = ref_text(ref);
	struct platform want = wanted(rq);

	if (registry_open(&ro, &r, e) < 0)
		return -1;
	struct pull p = { .store = s,
			  .map = map,
			  .registry = r,
			  .progress = bars,
			  .jobs = rq->jobs ? rq->jobs : JOBS };
	if (p.jobs > FETCHES_MAX)
		p.jobs = FETCHES_MAX;
	progress_say(bars, "Trying to pull %s...", name);
	return pull_image(&p, ref, &want, id, e);
}

/* Is it here, and for the right platform? */
static bool is_here(struct store *s, const char *name, struct digest *id)
{
	struct err ignored;
	return store_image_resolve(s, name, id, NULL, &ignored) == 0;
}

int engine_pull(struct store *s, const struct idmap *map, const char *text,
		const struct pull_request *rq, struct digest *id, struct err *e)
{
	auto_ref struct ref ref = { 0 };
	const char *policy = rq->policy ? rq->policy : "always";
	struct digest here;

	if (full_ref(text, &ref, e) < 0)
		return -1;
	auto_free char *name = ref_text(&ref);
	bool have = !str_eq(policy, "always")
		    && (is_here(s, text, &here) || is_here(s, name, &here));
	if (have && !str_eq(policy, "newer")) {
		*id = here;
		return 0;
	}
	if (str_eq(policy, "never")) {
		err_set(e, ERR_NOTFOUND, "%s: image not known", name);
		return err_hint(e, "--policy=never asks no registry; pull it without.");
	}
	signal(SIGPIPE, SIG_IGN); /* an unpacker that ends is told by EPIPE */
	engine_sweep_stages(s, map);
	if (pull_from(s, map, &ref, rq, id, e) == 0)
		return 0;
	if (have && e->kind == ERR_REMOTE) {
		log_err(e);
		*id = here;
		return 0;
	}
	if (e->kind == ERR_CORRUPT)
		err_hint(e, "What %s answers is no image that can be used; nothing was kept of it.",
			 ref.host);
	return err_wrap(e, "cannot pull %s", name);
}
