/* volume.c - see volume.h. */
#include "store/volume.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"

static bool is_empty(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	bool empty = true;
	if (!d) {
		fd_close(&copy);
		return false; /* not ours to fill */
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
	auto_fd int data = dir_make_at(volume, "_data", e);
	if (data < 0)
		return err_wrap(e, "volume %s", name);
	*empty = is_empty(data);
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
