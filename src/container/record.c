/* record.c - record.json: the only bridge from create to start, so that run, start and a restart after
 * reboot are one path. */
#include "container/internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_RECORD (4U << 20)

static json *document(const struct record *r)
{
	char text[DIGEST_TEXT];
	json *j = json_object_new_object();
	json *layers = json_object_new_array();
	json_put(j, "options", create_opts_json(&r->opts));
	json_put_str(j, "image", digest_text(&r->image, text));
	json_put_str(j, "imageName", r->image_name);
	for (size_t i = 0; i < r->nlayers; i++)
		json_object_array_add(layers,
				      json_object_new_string(digest_text(&r->layers[i], text)));
	json_put(j, "layers", layers);
	json_put_int(j, "created", r->created);
	json_put_str(j, "stopSignal", r->stop_signal);
	return j;
}

json *record_json(const struct container *c)
{
	json *j = document(&c->record);
	json_put_str(j, "name", c->name);
	return j;
}

static char *copy_str(json *j, const char *key)
{
	const char *s = json_str(j, key);
	return s ? xstrdup(s) : NULL;
}

static int read_document(json *j, struct record *r, struct err *e)
{
	auto_strv struct strv layers = { 0 };
	const char *image;
	*r = (struct record){ 0 };
	if (json_need_str(j, "image", &image, e) < 0 || digest_parse(image, &r->image, e) < 0
	    || json_strv(j, "layers", &layers, e) < 0
	    || create_opts_load(json_obj(j, "options"), &r->opts, e) < 0)
		return -1;
	r->image_name = copy_str(j, "imageName");
	r->stop_signal = copy_str(j, "stopSignal");
	r->created = json_int(j, "created", 0);
	r->layers = xcalloc(layers.n, sizeof *r->layers);
	for (size_t i = 0; i < layers.n; i++)
		if (digest_parse(layers.list[i], &r->layers[r->nlayers++], e) < 0)
			return -1;
	return 0;
}

int record_copy(struct record *to, const struct record *from, struct err *e)
{
	auto_json json *j = document(from);
	return read_document(j, to, e);
}

int record_load(struct container *c, struct err *e)
{
	auto_json json *j = NULL;
	if (json_load_at(c->dir, RECORD, MAX_RECORD, &j, e) < 0)
		return -1;
	c->name = copy_str(j, "name");
	if (!c->name)
		return err_set(e, ERR_CORRUPT, "record without a name");
	return read_document(j, &c->record, e);
}

void record_free(struct record *r)
{
	create_opts_free(&r->opts);
	free(r->image_name);
	free(r->layers);
	free(r->stop_signal);
	*r = (struct record){ 0 };
}
