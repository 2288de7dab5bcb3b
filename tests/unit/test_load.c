/* test_load.c - import and load: images out of archives and directories, and what is wrong with archives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "archive/hash.h"
#include "engine/import.h"
#include "engine/load.h"
#include "tarball.h"
#include "util/fd.h"
#include "util/path.h"

struct env {
	char dir[64];
	int fd;
	char *archive; /* a path in dir that tests write to */
	struct store *store;
	struct idmap map;
};

/* An image of one or two layers, in pieces that tests spoil. */
struct pieces {
	struct buf layer[2];
	struct digest diff_id[2];
	char *config;
	struct digest id;
};

static int wipe(void *arg, struct err *e)
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
	strcpy(v->dir, "/tmp/cuddy-load-XXXXXX");
	if (!mkdtemp(v->dir) || (v->fd = open(v->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return -1;
	v->archive = str_printf("%s/archive", v->dir);
	auto_free char *root = str_printf("%s/store", v->dir);
	return store_open(root, true, &v->store, &e) < 0 ? -1 : userns_idmap(NULL, &v->map, &e);
}

static int teardown(void **state)
{
	struct env *v = *state;
	struct err e;
	store_close(v->store);
	close(v->fd);
	int rc = userns_run(&v->map, 0, wipe, v, &e);
	free(v->archive);
	free(v);
	return rc;
}

static void layer(struct buf *b, const char *name, const char *text)
{
	tar_add(b, (struct tar_entry){ .name = name, .type = '0', .mode = 0644, .data = text });
	tar_end(b);
}

static void pieces_make(struct pieces *p, const char *text)
{
	char a[DIGEST_TEXT], b[DIGEST_TEXT];
	*p = (struct pieces){ 0 };
	layer(&p->layer[0], "one", text);
	layer(&p->layer[1], "two", text);
	for (int i = 0; i < 2; i++)
		p->diff_id[i] = hash_of(p->layer[i].data, p->layer[i].len);
	p->config = str_printf("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},"
			       "\"rootfs\":{\"type\":\"layers\","
			       "\"diff_ids\":[\"%s\",\"%s\"]}}",
			       digest_text(&p->diff_id[0], a), digest_text(&p->diff_id[1], b));
	p->id = hash_of(p->config, strlen(p->config));
}

static void pieces_free(struct pieces *p)
{
	buf_free(&p->layer[0]);
	buf_free(&p->layer[1]);
	free(p->config);
}

static void member(struct buf *t, const char *name, const void *data, size_t n)
{
	tar_add(t, (struct tar_entry){
			   .name = name, .type = '0', .mode = 0644, .data = data, .len = n });
}

/* As docker save did it once: the second layer's file twice, once as a link; manifest.json last. */
static void docker_archive(struct buf *t, const struct pieces *p, const char *manifest)
{
	member(t, "c.json", p->config, strlen(p->config));
	member(t, "a/layer.tar", p->layer[0].data, p->layer[0].len);
	member(t, "./b/real.tar", p->layer[1].data, p->layer[1].len);
	tar_add(t,
		(struct tar_entry){ .name = "b/layer.tar", .type = '2', .link = "../b/real.tar" });
	if (manifest)
		member(t, "manifest.json", manifest, strlen(manifest));
	tar_end(t);
}

#define GOOD                                                                                       \
	"[{\"Config\":\"c.json\",\"RepoTags\":[\"app:1\",\"quay.io/x/app:2\"],"                    \
	"\"Layers\":[\"a/layer.tar\",\"b/layer.tar\"]}]"

static int load(struct env *v, enum transport kind, const char *path, const char *inner,
		struct load_result *r, struct err *e)
{
	const struct load_request rq = { .kind = kind,
					 .path = path,
					 .inner = inner,
					 .quiet = true,
					 .platform = { "linux", "amd64", "" } };
	return engine_load(v->store, &v->map, &rq, r, e);
}

static int load_text(struct env *v, const struct buf *t, enum transport kind, const char *inner,
		     struct load_result *r, struct err *e)
{
	assert_int_equal(file_replace_at(v->fd, "archive", t->data, t->len, 0600, e), 0);
	return load(v, kind, v->archive, inner, r, e);
}

static void refuse(struct env *v, struct buf *t, enum transport kind, const char *inner,
		   const char *part)
{
	struct load_result r;
	struct err e = { 0 };
	assert_int_equal(load_text(v, t, kind, inner, &r, &e), -1);
	if (!strstr(e.msg, part))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, part);
	load_result_free(&r);
	buf_free(t);
}

static void expect(struct env *v, struct buf *t, const char *inner, const struct pieces *p,
		   const char *name)
{
	struct load_result r;
	struct err e = { 0 };
	struct digest id;
	if (load_text(v, t, LOAD_ANY, inner, &r, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(r.n, 1);
	assert_true(digest_eq(&r.images[0].id, &p->id));
	if (name)
		assert_true(strv_has(&r.images[0].names, name));
	assert_int_equal(store_image_resolve(v->store, name ? name : p->id.hex, &id, NULL, &e), 0);
	assert_true(digest_eq(&id, &p->id));
	assert_true(store_layer_exists(v->store, &p->diff_id[0])
		    && store_layer_exists(v->store, &p->diff_id[1]));
	load_result_free(&r);
	buf_free(t);
}

static void docker(void **state)
{
	struct env *v = *state;
	struct pieces p;
	struct buf t = { 0 }, z = { 0 };
	pieces_make(&p, "docker");
	docker_archive(&t, &p, GOOD);
	pack_gzip(t.data, t.len, &z);
	expect(v, &t, "", &p, "quay.io/x/app:2");
	/* compressed as a whole, and everything there already */
	expect(v, &z, "", &p, "localhost/app:1");
	docker_archive(&t, &p, GOOD);
	expect(v, &t, "app:1", &p, NULL);
	docker_archive(&t, &p, GOOD);
	expect(v, &t, "@0", &p, NULL);
	docker_archive(&t, &p, GOOD);
	refuse(v, &t, TRANSPORT_DOCKER_ARCHIVE, "app:3", "no image app:3");
	docker_archive(&t, &p, GOOD);
	refuse(v, &t, TRANSPORT_OCI, "", "not a directory");
	docker_archive(&t, &p, NULL);
	refuse(v, &t, LOAD_ANY, "", "no archive of images");
	pieces_free(&p);
}

static void docker_spoilt(void **state)
{
	static const struct {
		const char *manifest, *part;
	} bad[] = {
		{ "{}", "not a list" },
		{ "[]", "lists 0 images" },
		{ "[1]", "not a list" },
		{ "[{\"Config\":\"c.json\"}]", "0 layers" },
		{ "[{\"Config\":\"x.json\",\"Layers\":[]}]", "x.json is not there" },
		{ "[{\"Config\":\"../../../etc/passwd\",\"Layers\":[]}]", "not there" },
		{ "[{\"Config\":\"/etc/passwd\",\"Layers\":[]}]", "not there" },
		{ "[{\"Config\":7}]", "Config" },
		{ "[{\"Config\":\"c.json\",\"Layers\":[\"a/layer.tar\",\"nosuch\"]}]",
		  "nosuch is not there" },
		{ "[{\"Config\":\"c.json\",\"Layers\":[\"b/layer.tar\",\"a/layer.tar\"]}]",
		  "its image says sha256:" },
		{ "[{\"Config\":\"a/layer.tar\",\"Layers\":[]}]", "" },
		{ "[{", "manifest.json" },
	};
	struct env *v = *state;
	struct pieces p;
	struct buf t = { 0 };
	pieces_make(&p, "spoilt");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		docker_archive(&t, &p, bad[i].manifest);
		refuse(v, &t, LOAD_ANY, "", bad[i].part);
		assert_false(store_layer_exists(v->store, &p.diff_id[0]));
	}
	/* links that lead round, and a member that promises more than there is */
	tar_add(&t, (struct tar_entry){
			    .name = "manifest.json", .type = '2', .link = "manifest.json" });
	tar_end(&t);
	refuse(v, &t, LOAD_ANY, "", "no archive of images");
	docker_archive(&t, &p, GOOD);
	t.len = 3000;
	refuse(v, &t, LOAD_ANY, "", "");
	buf_puts(&t, "no tar at all");
	refuse(v, &t, LOAD_ANY, "", "not a tar archive");
	refuse(v, &t, LOAD_ANY, "", "empty");
	pieces_free(&p);
}

/* --- OCI --- */

struct oci {
	struct buf blobs[2]; /* compressed layers */
	char *manifest;
	struct digest digest;
};

static void oci_make(struct oci *o, const struct pieces *p)
{
	char c[DIGEST_TEXT], a[DIGEST_TEXT], b[DIGEST_TEXT];
	*o = (struct oci){ 0 };
	pack_gzip(p->layer[0].data, p->layer[0].len, &o->blobs[0]);
	pack_zstd(p->layer[1].data, p->layer[1].len, 3, 0, &o->blobs[1]);
	struct digest da = hash_of(o->blobs[0].data, o->blobs[0].len),
		      db = hash_of(o->blobs[1].data, o->blobs[1].len);
	o->manifest = str_printf(
		"{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/"
		"vnd.oci.image.config.v1+json\","
		"\"digest\":\"%s\",\"size\":%zu},\"layers\":["
		"{\"mediaType\":\"application/"
		"vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"%s\",\"size\":%zu},"
		"{\"mediaType\":\"application/"
		"vnd.oci.image.layer.v1.tar+zstd\",\"digest\":\"%s\",\"size\":%zu}]}",
		digest_text(&p->id, c), strlen(p->config), digest_text(&da, a), o->blobs[0].len,
		digest_text(&db, b), o->blobs[1].len);
	o->digest = hash_of(o->manifest, strlen(o->manifest));
}

static void oci_free(struct oci *o)
{
	buf_free(&o->blobs[0]);
	buf_free(&o->blobs[1]);
	free(o->manifest);
}

/* Calls PUT for each file of the layout, below PREFIX for blobs. */
static void oci_files(const struct oci *o, const struct pieces *p, const char *prefix,
		      void (*put)(void *to, const char *name, const void *data, size_t n), void *to)
{
	struct digest d[2] = { hash_of(o->blobs[0].data, o->blobs[0].len),
			       hash_of(o->blobs[1].data, o->blobs[1].len) };
	for (int i = 0; i < 2; i++) {
		auto_free char *name = str_printf("%s%s", prefix, d[i].hex);
		put(to, name, o->blobs[i].data, o->blobs[i].len);
	}
	auto_free char *config = str_printf("%s%s", prefix, p->id.hex);
	put(to, config, p->config, strlen(p->config));
}

static void put_member(void *to, const char *name, const void *data, size_t n)
{
	member(to, name, data, n);
}

static void oci_archive(struct buf *t, const struct oci *o, const struct pieces *p, size_t size)
{
	char d[DIGEST_TEXT];
	auto_free char *index = str_printf("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
					   "\"application/vnd.oci.image.manifest.v1+json\","
					   "\"digest\":\"%s\",\"size\":%zu,\"annotations\":{\"org."
					   "opencontainers.image.ref.name\":\"oci-app:3\"}}]}",
					   digest_text(&o->digest, d), size);
	auto_free char *name = str_printf("blobs/sha256/%s", o->digest.hex);
	oci_files(o, p, "blobs/sha256/", put_member, t);
	member(t, name, o->manifest, strlen(o->manifest));
	member(t, "index.json", index, strlen(index));
	tar_end(t);
}

static void oci(void **state)
{
	struct env *v = *state;
	struct pieces p;
	struct oci o;
	struct buf t = { 0 };
	pieces_make(&p, "oci");
	oci_make(&o, &p);
	oci_archive(&t, &o, &p, strlen(o.manifest) + 1);
	refuse(v, &t, LOAD_ANY, "", "as announced");
	/* a blob that is not what it is called */
	o.blobs[1].data[20] ^= 1;
	struct digest d = hash_of(o.blobs[1].data, o.blobs[1].len);
	oci_archive(&t, &o, &p, strlen(o.manifest));
	refuse(v, &t, LOAD_ANY, "", "is not there");
	(void)d;
	o.blobs[1].data[20] ^= 1;
	oci_archive(&t, &o, &p, strlen(o.manifest));
	for (size_t i = 0; i + 20 < t.len; i++) /* spoil the layer where it lies */
		if (memcmp(t.data + i, o.blobs[0].data, 18) == 0)
			t.data[i + 4] ^=
				1; /* the time in gzip's header: unpacked, nothing would show */
	refuse(v, &t, LOAD_ANY, "", "is in truth");
	assert_false(store_layer_exists(v->store, &p.diff_id[0]));
	oci_archive(&t, &o, &p, strlen(o.manifest));
	expect(v, &t, "", &p, "localhost/oci-app:3");
	oci_archive(&t, &o, &p, strlen(o.manifest));
	expect(v, &t, "3", &p, NULL);
	oci_archive(&t, &o, &p, strlen(o.manifest));
	refuse(v, &t, TRANSPORT_OCI_ARCHIVE, "nosuch", "nosuch");
	oci_free(&o);
	pieces_free(&p);
}

static void put_file(void *to, const char *name, const void *data, size_t n)
{
	struct err e;
	if (file_replace_at(*(int *)to, name, data, n, 0600, &e) < 0)
		fail_msg("%s", e.msg);
}

static void dir(void **state)
{
	struct env *v = *state;
	struct pieces p;
	struct oci o;
	struct load_result r;
	struct err e = { 0 };
	auto_free char *path = str_printf("%s/image", v->dir);
	pieces_make(&p, "dir");
	oci_make(&o, &p);
	assert_int_equal(mkdirat(v->fd, "image", 0700), 0);
	auto_fd int fd = openat(v->fd, "image", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(load(v, LOAD_ANY, path, "", &r, &e), -1);
	load_result_free(&r);
	oci_files(&o, &p, "", put_file, &fd);
	put_file(&fd, "manifest.json", o.manifest, strlen(o.manifest));
	/* a blob that is a way out */
	assert_int_equal(renameat(fd, p.id.hex, v->fd, "outside"), 0);
	assert_int_equal(symlinkat("../outside", fd, p.id.hex), 0);
	assert_int_equal(load(v, TRANSPORT_DIR, path, "", &r, &e), -1);
	load_result_free(&r);
	assert_int_equal(renameat(v->fd, "outside", fd, p.id.hex), 0);
	if (load(v, TRANSPORT_DIR, path, "", &r, &e) < 0)
		fail_msg("%s", e.msg);
	assert_true(r.n == 1 && digest_eq(&r.images[0].id, &p.id));
	load_result_free(&r);
	assert_int_equal(load(v, TRANSPORT_DOCKER_ARCHIVE, path, "", &r, &e), -1);
	load_result_free(&r);
	oci_free(&o);
	pieces_free(&p);
}

/* --- import --- */

static int import(struct env *v, const char *path, const char *name, const char *change,
		  struct digest *id, struct err *e)
{
	auto_strv struct strv changes = { 0 };
	if (change)
		strv_add(&changes, change);
	const struct import_request rq = {
		.path = path, .name = name, .changes = &changes, .message = "why", .quiet = true
	};
	return engine_import(v->store, &v->map, &rq, id, e);
}

static void imports(void **state)
{
	struct env *v = *state;
	struct err e = { 0 };
	struct digest id, found;
	auto_buf struct buf t = { 0 }, z = { 0 };
	auto_image struct image img = { 0 };
	layer(&t, "bin/sh", "#!");
	pack_xz(t.data, t.len, 1, &z);
	assert_int_equal(file_replace_at(v->fd, "archive", z.data, z.len, 0600, &e), 0);
	if (import(v, v->archive, "tool", "CMD [\"/bin/sh\"]", &id, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(store_image_find(v->store, "tool", &img, NULL, &e), 0);
	found = hash_of(t.data, t.len);
	assert_true(digest_eq(&img.id, &id) && img.nlayers == 1
		    && digest_eq(&img.layers[0], &found));
	assert_string_equal(img.config.cmd.list[0], "/bin/sh");
	assert_string_equal(img.comment, "why");
	/* nothing is read when what was asked for cannot be */
	assert_int_equal(import(v, "/nonexistent", "tool", "NO way", &id, &e), -1);
	assert_non_null(strstr(e.msg, "NO way"));
	assert_int_equal(import(v, "/nonexistent", "Tool", NULL, &id, &e), -1);
	assert_null(strstr(e.msg, "nonexistent"));
	assert_int_equal(import(v, "/nonexistent", "tool", NULL, &id, &e), -1);
	assert_non_null(strstr(e.msg, "nonexistent"));
	assert_int_equal(import(v, v->dir, "tool", NULL, &id, &e), -1);
	/* without a name it is found by its id */
	assert_int_equal(import(v, v->archive, NULL, NULL, &id, &e), 0);
	assert_int_equal(store_image_resolve(v->store, id.hex, &found, NULL, &e), 0);
}

/* An archive through a pipe, slower than it could be unpacked. */
static void from_a_pipe(void **state)
{
	struct env *v = *state;
	struct err e = { 0 };
	struct digest id;
	auto_buf struct buf t = { 0 };
	int p[2];
	auto_free char *zeros = xcalloc(1, 300000);
	tar_add(&t, (struct tar_entry){ .name = "big", .type = '0', .data = zeros, .len = 300000 });
	tar_end(&t);
	assert_int_equal(pipe(p), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(p[0]);
		for (size_t at = 0; at < t.len; at += 30000) {
			size_t n = t.len - at < 30000 ? t.len - at : 30000;
			if (fd_write_all(p[1], t.data + at, n) < 0)
				_exit(1);
			usleep(2000);
		}
		_exit(0);
	}
	int in = dup(STDIN_FILENO);
	close(p[1]);
	assert_true(dup2(p[0], STDIN_FILENO) == STDIN_FILENO);
	close(p[0]);
	int rc = import(v, "-", "piped", NULL, &id, &e);
	dup2(in, STDIN_FILENO);
	close(in);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	if (rc < 0)
		fail_msg("%s", e.msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker),  cmocka_unit_test(docker_spoilt),
		cmocka_unit_test(oci),     cmocka_unit_test(dir),
		cmocka_unit_test(imports), cmocka_unit_test(from_a_pipe),
	};
	struct idmap map;
	struct err e;
	struct env none = { .dir = "/nonexistent" };
	signal(SIGPIPE, SIG_IGN);
	/* no user namespaces here (a container, valgrind): there is nothing to test */
	if (userns_idmap(NULL, &map, &e) < 0 || userns_run(&map, 0, wipe, &none, &e) < 0) {
		fprintf(stderr, "# skipped: %s\n", e.msg);
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
