/* test_path.c - paths that do not lead out, trees of any depth that go, copies that are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "scratch.h"
#include "util/copy.h"
#include "util/fd.h"
#include "util/path.h"
#include "util/str.h"

static int open_scratch(void **state)
{
	int dir = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	return dir;
}

static bool is_there(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void text(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "/a/../b//c", "/b/c" }, { "/..", "/" }, { "/", "/" },          { "//", "/" },
		{ "a/./b/", "a/b" },      { "", "" },     { "/a/b/../..", "/" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		auto_free char *got = path_clean(cases[i].in);
		assert_string_equal(got, cases[i].out);
	}
	assert_string_equal(path_base("/a/b"), "b");
	assert_string_equal(path_base("b"), "b");
	assert_string_equal(path_base("/a/"), "");
}

static void confined(void **state)
{
	auto_fd int dir = open_scratch(state);
	scratch_file(*state, "root/etc/passwd", "inside");
	assert_int_equal(symlinkat("/etc", dir, "root/link"), 0);
	assert_int_equal(symlinkat("../../../etc", dir, "root/up"), 0);
	assert_int_equal(symlinkat("/proc/self/root", dir, "root/magic"), 0);
	auto_fd int root = openat(dir, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int probe = path_open_in_root(root, "etc", O_PATH, 0);
	if (probe < 0 && errno == ENOSYS)
		skip(); /* valgrind hides openat2 */
	fd_close(&probe);
	static const char *const inside[] = { "link/passwd", "up/passwd", "../../etc/passwd",
					      "/etc/passwd" };
	for (size_t i = 0; i < 4; i++) {
		char got[16] = "";
		auto_fd int fd = path_open_in_root(root, inside[i], O_RDONLY, 0);
		assert_int_equal(fd_read_full(fd, got, sizeof got - 1), 6);
		assert_string_equal(got, "inside");
		if (i < 3)
			assert_int_equal(path_open_beneath(root, inside[i], O_RDONLY, 0), -1);
	}
	assert_int_equal(path_open_in_root(root, "magic/etc/passwd", O_RDONLY, 0), -1);
	assert_int_equal(path_open_beneath(root, "/etc/passwd", O_RDONLY, 0), -1);
	auto_fd int fd = path_open_beneath(root, "etc/passwd", O_RDONLY, 0);
	assert_true(fd >= 0);
}

static void directories(void **state)
{
	struct err e = { 0 };
	auto_fd int dir = open_scratch(state);
	auto_free char *path = str_printf("%s/a/b/c", (char *)*state);
	auto_fd int made = dir_make(path, &e);
	auto_fd int again = dir_make(path, &e);
	assert_true(made >= 0 && again >= 0);
	assert_int_equal(symlinkat("a", dir, "link"), 0);
	assert_int_equal(dir_make_at(dir, "link", &e), -1);
	assert_int_equal(dir_open_at(dir, "link", &e), -1);
	scratch_file(*state, "file", "");
	assert_int_equal(dir_make_at(dir, "file", &e), -1);
}

/* a tree with everything that makes removing hard */
static void remove_ordinary(void **state)
{
	auto_fd int dir = open_scratch(state);
	scratch_file(*state, "keep/file", "x");
	scratch_file(*state, "t/a/b/c/file", "x");
	scratch_file(*state, "t/locked/deeper/file", "x");
	for (int i = 0; i < 3000; i++) {
		char name[32];
		snprintf(name, sizeof name, "t/many-%d", i);
		assert_int_equal(mkdirat(dir, name, 0700), 0);
	}
	assert_int_equal(symlinkat("../keep", dir, "t/link"), 0);
	assert_int_equal(mknodat(dir, "t/fifo", S_IFIFO | 0600, 0), 0);
	assert_int_equal(fchmodat(dir, "t/locked/deeper", 0, 0), 0);
	assert_int_equal(fchmodat(dir, "t/locked", 0, 0), 0);
	assert_int_equal(fchmodat(dir, "t/a", 0555, 0), 0);
	assert_int_equal(tree_remove_at(dir, "t"), 0);
	assert_false(is_there(dir, "t"));
	assert_true(is_there(dir, "keep/file"));
	assert_int_equal(tree_remove_at(dir, "nowhere"), 0);
	assert_int_equal(tree_remove_at(dir, "keep/file"), 0);
	assert_int_equal(symlinkat("keep", dir, "link"), 0);
	assert_int_equal(tree_remove_at(dir, "link"), 0);
	assert_true(is_there(dir, "keep"));
}

/* Two arms at every level, DEPTH levels: made by descriptor, as no path is that long. */
static void make_deep(int dir, int depth)
{
	int at = fcntl(dir, F_DUPFD_CLOEXEC, 3);
	for (int i = 0; i < depth; i++) {
		assert_int_equal(mkdirat(at, "d", 0700), 0);
		if (i % 100 == 0)
			assert_int_equal(mkdirat(at, "side", 0700), 0);
		int next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		fd_close(&at);
		at = next;
	}
	fd_close(&at);
}

