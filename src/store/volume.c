/* volume.c - see volume.h. */
#include "store/volume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"

/* What we cannot look into has been given to a user of a container's: it was filled. */
static bool is_empty(int volume)
{
	int fd = openat(volume, "_data", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	bool empty = true;
	if (!d) {
		fd_close(&fd);
		return false;
	}
	for (struct dirent *ent; empty && (ent = readdir(d));)
		empty = str_eq(ent->d_name, ".") || str_eq(ent->d_name, "..");
	closedir(d);
	return empty;
}

int store_volume_open(struct store *s, const char *name, bool anonymous, char **path, bool *empty,
		      struct err *e)
{
	auto_fd int volumes = dir_make_at(store_fd(s), "volumes", e);
	auto_fd int volume = volumes < 0 ? -1 : dir_make_at(volumes, name, e);
	if (volume < 0)
		return err_wrap(e, "volume %s", name);
	if (anonymous && mknodat(volume, "anonymous", S_IFREG | 0600, 0) < 0)
		*empty = false; /* made before */
	if (mkdirat(volume, "_data", 0755) < 0 && errno != EEXIST)
		return err_sys(e, "volume %s: make _data", name);
	*empty = is_empty(volume);
	*path = str_printf("%s/volumes/%s/_data", store_root(s), name);
	return 0;
}

int store_volume_remove(struct store *s, const char *name, struct err *e)
{
	auto_fd int volumes = dir_make_at(store_fd(s), "volumes", e);
	if (volumes < 0)
		return -1;
	return tree_remove_at(volumes, name) < 0 ? err_sys(e, "remove volume %s", name) : 0;
}
