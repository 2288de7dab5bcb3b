/* test_ingest.c - layers through the confined unpacker into a store: whole, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "engine/ingest.h"
#include "tarball.h"
#include "util/fd.h"
#include "util/path.h"

struct env {
	char dir[64];
	struct store *store;
	struct idmap map;
};

static int sweep(void *arg, struct err *e)
{
	struct env *v = arg;
	auto_fd int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return tree_remove_at(tmp, path_base(v->dir)) < 0 ? err_sys(e, "remove %s", v->dir) : 0;
}

static int setup(void **state)
{
	struct env *v = xcalloc(1, sizeof *v);
	struct err e;
	*state = v;
	strcpy(v->dir, "/tmp/cuddy-ingest-XXXXXX");
	if (!mkdtemp(v->dir) || store_open(v->dir, true, &v->store, &e) < 0
	    || userns_idmap(NULL, &v->map, &e) < 0)
		return -1;
	return 0;
}

static int teardown(void **state)
{
	struct env *v = *state;
	struct err e;
	store_close(v->store);
	int rc = userns_run(&v->map, 0, sweep, v, &e);
	free(v);
	return rc;
}

/* Nothing is left on its way. */
static void no_stages(const struct env *v)
{
	auto_free char *path = str_printf("%s/tmp", v->dir);
	unsigned n = 0;
	DIR *d = opendir(path);
	assert_non_null(d);
	for (struct dirent *ent; (ent = readdir(d));)
		n += ent->d_name[0] != '.';
	closedir(d);
	assert_int_equal(n, 0);
}

static void make_tar(struct buf *t, const char *text)
{
	tar_add(t, (struct tar_entry){
			   .name = "etc/", .type = '5', .mode = 0755, .uid = 1, .gid = 1 });
	tar_add(t, (struct tar_entry){
			   .name = "etc/f", .type = '0', .mode = 04755, .uid = 2, .data = text });
	tar_add(t, (struct tar_entry){
			   .name = "dev/null", .type = '3', .mode = 0666, .major = 1, .minor = 3 });
	tar_end(t);
}

static struct digest sha256(const struct buf *b)
{
	unsigned char md[SHA256_DIGEST_LENGTH];
	SHA256((const unsigned char *)b->data, b->len, md);
	return digest_from_bytes(md);
}

static struct layer_job *begin(struct env *v)
{
	struct layer_job *j;
	struct err e;
	if (layer_job_start(v->store, &v->map, &j, &e) < 0)
		fail_msg("%s", e.msg);
	return j;
}

static void kept(void **state)
{
	struct env *v = *state;
	auto_buf struct buf t = { 0 }, z = { 0 };
	struct digest want, got;
	struct layer_info info, again;
	struct err e;
	make_tar(&t, "hello");
	pack_gzip(t.data, t.len, &z);
	want = sha256(&t);
	for (int i = 0; i < 2; i++) { /* the second time it is there already */
		struct layer_job *j = begin(v);
		assert_int_equal(fd_write_all(layer_job_fd(j), z.data, z.len), 0);
		if (i)
			layer_job_end(j);
		if (layer_job_finish(j, i ? &want : NULL, &got, &info, &e) < 0)
			fail_msg("%s", e.msg);
		assert_true(digest_eq(&want, &got));
		assert_int_equal(info.size, t.len);
		assert_int_equal(info.disk, 5);
		assert_int_equal(info.files, 3);
		assert_int_equal(info.skipped_devices, 1);
		assert_int_equal(info.flattened, v->map.single ? 2 : 0);
		no_stages(v);
	}
	assert_true(store_layer_exists(v->store, &want));
	assert_int_equal(store_layer_info(v->store, &want, &again, &e), 0);
	assert_memory_equal(&again, &info, sizeof info);
	auto_fd int tree = store_layer_tree(v->store, &want, &e);
	struct stat st;
	assert_int_equal(fstatat(tree, "etc/f", &st, 0), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(st.st_mode & 07777, v->map.single ? 0755 : 04755);
}

static void fails(struct env *v, const struct buf *b, const struct digest *expected,
		  const char *part)
{
	struct digest got;
	struct layer_info info;
	struct err e = { 0 };
	struct layer_job *j = begin(v);
	if (fd_write_all(layer_job_fd(j), b->data, b->len) < 0)
		assert_int_equal(errno, EPIPE);
	assert_int_equal(layer_job_finish(j, expected, &got, &info, &e), -1);
	if (!strstr(e.msg, part))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, part);
	no_stages(v);
}

static void refused(void **state)
{
	struct env *v = *state;
	auto_buf struct buf t = { 0 }, bad = { 0 }, z = { 0 }, none = { 0 };
	make_tar(&t, "other");
	struct digest d = sha256(&t), other = d;
	other.hex[5] = other.hex[5] == '0' ? '1' : '0';
	fails(v, &t, &other, "its image says sha256:");
	assert_false(store_layer_exists(v->store, &d));
	assert_false(store_layer_exists(v->store, &other));
	fails(v, &none, NULL, "empty");
	tar_add(&bad, (struct tar_entry){ .name = "../x", .type = '0', .mode = 0644, .data = "x" });
	char *much = xcalloc(1, 4 << 20); /* what comes behind must not block the writer */
	buf_add(&bad, much, 4 << 20);
	free(much);
	fails(v, &bad, NULL, "cannot unpack ../x: its name leads out of the root");
	pack_zstd(t.data, t.len, 3, 0, &z);
	z.len /= 2;
	fails(v, &z, NULL, "");
}

static void aborted(void **state)
{
	struct env *v = *state;
	auto_buf struct buf t = { 0 };
	make_tar(&t, "half");
	struct layer_job *j = begin(v);
	assert_int_equal(fd_write_all(layer_job_fd(j), t.data, 1000), 0);
	layer_job_abort(j);
	layer_job_abort(begin(v));
	no_stages(v);
}

/* Jobs side by side do not hold each other's pipes open. */
static void together(void **state)
{
	enum { N = 4 };
	struct env *v = *state;
	struct layer_job *j[N];
	struct digest got;
	struct layer_info info;
	struct err e;
	for (int i = 0; i < N; i++)
		j[i] = begin(v);
	for (int i = 0; i < N; i++) {
		auto_buf struct buf t = { 0 };
		auto_free char *text = str_printf("number %d", i);
		make_tar(&t, text);
		assert_int_equal(fd_write_all(layer_job_fd(j[i]), t.data, t.len), 0);
		struct pollfd p = { .fd = layer_job_done_fd(j[i]), .events = POLLIN };
		assert_int_equal(poll(&p, 1, 0), 0);
		layer_job_end(j[i]);
		assert_int_equal(poll(&p, 1, 20000), 1);
		if (layer_job_finish(j[i], NULL, &got, &info, &e) < 0)
			fail_msg("%s", e.msg);
		assert_true(store_layer_exists(v->store, &got));
	}
	no_stages(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept),
		cmocka_unit_test(refused),
		cmocka_unit_test(aborted),
		cmocka_unit_test(together),
	};
	struct err e;
	signal(SIGPIPE, SIG_IGN);
	/* no user namespaces here (a container, valgrind): there is nothing to test */
	struct idmap map;
	if (userns_idmap(NULL, &map, &e) < 0
	    || userns_run(&map, 0, sweep, &(struct env){ .dir = "/nonexistent" }, &e) < 0) {
		fprintf(stderr, "# skipped: %s\n", e.msg);
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
