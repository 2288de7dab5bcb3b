/* fuzz_layer.c - any bytes as a layer: an error or a tree, and a canary beside the tree that lives.
 *
 * The tree is made on a file system in memory and removed after each input. Files are bounded, so that a
 * bomb costs no more than that. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/tarindex.h"
#include "archive/unpack.h"
#include "util/fd.h"
#include "util/path.h"

#define FILE_MAX (4 << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int box = -1; /* holds root/ and canary */

static void put_away(void)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", box);
	char *real = realpath(path, NULL);
	unlinkat(box, "canary", 0);
	if (real)
		rmdir(real);
	free(real);
}

static void need(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct rlimit limit = { FILE_MAX, FILE_MAX };
	char shm[] = "/dev/shm/cuddy-fuzz-XXXXXX", tmp[] = "/tmp/cuddy-fuzz-XXXXXX";
	char *dir = mkdtemp(shm);
	(void)argc;
	(void)argv;
	dir = dir ? dir : mkdtemp(tmp);
	need(dir && (box = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0);
	struct err e;
	need(file_replace_at(box, "canary", "alive", 5, 0600, &e) == 0);
	atexit(put_away);
	signal(SIGXFSZ, SIG_IGN);
	need(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	return 0;
}

static void check_canary(void)
{
	struct stat st;
	need(fstatat(box, "canary", &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size == 5
	     && st.st_nlink == 1 && (st.st_mode & 07777) == 0600);
}

static void as_layer(int fd, bool ahead)
{
	struct unpack_stats stats;
	struct err e = { 0 };
	auto_stream struct stream *s = NULL;
	need(mkdirat(box, "root", 0755) == 0);
	auto_fd int root = openat(box, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	need(root >= 0 && stream_open(fd, &s, &e) == 0);
	if (ahead)
		need(stream_read_ahead(s, &e) == 0);
	if (unpack_tar(s, root, false, &stats, &e) < 0)
		need(e.msg[0] && e.kind != ERR_NONE);
	need(tree_remove_at(box, "root") == 0);
	check_canary();
}

static void as_archive(int fd)
{
	struct tar_index t;
	struct err e;
	if (tar_index_read(fd, &t, &e) < 0)
		return;
	for (size_t i = 0; i < t.n; i++) {
		const struct tar_member *m = tar_index_find(&t, t.members[i].name);
		need(!m || m->offset + m->size >= m->offset);
	}
	tar_index_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_fd int fd = memfd_create("input", MFD_CLOEXEC);
	if (size > FILE_MAX)
		return 0;
	need(fd >= 0 && fd_write_all(fd, data, size) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	as_layer(fd, size % 2);
	as_archive(fd);
	return 0;
}
