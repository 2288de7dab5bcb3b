/* idmap.c - which ids the caller may map into a namespace of his.
 *
 * libsubid answers (files, or what nsswitch.conf's `subid:` names). It is dlopened, since loading it
 * costs as much as the rest of a start; its answer is cached, keyed on the files it came from, and for
 * ten minutes only, because a directory service changes without touching a file. */
#include "userns/userns.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"
#include "util/proc.h"

#define CACHE_NAME "idmap"
#define CACHE_SECONDS 600
#define IDS_WANTED 65536
/* For real root without an entry of its own: just above the range systemd hands to its containers
 * (uid 524288 to 1879048191, systemd's UIDS-GIDS document). */
#define ROOT_BASE 1879048192U

struct subid_range { /* libsubid's shape: shadow/subid.h */
	unsigned long start;
	unsigned long count;
};
typedef int subid_fn(const char *owner, struct subid_range **out);

struct cache {
	uint64_t key;
	int64_t when;
	struct idmap map;
};

static uint64_t file_stamp(const char *path, uint64_t h)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return str_hash("-", 1, h);
	int64_t facts[] = { (int64_t)st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			    st.st_ctim.tv_nsec };
	return str_hash(facts, sizeof facts, h);
}

static uint64_t cache_key(void)
{
	uid_t ids[] = { geteuid(), getegid(), sizeof(struct cache) };
	uint64_t h = str_hash(ids, sizeof ids, 0);
	h = file_stamp("/etc/subuid", h);
	h = file_stamp("/etc/subgid", h);
	return file_stamp("/etc/nsswitch.conf", h);
}

static bool cache_read(const char *dir, uint64_t key, struct idmap *out)
{
	struct cache c;
	struct stat st;
	auto_free char *path = str_printf("%s/" CACHE_NAME, dir);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() || st.st_mode & 022)
		return false;
	if (fd_read_full(fd, &c, sizeof c) != sizeof c || c.key != key)
		return false;
	int64_t age = time(NULL) - c.when;
	if (age < 0 || age > CACHE_SECONDS || c.map.nuid > IDMAP_MAX || c.map.ngid > IDMAP_MAX)
		return false;
	*out = c.map;
	return true;
}

static void cache_write(const char *dir, uint64_t key, const struct idmap *map)
{
	struct err e;
	struct cache c = { .key = key, .when = time(NULL), .map = *map };
	auto_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && file_replace_at(fd, CACHE_NAME, &c, sizeof c, 0600, &e) < 0)
		return; /* only a cache: the next start asks again */
}

static void *open_libsubid(void)
{
	static const char *const names[] = { "libsubid.so.5", "libsubid.so.4", "libsubid.so.3",
					     "libsubid.so" };
	void *lib = NULL;
	for (size_t i = 0; !lib && i < sizeof names / sizeof *names; i++)
		lib = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	return lib;
}

static unsigned append_ranges(struct idmap_range *to, unsigned n, const struct subid_range *from,
			      int count)
{
	uint32_t inside = n ? to[n - 1].inside + to[n - 1].count : 0;
	for (int i = 0; i < count && n < IDMAP_MAX; i++) {
		if (!from[i].count || from[i].start > UINT32_MAX - 1
		    || from[i].count > UINT32_MAX - from[i].start)
			continue;
		if (from[i].count > UINT32_MAX - 1 - inside)
			break;
		to[n++] = (struct idmap_range){ inside, (uint32_t)from[i].start,
						(uint32_t)from[i].count };
		inside += (uint32_t)from[i].count;
	}
	return n;
}

static unsigned ask(void *lib, const char *symbol, const char *user, struct idmap_range *to)
{
	union { /* dlsym's answer is no function pointer to ISO C */
		void *object;
		subid_fn *call;
	} fn = { .object = dlsym(lib, symbol) };
	struct subid_range *ranges = NULL;
	if (!fn.object)
		return 1;
	int n = fn.call(user, &ranges);
	unsigned total = append_ranges(to, 1, ranges, n < 0 ? 0 : n);
	free(ranges);
	return total;
}

static void single(struct idmap *m, const char *why)
{
	m->nuid = m->ngid = 1;
	m->single = true;
	snprintf(m->why, sizeof m->why, "%s", why);
}

