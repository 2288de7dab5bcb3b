/* manifest.c - see manifest.h.
 *
 * First the kind of the document is settled, from all that is said about it (announced type, own
 * type, shape), and a contradiction refused, because two tools that choose differently would run two
 * different images under one digest. Then only the parts of that kind are read. */
#include "model/manifest.h"

#include <string.h>
#include <strings.h>
#include "util/json.h"
#include "util/str.h"

enum kind { KIND_UNKNOWN, KIND_IMAGE, KIND_INDEX, KIND_SCHEMA1 };

static const struct type_row {
	const char *type;
	enum kind kind;
	bool docker;
} types[] = {
	{ MEDIA_OCI_MANIFEST, KIND_IMAGE, false },
	{ MEDIA_OCI_INDEX, KIND_INDEX, false },
	{ MEDIA_DOCKER_MANIFEST, KIND_IMAGE, true },
	{ MEDIA_DOCKER_LIST, KIND_INDEX, true },
	{ "application/vnd.docker.distribution.manifest.v1+json", KIND_SCHEMA1, true },
	{ "application/vnd.docker.distribution.manifest.v1+prettyjws", KIND_SCHEMA1, true },
};

static const struct type_row *type_find(const char *type)
{
	size_t n = type ? strcspn(type, "; \t") : 0;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strlen(types[i].type) == n && !strncasecmp(types[i].type, type, n))
			return &types[i];
	}
	return NULL;
}

static int refuse_schema1(struct err *e)
{
	err_set(e, ERR_CORRUPT,
		"the image has a Docker schema 1 manifest, a form given up in 2017");
	return err_hint(e, "Have it pushed again by a current tool; what its layers hold cannot be "
			   "verified as it is.");
}

/* What the document is; announced TYPE, own "mediaType" and its shape have to agree. */
static int settle_kind(json *doc, const char *type, enum kind *kind, bool *docker, struct err *e)
{
	const struct type_row *said = type_find(type), *own = type_find(json_str(doc, "mediaType"));
	bool layers = json_object_object_get_ex(doc, "layers", NULL)
		      || json_object_object_get_ex(doc, "config", NULL);
	bool entries = json_object_object_get_ex(doc, "manifests", NULL);

	if ((said && said->kind == KIND_SCHEMA1) || (own && own->kind == KIND_SCHEMA1)
	    || json_int(doc, "schemaVersion", 2) == 1)
		return refuse_schema1(e);
	if (json_int(doc, "schemaVersion", 0) != 2)
		return err_set(e, ERR_CORRUPT, "manifest: schemaVersion is not 2");
	if (layers == entries)
		return err_set(e, ERR_CORRUPT,
			       layers ? "manifest: both a manifest and an index"
				      : "manifest: neither layers nor manifests in it");
	*kind = entries ? KIND_INDEX : KIND_IMAGE;
	if ((said && said->kind != *kind) || (own && own->kind != *kind))
		return err_set(e, ERR_CORRUPT,
			       "manifest: media type \"%.80s\" does not fit what is in it",
			       own ? own->type : said->type);
	if (!own && json_str(doc, "mediaType") && !said)
		return err_set(e, ERR_CORRUPT, "manifest: unknown media type \"%.80s\"",
			       json_str(doc, "mediaType"));
	*docker = own ? own->docker : said && said->docker;
	return 0;
}

static int parse_descriptor(json *o, const char *what, struct descriptor *out, struct err *e)
{
	const char *digest;
	int64_t size = json_int(o, "size", -1);
	if (json_need_str(o, "digest", &digest, e) < 0 || digest_parse(digest, &out->digest, e) < 0)
		return err_wrap(e, "%s", what);
	if (size < 0)
		return err_set(e, ERR_CORRUPT, "%s: size is missing or not a number", what);
	out->size = (uint64_t)size;
	if (json_str(o, "mediaType"))
		out->media_type = xstrdup(json_str(o, "mediaType"));
	return 0;
}

static int check_config(const struct descriptor *d, struct err *e)
{
	if (d->media_type && !str_eq(d->media_type, MEDIA_OCI_CONFIG)
	    && !str_eq(d->media_type, MEDIA_DOCKER_CONFIG)) {
		auto_free char *type = str_printable(d->media_type);
		err_set(e, ERR_CORRUPT,
			"this is not a container image but an artifact of type \"%.80s\"", type);
		return err_hint(e, "Only container images can be pulled and run.");
	}
	if (d->size > MANIFEST_CONFIG_MAX)
		return err_set(e, ERR_CORRUPT, "manifest: the configuration is larger than 16 MB");
	return 0;
}

