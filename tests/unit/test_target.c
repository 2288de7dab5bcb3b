/* test_target.c - the place of a mount is found inside the root, whatever links the image has put in its way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "runtime/child.h"
#include "scratch.h"
#include "util/fd.h"
#include "util/path.h"

/* *STATE is a directory with "root" in it, and beside that "outside", which nothing may touch. */
static int root_of(const char *dir)
{
	struct err e = { 0 };
	auto_free char *path = str_printf("%s/root", dir);
	int fd = dir_make(path, &e);
	assert_true(fd >= 0);
	return fd;
}

static int set_up(void **state)
{
	if (scratch_setup(state) < 0)
		return -1;
	auto_fd int root = root_of(*state);
	return mkdirat(root, "proc", 0755) | mkdirat(root, "dev", 0755)
	       | mkdirat(root, "inside", 0755) | mkdirat(root, "../outside", 0755);
}

/* What target_open finds is ROOT/WANTED. */
static void lands(int root, const char *path, bool directory, const char *wanted)
{
	struct err e = { 0 };
	struct stat found, there;
	auto_fd int fd = target_open(root, path, directory, &e);
	if (fd < 0)
		fail_msg("%s: %s", path, e.msg);
	assert_int_equal(fstat(fd, &found), 0);
	assert_int_equal(fstatat(root, wanted, &there, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(found.st_ino == there.st_ino && found.st_dev == there.st_dev);
	assert_int_equal(S_ISDIR(found.st_mode), directory);
}

static void refused(int root, const char *path, bool directory, const char *part)
{
	struct err e = { 0 };
	assert_int_equal(target_open(root, path, directory, &e), -1);
	assert_non_null(strstr(e.msg, part));
}

static void link_to(int root, const char *name, const char *text)
{
	assert_int_equal(symlinkat(text, root, name), 0);
}

static void what_is_missing_is_made(void **state)
{
	auto_fd int root = root_of(*state);
	lands(root, "/inside", true, "inside");
	lands(root, "/a/b/c", true, "a/b/c");
	lands(root, "/a/file", false, "a/file");
	lands(root, "//a/./b/../x", true, "a/x");
	refused(root, "/a/file", true, "not a directory");
	refused(root, "/a/b", false, "a directory");
	refused(root, "/a/file/below", true, "");
}

static void links_stay_inside(void **state)
{
	auto_fd int root = root_of(*state);
	link_to(root, "absolute", "/inside");
	link_to(root, "up", "../../../../inside");
	link_to(root, "beside", "../outside");
	link_to(root, "dangling", "/made/by/us");
	link_to(root, "loop", "loop");
	lands(root, "/absolute", true, "inside");
	lands(root, "/up/deep", true, "inside/deep");
	lands(root, "/beside/x", true, "outside/x");
	lands(root, "/dangling", true, "made/by/us");
	refused(root, "/loop", true, "symbolic links");
	assert_int_equal(faccessat(root, "../outside/x", F_OK, 0), -1);
}

static void links_lead_not_into_the_kernels_places(void **state)
{
	auto_fd int root = root_of(*state);
	link_to(root, "p", "/proc");
	link_to(root, "q", "proc/../proc/sys");
	link_to(root, "d", "../dev/null");
	link_to(root, "process", "/proc-no");
	refused(root, "/p", true, "leads into");
	refused(root, "/p/sys", true, "leads into");
	refused(root, "/q", true, "leads into");
	refused(root, "/d", false, "leads into");
	lands(root, "/process", true, "proc-no");
	/* by its own name it may be mounted on */
	lands(root, "/proc/x", true, "proc/x");
	lands(root, "/dev/y", false, "dev/y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_missing_is_made, set_up, scratch_teardown),
		cmocka_unit_test_setup_teardown(links_stay_inside, set_up, scratch_teardown),
		cmocka_unit_test_setup_teardown(links_lead_not_into_the_kernels_places, set_up,
						scratch_teardown),
	};
	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