static void remove_deep(void **state)
{
	auto_fd int dir = open_scratch(state);
	struct rlimit old, few;
	make_deep(dir, 20000);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(tree_remove_at(dir, "d"), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_false(is_there(dir, "d"));
}

static void copies(void **state)
{
	auto_fd int dir = open_scratch(state);
	struct err e = { 0 };
	struct stat a, b;
	struct timespec when[2] = { { 100, 5 }, { 200, 123456789 } };
	char value[8] = "";
	scratch_file(*state, "src/sub/file", "hello");
	scratch_file(*state, "dst/old", "gone by the whiteout rule only");
	assert_int_equal(linkat(dir, "src/sub/file", dir, "src/hard", 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", dir, "src/link"), 0);
	assert_int_equal(mknodat(dir, "src/fifo", S_IFIFO | 0640, 0), 0);
	scratch_file(*state, "src/sparse", "");
	assert_int_equal(fchmodat(dir, "src/sub/file", 04711, 0), 0);
	auto_fd int sparse = openat(dir, "src/sparse", O_RDWR | O_CLOEXEC);
	assert_int_equal(ftruncate(sparse, 8 << 20), 0);
	assert_int_equal(pwrite(sparse, "x", 1, 4 << 20), 1);
	bool attrs = fsetxattr(sparse, "user.test", "v", 1, 0) == 0;
	assert_int_equal(utimensat(dir, "src/sub/file", when, 0), 0);
	assert_int_equal(utimensat(dir, "src/sub", when, 0), 0);
	auto_fd int src = openat(dir, "src", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd int dst = openat(dir, "dst", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree_copy(src, dst, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(fstatat(dst, "sub/file", &a, 0), 0);
	assert_int_equal(fstatat(dst, "hard", &b, 0), 0);
	assert_true(a.st_ino == b.st_ino && a.st_nlink == 2);
	assert_int_equal(a.st_mode & 07777, 04711);
	assert_true(a.st_mtim.tv_sec == 200 && a.st_mtim.tv_nsec == 123456789);
	assert_int_equal(fstatat(dst, "sub", &a, 0), 0);
	assert_true(a.st_mtim.tv_sec == 200);
	assert_int_equal(fstatat(dst, "sparse", &a, 0), 0);
	assert_true(a.st_size == 8 << 20 && a.st_blocks * 512 < 1 << 20);
	assert_int_equal(fstatat(dst, "fifo", &a, 0), 0);
	assert_true(S_ISFIFO(a.st_mode) && (a.st_mode & 07777) == 0640);
	auto_fd int copy = openat(dst, "sparse", O_RDONLY | O_CLOEXEC);
	if (attrs)
		assert_int_equal(fgetxattr(copy, "user.test", value, sizeof value), 1);
	assert_true(is_there(dst, "old") && is_there(dst, "link"));
}

/* layer by layer: removed, emptied, replaced */
static void layers(void **state)
{
	auto_fd int dir = open_scratch(state);
	struct err e = { 0 };
	scratch_file(*state, "1/removed", "1");
	scratch_file(*state, "1/removed-dir/file", "1");
	scratch_file(*state, "1/emptied/file", "1");
	scratch_file(*state, "1/merged/one", "1");
	scratch_file(*state, "1/becomes-file/x", "1");
	scratch_file(*state, "1/becomes-dir", "1");
	scratch_file(*state, "2/merged/two", "2");
	scratch_file(*state, "2/becomes-file", "2");
	scratch_file(*state, "2/becomes-dir/x", "2");
	scratch_file(*state, "2/emptied/new", "2");
	assert_int_equal(mkdirat(dir, "dst", 0700), 0);
	if (mknodat(dir, "2/removed", S_IFCHR, 0) < 0
	    || mknodat(dir, "2/removed-dir", S_IFCHR, 0) < 0)
		skip();
	auto_fd int emptied = openat(dir, "2/emptied", O_RDONLY | O_CLOEXEC);
	if (fsetxattr(emptied, "user.overlay.opaque", "y", 1, 0) < 0)
		skip();
	auto_fd int dst = openat(dir, "dst", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 1; i <= 2; i++) {
		char name[2] = { (char)('0' + i), '\0' };
		auto_fd int layer = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (tree_copy_layer(layer, dst, &e) < 0)
			fail_msg("%s", e.msg);
	}
	assert_false(is_there(dst, "removed") || is_there(dst, "removed-dir")
		     || is_there(dst, "emptied/file"));
	assert_true(is_there(dst, "merged/one") && is_there(dst, "merged/two")
		    && is_there(dst, "emptied/new"));
	auto_free char *file = scratch_read(*state, "dst/becomes-file");
	auto_free char *inner = scratch_read(*state, "dst/becomes-dir/x");
	assert_string_equal(file, "2");
	assert_string_equal(inner, "2");
	auto_fd int copied = openat(dst, "emptied", O_RDONLY | O_CLOEXEC);
	char value[2];
	assert_int_equal(fgetxattr(copied, "user.overlay.opaque", value, 2), -1);
}

static void random_text(void **state)
{
	char a[129], b[129];
	random_hex(a, 128);
	random_hex(b, 128);
	assert_int_equal(strspn(a, "0123456789abcdef"), 128);
	assert_string_not_equal(a, b);
	random_hex(a, 3);
	assert_int_equal(strlen(a), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),
		cmocka_unit_test_setup_teardown(confined, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(directories, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(remove_ordinary, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(remove_deep, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(copies, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(layers, scratch_setup, scratch_teardown),
		cmocka_unit_test(random_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
