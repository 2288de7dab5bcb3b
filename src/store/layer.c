/* layer.c - layers that are in their place: whole by construction, because a stage becomes a
 * layer by one rename (stage.c). Nothing here writes into one. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/internal.h"
#include "util/log.h"

#define INFO_MAX 65536

bool store_layer_exists(struct store *s, const struct digest *diff_id)
{
	char path[128];
	struct stat st;
	struct err ignored;
	snprintf(path, sizeof path, "layers/%s/tree", diff_id->hex);
	/* without the lock (a read-only disk) nobody collects either */
	if (store_hold(s, &ignored) < 0)
		log_debug("%s", ignored.msg);
	return fstatat(s->root, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int missing(struct store *s, const struct digest *diff_id, struct err *e)
{
	if (e->kind == ERR_NOTFOUND) {
		err_set(e, ERR_CORRUPT, "layer %.12s is missing", diff_id->hex);
		err_hint(e, "Pull or load the image again.");
	}
	return store_fail(s, e);
}

int store_layer_info(struct store *s, const struct digest *diff_id, struct layer_info *out,
		     struct err *e)
{
	char path[128];
	auto_json json *j = NULL;
	snprintf(path, sizeof path, "layers/%s/info.json", diff_id->hex);
	if (json_load_at(s->root, path, INFO_MAX, &j, e) < 0)
		return missing(s, diff_id, e);
	*out = (struct layer_info){
		.size = (uint64_t)json_int(j, "size", 0),
		.disk = (uint64_t)json_int(j, "disk", 0),
		.files = (uint64_t)json_int(j, "files", 0),
		.skipped_devices = (uint64_t)json_int(j, "skippedDevices", 0),
		.flattened = (uint64_t)json_int(j, "flattened", 0),
		.dropped_xattrs = (uint64_t)json_int(j, "droppedXattrs", 0),
	};
	return 0;
}

int store_layer_tree(struct store *s, const struct digest *diff_id, struct err *e)
{
	char path[128];
	snprintf(path, sizeof path, "layers/%s/tree", diff_id->hex);
	int fd = openat(s->root, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	err_sys(e, "open the layer");
	return missing(s, diff_id, e);
}
