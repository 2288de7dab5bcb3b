/* import.c - see import.h. */
#include "engine/import.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "archive/hash.h"
#include "engine/feed.h"
#include "engine/images.h"
#include "engine/ingest.h"
#include "engine/progress.h"
#include "model/image.h"
#include "model/ref.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/time.h"

#define DEFAULT_MESSAGE "imported from tarball"

static struct platform wanted(const struct platform *asked)
{
	struct platform p = *asked, host = platform_host();
	if (!*p.os)
		memcpy(p.os, host.os, sizeof p.os);
	if (!*p.arch) {
		memcpy(p.arch, host.arch, sizeof p.arch);
		if (!*p.variant)
			memcpy(p.variant, host.variant, sizeof p.variant);
	}
	return p;
}

static json *history(const struct import_request *rq, const struct digest *layer, const char *now)
{
	json *list = json_object_new_array(), *one = json_object_new_object();
	auto_free char *by = str_printf("/bin/sh -c #(nop) ADD file:%s in / ", layer->hex);
	json_put_str(one, "created", now);
	json_put_str(one, "created_by", by);
	json_put_str(one, "comment", rq->message ? rq->message : DEFAULT_MESSAGE);
	json_object_array_add(list, one);
	return list;
}

static json *rootfs(const struct digest *layer)
{
	char text[DIGEST_TEXT];
	json *o = json_object_new_object(), *ids = json_object_new_array();
	json_object_array_add(ids, json_object_new_string(digest_text(layer, text)));
	json_put_str(o, "type", "layers");
	json_put(o, "diff_ids", ids);
	return o;
}

static char *document(const struct import_request *rq, const struct image_config *config,
		      const struct digest *layer)
{
	const struct platform p = wanted(&rq->platform);
	struct timespec t;
	char now[TIME_TEXT];
	auto_json json *doc = json_object_new_object();
	clock_gettime(CLOCK_REALTIME, &t);
	time_rfc3339_nano((int64_t)t.tv_sec * 1000000000 + t.tv_nsec, now);
	json_put_str(doc, "created", now);
	json_put_str(doc, "architecture", p.arch);
	json_put_str(doc, "variant", *p.variant ? p.variant : NULL);
	json_put_str(doc, "os", p.os);
	json_put_str(doc, "comment", rq->message ? rq->message : DEFAULT_MESSAGE);
	json_put(doc, "config", image_config_json(config));
	json_put(doc, "rootfs", rootfs(layer));
	json_put(doc, "history", history(rq, layer, now));
	return json_text(doc, false);
}

static int keep(struct store *s, const char *text, const char *name, struct digest *id,
		struct err *e)
{
	auto_image struct image img = { 0 };
	*id = hash_of(text, strlen(text));
	if (image_parse(text, strlen(text), id, &img, e) < 0
	    || store_blob_put(s, id, text, strlen(text), e) < 0)
		return -1;
	return store_image_add(s, &img, name, e);
}

static int open_input(const char *path, struct err *e)
{
	int fd = str_eq(path, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				   : open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open %s", path) : fd;
}

static int unpack(struct store *s, const struct idmap *map, const struct import_request *rq,
		  struct digest *layer, struct err *e)
{
	auto_progress struct progress *bars = progress_new(rq->quiet);
	auto_fd int in = open_input(rq->path, e);
	struct feed feed = { .fd = in, .whole = true, .label = "Importing" };
	struct layer_info losses = { 0 };
	if (in < 0 || feed_all(s, map, &feed, 1, bars, &losses, e) < 0)
		return -1;
	*layer = feed.diff_id;
	progress_free(&bars);
	feed_tell_losses(&losses, map);
	return 0;
}

static int make_name(const char *text, char **out, struct err *e)
{
	auto_ref struct ref r = { 0 };
	*out = NULL;
	if (!text)
		return 0;
	if (ref_parse(text, &r, e) < 0)
		return -1;
	if (!digest_none(&r.digest))
		return err_set(e, ERR_USAGE, "%s: a name given to an image has no digest", text);
	ref_make_local(&r);
	*out = ref_text(&r);
	return 0;
}

static int change(struct image_config *config, const struct strv *changes, struct err *e)
{
	for (size_t i = 0; i < changes->n; i++)
		if (image_config_change(config, changes->list[i], e) < 0)
			return -1;
	return 0;
}

static int import(struct store *s, const struct idmap *map, const struct import_request *rq,
		  const struct image_config *config, struct digest *id, struct err *e)
{
	auto_free char *name = NULL;
	struct digest layer;
	if (make_name(rq->name, &name, e) < 0)
		return -1;
	engine_sweep_stages(s, map);
	if (unpack(s, map, rq, &layer, e) < 0)
		return err_wrap(e, "cannot import %s",
				str_eq(rq->path, "-") ? "standard input" : rq->path);
	auto_free char *text = document(rq, config, &layer);
	return keep(s, text, name, id, e);
}

int engine_import(struct store *s, const struct idmap *map, const struct import_request *rq,
		  struct digest *id, struct err *e)
{
	struct image_config config = { 0 };
	int rc = change(&config, rq->changes, e);
	if (rc == 0)
		rc = import(s, map, rq, &config, id, e);
	image_config_free(&config);
	return rc;
}
