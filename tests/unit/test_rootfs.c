/* test_rootfs.c - the drivers, for real: each is mounted in a user namespace over layers with
 * whiteouts and opaque directories, written to, and mounted again. A driver that this machine
 * cannot run is skipped, except copy, which needs nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "scratch.h"
#include "store/rootfs.h"
#include "userns/userns.h"
#include "util/fd.h"
#include "util/path.h"
#include "util/str.h"

#define SKIPPED "not on this machine: "

struct fixture {
	char *path;
	const char *name;
	int store, dir; /* from outside the namespace, as in the tool */
	struct digest layers[2];
	unsigned nlayers;
	const char *driver;
	bool is_volatile, read_only;
	int (*inside)(struct fixture *f, int root, struct err *e);
};

static const char hex1[] = "1111111111111111111111111111111111111111111111111111111111111111";
static const char hex2[] = "2222222222222222222222222222222222222222222222222222222222222222";

static int make_layers(void *arg, struct err *e)
{
	struct fixture *f = arg;
	auto_free char *one = str_printf("%s/layers/%s/tree", f->path, hex1);
	auto_free char *two = str_printf("%s/layers/%s/tree", f->path, hex2);
	scratch_file(one, "removed", "1");
	scratch_file(one, "kept", "1");
	scratch_file(one, "changed", "1");
	scratch_file(one, "emptied/old", "1");
	scratch_file(one, "merged/one", "1");
	scratch_file(two, "changed", "2");
	scratch_file(two, "emptied/new", "2");
	scratch_file(two, "merged/two", "2");
	auto_fd int dir = open(two, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mknodat(dir, "removed", S_IFCHR, 0) < 0)
		return err_sys(e, SKIPPED "whiteouts");
	auto_fd int emptied = openat(dir, "emptied", O_RDONLY | O_CLOEXEC);
	if (fsetxattr(emptied, "user.overlay.opaque", "y", 1, 0) < 0)
		return err_sys(e, SKIPPED "attributes");
	if (fchmod(dir, 0751) < 0)
		return err_sys(e, "mode");
	return 0;
}

static int setup_at(void **state, const char *name)
{
	struct fixture *f = xcalloc(1, sizeof *f);
	struct idmap map;
	struct err e = { 0 };
	if (scratch_setup((void **)&f->path) < 0)
		return -1;
	auto_free char *dir = str_printf("%s/%s", f->path, name);
	f->name = name;
	f->dir = dir_make(dir, &e);
	f->store = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memcpy(f->layers[0].hex, hex1, sizeof hex1);
	memcpy(f->layers[1].hex, hex2, sizeof hex2);
	f->nlayers = 2;
	*state = f;
	if (f->dir < 0 || userns_idmap(NULL, &map, &e) < 0
	    || userns_run(&map, 0, make_layers, f, &e) < 0) {
		fprintf(stderr, "%s\n", e.msg);
		return -1;
	}
	return 0;
}

static int setup(void **state)
{
	return setup_at(state, "containers");
}

static int setup_odd(void **state)
{
	return setup_at(state, "con:tai\\ners, with signs");
}

static int clean(void *arg, struct err *e)
{
	struct fixture *f = arg;
	if (rootfs_remove(f->dir, e) < 0)
		return -1;
	if (unlinkat(f->store, f->name, AT_REMOVEDIR) < 0)
		return err_sys(e, "something is left");
	return tree_remove_at(f->store, "layers") < 0 ? err_sys(e, "layers") : 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct idmap map;
	struct err e = { 0 };
	int rc = userns_idmap(NULL, &map, &e) < 0 || userns_run(&map, 0, clean, f, &e) < 0 ? -1 : 0;
	if (rc < 0)
		fprintf(stderr, "%s\n", e.msg);
	close(f->dir);
	close(f->store);
	void *path = f->path;
	free(f);
	return scratch_teardown(&path) < 0 ? -1 : rc;
}

static int run_inside(void *arg, struct err *e)
{
	struct fixture *f = arg;
	struct rootfs_opts o = {
		.store_root = f->store,
		.container_dir = f->dir,
		.layers = f->layers,
		.nlayers = f->nlayers,
		.driver = f->driver,
		.is_volatile = f->is_volatile,
		.read_only = f->read_only,
	};
	auto_fd int root = rootfs_mount(&o, e);
	return root < 0 ? -1 : f->inside(f, root, e);
}

