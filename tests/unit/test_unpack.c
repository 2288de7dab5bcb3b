/* test_unpack.c - archives, also such as nobody should meet, become trees.
 *
 * Runs as root of a user namespace where one can be had, so that owners are kept and whiteouts are
 * devices; what needs that is skipped elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "archive/confine.h"
#include "archive/unpack.h"
#include "tarball.h"
#include "userns/userns.h"
#include "util/fd.h"
#include "util/path.h"

static bool many_ids;   /* owners can be kept */
static bool no_openat2; /* valgrind does not know it */

struct box {
	char dir[64]; /* holds canary and root */
	int fd, root;
	struct unpack_stats stats;
	struct err e;
	struct digest digest;
};

static void box_open(struct box *b)
{
	*b = (struct box){ .dir = "/tmp/cuddy-unpack-XXXXXX" };
	if (!mkdtemp(b->dir) || chmod(b->dir, 0755) < 0)
		fail_msg("no directory");
	b->fd = open(b->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(b->fd, "root", 0755), 0);
	assert_int_equal(mkdirat(b->fd, "outside", 0755), 0);
	assert_int_equal(file_replace_at(b->fd, "canary", "alive", 5, 0600, &b->e), 0);
	b->root = openat(b->fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(b->root >= 0);
}

/* Whatever was unpacked, nothing but root/ may differ. */
static void box_close(struct box *b)
{
	auto_free char *text = NULL;
	struct stat st;
	assert_int_equal(file_read_at(b->fd, "canary", 100, &text, NULL, &b->e), 0);
	assert_string_equal(text, "alive");
	assert_int_equal(fstatat(b->fd, "canary", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(unlinkat(b->fd, "outside", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(b->fd, "canary", 0), 0);
	close(b->root);
	assert_int_equal(tree_remove_at(b->fd, "root"), 0);
	close(b->fd);
	assert_int_equal(rmdir(b->dir), 0);
}

static int unpack_flat(struct box *b, const struct buf *tar, bool flatten)
{
	auto_fd int fd = memory_file(tar->data, tar->len);
	auto_stream struct stream *s = NULL;
	assert_int_equal(stream_open(fd, &s, &b->e), 0);
	int rc = unpack_tar(s, b->root, flatten, &b->stats, &b->e);
	b->digest = stream_digest(s);
	return rc;
}

static int unpack(struct box *b, struct buf *tar)
{
	tar_end(tar);
	int rc = unpack_flat(b, tar, false);
	buf_free(tar);
	return rc;
}

static void good(struct box *b, struct buf *tar)
{
	if (unpack(b, tar) < 0)
		fail_msg("%s", b->e.msg);
}

static void bad(struct box *b, struct buf *tar, const char *part)
{
	assert_int_equal(unpack(b, tar), -1);
	if (!strstr(b->e.msg, part))
		fail_msg("\"%s\" does not say \"%s\"", b->e.msg, part);
}

static struct stat look(const struct box *b, const char *path)
{
	struct stat st = { 0 };
	if (fstatat(b->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		fail_msg("%s: %s", path, strerror(errno));
	return st;
}

static bool missing(const struct box *b, const char *path)
{
	struct stat st;
	return fstatat(b->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0;
}

static void content(const struct box *b, const char *path, const char *want)
{
	auto_free char *text = NULL;
	struct err e;
	if (file_read_at(b->root, path, 1 << 20, &text, NULL, &e) < 0)
		fail_msg("%s", e.msg);
	assert_string_equal(text, want);
}

static bool opaque(const struct box *b, const char *path)
{
	char v[4] = "";
	auto_fd int fd = openat(b->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fgetxattr(fd, "user.overlay.opaque", v, sizeof v) == 1 && v[0] == 'y';
}

static bool is_whiteout(const struct box *b, const char *path)
{
	struct stat st = look(b, path);
	return S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0);
}

static void file(struct buf *t, const char *name, const char *data)
{
	tar_add(t, (struct tar_entry){ .name = name, .type = '0', .mode = 0644, .data = data });
}

static void dir(struct buf *t, const char *name)
{
	tar_add(t, (struct tar_entry){ .name = name, .type = '5', .mode = 0755 });
}

static void link_to(struct buf *t, char type, const char *name, const char *target)
{
	tar_add(t, (struct tar_entry){ .name = name, .type = type, .mode = 0777, .link = target });
}

#define BOX                                                                                        \
	struct box b;                                                                              \
	struct buf t = { 0 };                                                                      \
	if (no_openat2)                                                                            \
		skip();                                                                            \
	box_open(&b)

/* --- what is kept --- */

static void kinds(void **state)
{
	BOX;
	tar_add(&t, (struct tar_entry){ .name = "./", .type = '5', .mode = 0711, .mtime = 5 });
	tar_add(&t, (struct tar_entry){
			    .name = "./etc/", .type = '5', .mode = 01755, .mtime = 1000000000 });
	tar_add(&t,
		(struct tar_entry){
			.name = "./etc/f", .type = '0', .mode = 04751, .mtime = 77, .data = "hi" });
	tar_add(&t, (struct tar_entry){ .name = "etc/empty", .type = '0', .mode = 0, .mtime = 78 });
	tar_add(&t, (struct tar_entry){
			    .name = "etc/s", .type = '2', .link = "/no/where", .mtime = 79 });
	tar_add(&t, (struct tar_entry){ .name = "etc/p", .type = '6', .mode = 0620, .mtime = 80 });
	link_to(&t, '1', "etc/h", "./etc/f");
	link_to(&t, '1', "etc/hs", "/etc/s");
	file(&t, "deep/er/file", "x");
	good(&b, &t);
	assert_int_equal(look(&b, ".").st_mode, S_IFDIR | 0711);
	assert_int_equal(look(&b, ".").st_mtime, 5);
	assert_int_equal(look(&b, "etc").st_mode, S_IFDIR | 01755);
	assert_int_equal(look(&b, "etc").st_mtime, 1000000000);
	assert_int_equal(look(&b, "etc/f").st_mode, S_IFREG | 04751);
	assert_int_equal(look(&b, "etc/f").st_mtime, 77);
	assert_int_equal(look(&b, "etc/f").st_nlink, 2);
	assert_int_equal(look(&b, "etc/f").st_ino, look(&b, "etc/h").st_ino);
	assert_int_equal(look(&b, "etc/hs").st_ino, look(&b, "etc/s").st_ino);
	assert_int_equal(look(&b, "etc/empty").st_mode, S_IFREG);
	assert_int_equal(look(&b, "etc/s").st_mtime, 79);
	assert_int_equal(look(&b, "etc/p").st_mode, S_IFIFO | 0620);
	assert_int_equal(look(&b, "etc/p").st_mtime, 80);
	assert_int_equal(look(&b, "deep/er").st_mode, S_IFDIR | 0755);
	content(&b, "etc/f", "hi");
	assert_int_equal(b.stats.entries, 9);
	assert_int_equal(b.stats.bytes, 3);
	box_close(&b);
}

static void nanoseconds_and_names(void **state)
{
	static const char nfd[] = "cafe\xcc\x81", latin[] = "caf\xe9";
	BOX;
	char name[300], comp[251];
	memset(comp, 'n', sizeof comp - 1);
	comp[sizeof comp - 1] = '\0';
	snprintf(name, sizeof name, "d/%s", comp);
	tar_add_pax_texts(
		&t, (const char *const[]){ "mtime=1234567890.123456789", "atime=17.5", NULL });
	file(&t, "a", "1");
	tar_add_pax(&t, "path", nfd, strlen(nfd));
	file(&t, "x", "2");
	tar_add_pax(&t, "path", latin, strlen(latin));
	file(&t, "x", "3");
	file(&t, name, "4");
	good(&b, &t);
	assert_int_equal(look(&b, "a").st_mtim.tv_sec, 1234567890);
	assert_int_equal(look(&b, "a").st_mtim.tv_nsec, 123456789);
	assert_int_equal(look(&b, "a").st_atim.tv_nsec, 500000000);
	content(&b, nfd, "2");
	content(&b, latin, "3");
	content(&b, name, "4");
	box_close(&b);
}

static void owners(void **state)
{
	BOX;
	if (!many_ids) {
		box_close(&b);
		skip();
	}
	tar_add(&t,
		(struct tar_entry){ .name = "d", .type = '5', .mode = 02775, .uid = 7, .gid = 8 });
	tar_add(&t, (struct tar_entry){ .name = "d/f",
					.type = '0',
					.mode = 06711,
					.uid = 1,
					.gid = 2,
					.data = "x" });
	file(&t, "d/root", "x");
	tar_add(&t,
		(struct tar_entry){ .name = "d/s", .type = '2', .link = "f", .uid = 3, .gid = 4 });
	/* ids outside of any map: root's now, and no setuid for root instead of for somebody */
	tar_add_pax_texts(&t, (const char *const[]){ "uid=3000000000", "gid=5", NULL });
	tar_add(&t, (struct tar_entry){ .name = "big", .type = '0', .mode = 06755, .data = "x" });
	good(&b, &t);
	assert_int_equal(look(&b, "d").st_mode & 07777, 02775);
	assert_int_equal(look(&b, "d").st_uid, 7);
	assert_int_equal(look(&b, "d").st_gid, 8);
	assert_int_equal(look(&b, "d/f").st_uid, 1);
	assert_int_equal(look(&b, "d/f").st_gid, 2);
	assert_int_equal(look(&b, "d/f").st_mode & 07777, 06711);
	/* the directory's setgid bit comes last, so nobody inherits */
	assert_int_equal(look(&b, "d/root").st_gid, 0);
	assert_int_equal(look(&b, "d/s").st_uid, 3);
	if (look(&b, "big").st_uid == 0) {
		assert_int_equal(look(&b, "big").st_gid, 5);
		assert_int_equal(look(&b, "big").st_mode & 07777, 02755);
		assert_int_equal(b.stats.flattened, 1);
	}
	box_close(&b);
}

static void flattened(void **state)
{
	BOX;
	tar_add(&t, (struct tar_entry){
			    .name = "f", .type = '0', .mode = 06755, .uid = 1, .data = "x" });
	tar_add(&t, (struct tar_entry){ .name = "r", .type = '0', .mode = 04755, .data = "x" });
	tar_end(&t);
	assert_int_equal(unpack_flat(&b, &t, true), 0);
	buf_free(&t);
	assert_int_equal(look(&b, "f").st_uid, geteuid());
	assert_int_equal(look(&b, "f").st_mode & 07777, 02755);
	assert_int_equal(look(&b, "r").st_mode & 07777, 04755);
	assert_int_equal(b.stats.flattened, 1);
	box_close(&b);
}

static void xattrs(void **state)
{
	static const char caps[] =
		"\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"; /* cap_net_raw=ep */
	char value[64];
	BOX;
	tar_add_pax(&t, "SCHILY.xattr.user.a", "b\0c\n=", 5);
	file(&t, "f", "x");
	tar_add_pax(&t, "SCHILY.xattr.user.overlay.redirect", "/etc", 4);
	dir(&t, "d");
	tar_add_pax(&t, "SCHILY.xattr.trusted.overlay.opaque", "y", 1);
	dir(&t, "e");
	tar_add_pax(&t, "SCHILY.xattr.user.on.a.link", "y", 1);
	link_to(&t, '2', "l", "f");
	tar_add_pax(&t, "SCHILY.xattr.security.capability", caps, 20);
	tar_add(&t, (struct tar_entry){ .name = "cap",
					.type = '0',
					.mode = 0755,
					.uid = many_ids ? 1 : 0,
					.data = "x" });
	good(&b, &t);
	auto_fd int f = openat(b.root, "f", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fgetxattr(f, "user.a", value, sizeof value), 5);
	assert_memory_equal(value, "b\0c\n=", 5);
	auto_fd int d = openat(b.root, "d", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fgetxattr(d, "user.overlay.redirect", value, sizeof value), -1);
	assert_true(b.stats.xattrs >= 3);
	auto_fd int cap = openat(b.root, "cap", O_RDONLY | O_CLOEXEC);
	if (b.stats.xattrs == 3)
		assert_int_equal(fgetxattr(cap, "security.capability", value, sizeof value), 20);
	box_close(&b);
}

/* pax 1.0, pax 0.1 and GNU's old form, and a hole at the end. */
static void sparse(void **state)
{
	static const char map[512] = "2\n1048576\n4\n4194304\n0\n";
	char data[516];
	struct stat st;
	BOX;
	memcpy(data, map, sizeof map);
	memcpy(data + sizeof map, "data", 4);
	tar_add_pax_texts(&t, (const char *const[]){ "GNU.sparse.major=1", "GNU.sparse.minor=0",
						     "GNU.sparse.name=one",
						     "GNU.sparse.realsize=4194304", NULL });
	tar_add(&t,
		(struct tar_entry){
			.name = "x", .type = '0', .mode = 0644, .data = data, .len = sizeof data });
	tar_add_pax_texts(&t, (const char *const[]){
				      "GNU.sparse.size=4194304", "GNU.sparse.numblocks=1",
				      "GNU.sparse.map=1048576,4", "GNU.sparse.name=two", NULL });
	tar_add(&t, (struct tar_entry){ .name = "y", .type = '0', .mode = 0644, .data = "data" });
	good(&b, &t);
	static const char *const names[] = { "one", "two" };
	for (size_t i = 0; i < 2; i++) {
		char got[5] = "";
		st = look(&b, names[i]);
		assert_int_equal(st.st_size, 4194304);
		assert_true(st.st_blocks < 256);
		auto_fd int fd = openat(b.root, names[i], O_RDONLY | O_CLOEXEC);
		assert_int_equal(pread(fd, got, 4, 1048576), 4);
		assert_string_equal(got, "data");
	}
	box_close(&b);
}

/* --- whiteouts --- */

static void whiteouts(void **state)
{
	BOX;
	file(&t, "etc/.wh.gone", "");
	file(&t, "etc/.wh..wh..opq", "");
	file(&t, ".wh.top", "");
	file(&t, ".wh..wh.aufs", "");
	file(&t, ".wh..wh.plnk/1.2", "");
	/* what the layer itself brings stays, whichever comes first */
	file(&t, "a/.wh.x", "");
	file(&t, "a/x", "new");
	file(&t, "a/y", "new");
	file(&t, "a/.wh.y", "");
	/* and a directory that was removed below does not show through */
	file(&t, "a/.wh.d1", "");
	dir(&t, "a/d1");
	file(&t, "a/d2/f", "");
	file(&t, "a/.wh.d2", "");
	/* below what is gone: nothing to remove, or a new directory */
	file(&t, "a/.wh.d3", "");
	file(&t, "a/d3/.wh.f", "");
	file(&t, "a/.wh.d4", "");
	file(&t, "a/d4/f", "in");
	file(&t, "a/.wh.twice", "");
	file(&t, "a/.wh.twice", "");
	good(&b, &t);
	assert_true(is_whiteout(&b, "etc/gone"));
	assert_true(opaque(&b, "etc"));
	assert_true(missing(&b, "etc/.wh..wh..opq"));
	assert_true(is_whiteout(&b, "top"));
	assert_true(missing(&b, ".wh..wh.aufs"));
	assert_true(missing(&b, ".wh..wh.plnk"));
	content(&b, "a/x", "new");
	content(&b, "a/y", "new");
	assert_true(opaque(&b, "a/d1"));
	assert_true(opaque(&b, "a/d2"));
	assert_true(is_whiteout(&b, "a/d3"));
	assert_true(opaque(&b, "a/d4"));
	content(&b, "a/d4/f", "in");
	assert_true(is_whiteout(&b, "a/twice"));
	box_close(&b);
}

static void forged(void **state)
{
	BOX;
	tar_add(&t, (struct tar_entry){
			    .name = "null", .type = '3', .mode = 0666, .major = 1, .minor = 3 });
	tar_add(&t, (struct tar_entry){ .name = "white", .type = '3', .mode = 0666 });
	tar_add(&t, (struct tar_entry){ .name = "sda", .type = '4', .mode = 0666, .major = 8 });
	link_to(&t, '1', "zero", "null");
	good(&b, &t);
	assert_true(missing(&b, "null"));
	assert_true(missing(&b, "white"));
	assert_true(missing(&b, "sda"));
	assert_int_equal(b.stats.devices, 4);
	file(&t, ".wh.x", "");
	link_to(&t, '1', "forged", "x");
	bad(&b, &t, "which was removed");
	file(&t, ".wh.", "");
	bad(&b, &t, "names nothing");
	file(&t, "a/.wh...", "");
	bad(&b, &t, "names nothing");
	file(&t, ".wh.d/f", "");
	bad(&b, &t, "reserved");
	box_close(&b);
}

/* --- attempts to get out --- */

static void leaving_by_name(void **state)
{
	BOX;
	file(&t, "../canary", "dead");
	bad(&b, &t, "leads out");
	file(&t, "a/../../canary", "dead");
	bad(&b, &t, "leads out");
	file(&t, "..", "dead");
	bad(&b, &t, "leads out");
	auto_free char *absolute = str_printf("%s/canary", b.dir);
	file(&t, absolute, "inside");
	file(&t, "/a/b/../../c//d/./e", "inside");
	good(&b, &t);
	content(&b, absolute + 1, "inside");
	content(&b, "c/d/e", "inside");
	box_close(&b);
}

static void leaving_by_symlink(void **state)
{
	BOX;
	auto_free char *canary = str_printf("%s/canary", b.dir);
	/* through a link to a directory */
	link_to(&t, '2', "up", "..");
	file(&t, "up/canary", "inside");
	link_to(&t, '2', "far", "../../../../../../../..");
	file(&t, "far/canary2", "inside");
	link_to(&t, '2', "abs", b.dir);
	file(&t, "abs/canary", "dead");
	bad(&b, &t, "not a directory");
	content(&b, "canary", "inside");
	content(&b, "canary2", "inside");
	/* onto a link to a file: it is replaced, not followed */
	link_to(&t, '2', "file", canary);
	file(&t, "file", "inside");
	link_to(&t, '2', "mode", canary);
	dir(&t, "mode");
	good(&b, &t);
	content(&b, "file", "inside");
	assert_true(S_ISDIR(look(&b, "mode").st_mode));
	/* a link's link */
	link_to(&t, '2', "l1", "l2");
	link_to(&t, '2', "l2", "l1");
	file(&t, "l1/f", "dead");
	bad(&b, &t, "symbolic links");
	link_to(&t, '2', "wo", "..");
	file(&t, "wo/.wh.canary3", "");
	file(&t, "wo/.wh..wh..opq", "");
	good(&b, &t);
	assert_true(is_whiteout(&b, "canary3"));
	assert_true(opaque(&b, "."));
	box_close(&b);
}

static void leaving_by_hardlink(void **state)
{
	BOX;
	auto_free char *canary = str_printf("%s/canary", b.dir);
	link_to(&t, '1', "h", "../canary");
	bad(&b, &t, "leads out");
	link_to(&t, '1', "h", canary);
	bad(&b, &t, "hard link");
	link_to(&t, '2', "up", "..");
	link_to(&t, '1', "h", "up/canary");
	bad(&b, &t, "hard link");
	/* to a symbolic link: the link itself is meant */
	link_to(&t, '2', "s", canary);
	link_to(&t, '1', "h", "s");
	file(&t, "h", "inside");
	good(&b, &t);
	content(&b, "h", "inside");
	assert_true(S_ISLNK(look(&b, "s").st_mode));
	dir(&t, "d");
	link_to(&t, '1', "hd", "d");
	bad(&b, &t, "directory");
	link_to(&t, '1', "hm", "missing");
	bad(&b, &t, "hm: a hard link to missing");
	box_close(&b);
}

/* --- later entries --- */

static void replaced(void **state)
{
	BOX;
	file(&t, "f", "old");
	link_to(&t, '1', "other", "f");
	file(&t, "f", "new");
	dir(&t, "f2");
	file(&t, "f2/in", "x");
	file(&t, "f2", "now a file");
	file(&t, "d", "a file");
	dir(&t, "d");
	file(&t, "d/in", "x");
	/* a link that led to one directory leads to another: what was open for its path is not used */
	dir(&t, "one");
	dir(&t, "two");
	link_to(&t, '2', "cur", "one");
	file(&t, "cur/a", "1");
	link_to(&t, '2', "cur", "two");
	file(&t, "cur/b", "2");
	dir(&t, "cur");
	file(&t, "cur/c", "3");
	/* a link to itself */
	file(&t, "self", "me");
	link_to(&t, '1', "self", "self");
	/* a directory twice: the last one's mode */
	tar_add(&t, (struct tar_entry){ .name = "one", .type = '5', .mode = 0700 });
	good(&b, &t);
	content(&b, "other", "old");
	content(&b, "f", "new");
	content(&b, "f2", "now a file");
	content(&b, "d/in", "x");
	content(&b, "one/a", "1");
	content(&b, "two/b", "2");
	content(&b, "cur/c", "3");
	assert_true(missing(&b, "two/c"));
	content(&b, "self", "me");
	assert_int_equal(look(&b, "one").st_mode & 07777, 0700);
	box_close(&b);
}

static void impossible(void **state)
{
	BOX;
	file(&t, "f", "x");
	file(&t, "f/g", "x");
	bad(&b, &t, "cannot unpack f/g: f above it is not a directory");
	link_to(&t, '2', ".", "elsewhere");
	bad(&b, &t, "root is not a directory");
	link_to(&t, '1', ".", "f");
	bad(&b, &t, "root is not a directory");
	link_to(&t, '2', "l", "");
	bad(&b, &t, "link to nothing");
	char *name = xcalloc(1, 6000);
	for (size_t i = 0; i < 5998; i++)
		name[i] = i % 2 ? '/' : 'd';
	file(&t, name, "x");
	bad(&b, &t, "longer than 4095");
	memset(name, 'n', 300);
	name[300] = '\0';
	file(&t, name, "x");
	bad(&b, &t, "longer than 255");
	free(name);
	file(&t, "a\nb\033[31m", "x");
	file(&t, "a\nb\033[31m/c", "x");
	bad(&b, &t, "cannot unpack a?b?[31m/c");
	box_close(&b);
}

static void not_tars(void **state)
{
	BOX;
	assert_int_equal(unpack_flat(&b, &t, false), -1);
	assert_string_equal(b.e.msg, "the archive is empty");
	buf_puts(&t, "this is not a tar archive, however long it may be");
	assert_int_equal(unpack_flat(&b, &t, false), -1);
	assert_string_equal(b.e.msg, "not a tar archive");
	buf_free(&t);
	/* cut within a file */
	char *big = xcalloc(1, 100000);
	tar_add(&t, (struct tar_entry){
			    .name = "big", .type = '0', .mode = 0644, .data = big, .len = 100000 });
	t.len = 50000;
	assert_int_equal(unpack_flat(&b, &t, false), -1);
	assert_non_null(strstr(b.e.msg, "damaged"));
	buf_free(&t);
	free(big);
	/* no file, but a good archive */
	good(&b, &t);
	box_close(&b);
}

/* More directories than the list keeps in memory; as deep as a path may be. */
static void many(void **state)
{
	char name[PATH_MAX];
	BOX;
	for (unsigned i = 0; i < 12000; i++) {
		snprintf(name, sizeof name, "a-rather-long-name-for-a-directory/%02u/%06u", i % 7,
			 i);
		tar_add(&t,
			(struct tar_entry){
				.name = name, .type = '5', .mode = 0700 | (i & 077), .mtime = i });
	}
	for (size_t i = 0; i < 2046; i++)
		memcpy(name + 2 * i, "d/", 3);
	file(&t, name, "");
	good(&b, &t);
	for (unsigned i = 0; i < 12000; i += 500) {
		snprintf(name, sizeof name, "a-rather-long-name-for-a-directory/%02u/%06u", i % 7,
			 i);
		assert_int_equal(look(&b, name).st_mtime, i);
		assert_int_equal(look(&b, name).st_mode & 0777, 0700 | (i & 077));
	}
	box_close(&b);
}

/* --- the confined process --- */

struct shut {
	struct box *b;
	int tar;
};

static int shut_in(void *arg, struct err *e)
{
	struct shut *x = arg;
	const int keep[] = { 0, 1, 2, x->tar, x->b->root };
	struct unpack_stats stats;
	struct stream *s;
	if (confine_fds(keep, 5, e) < 0 || stream_open(x->tar, &s, e) < 0)
		return -1;
	unpack_prepare();
	if (confine_to(x->b->root, e) < 0 || stream_read_ahead(s, e) < 0)
		return -1;
	if (unpack_tar(s, x->b->root, false, &stats, e) < 0)
		return -1;
	stream_close(s);
	/* and now as one who took it over */
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0)
		return err_set(e, ERR_SYSTEM, "opened a file");
	if (openat(x->b->root, "../canary", O_RDONLY | O_CLOEXEC) >= 0)
		return err_set(e, ERR_SYSTEM, "opened the canary");
	if (fcntl(x->b->fd, F_GETFD) >= 0)
		return err_set(e, ERR_SYSTEM, "has the directory above");
	if (chroot(".") == 0 || unshare(CLONE_NEWNS) == 0 || fork() >= 0
	    || execl("/bin/sh", "sh", NULL) == 0)
		return err_set(e, ERR_SYSTEM, "did what it must not");
	return 0;
}

static void confined(void **state)
{
	struct idmap map;
	BOX;
	if (getenv("LD_PRELOAD") || userns_idmap(NULL, &map, &b.e) < 0) {
		box_close(&b);
		skip();
	}
	static const char nfd[] = "cafe\xcc\x81";
	tar_add(&t, (struct tar_entry){
			    .name = "etc/", .type = '5', .mode = 0755, .uid = 0, .gid = 0 });
	file(&t, "etc/passwd2", "x");
	file(&t, "etc/.wh.passwd3", "");
	link_to(&t, '1', "hard", "etc/passwd2");
	link_to(&t, '2', "soft", "etc/passwd2");
	tar_add_pax(&t, "path", nfd, strlen(nfd));
	file(&t, "x", "2");
	for (unsigned i = 0; i < 12000; i++) {
		char name[64];
		snprintf(name, sizeof name, "a-name-for-a-directory/%06u", i);
		dir(&t, name);
	}
	tar_end(&t);
	auto_buf struct buf packed = { 0 };
	pack_zstd(t.data, t.len, 1, 0, &packed);
	buf_free(&t);
	auto_fd int tar = memory_file(packed.data, packed.len);
	struct shut x = { &b, tar };
	if (userns_run(&map, CLONE_NEWNS | CLONE_NEWNET, shut_in, &x, &b.e) < 0)
		fail_msg("%s", b.e.msg);
	content(&b, "hard", "x");
	content(&b, nfd, "2");
	box_close(&b);
}

static int run(void *arg, struct err *e)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(nanoseconds_and_names),
		cmocka_unit_test(owners),
		cmocka_unit_test(flattened),
		cmocka_unit_test(xattrs),
		cmocka_unit_test(sparse),
		cmocka_unit_test(whiteouts),
		cmocka_unit_test(forged),
		cmocka_unit_test(leaving_by_name),
		cmocka_unit_test(leaving_by_symlink),
		cmocka_unit_test(leaving_by_hardlink),
		cmocka_unit_test(replaced),
		cmocka_unit_test(impossible),
		cmocka_unit_test(not_tars),
		cmocka_unit_test(many),
		cmocka_unit_test(confined),
	};
	umask(077);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	fflush(stdout);
	return failed ? err_set(e, ERR_SYSTEM, "%d tests failed", failed) : 0;
}

int main(void)
{
	struct idmap map;
	struct err e = { 0 };
	auto_fd int root = path_open_in_root(AT_FDCWD, ".", O_PATH, 0);
	no_openat2 = root < 0 && errno == ENOSYS;
	many_ids = true;
	if (geteuid() == 0 || no_openat2)
		return run(NULL, &e) < 0;
	/* the tests that look at owners need a namespace with some */
	many_ids = userns_idmap(NULL, &map, &e) == 0 && !map.single;
	if (many_ids && userns_run(&map, CLONE_NEWNS, run, NULL, &e) == 0)
		return 0;
	if (!many_ids)
		return run(NULL, &e) < 0;
	fprintf(stderr, "%s\n", e.msg);
	return 1;
}
