/* test_image.c - image configurations of all kinds of strangers, and --change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "model/image.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define LAYERS "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" HEX "\"]}"

static const struct digest id = { HEX };

static void whole(void **state)
{
	static const char text[] = "{\"created\":\"2024-05-01T10:20:30.123456789Z\",\"author\":"
				   "\"A\",\"architecture\":\"arm64\",\"variant\":\"v8\","
				   "\"os\":\"linux\",\"config\":{\"User\":\"1000:1000\","
				   "\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{}},"
				   "\"Env\":[\"PATH=/bin\",\"X\"],\"Entrypoint\":[\"/"
				   "e\"],\"Cmd\":[\"a\",\"b c\"],\"Volumes\":{\"/data\":{}},"
				   "\"WorkingDir\":\"/"
				   "w\",\"Labels\":{\"k\":\"v=1\"},\"StopSignal\":\"SIGINT\","
				   "\"Healthcheck\":{\"Test\":[\"x\"]},"
				   "\"OnBuild\":null,\"Shell\":[\"/bin/ash\",\"-c\"]}," LAYERS
				   ",\"history\":[{\"created_by\":\"x\"}],\"odd\":1}";
	auto_image struct image img;
	struct err e = { 0 };
	if (image_parse(text, strlen(text), &id, &img, &e) < 0)
		fail_msg("%s", e.msg);
	assert_true(digest_eq(&img.id, &id));
	assert_string_equal(img.os, "linux");
	assert_string_equal(img.arch, "arm64");
	assert_string_equal(img.variant, "v8");
	assert_int_equal(image_created(&img), 1714558830);
	assert_int_equal(img.nlayers, 1);
	assert_string_equal(img.layers[0].hex, HEX);
	const struct image_config *c = &img.config;
	assert_string_equal(c->user, "1000:1000");
	assert_string_equal(c->workdir, "/w");
	assert_string_equal(c->stop_signal, "SIGINT");
	assert_int_equal(c->env.n, 2);
	assert_string_equal(c->env.list[1], "X=");
	assert_int_equal(c->cmd.n, 2);
	assert_string_equal(c->cmd.list[1], "b c");
	assert_int_equal(c->exposed_ports.n, 2);
	assert_string_equal(c->labels.list[0], "k=v=1");
	assert_string_equal(c->volumes.list[0], "/data");
	assert_int_equal(json_int(img.raw, "odd", 0), 1);
	auto_json json *j = image_config_json(c);
	auto_free char *back = json_text(j, false);
	assert_string_equal(
		back,
		"{\"User\":\"1000:1000\",\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{}},"
		"\"Env\":[\"PATH=/bin\",\"X=\"],\"Entrypoint\":[\"/e\"],\"Cmd\":[\"a\",\"b c\"],"
		"\"Volumes\":{\"/data\":{}},\"WorkingDir\":\"/w\",\"Labels\":{\"k\":\"v=1\"},"
		"\"StopSignal\":\"SIGINT\",\"Shell\":[\"/bin/ash\",\"-c\"]}");
}

static void least(void **state)
{
	static const char *const texts[] = {
		"{" LAYERS "}",
		"{" LAYERS ",\"config\":null,\"history\":null,\"created\":null,\"os\":\"\"}",
		"{" LAYERS ",\"config\":{},\"history\":[{},{},{\"empty_layer\":true}]}",
		"{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}",
		"{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":null}}",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		auto_image struct image img;
		struct err e = { 0 };
		if (image_parse(texts[i], strlen(texts[i]), &id, &img, &e) < 0)
			fail_msg("%s: %s", texts[i], e.msg);
		assert_null(img.os);
		assert_int_equal(image_created(&img), 0);
	}
}

static void hostile(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "JSON" },
		{ "[]", "object" },
		{ "null", "" },
		{ "{", "JSON" },
		{ "{} {}", "JSON" },
		{ "{}", "rootfs is missing" },
		{ "{\"rootfs\":[]}", "rootfs is not" },
		{ "{\"rootfs\":{\"diff_ids\":[]}}", "type" },
		{ "{\"rootfs\":{\"type\":\"x\"}}", "type" },
		{ "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":{}}}", "diff_ids" },
		{ "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[1]}}", "diff_ids[0]" },
		{ "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:../../x\"]}}",
		  "diff_ids[0]" },
		{ "{" LAYERS ",\"config\":[]}", "config" },
		{ "{" LAYERS ",\"config\":{\"Env\":\"A=b\"}}", "Env" },
		{ "{" LAYERS ",\"config\":{\"Env\":[\"=b\"]}}", "Env" },
		{ "{" LAYERS ",\"config\":{\"Env\":[\"A=b\\u0000c\"]}}", "Env" },
		{ "{" LAYERS ",\"config\":{\"Cmd\":{\"a\":1}}}", "Cmd" },
		{ "{" LAYERS ",\"config\":{\"Cmd\":[[\"a\"]]}}", "Cmd" },
		{ "{" LAYERS ",\"config\":{\"User\":0}}", "User" },
		{ "{" LAYERS ",\"config\":{\"User\":\"a\\u0000b\"}}", "User" },
		{ "{" LAYERS ",\"config\":{\"Volumes\":[\"/a\"]}}", "Volumes" },
		{ "{" LAYERS ",\"config\":{\"Volumes\":{\"\":{}}}}", "Volumes" },
		{ "{" LAYERS ",\"config\":{\"Labels\":{\"a\":1}}}", "Labels" },
		{ "{" LAYERS ",\"history\":{}}", "history" },
		{ "{" LAYERS ",\"history\":[1]}", "history[0]" },
		{ "{" LAYERS ",\"created\":\"yesterday\"}", "created" },
		{ "{" LAYERS ",\"created\":5}", "created" },
		{ "{" LAYERS ",\"os\":[]}", "os" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct image img;
		struct err e = { 0 };
		if (image_parse(cases[i].text, strlen(cases[i].text), &id, &img, &e) == 0)
			fail_msg("accepted: %s", cases[i].text);
		assert_int_equal(e.kind, ERR_CORRUPT);
		if (!strstr(e.msg, cases[i].says))
			fail_msg("%s: %s", cases[i].text, e.msg);
		assert_null(img.raw);
		assert_null(img.layers);
	}
}

static void bounds(void **state)
{
	auto_buf struct buf b = { 0 };
	struct image img;
	struct err e = { 0 };
	buf_puts(&b, "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" HEX "\"");
	for (int i = 0; i < IMAGE_LAYERS_MAX; i++)
		buf_puts(&b, ",\"sha256:" HEX "\"");
	buf_puts(&b, "]}}");
	assert_int_equal(image_parse(b.data, b.len, &id, &img, &e), -1);
	assert_non_null(strstr(e.msg, "129 layers"));
	buf_free(&b);
	for (int i = 0; i < 100; i++)
		buf_puts(&b, "{\"a\":");
	assert_int_equal(image_parse(b.data, b.len, &id, &img, &e), -1);
	auto_free char *big = xcalloc(IMAGE_TEXT_MAX + 1, 1);
	memset(big, ' ', IMAGE_TEXT_MAX + 1);
	assert_int_equal(image_parse(big, IMAGE_TEXT_MAX + 1, &id, &img, &e), -1);
	assert_non_null(strstr(e.msg, "16 MB"));
}

static void times(void **state)
{
	static const char *const bad[] = {
		"",
		"2024",
		"2024-05-01",
		"2024-05-01T10:20:30",
		"2024-05-01 10:20:30Z",
		"2024-13-01T10:20:30Z",
		"2024-00-01T10:20:30Z",
		"2024-05-32T10:20:30Z",
		"2024-05-01T25:20:30Z",
		"2024-05-01T10:20:30.Z",
		"2024-05-01T10:20:30ZZ",
		"2024-05-01T10:20:30+1:00",
		"2024-05-01T10:20:30+01:0",
		"2024-05-01T10:20:30+01:000",
		"2024-05-01T10:20:30+24:00",
		"-024-05-01T10:20:30Z",
		"2024-05-01T10:20:3\xff",
		"2024-05-01T10:20:30+",
	};
	int64_t t = 0;
	assert_int_equal(image_time_parse("1970-01-01T00:00:00Z", &t), 0);
	assert_int_equal(t, 0);
	assert_int_equal(image_time_parse("2024-05-01T12:20:30.5+02:00", &t), 0);
	assert_int_equal(t, 1714558830);
	assert_int_equal(image_time_parse("2024-05-01t04:50:30-05:30", &t), 0);
	assert_int_equal(t, 1714558830);
	assert_int_equal(image_time_parse("0001-01-01T00:00:00Z", &t), 0);
	assert_int_equal(t, -62135596800);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (image_time_parse(bad[i], &t) == 0)
			fail_msg("accepted: %s", bad[i]);
}

static void change(struct image_config *c, const char *text)
{
	struct err e = { 0 };
	if (image_config_change(c, text, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
}

static void changes(void **state)
{
	struct image_config c = { 0 };
	change(&c, "CMD [\"a\", \"b c\"]");
	assert_int_equal(c.cmd.n, 2);
	change(&c, "CMD=/bin/bash");
	assert_int_equal(c.cmd.n, 3);
	assert_string_equal(c.cmd.list[2], "/bin/bash");
	change(&c, "cmd []");
	assert_int_equal(c.cmd.n, 0);
	change(&c, "SHELL [\"/bin/ash\", \"-ec\"]");
	change(&c, "ENTRYPOINT exec x \"y z\"");
	assert_string_equal(c.entrypoint.list[0], "/bin/ash");
	assert_string_equal(c.entrypoint.list[2], "exec x \"y z\"");
	change(&c, "ENV A=b \"C=d e\" F='g h' I=j\\ k");
	assert_int_equal(c.env.n, 4);
	assert_string_equal(strv_env_get(&c.env, "C"), "d e");
	assert_string_equal(strv_env_get(&c.env, "F"), "g h");
	assert_string_equal(strv_env_get(&c.env, "I"), "j k");
	change(&c, "ENV A the rest of it");
	assert_string_equal(strv_env_get(&c.env, "A"), "the rest of it");
	change(&c, "ENV=A=1");
	assert_string_equal(strv_env_get(&c.env, "A"), "1");
	change(&c, "LABEL a.b=\"x y\"");
	assert_string_equal(c.labels.list[0], "a.b=x y");
	change(&c, "USER 1:2");
	assert_string_equal(c.user, "1:2");
	change(&c, "WORKDIR /a/b");
	change(&c, "WORKDIR ../c");
	assert_string_equal(c.workdir, "/a/c");
	change(&c, "EXPOSE 80 53/udp 8000-8010 80/tcp");
	assert_int_equal(c.exposed_ports.n, 3);
	change(&c, "VOLUME /a /b");
	change(&c, "VOLUME [\"/b\", \"/c d\"]");
	assert_int_equal(c.volumes.n, 3);
	change(&c, "STOPSIGNAL \f\vSIGQUIT");
	assert_string_equal(c.stop_signal, "SIGQUIT");
	change(&c, "ONBUILD RUN x");
	assert_string_equal(c.onbuild.list[0], "RUN x");
	image_config_free(&c);
}

static void bad_changes(void **state)
{
	static const char *const texts[] = {
		"",         " ",          "CMD",          "CMD ",           "ENV",
		"ENV A",    "ENV =b",     "ENV A=b C",    "ENV \"A=b",      "LABEL x",
		"EXPOSE x", "EXPOSE 0",   "EXPOSE 65536", "EXPOSE 80/icmp", "EXPOSE 1-99999",
		"VOLUME a", "USER a b",   "RUN x",        "COPY a b",       "SHELL x",
		"SHELL []", "STOPSIGNAL", "\x1b[31m x",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct image_config c = { 0 };
		struct err e = { 0 };
		if (image_config_change(&c, texts[i], &e) == 0)
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_null(strchr(e.msg, '\x1b'));
		image_config_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),       cmocka_unit_test(least), cmocka_unit_test(hostile),
		cmocka_unit_test(bounds),      cmocka_unit_test(times), cmocka_unit_test(changes),
		cmocka_unit_test(bad_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
