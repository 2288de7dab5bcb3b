/* test_store.c - the store: what it refuses to be, what it keeps, and what many writers, killed
 * ones among them, may not do to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "scratch.h"
#include "store/store.h"
#include "util/fd.h"
#include "util/path.h"

static struct store *open_store(void **state)
{
	struct store *s = NULL;
	struct err e = { 0 };
	auto_free char *root = str_printf("%s/store", (char *)*state);
	if (store_open(root, true, &s, &e) < 0)
		fail_msg("%s", e.msg);
	return s;
}

/* A digest for N: nothing here computes real ones. */
static struct digest number(unsigned n)
{
	struct digest d;
	snprintf(d.hex, sizeof d.hex, "%08x%056x", n * 2654435761u, n);
	return d;
}

static bool has(struct store *s, const char *path)
{
	return faccessat(store_fd(s), path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* ---- the places where writers differ: these return instead of failing, for use in children */

static int put_layer(struct store *s, unsigned n, struct err *e)
{
	struct digest d = number(n);
	struct layer_info info = { .size = 1000 + n, .files = 2 };
	struct stage st;
	if (store_layer_exists(s, &d))
		return 0;
	if (stage_open(s, "layer", &st, e) < 0)
		return -1;
	for (int i = 0; i < 20; i++) {
		char name[32];
		snprintf(name, sizeof name, "tree/file-%d", i);
		auto_fd int fd = openat(st.dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0 || fd_write_all(fd, &n, sizeof n) < 0) {
			stage_drop(s, &st);
			return err_sys(e, "write");
		}
	}
	return stage_commit_layer(s, &st, &d, &info, e);
}

/* Image N has the layers N and N + 1, so that neighbours share one. */
static int put_image(struct store *s, unsigned n, const char *name, struct err *e)
{
	auto_image struct image img;
	struct digest id = number(n + 1000), a = number(n), b = number(n + 1);
	auto_free char *text = str_printf(
		"{\"created\":\"2024-05-01T10:20:%02uZ\",\"rootfs\":{\"type\":\"layers\","
		"\"diff_ids\":[\"sha256:%s\",\"sha256:%s\"]}}",
		n % 60, a.hex, b.hex);
	if (put_layer(s, n, e) < 0 || put_layer(s, n + 1, e) < 0
	    || store_blob_put(s, &id, text, strlen(text), e) < 0
	    || image_parse(text, strlen(text), &id, &img, e) < 0)
		return -1;
	img.manifest = number(n + 5000);
	return store_image_add(s, &img, name, e);
}

static void add_image(struct store *s, unsigned n, const char *name)
{
	struct err e = { 0 };
	if (put_image(s, n, name, &e) < 0)
		fail_msg("%s", e.msg);
}

/* Everything that is named is whole. */
static size_t check_store(struct store *s)
{
	struct image_rows rows;
	struct err e = { 0 };
	if (store_images(s, &rows, &e) < 0)
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < rows.n; i++) {
		auto_image struct image img;
		char text[DIGEST_TEXT];
		if (store_image_find(s, digest_text(&rows.rows[i].id, text), &img, NULL, &e) < 0)
			fail_msg("%s", e.msg);
		for (size_t k = 0; k < img.nlayers; k++) {
			struct layer_info info;
			struct stat st;
			if (store_layer_info(s, &img.layers[k], &info, &e) < 0)
				fail_msg("%s", e.msg);
			auto_fd int tree = store_layer_tree(s, &img.layers[k], &e);
			assert_int_equal(fstatat(tree, "file-19", &st, 0), 0);
			assert_int_equal(st.st_size, sizeof(unsigned));
		}
	}
	size_t n = rows.n;
	image_rows_free(&rows);
	return n;
}

/* ---- opening */

static void refuse(const char *root, bool create, enum err_kind kind, const char *says)
{
	struct store *s = NULL;
	struct err e = { 0 };
	assert_int_equal(store_open(root, create, &s, &e), -1);
	assert_null(s);
	if (e.kind != kind || !strstr(e.msg, says))
		fail_msg("kind %d: %s", e.kind, e.msg);
	assert_true(e.hint[0] || e.kind == ERR_USAGE);
}

static void opening(void **state)
{
	auto_free char *root = str_printf("%s/a/b", (char *)*state);
	auto_free char *link = str_printf("%s/link", (char *)*state);
	struct store *s = NULL;
	struct stat st;
	struct err e;
	refuse(root, false, ERR_NOTFOUND, "there is no store");
	refuse("relative", true, ERR_USAGE, "absolute");
	assert_int_equal(store_open(root, true, &s, &e), 0);
	assert_int_equal(fstat(store_fd(s), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_true(has(s, "blobs/sha256") && has(s, "layers") && has(s, "images")
		    && has(s, "tmp"));
	/* others may never come to the set-user-id programs of layers */
	assert_int_equal(fchmod(store_fd(s), 0755), 0);
	store_close(s);
	assert_int_equal(symlink(root, link), 0);
	assert_int_equal(store_open(link, false, &s, &e), 0);
	assert_int_equal(fstat(store_fd(s), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	store_close(s);
	scratch_file(root, "version", "2\n\x1b[31m");
	refuse(root, true, ERR_CORRUPT, "version \"2\"");
}

static void not_a_store(void **state)
{
	scratch_file(*state, "home/notes.txt", "x");
	auto_free char *home = str_printf("%s/home", (char *)*state);
	refuse(home, true, ERR_USAGE, "not empty");
	auto_free char *file = str_printf("%s/home/notes.txt", (char *)*state);
	refuse(file, true, ERR_NOTFOUND, "Not a directory");
	struct stat st;
	assert_int_equal(stat(home, &st), 0);
	assert_int_equal(st.st_nlink, 2);
	/* a new disk is as good as an empty directory */
	auto_free char *disk = str_printf("%s/disk", (char *)*state);
	scratch_file(*state, "disk/lost+found/x", "");
	struct store *s;
	struct err e;
	assert_int_equal(store_open(disk, true, &s, &e), 0);
	store_close(s);
}

static void others_store(void **state)
{
	if (geteuid() != 0)
		skip();
	auto_free char *root = str_printf("%s/other", (char *)*state);
	assert_int_equal(mkdir(root, 0700), 0);
	assert_int_equal(chown(root, 12345, 12345), 0);
	refuse(root, true, ERR_DENIED, "belongs to user 12345");
}

/* ---- keeping */

static void blobs(void **state)
{
	auto_store struct store *s = open_store(state);
	struct digest d = number(1), none = number(2);
	struct err e = { 0 };
	char *text = NULL;
	size_t len;
	assert_int_equal(store_blob_put(s, &d, "ab\0c", 4, &e), 0);
	assert_int_equal(store_blob_put(s, &d, "ab\0c", 4, &e), 0);
	assert_int_equal(store_blob_get(s, &d, &text, &len, &e), 0);
	assert_int_equal(len, 4);
	assert_memory_equal(text, "ab\0c", 4);
	free(text);
	assert_int_equal(store_blob_get(s, &none, &text, &len, &e), -1);
	assert_int_equal(e.kind, ERR_NOTFOUND);
	assert_int_equal(store_blob_put(s, &d, "", IMAGE_TEXT_MAX + 1, &e), -1);
}

static void layers(void **state)
{
	auto_store struct store *s = open_store(state);
	struct digest d = number(7), none = number(8);
	struct layer_info info;
	struct stat st;
	struct err e = { 0 };
	mode_t old = umask(077);
	assert_false(store_layer_exists(s, &d));
	assert_int_equal(put_layer(s, 7, &e), 0);
	umask(old);
	assert_true(store_layer_exists(s, &d));
	assert_int_equal(store_layer_info(s, &d, &info, &e), 0);
	assert_true(info.size == 1007 && info.files == 2 && info.skipped_devices == 0);
	auto_fd int tree = store_layer_tree(s, &d, &e);
	assert_int_equal(fstat(tree, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(store_layer_tree(s, &none, &e), -1);
	assert_int_equal(e.kind, ERR_CORRUPT);
	/* the second to commit the same layer has succeeded, too, and leaves nothing */
	struct stage stage;
	assert_int_equal(stage_open(s, "layer", &stage, &e), 0);
	assert_int_equal(stage_commit_layer(s, &stage, &d, &info, &e), 0);
	assert_false(store_sweep_needed(s));
	/* and what only looks like a layer is replaced by one */
	auto_free char *path = str_printf("layers/%s/tree", d.hex);
	assert_int_equal(tree_remove_at(store_fd(s), path), 0);
	assert_false(store_layer_exists(s, &d));
	assert_int_equal(put_layer(s, 7, &e), 0);
	assert_true(store_layer_exists(s, &d));
	unsigned removed;
	assert_int_equal(store_sweep(s, false, &removed, &e), 0);
	assert_int_equal(removed, 1);
}

/* ---- names */

static void expect_find(struct store *s, const char *what, unsigned n, const char *name)
{
	auto_image struct image img;
	auto_free char *found = NULL;
	struct err e = { 0 };
	struct digest id = number(n + 1000);
	if (store_image_find(s, what, &img, &found, &e) < 0)
		fail_msg("%s", e.msg);
	if (!digest_eq(&img.id, &id) || !str_eq(found, name))
		fail_msg("%s: found %s as %s", what, img.id.hex, found);
}

static void expect_none(struct store *s, const char *what, enum err_kind kind)
{
	struct image img;
	struct err e = { 0 };
	assert_int_equal(store_image_find(s, what, &img, NULL, &e), -1);
	if (e.kind != kind)
		fail_msg("%s: kind %d: %s", what, e.kind, e.msg);
	assert_true(e.hint[0] != '\0');
}

static void finding(void **state)
{
	auto_store struct store *s = open_store(state);
	char text[DIGEST_TEXT];
	struct digest id = number(1001), manifest = number(5001);
	add_image(s, 1, "mine");
	add_image(s, 2, "docker.io/busybox:1");
	add_image(s, 3, "quay.io/deep/path/tool:v1");
	add_image(s, 4, "docker.io/mine");
	add_image(s, 5, NULL);
	add_image(s, 6, "q.io/x/twice");
	add_image(s, 7, "r.io/y/twice");
	expect_find(s, "mine", 1, "localhost/mine:latest");
	expect_find(s, "localhost/mine", 1, "localhost/mine:latest");
	expect_find(s, "busybox:1", 2, "docker.io/library/busybox:1");
	expect_find(s, "library/busybox:1", 2, "docker.io/library/busybox:1");
	expect_find(s, "docker.io/busybox:1", 2, "docker.io/library/busybox:1");
	expect_find(s, "index.docker.io/library/busybox:1", 2, "docker.io/library/busybox:1");
	expect_find(s, "tool:v1", 3, "quay.io/deep/path/tool:v1");
	expect_find(s, "path/tool:v1", 3, "quay.io/deep/path/tool:v1");
	expect_find(s, "docker.io/mine", 4, "docker.io/library/mine:latest");
	expect_find(s, "x/twice", 6, "q.io/x/twice:latest");
	expect_none(s, "twice", ERR_USAGE);
	expect_none(s, "ool:v1", ERR_NOTFOUND);
	expect_none(s, "quay.io/tool:v1", ERR_NOTFOUND);
	expect_none(s, "busybox", ERR_NOTFOUND);
	expect_none(s, "Bad Name", ERR_USAGE);
	expect_none(s, "", ERR_USAGE);
	/* ids */
	expect_find(s, id.hex, 1, NULL);
	expect_find(s, digest_text(&id, text), 1, NULL);
	text[7 + 12] = '\0';
	expect_find(s, text, 1, NULL);
	expect_find(s, text + 7, 1, NULL);
	expect_none(s, "sha256:0123456789", ERR_NOTFOUND);
	/* repository and manifest */
	auto_free char *by_digest = str_printf("localhost/mine@%s", digest_text(&manifest, text));
	expect_find(s, by_digest, 1, "localhost/mine:latest");
	auto_free char *short_digest = str_printf("mine@%s", text);
	expect_find(s, short_digest, 1, "localhost/mine:latest");
	auto_free char *wrong = str_printf("busybox@%s", text);
	expect_none(s, wrong, ERR_NOTFOUND);
	/* a name wins over an id that begins so */
	struct err e;
	struct digest five = number(1005);
	id.hex[8] = '\0';
	assert_int_equal(store_tag(s, &five, id.hex, &e), 0);
	auto_free char *full = str_printf("localhost/%s:latest", id.hex);
	expect_find(s, id.hex, 5, full);
}

static void prefixes(void **state)
{
	auto_store struct store *s = open_store(state);
	struct digest one = number(1001);
	struct err e;
	add_image(s, 1, NULL);
	/* another whose id begins with the same 20 digits */
	auto_image struct image img;
	struct digest twin = one;
	twin.hex[40] = twin.hex[40] == 'f' ? 'e' : 'f';
	static const char text[] = "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}";
	assert_int_equal(store_blob_put(s, &twin, text, strlen(text), &e), 0);
	assert_int_equal(image_parse(text, strlen(text), &twin, &img, &e), 0);
	assert_int_equal(store_image_add(s, &img, NULL, &e), 0);
	one.hex[20] = '\0';
	expect_none(s, one.hex, ERR_USAGE);
	one = number(1001);
	expect_find(s, one.hex, 1, NULL);
	one.hex[41] = '\0';
	expect_find(s, one.hex, 1, NULL);
	one.hex[2] = '\0';
	expect_none(s, one.hex, ERR_NOTFOUND);
}

static void tagging(void **state)
{
	auto_store struct store *s = open_store(state);
	struct digest one = number(1001), two = number(1002), none = number(9);
	struct image_rows rows;
	struct err e = { 0 };
	add_image(s, 1, "a");
	add_image(s, 2, "b");
	assert_int_equal(store_tag(s, &one, "q.io/c:1", &e), 0);
	assert_int_equal(store_tag(s, &one, "b", &e), 0); /* moves */
	assert_int_equal(store_tag(s, &none, "d", &e), -1);
	assert_int_equal(e.kind, ERR_NOTFOUND);
	assert_int_equal(store_tag(s, &one, "bad name", &e), -1);
	assert_int_equal(store_images(s, &rows, &e), 0);
	assert_int_equal(rows.n, 2);
	assert_true(digest_eq(&rows.rows[0].id, &two)); /* newest first */
	assert_int_equal(rows.rows[0].names.n, 0);
	assert_int_equal(rows.rows[1].names.n, 3);
	assert_string_equal(rows.rows[1].names.list[0], "localhost/a:latest");
	assert_true(rows.rows[1].size == 1001 + 1002);
	image_rows_free(&rows);
	assert_int_equal(store_untag(s, "a", &e), 0);
	assert_int_equal(store_untag(s, "a", &e), -1);
	assert_int_equal(e.kind, ERR_NOTFOUND);
	assert_int_equal(store_image_remove(s, &one, &e), 0);
	assert_int_equal(store_image_remove(s, &one, &e), -1);
	assert_int_equal(e.kind, ERR_NOTFOUND);
	expect_none(s, "b", ERR_NOTFOUND);
	expect_find(s, two.hex, 2, NULL);
}

static void sorted_names(void **state)
{
	auto_store struct store *s = open_store(state);
	struct digest one = number(1001);
	struct err e;
	add_image(s, 1, NULL);
	static const char *const names[] = {
		"z", "a", "m", "a/b", "a.b", "aa", "a:2", "q.io/a", "m"
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(store_tag(s, &one, names[i], &e), 0);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		auto_image struct image img;
		assert_int_equal(store_image_find(s, names[i], &img, NULL, &e), 0);
	}
	auto_free char *text = scratch_read(*state, "store/names");
	auto_strv struct strv lines = { 0 };
	strv_split(&lines, text, '\n');
	assert_int_equal(lines.n, 9);
	for (size_t i = 1; i < 8; i++)
		assert_true(strcmp(lines.list[i - 1], lines.list[i]) < 0);
}

static void damage(void **state)
{
	auto_store struct store *s = open_store(state);
	struct digest one = number(1001);
	struct image_rows rows;
	struct err e = { 0 };
	add_image(s, 1, "a");
	auto_free char *blob = str_printf("store/blobs/sha256/%s", one.hex);
	scratch_file(*state, blob, "{");
	expect_none(s, "a", ERR_CORRUPT);
	struct digest id;
	assert_int_equal(store_image_resolve(s, "a", &id, NULL, &e),
			 0); /* so that it can be removed */
	auto_free char *row = str_printf("store/images/%s", one.hex);
	scratch_file(*state, row, "manifest x\n");
	assert_int_equal(store_images(s, &rows, &e), -1);
	assert_int_equal(e.kind, ERR_CORRUPT);
	scratch_file(*state, "store/names", "no newline");
	expect_none(s, "a", ERR_CORRUPT);
	scratch_file(*state, "store/names", "short\nlocalhost/a:latest nothex\n\n \n");
	expect_none(s, "a", ERR_NOTFOUND);
}

/* ---- sweeping */

static void sweep_stages(void **state)
{
	auto_store struct store *s = open_store(state);
	struct stage live, dead;
	struct err e = { 0 };
	unsigned removed;
	assert_false(store_sweep_needed(s));
	assert_int_equal(stage_open(s, "layer", &live, &e), 0);
	assert_int_equal(stage_open(s, "layer", &dead, &e), 0);
	assert_false(store_sweep_needed(s));
	assert_int_equal(mkdirat(dead.dir, "tree/sub", 0), 0);
	fd_close(&dead.lock);
	fd_close(&dead.dir);
	scratch_file(*state, "store/tmp/file-0123", "left by a killed writer");
	scratch_file(*state, "store/tmp/layer-nolock/tree/x", "killed before it had a lock");
	assert_true(store_sweep_needed(s));
	assert_int_equal(store_sweep(s, false, &removed, &e), 0);
	assert_int_equal(removed, 3);
	assert_false(store_sweep_needed(s));
	auto_free char *path = str_printf("tmp/%s/tree", live.name);
	assert_true(has(s, path));
	stage_drop(s, &live);
	assert_false(has(s, path));
	stage_drop(s, &live);
}

static void collect(void **state)
{
	auto_store struct store *s = open_store(state);
	struct err e = { 0 };
	struct digest id = number(1001), layer = number(1), kept = number(2), orphan = number(50);
	unsigned removed;
	add_image(s, 1, "a");  /* layers 1 and 2 */
	add_image(s, 2, "b");  /* layers 2 and 3 */
	add_image(s, 10, "c"); /* 10 and 11; removed, but a container uses 11 */
	assert_int_equal(put_layer(s, 50, &e), 0);
	struct digest c = number(1010), eleven = number(11), ten = number(10);
	auto_free char *used = str_printf("%s\n", eleven.hex);
	scratch_file(*state, "store/containers/x/layers", used);
	scratch_file(*state, "store/containers/being-made/config", "");
	assert_int_equal(store_image_remove(s, &id, &e), 0);
	assert_int_equal(store_image_remove(s, &c, &e), 0);
	/* somebody adds: nothing is collected */
	struct store *other = open_store(state);
	assert_int_equal(store_hold(other, &e), 0);
	assert_int_equal(store_sweep(s, true, &removed, &e), 0);
	assert_int_equal(removed, 0);
	assert_true(store_layer_exists(other, &orphan));
	store_close(other);
	/* in doubt: nothing either */
	scratch_file(*state, "store/containers/y/layers", "../../x\n");
	assert_int_equal(store_sweep(s, true, &removed, &e), -1);
	assert_true(store_layer_exists(s, &orphan));
	assert_int_equal(tree_remove_at(store_fd(s), "containers/y"), 0);
	assert_int_equal(store_sweep(s, true, &removed, &e), 0);
	assert_false(store_layer_exists(s, &layer) || store_layer_exists(s, &orphan)
		     || store_layer_exists(s, &ten));
	assert_true(store_layer_exists(s, &kept) && store_layer_exists(s, &eleven));
	auto_free char *blob = str_printf("blobs/sha256/%s", id.hex);
	assert_false(has(s, blob));
	assert_int_equal(removed, 3 + 2);
	assert_int_equal(check_store(s), 1);
	assert_int_equal(store_sweep(s, true, &removed, &e), 0);
	assert_int_equal(removed, 0);
}

/* ---- many, and killed */

static pid_t fork_writer(void **state, unsigned n, void (*work)(struct store *s, unsigned n))
{
	pid_t pid = fork();
	if (pid)
		return pid;
	struct store *s = open_store(state);
	work(s, n);
	store_close(s);
	_exit(0);
}

static void add_ten(struct store *s, unsigned n)
{
	for (unsigned i = 0; i < 10; i++) {
		struct err e = { 0 };
		auto_free char *name = str_printf("writer-%u:%u", n, i);
		if (put_image(s, (n + i) % 15, name, &e) < 0) {
			fprintf(stderr, "%s\n", e.msg);
			_exit(1);
		}
	}
}

static void twenty_writers(void **state)
{
	pid_t pids[20];
	struct image_rows rows;
	struct err e;
	size_t names = 0;
	for (unsigned i = 0; i < 20; i++)
		pids[i] = fork_writer(state, i, add_ten);
	for (unsigned i = 0; i < 20; i++) {
		int status;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	auto_store struct store *s = open_store(state);
	assert_int_equal(check_store(s), 15);
	assert_int_equal(store_images(s, &rows, &e), 0);
	for (size_t i = 0; i < rows.n; i++)
		names += rows.rows[i].names.n;
	assert_int_equal(names, 200);
	image_rows_free(&rows);
	assert_false(store_sweep_needed(s));
}

/* Adds, tags, removes and collects, for ever. */
static void churn(struct store *s, unsigned n)
{
	for (unsigned i = 0;; i++) {
		struct err e = { 0 };
		struct digest id = number(i % 7 + 1000);
		struct store *mine = NULL;
		unsigned removed;
		auto_free char *root = xstrdup(store_root(s));
		if (store_open(root, true, &mine, &e) < 0)
			_exit(1);
		if (n % 3 < 2) {
			auto_free char *name = str_printf("churn-%u", i % 9);
			if (put_image(mine, i % 7, name, &e) < 0)
				_exit(2);
		} else if ((i % 2 && store_image_remove(mine, &id, &e) < 0
			    && e.kind != ERR_NOTFOUND)
			   || store_sweep(mine, true, &removed, &e) < 0) {
			_exit(3);
		}
		store_close(mine);
	}
}

static void killed_writers(void **state)
{
	unsigned seed = (unsigned)time(NULL);
	struct err e = { 0 };
	print_message("# seed %u\n", seed);
	srandom(seed);
	for (int round = 0; round < 50; round++) {
		pid_t pids[3];
		for (unsigned i = 0; i < 3; i++)
			pids[i] = fork_writer(state, i, churn);
		usleep((useconds_t)(random() % 40000));
		for (unsigned i = 0; i < 3; i++)
			kill(pids[i], SIGKILL);
		for (unsigned i = 0; i < 3; i++) {
			int status;
			assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
			/* none may have met an error before it was killed */
			assert_true(WIFSIGNALED(status));
		}
		auto_store struct store *s = open_store(state);
		check_store(s);
		if (store_sweep(s, round % 2, NULL, &e) < 0)
			fail_msg("%s", e.msg);
		assert_false(store_sweep_needed(s));
		check_store(s);
		add_image(s, (unsigned)round % 7, "again");
	}
}

int main(void)
{
#define SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		SCRATCH(opening),        SCRATCH(not_a_store),    SCRATCH(others_store),
		SCRATCH(blobs),          SCRATCH(layers),         SCRATCH(finding),
		SCRATCH(prefixes),       SCRATCH(tagging),        SCRATCH(sorted_names),
		SCRATCH(damage),         SCRATCH(sweep_stages),   SCRATCH(collect),
		SCRATCH(twenty_writers), SCRATCH(killed_writers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