/* Layers are tars, plain or compressed; which of it the bytes themselves tell. */
static int check_layer(const struct descriptor *d, struct err *e)
{
	const char *t = d->media_type;
	if (!t)
		return 0;
	if (strstr(t, "nondistributable") || strstr(t, ".foreign.")) {
		err_set(e, ERR_CORRUPT,
			"manifest: layer %.12s may not be distributed and is kept elsewhere",
			d->digest.hex);
		return err_hint(e, "Such images (of Windows) cannot be used here.");
	}
	if (strstr(t, "+encrypted")) {
		err_set(e, ERR_CORRUPT, "manifest: layer %.12s is encrypted", d->digest.hex);
		return err_hint(e, "Decrypt the image first: skopeo copy --decryption-key KEY ...");
	}
	if (!strstr(t, ".tar")) {
		auto_free char *type = str_printable(t);
		return err_set(e, ERR_CORRUPT,
			       "manifest: layer %.12s is not a tar but of type \"%.80s\"",
			       d->digest.hex, type);
	}
	return 0;
}

static int parse_image(json *doc, struct manifest *m, struct err *e)
{
	json *config = json_obj(doc, "config"), *layers = json_arr(doc, "layers");
	size_t n = layers ? json_object_array_length(layers) : 0;
	if (!config || !layers)
		return err_set(e, ERR_CORRUPT,
			       "manifest: config or layers is missing or of another type");
	if (n > MANIFEST_LAYERS)
		return err_set(e, ERR_CORRUPT, "manifest: %zu layers, more than %d", n,
			       MANIFEST_LAYERS);
	if (parse_descriptor(config, "manifest: config", &m->config, e) < 0
	    || check_config(&m->config, e) < 0)
		return -1;
	m->layers = xcalloc(n + 1, sizeof *m->layers);
	for (; m->nlayers < n; m->nlayers++) {
		struct descriptor *d = &m->layers[m->nlayers];
		if (parse_descriptor(json_object_array_get_idx(layers, m->nlayers),
				     "manifest: layer", d, e)
			    < 0
		    || check_layer(d, e) < 0) {
			m->nlayers++;
			return -1;
		}
	}
	return 0;
}

/* A part that is not there, too long or odd stays "": it then matches nothing, which is no error of
 * the entries beside it. */
static void read_part(json *o, const char *key, char out[static PLATFORM_PART])
{
	struct err e;
	const char *s = json_str(o, key);
	if (s && platform_part(out, s, key, &e) < 0)
		*out = 0;
}

static void read_platform(json *o, struct platform *out)
{
	struct err e;
	read_part(o, "os", out->os);
	read_part(o, "variant", out->variant);
	if (json_str(o, "architecture")
	    && platform_set_arch(out, json_str(o, "architecture"), &e) < 0)
		*out->arch = 0;
}

static int parse_index(json *doc, struct manifest *m, struct err *e)
{
	json *entries = json_arr(doc, "manifests");
	size_t n = entries ? json_object_array_length(entries) : 0;
	if (!entries)
		return err_set(e, ERR_CORRUPT, "manifest: manifests is not a list");
	if (n > MANIFEST_ENTRIES)
		return err_set(e, ERR_CORRUPT, "manifest: %zu entries, more than %d", n,
			       MANIFEST_ENTRIES);
	m->entries = xcalloc(n + 1, sizeof *m->entries);
	for (size_t i = 0; i < n; i++) {
		struct manifest_entry *entry = &m->entries[m->nentries++];
		json *o = json_object_array_get_idx(entries, i);
		if (parse_descriptor(o, "manifest: entry", &entry->desc, e) < 0)
			return -1;
		read_platform(json_obj(o, "platform"), &entry->platform);
		const char *name = json_str(json_obj(o, "annotations"),
					    "org.opencontainers.image.ref.name");
		if (name)
			entry->ref_name = xstrdup(name);
	}
	return 0;
}

