/* test_options.c - what stands behind -v, --tmpfs, --network, and the record they are kept in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "model/options.h"

static void expect_volume(const char *text, enum mount_kind kind, const char *source,
			  const char *target)
{
	struct mount_opts m;
	struct err e;
	assert_int_equal(mount_opts_parse_volume(text, "/here", &m, &e), 0);
	assert_int_equal(m.kind, kind);
	assert_true(str_eq(m.source, source));
	assert_string_equal(m.target, target);
	mount_opts_free(&m);
}

static void refuse_volume(const char *text, const char *part)
{
	struct mount_opts m;
	struct err e = { 0 };
	assert_int_equal(mount_opts_parse_volume(text, "/here", &m, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	if (!strstr(e.msg, part))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, part);
	assert_null(m.source);
	assert_null(m.target);
}

static void volumes(void **state)
{
	expect_volume("/a:/b", MOUNT_BIND, "/a", "/b");
	expect_volume("/a//x/../y/:/b/./c/", MOUNT_BIND, "/a/y", "/b/c");
	expect_volume("./src:/b:ro,z", MOUNT_BIND, "/here/src", "/b");
	expect_volume(".:/b", MOUNT_BIND, "/here", "/b");
	expect_volume("..:/b", MOUNT_BIND, "/", "/b");
	expect_volume("data:/var/lib", MOUNT_VOLUME, "data", "/var/lib");
	expect_volume("1.a_b-C:/v:copy", MOUNT_VOLUME, "1.a_b-C", "/v");
	expect_volume("/anonymous", MOUNT_VOLUME, NULL, "/anonymous");
	expect_volume("/:/host", MOUNT_BIND, "/", "/host");
}

static void volume_words(void **state)
{
	struct mount_opts m;
	struct err e;
	assert_int_equal(mount_opts_parse_volume("/a:/b", "/", &m, &e), 0);
	assert_true(m.recursive && !m.read_only && !m.nosuid && !m.nodev && !m.noexec);
	mount_opts_free(&m);
	assert_int_equal(
		mount_opts_parse_volume("/a:/b:ro,noexec,nodev,nosuid,bind,rprivate", "/", &m, &e),
		0);
	assert_true(!m.recursive && m.read_only && m.nosuid && m.nodev && m.noexec);
	mount_opts_free(&m);
	/* without a working directory "." must not become the root of the host */
	assert_int_equal(mount_opts_parse_volume(".:/b", NULL, &m, &e), -1);
	assert_int_equal(mount_opts_parse_volume("v:/b:suid,rw", "/", &m, &e), 0);
	assert_true(!m.nosuid && m.nodev && !m.read_only && !m.recursive);
	mount_opts_free(&m);
}

static void bad_volumes(void **state)
{
	refuse_volume("", "container directory cannot be empty");
	refuse_volume(":/b", "host directory cannot be empty");
	refuse_volume("/a:", "container directory cannot be empty");
	refuse_volume("/a:b", "must be an absolute path");
	refuse_volume("/a:/", "cannot be /");
	refuse_volume("/a:/b/..", "cannot be /");
	refuse_volume("/a:/b:ro:x", "should be");
	refuse_volume("/a:/b:", "option \"\" is not supported");
	refuse_volume("/a:/b:ro,rw", "exclude each other");
	refuse_volume("/a:/b:bind,rbind", "exclude each other");
	refuse_volume("/a:/b:size=3", "not supported");
	refuse_volume("/a:/b:shared", "not supported");
	refuse_volume("/a:/b:U", "not supported");
	refuse_volume("v:/b:rbind", "not supported");
	refuse_volume("-x:/b", "not a volume name");
	refuse_volume("a/b:/b", "not a volume name");
}

