/* test_config.c - containers.conf and storage.conf: what they set, and in which order they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "engine/config.h"
#include "util/fd.h"
#include "util/path.h"

static void add(struct config *c, const char *text)
{
	struct err e = { 0 };
	if (config_add_containers(c, text, strlen(text), "c.conf", &e) < 0)
		fail_msg("%s", e.msg);
}

static void containers(void **state)
{
	auto_config struct config c = { 0 };
	add(&c, "[containers]\nnetns='none'\nlog_driver='k8s-file'\nunknown=[1,{x=2}]\n"
		"default_capabilities=['CHOWN','KILL']\n[engine]\ncgroup_manager='cgroupfs'\n["
		"engine.runtimes]\nx=['/y']\n");
	assert_string_equal(c.netns, "none");
	assert_string_equal(c.cgroup_manager, "cgroupfs");
	assert_int_equal(c.default_capabilities.n, 2);
	add(&c, "[containers]\nnetns='host'\nlog_driver=''\nseccomp_profile='/"
		"p'\ndefault_capabilities=['X',{append=true}]\n"
		"[network]\ndefault_rootless_network_cmd='pasta'");
	assert_string_equal(c.netns, "host");
	assert_null(c.log_driver);
	assert_string_equal(c.seccomp_profile, "/p");
	assert_string_equal(c.network_cmd, "pasta");
	assert_string_equal(c.cgroup_manager, "cgroupfs");
	assert_int_equal(c.default_capabilities.n, 3);
	add(&c, "containers.default_capabilities=[]");
	assert_true(c.default_capabilities_set);
	assert_int_equal(c.default_capabilities.n, 0);
}

static void bad_containers(void **state)
{
	static const struct {
		const char *text, *part;
	} bad[] = {
		{ "[containers]\nnetns=3", "c.conf: containers.netns is not a string" },
		{ "[containers]\ndefault_capabilities='X'", "not a list of strings" },
		{ "[containers]\ndefault_capabilities=['X',3]", "not a list of strings" },
		{ "[engine]\ncgroup_manager='x'", "neither systemd nor cgroupfs" },
		{ "\n[engine", "c.conf:2: " },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		auto_config struct config c = { 0 };
		struct err e = { 0 };
		assert_int_equal(
			config_add_containers(&c, bad[i].text, strlen(bad[i].text), "c.conf", &e),
			-1);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_non_null(strstr(e.msg, bad[i].part));
	}
	/* a table in place of ours is not ours */
	auto_config struct config c = { 0 };
	add(&c, "containers=1\nengine=['x']");
}

static void storage(void **state)
{
	static const char text[] =
		"[storage]\ndriver='overlay'\ngraphroot='/var/lib/x'\nrunroot='/run/x'\n"
		"rootless_storage_path='/big/$USER/$UID$HOME/"
		"$x'\n[storage.options]\nmount_program='/a'\n"
		"[storage.options.overlay]\nmount_program='/b'\n";
	struct config_owner o = { .uid = 7, .home = "/h", .user = "me", .system = true };
	auto_config struct config c = { 0 };
	auto_config struct config root = { 0 };
	auto_config struct config own = { 0 };
	struct err e = { 0 };
	assert_int_equal(config_add_storage(&c, text, strlen(text), "s", &o, &e), 0);
	assert_string_equal(c.storage_driver, "overlay");
	assert_string_equal(c.graphroot, "/big/me/7/h/$x");
	assert_null(c.runroot);
	assert_string_equal(c.mount_program, "/b");
	o.uid = 0;
	assert_int_equal(config_add_storage(&root, text, strlen(text), "s", &o, &e), 0);
	assert_string_equal(root.graphroot, "/var/lib/x");
	assert_string_equal(root.runroot, "/run/x");
	o = (struct config_owner){ .uid = 7 };
	assert_int_equal(config_add_storage(&own, "storage.graphroot='/mine'", 25, "s", &o, &e), 0);
	assert_string_equal(own.graphroot, "/mine");
	assert_int_equal(config_add_storage(&own, "storage.graphroot='mine'", 24, "s", &o, &e), -1);
	assert_non_null(strstr(e.msg, "not an absolute path"));
}

