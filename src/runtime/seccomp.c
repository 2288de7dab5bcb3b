/* seccomp.c - the filter in use: found in a cache or compiled, then put on the process.
 *
 * Compiling takes milliseconds, which a start does not have, and the outcome depends on few
 * things: the profile's file, the capabilities, the machine, its kernel and the two programs
 * that compile. They are the key, and they stand in the cache file in full, so a file that
 * fits the key is right and a new version of any of them is simply another file.
 *
 * A file's times move in ticks: one that was written a moment ago may be written again without
 * a visible change. So a profile younger than a second is compiled and not remembered.
 *
 * Must not: trust a cache file for its name alone. Whoever could write it could leave out every
 * rule, so it must be ours, writable by nobody else, and whole. */
#include "runtime/seccomp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/str.h"

#define MAX_PROFILE (1 << 20)    /* bytes */
#define MIN_AGE 1                /* seconds, see above */
#define MAX_AGE (30 * 24 * 3600) /* seconds that a cache file stays */

#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1U << 2)
#endif

/* All that the program depends on. Zeroed before it is filled: it is compared as bytes. */
struct cache_key {
	uint64_t dev, ino, size, mtime, mtime_ns, ctime, ctime_ns;
	uint64_t caps;
	uint64_t library; /* libseccomp's version */
	char image[16];   /* what OCI calls it; empty for the machine's */
	char machine[72], release[72];
	char version[32]; /* ours */
};

struct cache_head {
	char magic[8];
	uint64_t sum; /* of what follows, instructions too */
	uint32_t count, flags;
	struct cache_key key;
};

static const char magic[8] = "cuddybpf";

static void key_fill(struct cache_key *k, const struct stat *st, const struct seccomp_need *need)
{
	const struct scmp_version *lib = seccomp_version();
	struct utsname u;
	memset(k, 0, sizeof *k);
	k->dev = st->st_dev;
	k->ino = st->st_ino;
	k->size = (uint64_t)st->st_size;
	k->mtime = (uint64_t)st->st_mtim.tv_sec;
	k->mtime_ns = (uint64_t)st->st_mtim.tv_nsec;
	k->ctime = (uint64_t)st->st_ctim.tv_sec;
	k->ctime_ns = (uint64_t)st->st_ctim.tv_nsec;
	k->caps = need->caps;
	k->library = (uint64_t)lib->major << 32 | lib->minor << 16 | lib->micro;
	snprintf(k->image, sizeof k->image, "%s", need->arch ? need->arch : "");
	snprintf(k->version, sizeof k->version, "%s", PACKAGE_VERSION);
	if (uname(&u) == 0) {
		snprintf(k->machine, sizeof k->machine, "%s", u.machine);
		snprintf(k->release, sizeof k->release, "%s", u.release);
	}
}

static void key_name(const struct cache_key *k, char name[static 64])
{
	snprintf(name, 64, "seccomp-%016" PRIx64 ".bpf", str_hash(k, sizeof *k, 0));
}

static uint64_t cache_sum(const struct cache_head *h, const struct sock_filter *insns)
{
	size_t skip = offsetof(struct cache_head, count);
	uint64_t sum = str_hash((const char *)h + skip, sizeof *h - skip, 0);
	return str_hash(insns, h->count * sizeof *insns, sum);
}

static bool is_private(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & 022);
}

/* Whatever is wrong with the file, the answer is only: not there. */
static bool cache_read(int cache, const struct cache_key *key, struct seccomp_filter *out)
{
	char name[64];
	struct stat st;
	struct cache_head h;
	key_name(key, name);
	auto_fd int fd = openat(cache, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !is_private(&st))
		return false;
	size_t size = (size_t)st.st_size - sizeof h;
	if (st.st_size <= (off_t)sizeof h || size % sizeof *out->insns
	    || size > BPF_MAXINSNS * sizeof *out->insns)
		return false;
	auto_free struct sock_filter *insns = xmalloc(size);
	struct iovec parts[] = { { &h, sizeof h }, { insns, size } };
	if (readv(fd, parts, 2) != st.st_size || memcmp(h.magic, magic, sizeof magic)
	    || h.count != size / sizeof *insns || memcmp(&h.key, key, sizeof *key)
	    || h.sum != cache_sum(&h, insns))
		return false;
	out->count = h.count;
	out->flags = h.flags;
	out->insns = take(insns);
	return true;
}

