/* images.c - the images that are known: one small text file each, and the names that point at them.
 *
 * An image file is written when all that it speaks of is in place, its name after it; both go in
 * the other order. So a reader, who takes no lock, may see a name whose image has just gone, which
 * means that there is no such image, and never an image that is not whole. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "model/ref.h"
#include "store/internal.h"
#include "util/path.h"

#define FILE_MAX 65536
#define HEAD_MAX 512 /* the lines before the first layer fit in it */

/* ---- one file of images/ */

static char *print_file(const struct image *img, uint64_t size)
{
	struct buf b = { 0 };
	buf_printf(&b, "manifest %s\ncreated %" PRId64 "\nsize %" PRIu64 "\n",
		   digest_none(&img->manifest) ? "-" : img->manifest.hex, image_created(img), size);
	for (size_t i = 0; i < img->nlayers; i++)
		buf_printf(&b, "layer %s\n", img->layers[i].hex);
	return buf_take(&b);
}

/* "KEY VALUE\n" at *P: the value, ended by a NUL in place, or NULL. */
static char *take_line(char **p, const char *key)
{
	size_t n = strlen(key);
	char *end = strchr(*p, '\n');
	if (!end || strncmp(*p, key, n) != 0 || (*p)[n] != ' ')
		return NULL;
	char *value = *p + n + 1;
	*end = '\0';
	*p = end + 1;
	return value;
}

static int parse_head(char **p, struct image_file *out)
{
	char *manifest = take_line(p, "manifest");
	if (!manifest || (!str_eq(manifest, "-") && !digest_is_hex(manifest)))
		return -1;
	if (digest_is_hex(manifest))
		memcpy(out->manifest.hex, manifest, sizeof out->manifest.hex);
	char *created = take_line(p, "created");
	if (!created || str_to_i64(created, &out->created) < 0)
		return -1;
	char *size = take_line(p, "size");
	return size ? str_to_u64(size, &out->size) : -1;
}

static int parse_layers(char *p, struct digest **layers, size_t *nlayers)
{
	size_t cap = 0;
	char *hex;
	while ((hex = take_line(&p, "layer"))) {
		if (!digest_is_hex(hex))
			return -1;
		xgrow(layers, &cap, *nlayers + 1, sizeof **layers);
		memcpy((*layers)[(*nlayers)++].hex, hex, DIGEST_HEX + 1);
	}
	return *p ? -1 : 0;
}

static int file_damaged(const char *hex, struct err *e)
{
	err_set(e, ERR_CORRUPT, "image %.12s is damaged", hex);
	return err_hint(e, "Remove it (cuddy rmi %.12s) and pull it again.", hex);
}