static char home[] = "/tmp/test_config.XXXXXX";

static void write_file(const char *name, const char *text)
{
	auto_free char *path = str_printf("%s/%s", home, name);
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
}

static void set_path(const char *variable, const char *name)
{
	auto_free char *path = str_printf("%s/%s", home, name);
	setenv(variable, path, 1);
}

static void files(void **state)
{
	auto_config struct config c = { 0 };
	struct err e = { 0 };
	write_file("only.conf", "[containers]\nnetns='none'\nlog_driver='none'");
	write_file("last.conf", "containers.netns='host'");
	write_file("store.conf", "storage.driver='copy'\nstorage.runroot='/r'");
	set_path("CONTAINERS_CONF", "only.conf");
	set_path("CONTAINERS_CONF_OVERRIDE", "last.conf");
	set_path("CONTAINERS_STORAGE_CONF", "store.conf");
	assert_int_equal(config_read(&c, &e), 0);
	assert_string_equal(c.netns, "host");
	assert_string_equal(c.log_driver, "none");
	assert_string_equal(c.storage_driver, "copy");
	assert_string_equal(c.runroot, "/r");
	config_free(&c);
	setenv("STORAGE_DRIVER", "overlay", 1);
	assert_int_equal(config_read(&c, &e), 0);
	assert_string_equal(c.storage_driver, "overlay");
	config_free(&c);
	unsetenv("STORAGE_DRIVER");
	set_path("CONTAINERS_CONF", "missing.conf");
	assert_int_equal(config_read(&c, &e), -1);
	assert_int_equal(e.kind, ERR_NOTFOUND);
	assert_non_null(strstr(e.msg, "missing.conf"));
	unsetenv("CONTAINERS_CONF");
	unsetenv("CONTAINERS_CONF_OVERRIDE");
	unsetenv("CONTAINERS_STORAGE_CONF");
}

/* The user's files, later names over earlier ones; a link is as good as a file. */
static void users_files(void **state)
{
	auto_config struct config c = { 0 };
	struct err e = { 0 };
	if (geteuid() == 0)
		skip();
	auto_free char *dir = str_printf("%s/x/containers/containers.conf.d", home);
	auto_fd int made = dir_make(dir, &e);
	assert_true(made >= 0);
	set_path("XDG_CONFIG_HOME", "x");
	write_file("elsewhere", "[containers]\nnetns='none'\nlog_driver='a'\nseccomp_profile='s'");
	auto_free char *target = str_printf("%s/elsewhere", home);
	auto_free char *link = str_printf("%s/x/containers/containers.conf", home);
	assert_int_equal(symlink(target, link), 0);
	write_file("x/containers/containers.conf.d/20.conf", "containers.netns='pasta'");
	write_file("x/containers/containers.conf.d/10.conf",
		   "containers.netns='host'\ncontainers.log_driver='b'");
	write_file("x/containers/containers.conf.d/30.txt", "not toml");
	write_file("x/containers/containers.conf.d/.40.conf", "not toml");
	write_file("x/containers/storage.conf", "storage.graphroot='/g'");
	assert_int_equal(config_read(&c, &e), 0);
	assert_string_equal(c.netns, "pasta");
	assert_string_equal(c.log_driver, "b");
	assert_string_equal(c.seccomp_profile, "s");
	assert_string_equal(c.graphroot, "/g");
	write_file("x/containers/containers.conf.d/50.conf", "\n\nnot toml");
	config_free(&c);
	assert_int_equal(config_read(&c, &e), -1);
	assert_non_null(strstr(e.msg, "50.conf:3: "));
}

static int make_home(void **state)
{
	return mkdtemp(home) ? 0 : -1;
}

static int remove_home(void **state)
{
	return tree_remove_at(AT_FDCWD, home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(containers),  cmocka_unit_test(bad_containers),
		cmocka_unit_test(storage),     cmocka_unit_test(files),
		cmocka_unit_test(users_files),
	};
	return cmocka_run_group_tests(tests, make_home, remove_home);
}
