/* blob.c - small documents by digest. They never change: one that is there with the right size is
 * left alone, anything else in its place (a disk that lost it) is replaced. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "model/image.h"
#include "store/internal.h"

#define BLOBS "blobs/sha256"

static void blob_path(const struct digest *d, char out[static 128])
{
	snprintf(out, 128, BLOBS "/%s", d->hex);
}

int store_blob_put(struct store *s, const struct digest *d, const void *data, size_t n,
		   struct err *e)
{
	char path[128];
	struct stat st;
	if (n > IMAGE_TEXT_MAX)
		return err_set(e, ERR_CORRUPT, "document %.12s is larger than %u MB", d->hex,
			       IMAGE_TEXT_MAX >> 20);
	if (store_hold(s, e) < 0)
		return -1;
	blob_path(d, path);
	if (fstatat(s->root, path, &st, 0) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == n)
		return 0;
	if (store_file_replace(s, BLOBS, d->hex, data, n, e) < 0)
		return store_fail(s, e);
	return 0;
}

int store_blob_get(struct store *s, const struct digest *d, char **out, size_t *len, struct err *e)
{
	char path[128];
	blob_path(d, path);
	if (file_read_at(s->root, path, IMAGE_TEXT_MAX, out, len, e) < 0)
		return store_fail(s, e);
	return 0;
}