static int open_file(const struct store *s, const char *hex, struct err *e)
{
	char path[128];
	snprintf(path, sizeof path, "images/%s", hex);
	int fd = openat(s->root, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? err_sys(e, "open image %.12s", hex) : fd;
}

int image_file_load(const struct store *s, const char *hex, struct image_file *out,
		    struct digest **layers, size_t *nlayers, struct err *e)
{
	char head[HEAD_MAX + 1];
	auto_free char *whole = NULL;
	*out = (struct image_file){ 0 };
	memcpy(out->id.hex, hex, DIGEST_HEX);
	auto_fd int fd = open_file(s, hex, e);
	if (fd < 0)
		return -1;
	char *p = head;
	if (layers) {
		if (fd_read_text(fd, "image file", FILE_MAX, &whole, NULL, e) < 0)
			return -1;
		p = whole;
		*layers = NULL;
		*nlayers = 0;
	} else {
		ssize_t n = fd_read_full(fd, head, HEAD_MAX);
		if (n < 0)
			return err_sys(e, "read image %.12s", hex);
		head[n] = '\0';
	}
	if (parse_head(&p, out) < 0)
		return file_damaged(hex, e);
	if (layers && parse_layers(p, layers, nlayers) < 0) {
		free_ptr(layers);
		return file_damaged(hex, e);
	}
	return 0;
}

/* ---- changing */

static char *full_name(const char *name, struct err *e)
{
	auto_ref struct ref r;
	if (ref_parse(name, &r, e) < 0)
		return NULL;
	ref_make_local(&r);
	return ref_text(&r);
}

static int check_whole(struct store *s, const struct image *img, uint64_t *size, struct err *e)
{
	char path[128];
	*size = 0;
	snprintf(path, sizeof path, "blobs/sha256/%s", img->id.hex);
	if (faccessat(s->root, path, F_OK, 0) < 0)
		return err_sys(e, "configuration of image %.12s", img->id.hex);
	for (size_t i = 0; i < img->nlayers; i++) {
		struct layer_info info;
		if (store_layer_info(s, &img->layers[i], &info, e) < 0)
			return -1;
		*size += info.size;
	}
	return 0;
}

static int add(struct store *s, const struct image *img, const char *name, struct err *e)
{
	uint64_t size;
	if (check_whole(s, img, &size, e) < 0)
		return -1;
	auto_free char *text = print_file(img, size);
	auto_fd int lock = names_lock(s, e);
	if (lock < 0 || store_file_replace(s, "images", img->id.hex, text, strlen(text), e) < 0)
		return -1;
	return name ? names_update(s, name, &img->id, NULL, NULL, e) : 0;
}

int store_image_add(struct store *s, const struct image *img, const char *name, struct err *e)
{
	auto_free char *full = NULL;
	if (name && !(full = full_name(name, e)))
		return -1;
	if (store_hold(s, e) < 0)
		return -1;
	return add(s, img, full, e) < 0 ? store_fail(s, e) : 0;
}

int store_tag(struct store *s, const struct digest *id, const char *name, struct err *e)
{
	struct image_file file;
	auto_free char *full = full_name(name, e);
	if (!full)
		return -1;
	auto_fd int lock = names_lock(s, e);
	if (lock < 0 || image_file_load(s, id->hex, &file, NULL, NULL, e) < 0
	    || names_update(s, full, id, NULL, NULL, e) < 0)
		return store_fail(s, e);
	return 0;
}

int store_untag(struct store *s, const char *name, struct err *e)
{
	bool changed;
	auto_free char *full = full_name(name, e);
	if (!full)
		return -1;
	auto_fd int lock = names_lock(s, e);
	if (lock < 0 || names_update(s, full, NULL, NULL, &changed, e) < 0)
		return store_fail(s, e);
	return changed ? 0 : err_set(e, ERR_NOTFOUND, "%s: no image has this name", full);
}

static int forget(struct store *s, const struct digest *id, struct err *e)
{
	char path[128];
	auto_fd int lock = names_lock(s, e);
	snprintf(path, sizeof path, "images/%s", id->hex);
	if (lock < 0 || names_update(s, NULL, NULL, id, NULL, e) < 0)
		return -1;
	return unlinkat(s->root, path, 0) < 0 ? err_sys(e, "remove image %.12s", id->hex) : 0;
}

int store_image_remove(struct store *s, const struct digest *id, struct err *e)
{
	return forget(s, id, e) < 0 ? store_fail(s, e) : 0;
}

/* ---- listing */

static int by_id(const void *a, const void *b)
{
	const struct image_row *x = a, *y = b;
	return strcmp(x->id.hex, y->id.hex);
}

static int newest_first(const void *a, const void *b)
{
	const struct image_row *x = a, *y = b;
	if (x->created != y->created)
		return x->created < y->created ? 1 : -1;
	return by_id(a, b);
}

static int add_row(struct store *s, const char *hex, struct image_rows *out, struct err *e)
{
	struct image_file file;
	if (image_file_load(s, hex, &file, NULL, NULL, e) < 0)
		return e->code == ENOENT ? 0 : -1; /* removed a moment ago */
	xgrow(&out->rows, &out->cap, out->n + 1, sizeof *out->rows);
	out->rows[out->n++] = (struct image_row){
		.id = file.id,
		.manifest = file.manifest,
		.created = file.created,
		.size = file.size,
	};
	return 0;
}

static int read_rows(struct store *s, struct image_rows *out, struct err *e)
{
	int fd = dir_open_at(s->root, "images", e);
	if (fd < 0)
		return -1;
	DIR *d = fdopendir(fd);
	struct dirent *ent;
	int rc = 0;
	if (!d) {
		err_sys(e, "read images");
		fd_close(&fd);
		return -1;
	}
	while (rc == 0 && (ent = readdir(d)))
		if (digest_is_hex(ent->d_name))
			rc = add_row(s, ent->d_name, out, e);
	closedir(d);
	return rc;
}

static void add_names(const struct names *names, struct image_rows *out)
{
	struct name_entry entry;
	for (size_t pos = 0; names_next(names, &pos, &entry);) {
		struct image_row key = { 0 };
		memcpy(key.id.hex, entry.hex, DIGEST_HEX);
		struct image_row *row = out->n ? bsearch(&key, out->rows, out->n, sizeof key, by_id)
					       : NULL;
		if (row)
			strv_take(&row->names, xstrndup(entry.name, entry.len));
	}
}

int store_images(struct store *s, struct image_rows *out, struct err *e)
{
	auto_names struct names names = { 0 };
	*out = (struct image_rows){ 0 };
	if (names_load(s, &names, e) < 0 || read_rows(s, out, e) < 0) {
		image_rows_free(out);
		return store_fail(s, e);
	}
	if (!out->n)
		return 0;
	qsort(out->rows, out->n, sizeof *out->rows, by_id);
	add_names(&names, out);
	qsort(out->rows, out->n, sizeof *out->rows, newest_first);
	return 0;
}

void image_rows_free(struct image_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		strv_free(&r->rows[i].names);
	free(r->rows);
	*r = (struct image_rows){ 0 };
}