static void tmpfs(void **state)
{
	struct mount_opts m;
	struct err e;
	assert_int_equal(mount_opts_parse_tmpfs("/tmp", &m, &e), 0);
	assert_int_equal(m.kind, MOUNT_TMPFS);
	assert_true(m.noexec && m.nosuid && m.nodev && !m.read_only && !m.size && !m.mode);
	mount_opts_free(&m);
	assert_int_equal(mount_opts_parse_tmpfs("/tmp:rw,exec,size=787448k,mode=1777", &m, &e), 0);
	assert_true(!m.noexec && m.nosuid);
	assert_int_equal(m.size, 787448ULL << 10);
	assert_int_equal(m.mode, 01777);
	mount_opts_free(&m);

	static const char *const bad[] = {
		"",           "tmp",           "/",         "/t:size=", "/t:size=0",
		"/t:size=-1", "/t:size=9x",    "/t:mode=8", "/t:mode=", "/t:mode=-1",
		"/t:mode=0",  "/t:mode=17777", "/t:uid=0",  "/t:ro:rw", "/t:tmpcopyup",
		"/t:"
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(mount_opts_parse_tmpfs(bad[i], &m, &e), -1);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

static void networks(void **state)
{
	static const struct {
		const char *text;
		enum network_kind kind;
		size_t args;
	} good[] = {
		{ "none", NETWORK_NONE, 0 },
		{ "host", NETWORK_HOST, 0 },
		{ "default", NETWORK_DEFAULT, 0 },
		{ "private", NETWORK_DEFAULT, 0 },
		{ "slirp4netns", NETWORK_SLIRP, 0 },
		{ "slirp4netns:mtu=1500,cidr=10.1.0.0/16", NETWORK_SLIRP, 2 },
		{ "pasta", NETWORK_PASTA, 0 },
		{ "pasta:-t,auto,-I,eth9", NETWORK_PASTA, 4 },
	};
	static const char *const bad[] = {
		"",
		"non",
		"nonesuch",
		":",
		"none:",
		"host:x",
		"bridge",
		"container:abc",
		"slirp4netns:",
		"pasta:",
		"slirp4netns:mtu",
		"slirp4netns:mtu=0",
		"slirp4netns:mtu=70000",
		"slirp4netns:cidr=10.0.2.100/24",
		"slirp4netns:cidr=10.0.2.0/26",
		"slirp4netns:cidr=::/24",
		"slirp4netns:cidr=10.0.2.0",
		"slirp4netns:enable_ipv6=maybe",
		"slirp4netns:outbound_addr=",
		"slirp4netns:x=y",
		"slirp4netns:mtu=1500,",
	};
	struct network_opts o;
	struct err e;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(network_opts_parse(good[i].text, &o, &e), 0);
		assert_int_equal(o.kind, good[i].kind);
		assert_int_equal(o.args.n, good[i].args);
		network_opts_free(&o);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(network_opts_parse(bad[i], &o, &e), -1);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_int_equal(o.args.n, 0);
	}
}

static void slirp(void **state)
{
	auto_strv struct strv args = { 0 };
	struct slirp_opts o;
	struct err e;
	assert_int_equal(slirp_opts_parse(&args, &o, &e), 0);
	assert_string_equal(o.own, "10.0.2.100");
	assert_string_equal(o.dns, "10.0.2.3");
	assert_string_equal(o.host, "10.0.2.2");
	assert_true(o.ipv6 && !o.host_loopback && o.mtu == 65520);
	strv_split(&args,
		   "cidr=192.168.255.128/"
		   "25,allow_host_loopback=true,enable_ipv6=false,outbound_addr=eth0",
		   ',');
	assert_int_equal(slirp_opts_parse(&args, &o, &e), 0);
	assert_string_equal(o.own, "192.168.255.228");
	assert_string_equal(o.cidr, "192.168.255.128/25");
	assert_string_equal(o.outbound, "eth0");
	assert_true(!o.ipv6 && o.host_loopback);
}

static void add_mount(struct create_opts *o, const char *volume, const char *tmpfs_text)
{
	struct err e;
	o->mounts = xrealloc(o->mounts, (o->nmounts + 1) * sizeof *o->mounts);
	struct mount_opts *m = &o->mounts[o->nmounts++];
	assert_int_equal(volume ? mount_opts_parse_volume(volume, "/c", m, &e)
				: mount_opts_parse_tmpfs(tmpfs_text, m, &e),
			 0);
}

static void record(void **state)
{
	struct create_opts o = { .image = xstrdup("busybox"),
				 .user = xstrdup(""),
				 .no_new_privs = TRI_NO,
				 .tty = true,
				 .entrypoint_set = true },
			   back;
	struct err e;
	strv_split(&o.command, "sh,-c,,x", ',');
	strv_add(&o.labels, "a=b");
	add_mount(&o, "/a:/b:ro", NULL);
	add_mount(&o, "/anonymous", NULL);
	add_mount(&o, NULL, "/t:size=1m,mode=700");
	assert_int_equal(network_opts_parse("slirp4netns:mtu=1500", &o.network, &e), 0);

	auto_json json *j = create_opts_json(&o);
	assert_int_equal(create_opts_load(j, &back, &e), 0);
	auto_json json *again = create_opts_json(&back);
	assert_true(json_object_equal(j, again));
	assert_string_equal(back.user, "");
	assert_null(back.name);
	assert_int_equal(back.command.n, 4);
	assert_int_equal(back.no_new_privs, TRI_NO);
	assert_true(back.tty && back.entrypoint_set && !back.privileged);
	assert_int_equal(back.nmounts, 3);
	assert_true(back.mounts[0].read_only && back.mounts[0].recursive);
	assert_int_equal(back.mounts[2].mode, 0700);
	assert_int_equal(back.network.kind, NETWORK_SLIRP);
	create_opts_free(&o);
	create_opts_free(&back);
}

static void empty_record(void **state)
{
	struct create_opts o = { 0 }, back;
	struct err e;
	auto_json json *j = create_opts_json(&o);
	assert_int_equal(json_object_object_length(j), 0);
	assert_int_equal(create_opts_load(j, &back, &e), 0);
	assert_int_equal(back.no_new_privs, TRI_UNSET);
	assert_int_equal(back.network.kind, NETWORK_UNSET);
	create_opts_free(&back);
}

static void damaged_records(void **state)
{
	static const char *const bad[] = {
		"[]",
		"{\"image\":1}",
		"{\"image\":\"a\\u0000b\"}",
		"{\"command\":\"x\"}",
		"{\"command\":[1]}",
		"{\"tty\":\"yes\"}",
		"{\"noNewPrivileges\":1}",
		"{\"network\":{}}",
		"{\"network\":{\"mode\":\"x\"}}",
		"{\"network\":{\"mode\":\"pasta\",\"args\":3}}",
		"{\"mounts\":{}}",
		"{\"mounts\":[null]}",
		"{\"mounts\":[{\"type\":\"bind\",\"target\":\"/x\"}]}",
		"{\"mounts\":[{\"type\":\"bind\",\"source\":\"rel\",\"target\":\"/x\"}]}",
		"{\"mounts\":[{\"type\":\"volume\",\"source\":\"../x\",\"target\":\"/x\"}]}",
		"{\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"x\"}]}",
		"{\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"/x\",\"mode\":99999}]}",
		"{\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"/x\",\"size\":-1}]}",
		"{\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"/ok\"},{\"type\":\"x\"}]}",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct create_opts o;
		struct err e = { 0 };
		auto_json json *j = NULL;
		assert_int_equal(json_parse(bad[i], strlen(bad[i]), "record", &j, &e), 0);
		assert_int_equal(create_opts_load(j, &o, &e), -1);
		assert_int_equal(e.kind, ERR_CORRUPT);
		assert_null(o.mounts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(volumes),         cmocka_unit_test(volume_words),
		cmocka_unit_test(bad_volumes),     cmocka_unit_test(tmpfs),
		cmocka_unit_test(networks),        cmocka_unit_test(slirp),
		cmocka_unit_test(record),          cmocka_unit_test(empty_record),
		cmocka_unit_test(damaged_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
