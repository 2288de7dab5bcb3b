/* config.c - see config.h. Only finds and reads the files; what they mean is model/config.c's. */
#include "engine/config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "util/alloc.h"
#include "util/fd.h"

#define FILE_MAX (1 << 20)

struct reading {
	struct config *c;
	struct config_owner owner;
	struct err *e;
};
typedef int (*add_fn)(const struct reading *r, const char *text, size_t len, const char *path);

static int add_containers(const struct reading *r, const char *text, size_t len, const char *path)
{
	return config_add_containers(r->c, text, len, path, r->e);
}

static int add_storage(const struct reading *r, const char *text, size_t len, const char *path)
{
	return config_add_storage(r->c, text, len, path, &r->owner, r->e);
}

/* 1 when PATH was there. Links are followed: people keep such files elsewhere. */
static int read_one(const struct reading *r, const char *path, bool must_exist, add_fn add)
{
	auto_free char *text = NULL;
	size_t len;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR) && !must_exist)
		return 0;
	if (fd < 0)
		return err_sys(r->e, "%s", path);
	if (fd_read_text(fd, path, FILE_MAX, &text, &len, r->e) < 0 || add(r, text, len, path) < 0)
		return -1;
	return 1;
}

static int is_conf(const struct dirent *d)
{
	return d->d_name[0] != '.' && str_ends(d->d_name, ".conf");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_dir(const struct reading *r, const char *dir, add_fn add)
{
	struct dirent **list;
	int result = 0, n = scandir(dir, &list, is_conf, by_name);
	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(r->e, "%s", dir);
	for (int i = 0; i < n; i++) {
		auto_free char *path = str_printf("%s/%s", dir, list[i]->d_name);
		if (result == 0 && read_one(r, path, false, add) < 0)
			result = -1;
		free(list[i]);
	}
	free(list);
	return result;
}

/* DIR/containers.conf and DIR/containers.conf.d. */
static int read_containers_in(const struct reading *r, const char *dir)
{
	auto_free char *file = str_printf("%s/containers.conf", dir);
	auto_free char *more = str_printf("%s.d", file);
	return read_one(r, file, false, add_containers) < 0 ? -1
							    : read_dir(r, more, add_containers);
}

static int read_containers(const struct reading *r, const char *user_dir)
{
	const char *only = getenv("CONTAINERS_CONF"), *last = getenv("CONTAINERS_CONF_OVERRIDE");
	if (!str_empty(only)) {
		if (read_one(r, only, true, add_containers) < 0)
			return -1;
	} else if (read_containers_in(r, "/usr/share/containers") < 0
		   || read_containers_in(r, "/etc/containers") < 0
		   || (user_dir && read_containers_in(r, user_dir) < 0)) {
		return -1;
	}
	return str_empty(last) || read_one(r, last, true, add_containers) > 0 ? 0 : -1;
}

static int read_storage(struct reading *r, const char *user_dir)
{
	const char *only = getenv("CONTAINERS_STORAGE_CONF");
	if (!str_empty(only))
		return read_one(r, only, true, add_storage) < 0 ? -1 : 0;
	if (user_dir) {
		auto_free char *path = str_printf("%s/storage.conf", user_dir);
		int there = read_one(r, path, false, add_storage);
		if (there)
			return there < 0 ? -1 : 0;
	}
	r->owner.system = true;
	int there = read_one(r, "/etc/containers/storage.conf", false, add_storage);
	if (there == 0)
		there = read_one(r, "/usr/share/containers/storage.conf", false, add_storage);
	return there < 0 ? -1 : 0;
}

int config_read(struct config *out, struct err *e)
{
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME"),
		   *driver = getenv("STORAGE_DRIVER");
	struct reading r = {
		.c = out,
		.e = e,
		.owner = { .uid = geteuid(), .home = home, .user = getenv("USER") },
	};
	auto_free char *user_dir = NULL;
	if (!str_empty(xdg))
		user_dir = str_printf("%s/containers", xdg);
	else if (!str_empty(home))
		user_dir = str_printf("%s/.config/containers", home);
	if (r.owner.uid == 0)
		free_ptr(&user_dir); /* root's configuration is the system's */

	*out = (struct config){ 0 };
	if (read_containers(&r, user_dir) < 0 || read_storage(&r, user_dir) < 0) {
		config_free(out);
		return err_wrap(e, "cannot read the configuration");
	}
	if (!str_empty(driver)) {
		free(out->storage_driver);
		out->storage_driver = xstrdup(driver);
	}
	return 0;
}