int manifest_parse(const char *text, size_t len, const char *type, struct manifest *out,
		   struct err *e)
{
	auto_json json *doc = NULL;
	enum kind kind = KIND_UNKNOWN;
	*out = (struct manifest){ 0 };
	if (len > MANIFEST_MAX)
		return err_set(e, ERR_CORRUPT, "manifest: larger than 4 MB");
	if (!len)
		return err_set(e, ERR_CORRUPT, "manifest: empty");
	if (json_parse(text, len, "manifest", &doc, e) < 0)
		return -1;
	if (!json_object_is_type(doc, json_type_object))
		return err_set(e, ERR_CORRUPT, "manifest: not a JSON object");
	if (settle_kind(doc, type, &kind, &out->docker, e) < 0)
		return -1;
	out->index = kind == KIND_INDEX;
	if ((out->index ? parse_index(doc, out, e) : parse_image(doc, out, e)) == 0)
		return 0;
	manifest_free(out);
	return -1;
}

void manifest_free(struct manifest *m)
{
	for (size_t i = 0; i < m->nlayers; i++)
		free(m->layers[i].media_type);
	for (size_t i = 0; i < m->nentries; i++) {
		free(m->entries[i].desc.media_type);
		free(m->entries[i].ref_name);
	}
	free(m->config.media_type);
	free(m->layers);
	free(m->entries);
	*m = (struct manifest){ 0 };
}

/* The platforms of an index, for people; those of attestations ("unknown/unknown") are none. */
static char *list_platforms(const struct manifest *m)
{
	char text[PLATFORM_TEXT];
	auto_strv struct strv all = { 0 };
	for (size_t i = 0; i < m->nentries && all.n < 12; i++) {
		const struct platform *p = &m->entries[i].platform;
		if (*p->os && *p->arch && !str_eq(p->os, "unknown")
		    && !strv_has(&all, platform_text(p, text)))
			strv_add(&all, platform_text(p, text));
	}
	return all.n ? strv_join(&all, ", ") : xstrdup("none");
}

int manifest_choose(const struct manifest *m, const struct platform *want,
		    const struct manifest_entry **out, struct err *e)
{
	int best = 0;
	*out = NULL;
	for (size_t i = 0; i < m->nentries; i++) {
		int match = platform_match(want, &m->entries[i].platform);
		if (match > best) { /* the first of equals, as the specification asks */
			best = match;
			*out = &m->entries[i];
		}
	}
	/* an index of one image that does not say for what it is */
	if (!*out && m->nentries == 1 && !*m->entries[0].platform.os)
		*out = &m->entries[0];
	if (*out)
		return 0;
	char text[PLATFORM_TEXT];
	auto_free char *all = list_platforms(m);
	err_set(e, ERR_NOTFOUND, "no image for %s in the list of images",
		platform_text(want, text));
	return err_hint(e, "Choose another with --platform; there is: %s.", all);
}

int manifest_choose_named(const struct manifest *m, const char *ref,
			  const struct manifest_entry **out, struct err *e)
{
	*out = NULL;
	if (!*ref && m->nentries == 1) {
		*out = &m->entries[0];
		return 0;
	}
	for (size_t i = 0; *ref && i < m->nentries; i++) {
		const char *name = m->entries[i].ref_name;
		const char *tag = name ? strrchr(name, ':') : NULL;
		if (name && (str_eq(name, ref) || (tag && str_eq(tag + 1, ref)))) {
			*out = &m->entries[i];
			return 0;
		}
	}
	if (!*ref)
		err_set(e, ERR_NOTFOUND,
			m->nentries ? "more than one image and none named" : "no image in it");
	else
		err_set(e, ERR_NOTFOUND, "no image named \"%.100s\" in it", ref);
	if (!m->nentries)
		return -1;
	auto_strv struct strv names = { 0 };
	for (size_t i = 0; i < m->nentries && names.n < 8; i++) {
		if (m->entries[i].ref_name)
			strv_take(&names, str_printable(m->entries[i].ref_name));
	}
	auto_free char *all = strv_join(&names, ", ");
	return err_hint(e, "Name one behind the path, as PATH:NAME; there is: %s.",
			names.n ? all : "none with a name");
}

uint64_t manifest_size(const struct manifest *m)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < m->nlayers; i++) {
		if (__builtin_add_overflow(sum, m->layers[i].size, &sum))
			return UINT64_MAX;
	}
	return sum;
}
