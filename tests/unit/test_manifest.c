/* test_manifest.c - manifests and indexes, right ones and such as strangers send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "model/manifest.h"
#include "util/str.h"

#define D0 "sha256:0000000000000000000000000000000000000000000000000000000000000000"
#define D1 "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define D2 "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define CONFIG                                                                                     \
	"\"config\":{\"mediaType\":\"" MEDIA_OCI_CONFIG "\",\"digest\":\"" D0 "\",\"size\":7}"

static int parse(const char *text, const char *type, struct manifest *m, struct err *e)
{
	return manifest_parse(text, strlen(text), type, m, e);
}

static void must_parse(const char *text, const char *type, struct manifest *m)
{
	struct err e;
	if (parse(text, type, m, &e) < 0)
		fail_msg("%s", e.msg);
}

static void image(void **state)
{
	auto_manifest struct manifest m = { 0 };
	must_parse("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_MANIFEST "\"," CONFIG
		   ",\"layers\":["
		   "{\"mediaType\":\"" MEDIA_OCI_LAYER_GZIP "\",\"digest\":\"" D1 "\",\"size\":10},"
		   "{\"mediaType\":\"" MEDIA_OCI_LAYER_ZSTD "\",\"digest\":\"" D2
		   "\",\"size\":20}]}",
		   MEDIA_OCI_MANIFEST "; charset=utf-8", &m);
	assert_false(m.index);
	assert_false(m.docker);
	assert_int_equal(m.nlayers, 2);
	assert_int_equal(m.config.size, 7);
	assert_int_equal(m.layers[1].size, 20);
	assert_string_equal(m.layers[1].digest.hex, strchr(D2, ':') + 1);
	assert_int_equal(manifest_size(&m), 30);
}

static void docker_and_untyped(void **state)
{
	auto_manifest struct manifest m = { 0 }, n = { 0 };
	must_parse("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_DOCKER_MANIFEST
		   "\",\"config\":{\"mediaType\":\"" MEDIA_DOCKER_CONFIG "\",\"digest\":\"" D0
		   "\",\"size\":7},\"layers\":[{\"mediaType\":\"" MEDIA_DOCKER_LAYER_GZIP
		   "\",\"digest\":\"" D1 "\",\"size\":10}]}",
		   "text/plain", &m);
	assert_true(m.docker);
	must_parse("{\"schemaVersion\":2,\"config\":{\"digest\":\"" D0
		   "\",\"size\":0},\"layers\":[]}",
		   NULL, &n);
	assert_false(n.docker);
	assert_int_equal(n.nlayers, 0);
}

#define ENTRY(digest, platform) "{\"digest\":\"" digest "\",\"size\":5,\"platform\":" platform "}"
static const char index_text[] = "{\"schemaVersion\":2,\"manifests\":[" ENTRY(
	D0,
	"{\"os\":\"linux\","
	"\"architecture\":\"arm\","
	"\"variant\":\"v6\"}") "," ENTRY(D1,
					 "{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":"
					 "\"v7\"}") "," ENTRY(D2,
							      "{\"os\":\"linux\",\"architecture\":"
							      "\"amd64\"}") "," ENTRY(D0,
										      "{\"os\":"
										      "\"unknown"
										      "\","
										      "\"archite"
										      "cture\":"
										      "\"unknown"
										      "\"}") "," ENTRY(D0,
												       "null") "]}";

static void choice(void **state)
{
	auto_manifest struct manifest m = { 0 };
	const struct manifest_entry *entry;
	struct platform want;
	struct err e;
	must_parse(index_text, MEDIA_OCI_INDEX, &m);
	assert_true(m.index);
	assert_int_equal(m.nentries, 5);
	assert_int_equal(platform_parse("linux/amd64", &want, &e), 0);
	assert_int_equal(manifest_choose(&m, &want, &entry, &e), 0);
	assert_string_equal(entry->desc.digest.hex, strchr(D2, ':') + 1);
	assert_int_equal(platform_parse("linux/arm/v8", &want, &e), 0);
	assert_int_equal(manifest_choose(&m, &want, &entry, &e), 0);
	assert_string_equal(entry->desc.digest.hex, strchr(D1, ':') + 1);
	assert_int_equal(platform_parse("linux/s390x", &want, &e), 0);
	assert_int_equal(manifest_choose(&m, &want, &entry, &e), -1);
	assert_int_equal(e.kind, ERR_NOTFOUND);
	assert_non_null(strstr(e.hint, "linux/arm/v7, linux/amd64"));
	assert_null(strstr(e.hint, "unknown"));
}

static void named(void **state)
{
	auto_manifest struct manifest m = { 0 }, one = { 0 };
	const struct manifest_entry *entry;
	struct err e;
	must_parse("{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"" D0
		   "\",\"size\":1,\"annotations\":{"
		   "\"org.opencontainers.image.ref.name\":\"docker.io/library/"
		   "x:1\"}},{\"digest\":\"" D1 "\",\"size\":1}]}",
		   NULL, &m);
	assert_int_equal(manifest_choose_named(&m, "1", &entry, &e), 0);
	assert_ptr_equal(entry, &m.entries[0]);
	assert_int_equal(manifest_choose_named(&m, "docker.io/library/x:1", &entry, &e), 0);
	assert_int_equal(manifest_choose_named(&m, "2", &entry, &e), -1);
	assert_int_equal(manifest_choose_named(&m, "", &entry, &e), -1);
	must_parse("{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"" D1 "\",\"size\":1}]}", NULL,
		   &one);
	assert_int_equal(manifest_choose_named(&one, "", &entry, &e), 0);
	struct platform host = platform_host();
	assert_int_equal(manifest_choose(&one, &host, &entry, &e), 0);
}

#define V2 "{\"schemaVersion\":2,"
#define LAYER(type, size) "{\"mediaType\":\"" type "\",\"digest\":\"" D1 "\",\"size\":" size "}"
static void refused(void **state)
{
	static const struct {
		const char *text, *type, *says;
	} rows[] = {
		{ "", NULL, "empty" },
		{ "<html>", "text/html", "not valid JSON" },
		{ "[]", NULL, "not a JSON object" },
		{ "{}", NULL, "schemaVersion" },
		{ V2 "\"x\":1}", NULL, "neither" },
		{ "{\"schemaVersion\":1,\"fsLayers\":[]}", NULL, "schema 1" },
		{ "{\"schemaVersion\":1}",
		  "application/vnd.docker.distribution.manifest.v1+prettyjws", "schema 1" },
		{ V2 CONFIG ",\"layers\":[],\"manifests\":[]}", NULL, "both" },
		{ V2 CONFIG ",\"layers\":[]}", MEDIA_OCI_INDEX, "does not fit" },
		{ V2 "\"mediaType\":\"" MEDIA_OCI_INDEX "\"," CONFIG ",\"layers\":[]}", NULL,
		  "does not fit" },
		{ V2 "\"mediaType\":\"x/y\"," CONFIG ",\"layers\":[]}", NULL,
		  "unknown media type" },
		{ V2 CONFIG "}", NULL, "layers is missing" },
		{ V2 CONFIG ",\"layers\":{}}", NULL, "layers is missing" },
		{ V2 "\"config\":{\"digest\":\"sha256:00\",\"size\":1},\"layers\":[]}", NULL,
		  "config" },
		{ V2 "\"config\":{\"digest\":\"" D0 "\"},\"layers\":[]}", NULL, "size" },
		{ V2 "\"config\":{\"digest\":\"" D0 "\",\"size\":99999999},\"layers\":[]}", NULL,
		  "16 MB" },
		{ V2 "\"config\":{\"digest\":\"" D0
		     "\",\"size\":1,\"mediaType\":\"application/x.helm\"},\"layers\":[]}",
		  NULL, "artifact" },
		{ V2 CONFIG ",\"layers\":[" LAYER("a.tar", "-1") "]}", NULL, "size" },
		{ V2 CONFIG ",\"layers\":[" LAYER("a.tar", "\"1\"") "]}", NULL, "size" },
		{ V2 CONFIG ",\"layers\":[" LAYER("text/plain", "1") "]}", NULL, "not a tar" },
		{ V2 CONFIG ",\"layers\":[" LAYER(MEDIA_OCI_LAYER "+encrypted", "1") "]}", NULL,
		  "encrypted" },
		{ V2 CONFIG ",\"layers\":[" LAYER("x.nondistributable.tar", "1") "]}", NULL,
		  "not be distributed" },
		{ V2 CONFIG ",\"layers\":[null]}", NULL, "digest" },
		{ V2 "\"manifests\":7}", NULL, "not a list" },
		{ V2 "\"manifests\":[{}]}", NULL, "digest" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct manifest m;
		struct err e;
		if (parse(rows[i].text, rows[i].type, &m, &e) == 0)
			fail_msg("taken: %s", rows[i].text);
		assert_int_equal(e.kind, ERR_CORRUPT);
		if (!strstr(e.msg, rows[i].says))
			fail_msg("%s: says \"%s\", not \"%s\"", rows[i].text, e.msg, rows[i].says);
	}
}

static void too_much(void **state)
{
	auto_buf struct buf b = { 0 };
	struct manifest m;
	struct err e;
	buf_puts(&b, V2 CONFIG ",\"layers\":[");
	for (int i = 0; i <= MANIFEST_LAYERS; i++)
		buf_printf(&b, "%s" LAYER("a.tar", "1"), i ? "," : "");
	buf_puts(&b, "]}");
	assert_int_equal(parse(b.data, NULL, &m, &e), -1);
	assert_non_null(strstr(e.msg, "129 layers"));
	b.len = 0;
	buf_puts(&b, V2 "\"manifests\":[");
	for (int i = 0; i <= MANIFEST_ENTRIES; i++)
		buf_printf(&b, "%s{\"digest\":\"" D1 "\",\"size\":1}", i ? "," : "");
	buf_puts(&b, "]}");
	assert_int_equal(parse(b.data, NULL, &m, &e), -1);
	assert_non_null(strstr(e.msg, "4097 entries"));
	assert_int_equal(manifest_parse(b.data, MANIFEST_MAX + 1, NULL, &m, &e), -1);
}

static void sum_saturates(void **state)
{
	auto_manifest struct manifest m = { 0 };
	must_parse(V2 CONFIG ",\"layers\":[" LAYER("a.tar", "9223372036854775807") "," LAYER(
			   "a.tar", "9223372036854775807") "," LAYER("a.tar",
								     "9223372036854775807") "]}",
		   NULL, &m);
	assert_true(manifest_size(&m) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image),         cmocka_unit_test(docker_and_untyped),
		cmocka_unit_test(choice),        cmocka_unit_test(named),
		cmocka_unit_test(refused),       cmocka_unit_test(too_much),
		cmocka_unit_test(sum_saturates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