/* Files that no key asks for any more: an old kernel's, an old profile's. */
static void cache_sweep(int cache, time_t now)
{
	int fd = openat(cache, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;
	if (!d) {
		fd_close(&fd);
		return;
	}
	while ((entry = readdir(d))) {
		/* with a dot in front: what a writer left that did not live to rename it */
		if (!str_starts(entry->d_name + (entry->d_name[0] == '.'), "seccomp-"))
			continue;
		if (fstatat(cache, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0
		    && now - st.st_mtime > MAX_AGE)
			unlinkat(cache, entry->d_name, 0);
	}
	closedir(d);
}

static void cache_write(int cache, const struct cache_key *key, const struct seccomp_filter *f,
			time_t now)
{
	struct err why;
	char name[64];
	struct cache_head h = { .count = (uint32_t)f->count, .flags = f->flags, .key = *key };
	memcpy(h.magic, magic, sizeof magic);
	h.sum = cache_sum(&h, f->insns);
	auto_buf struct buf b = { 0 };
	buf_add(&b, &h, sizeof h);
	buf_add(&b, f->insns, f->count * sizeof *f->insns);
	key_name(key, name);
	if (file_replace_at(cache, name, b.data, b.len, 0600, &why) < 0) {
		log_debug("the seccomp filter is not cached: %s", why.msg);
		return;
	}
	cache_sweep(cache, now);
}

/* The key is of the file as it was opened. Written to while we read, it has other times, and
 * what we made of it is never asked for. */
static int load_fresh(int cache, const char *profile, const struct seccomp_need *need,
		      struct seccomp_filter *out, struct err *e)
{
	struct stat st;
	struct cache_key key;
	auto_free char *text = NULL;
	size_t len;
	time_t now = time(NULL);
	auto_fd int fd = open(profile, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_sys(e, "seccomp profile %s", profile);
		return err_hint(e, "Name a profile with --security-opt seccomp=FILE, or go "
				   "without: seccomp=unconfined.");
	}
	key_fill(&key, &st, need);
	if (fd_read_text(fd, profile, MAX_PROFILE, &text, &len, e) < 0)
		return -1;
	if (seccomp_compile(text, len, need, out, e) < 0)
		return err_wrap(e, "%s", profile);
	if (cache >= 0 && S_ISREG(st.st_mode) && now - st.st_ctime > MIN_AGE)
		cache_write(cache, &key, out, now);
	return 0;
}

int seccomp_load_cached(int cache, const char *profile, const struct seccomp_need *need,
			struct seccomp_filter *out, struct err *e)
{
	struct stat st;
	struct cache_key key;
	if (cache >= 0 && stat(profile, &st) == 0) {
		key_fill(&key, &st, need);
		if (cache_read(cache, &key, out))
			return 0;
	}
	return load_fresh(cache, profile, need, out, e);
}

void seccomp_filter_free(struct seccomp_filter *f)
{
	free(f->insns);
	memset(f, 0, sizeof *f);
}

int seccomp_apply(const struct seccomp_filter *f, struct err *e)
{
	struct sock_fprog prog = { .len = (unsigned short)f->count, .filter = f->insns };
	if (!f->count)
		return 0;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, f->flags, &prog) == 0)
		return 0;
	/* a kernel before 4.17 does not know the flag, and has nothing that it would switch off */
	if (errno == EINVAL && f->flags & SECCOMP_FILTER_FLAG_SPEC_ALLOW
	    && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       f->flags & ~SECCOMP_FILTER_FLAG_SPEC_ALLOW, &prog)
		       == 0)
		return 0;
	err_sys(e, "load the seccomp filter");
	if (e->code == ENOSYS || e->code == EINVAL)
		return err_hint(e, "This kernel has no seccomp filters; --security-opt "
				   "seccomp=unconfined goes without.");
	return -1;
}