/* Mount in a namespace that ends with this; the error is the driver's or of what INSIDE found. */
static int in_container(struct fixture *f,
			int (*inside)(struct fixture *f, int root, struct err *e), struct err *e)
{
	struct idmap map;
	f->inside = inside;
	if (userns_idmap(NULL, &map, e) < 0)
		return -1;
	return userns_run(&map, CLONE_NEWNS | CLONE_NEWPID, run_inside, f, e);
}

/* ---- what is done inside; these run in the child, where cmocka cannot fail */

#define WANT(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			return err_set(e, ERR_SYSTEM, "line %d: %s (%s)", __LINE__, #cond,         \
				       strerror(errno));                                           \
	} while (0)

static bool is_there(int dir, const char *name)
{
	struct stat st;
	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool holds(int dir, const char *name, const char *want)
{
	char text[32] = "";
	auto_fd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && fd_read_full(fd, text, sizeof text - 1) >= 0 && strcmp(text, want) == 0;
}

static bool write_file(int dir, const char *name, const char *text)
{
	auto_fd int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return fd >= 0 && fd_write_all(fd, text, strlen(text)) == 0 && fsync(fd) == 0;
}

static int look(struct fixture *f, int root, struct err *e)
{
	struct stat st;
	WANT(fstat(root, &st) == 0 && (st.st_mode & 07777) == 0751);
	WANT(!is_there(root, "removed") && !is_there(root, "emptied/old"));
	WANT(holds(root, "kept", "1") && holds(root, "changed", "2")
	     && holds(root, "emptied/new", "2"));
	WANT(holds(root, "merged/one", "1") && holds(root, "merged/two", "2"));
	return 0;
}

static int change(struct fixture *f, int root, struct err *e)
{
	if (look(f, root, e) < 0)
		return -1;
	WANT(write_file(root, "kept", "mine"));
	WANT(write_file(root, "new", "mine"));
	WANT(tree_remove_at(root, "merged") == 0 && mkdirat(root, "merged", 0755) == 0);
	WANT(!is_there(root, "merged/one"));
	WANT(unlinkat(root, "changed", 0) == 0 && !is_there(root, "changed"));
	WANT(fchmodat(root, "emptied/new", 04755, 0) == 0);
	return 0;
}

static int look_again(struct fixture *f, int root, struct err *e)
{
	struct stat st;
	WANT(holds(root, "kept", "mine") && holds(root, "new", "mine"));
	WANT(is_there(root, "merged") && !is_there(root, "merged/one")
	     && !is_there(root, "changed"));
	WANT(fstatat(root, "emptied/new", &st, 0) == 0 && (st.st_mode & 07777) == 04755);
	return 0;
}

static int change_owner(struct fixture *f, int root, struct err *e)
{
	struct stat st;
	WANT(fchownat(root, "kept", 33, 34, 0) == 0);
	WANT(fstatat(root, "kept", &st, 0) == 0 && st.st_uid == 33 && st.st_gid == 34);
	return 0;
}

static int cannot_write(struct fixture *f, int root, struct err *e)
{
	if (look(f, root, e) < 0)
		return -1;
	WANT(openat(root, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0644) < 0 && errno == EROFS);
	return 0;
}

static int count_entries(struct fixture *f, int root, struct err *e)
{
	WANT(!is_there(root, "kept") && write_file(root, "new", "x"));
	return 0;
}

/* Nobody who looks at the container's mounts learns where the store is. */
static int no_host_paths(struct fixture *f, int root, struct err *e)
{
	auto_free char *text = NULL;
	if (file_read_at(AT_FDCWD, "/proc/self/mountinfo", 1 << 20, &text, NULL, e) < 0)
		return -1;
	char *line = strstr(text, "overlay overlay");
	WANT(line != NULL);
	line[strcspn(line, "\n")] = '\0';
	WANT(!strstr(line, f->path));
	return 0;
}

/* ---- the tests */

static void expect(struct fixture *f, int (*inside)(struct fixture *f, int root, struct err *e))
{
	struct err e = { 0 };
	if (in_container(f, inside, &e) < 0)
		fail_msg("%s: %s", f->driver ? f->driver : "any", e.msg);
}

static bool works_here(struct fixture *f, const char *driver)
{
	struct err e = { 0 };
	f->driver = driver;
	if (in_container(f, look, &e) == 0)
		return true;
	print_message("# %s\n", e.msg);
	return false;
}

static void whole(struct fixture *f, const char *driver)
{
	struct idmap map;
	struct err e;
	if (!works_here(f, driver))
		skip();
	expect(f, change);
	expect(f, look_again);
	if (userns_idmap(NULL, &map, &e) == 0 && !map.single)
		expect(f, change_owner);
	/* the layers are as they were */
	auto_free char *layer = str_printf("%s/layers/%s/tree", f->path, hex1);
	auto_free char *kept = scratch_read(layer, "kept");
	assert_string_equal(kept, "1");
}

static void overlay(void **state)
{
	whole(*state, "overlay");
	expect(*state, no_host_paths);
}

static void odd_names(void **state)
{
	overlay(state);
}

static void fuse(void **state)
{
	whole(*state, "fuse-overlayfs");
}

static void copy(void **state)
{
	struct fixture *f = *state;
	assert_true(works_here(f, "copy"));
	whole(f, "copy");
	f->driver = NULL; /* and stays a copy */
	expect(f, look_again);
}

static void chosen(void **state)
{
	struct fixture *f = *state;
	expect(f, change);
	expect(f, look_again);
}

/* What one overlay wrote, the other shows: a kernel may begin to refuse. */
static void overlay_then_fuse(void **state)
{
	struct fixture *f = *state;
	if (!works_here(f, "overlay"))
		skip();
	f->driver = "overlay";
	expect(f, change);
	struct err e = { 0 };
	f->driver = "copy"; /* which would lose what was written */
	assert_int_equal(in_container(f, look, &e), -1);
	assert_non_null(strstr(e.msg, "overlay driver"));
	f->driver = "fuse-overlayfs";
	err_clear(&e);
	if (in_container(f, look_again, &e) < 0 && strstr(e.hint, "--storage-driver"))
		skip();
	assert_string_equal(e.msg, "");
}

static void read_only(void **state)
{
	struct fixture *f = *state;
	f->read_only = true;
	expect(f, cannot_write);
	f->driver = "copy";
	expect(f, cannot_write);
	f->driver = "fuse-overlayfs";
	if (works_here(f, f->driver))
		expect(f, cannot_write);
	/* one layer only: mounted, and not what both are */
	f->driver = "overlay";
	f->layers[0] = f->layers[1];
	f->nlayers = 1;
	struct err e = { 0 };
	assert_int_equal(in_container(f, look, &e), -1);
	assert_non_null(strstr(e.msg, "line"));
}

static void no_layers(void **state)
{
	struct fixture *f = *state;
	f->nlayers = 0;
	expect(f, count_entries);
}

static void volatile_once(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	f->is_volatile = true;
	if (!works_here(f, "overlay"))
		skip();
	f->driver = NULL;
	assert_int_equal(in_container(f, look, &e), -1);
	assert_int_equal(e.kind, ERR_CORRUPT);
	assert_non_null(strstr(e.msg, "--rm"));
}

static void refused(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	f->driver = "zfs";
	assert_int_equal(in_container(f, look, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	f->driver = NULL;
	f->layers[0].hex[0] = '3';
	assert_int_equal(in_container(f, look, &e), -1);
	assert_non_null(strstr(e.msg, "layer 311111"));
	assert_true(e.hint[0] != '\0');
}

static int nothing(void *arg, struct err *e)
{
	(void)arg;
	(void)e;
	return 0;
}

int main(void)
{
	struct idmap map;
	struct err e = { 0 };
	/* valgrind knows no clone3, a builder's sandbox may know no user namespaces */
	if (userns_idmap(NULL, &map, &e) < 0
	    || userns_run(&map, CLONE_NEWNS | CLONE_NEWPID, nothing, NULL, &e) < 0) {
		printf("1..0 # SKIP %s\n", e.msg);
		return 0;
	}
#define FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		FIXTURE(overlay),
		cmocka_unit_test_setup_teardown(odd_names, setup_odd, teardown),
		FIXTURE(fuse),
		FIXTURE(copy),
		FIXTURE(chosen),
		FIXTURE(overlay_then_fuse),
		FIXTURE(read_only),
		FIXTURE(no_layers),
		FIXTURE(volatile_once),
		FIXTURE(refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