static void quiet_libsubid(void *lib)
{
	union {
		void *object;
		bool (*call)(const char *name, FILE *log);
	} fn = { .object = dlsym(lib, "subid_init") };
	FILE *nowhere = fn.object ? fopen("/dev/null", "we") : NULL;
	if (nowhere && !fn.call("cuddy", nowhere))
		fclose(nowhere);
}

static void ask_libsubid(struct idmap *m)
{
	struct passwd *pw = getpwuid(geteuid());
	void *lib = open_libsubid();
	char why[sizeof m->why];
	auto_free char *user = pw ? xstrdup(pw->pw_name) : str_printf("%u", geteuid());

	if (!lib) {
		single(m, "libsubid is not installed; an administrator installs it (Debian: "
			  "libsubid4)");
		return;
	}
	quiet_libsubid(lib);
	m->nuid = ask(lib, "subid_get_uid_ranges", user, m->uid);
	m->ngid = ask(lib, "subid_get_gid_ranges", user, m->gid);
	if (m->nuid > 1 && m->ngid > 1)
		return;
	snprintf(why, sizeof why,
		 "%s has no subordinate ids in %s; an administrator runs: usermod --add-subuids "
		 "100000-165535 --add-subgids 100000-165535 %s",
		 user, m->nuid > 1 ? "/etc/subgid" : "/etc/subuid", user);
	single(m, why);
}

/* newuidmap must be there and able to do what it is for. */
static const char *helper_trouble(const char *name)
{
	static char why[200];
	struct stat st;
	auto_free char *path = proc_find(name);
	if (!path)
		snprintf(why, sizeof why,
			 "%s is not installed; an administrator installs it (Debian: uidmap)",
			 name);
	else if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		snprintf(why, sizeof why, "this process runs with no_new_privs, so %s cannot work",
			 name);
	else if (stat(path, &st) == 0 && !(st.st_uid == 0 && st.st_mode & S_ISUID)
		 && getxattr(path, "security.capability", NULL, 0) <= 0)
		snprintf(why, sizeof why,
			 "%s has lost its setuid bit; an administrator runs: chmod u+s %s", name,
			 path);
	else
		return NULL;
	return why;
}

/* Real root of the host maps a range of its own; root of a container all it has, as it is. */
static int root_map(const char *file, struct idmap_range *to, unsigned *n, struct err *e)
{
	auto_free char *text = NULL;
	if (file_read_at(AT_FDCWD, file, 65536, &text, NULL, e) < 0)
		return -1;
	*n = 0;
	char *save = NULL;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		uint32_t inside, outside, count;
		if (sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNu32, &inside, &outside, &count) != 3
		    || *n == IDMAP_MAX)
			break;
		if (inside == 0 && count == UINT32_MAX) {
			to[(*n)++] = (struct idmap_range){ 0, 0, 1 };
			to[(*n)++] = (struct idmap_range){ 1, ROOT_BASE, IDS_WANTED };
			break;
		}
		to[(*n)++] = (struct idmap_range){ inside, inside, count };
	}
	return 0;
}

static int compute(struct idmap *m, struct err *e)
{
	m->uid[0] = (struct idmap_range){ 0, geteuid(), 1 };
	m->gid[0] = (struct idmap_range){ 0, getegid(), 1 };
	m->nuid = m->ngid = 1;
	if (getenv("CUDDY_NO_SUBID")) {
		single(m, "CUDDY_NO_SUBID is set");
		return 0;
	}
	if (geteuid() == 0) {
		if (root_map("/proc/self/uid_map", m->uid, &m->nuid, e) < 0)
			return -1;
		return root_map("/proc/self/gid_map", m->gid, &m->ngid, e);
	}
	const char *trouble = helper_trouble("newuidmap");
	if (!trouble)
		trouble = helper_trouble("newgidmap");
	if (trouble)
		single(m, trouble);
	else
		ask_libsubid(m);
	return 0;
}

int userns_idmap(const char *cache_dir, struct idmap *out, struct err *e)
{
	uint64_t key = cache_key();
	bool cacheable = cache_dir && geteuid() != 0 && !getenv("CUDDY_NO_SUBID");
	if (cacheable && cache_read(cache_dir, key, out) && !helper_trouble("newuidmap"))
		return 0;
	memset(out, 0, sizeof *out);
	if (compute(out, e) < 0)
		return err_wrap(e, "cannot tell which ids may be mapped");
	if (cacheable && !out->single)
		cache_write(cache_dir, key, out);
	return 0;
}
