/* scratch.c - see scratch.h. */
#include "scratch.h"

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
#include "util/fd.h"
#include "util/path.h"

int scratch_setup(void **state)
{
	const char *base = getenv("TMPDIR");
	char *path = str_printf("%s/cuddy-test-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(path)) {
		free(path);
		return -1;
	}
	*state = path;
	return 0;
}

int scratch_teardown(void **state)
{
	int rc = tree_remove_at(AT_FDCWD, *state);
	free(*state);
	return rc;
}

void scratch_file(const char *dir, const char *name, const char *text)
{
	struct err e = { 0 };
	auto_free char *path = str_printf("%s/%s", dir, name);
	char *slash = strrchr(path, '/');
	*slash = '\0';
	auto_fd int parent = dir_make(path, &e);
	if (parent < 0)
		fail_msg("%s", e.msg);
	auto_fd int fd = openat(parent, slash + 1, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
}

char *scratch_read(const char *dir, const char *name)
{
	struct err e = { 0 };
	char *text = NULL;
	auto_free char *path = str_printf("%s/%s", dir, name);
	if (file_read_at(AT_FDCWD, path, 1 << 20, &text, NULL, &e) < 0)
		fail_msg("%s", e.msg);
	return text;
}
