/* identity.c - who a command runs as: the USER of the image or of the command line, looked up in the
 * container's own passwd and group files. Those are a stranger's text: read bounded, believed only as far
 * as a number is a number. NSS is not asked, since it would load the container's libraries into us. */
#include "runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/path.h"

#define MAX_FILE (4U << 20)
#define MAX_FIELDS 7

/* "" when it is not there: an image without accounts is fine. */
static char *read_database(const char *path)
{
	struct err ignored;
	struct stat st;
	char *text = NULL;
	auto_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* O_NONBLOCK: a FIFO in its place must not hold us */
	auto_fd int fd = path_open_in_root(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)
	    || fd_read_text(fd, path, MAX_FILE, &text, NULL, &ignored) < 0)
		return xstrdup("");
	return text;
}

/* Cut LINE at its colons. */
static size_t fields(char *line, char *out[MAX_FIELDS])
{
	size_t n = 0;
	while (line && n < MAX_FIELDS)
		out[n++] = strsep(&line, ":");
	return n;
}

static bool to_id(const char *text, uint32_t *out)
{
	uint64_t n;
	if (str_to_u64(text, &n) < 0 || n >= UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

static void found_user(char *f[MAX_FIELDS], struct identity *who)
{
	uint32_t gid;
	if (to_id(f[3], &gid))
		who->gid = gid;
	snprintf(who->name, sizeof who->name, "%s", f[0]);
	if (f[5][0] == '/')
		snprintf(who->home, sizeof who->home, "%s", f[5]);
}

/* By name, else by number; a number needs no entry. */
static int find_user(char *passwd, const char *user, struct identity *who, struct err *e)
{
	uint32_t number = 0, uid;
	bool numeric = to_id(user, &number);
	char *f[MAX_FIELDS];
	for (char *line; (line = strsep(&passwd, "\n"));) {
		if (fields(line, f) < 6 || !to_id(f[2], &uid))
			continue;
		if (str_eq(f[0], user) || (numeric && uid == number)) {
			who->uid = uid;
			found_user(f, who);
			return 0;
		}
	}
	if (!numeric) {
		err_set(e, ERR_NOTFOUND,
			"unable to find user %s: no matching entry in the container's passwd file",
			user);
		return err_hint(e, "give a number, or a name that the image's /etc/passwd has");
	}
	who->uid = number;
	return 0;
}

static bool member(char *list, const char *name)
{
	for (char *m; (m = strsep(&list, ","));)
		if (str_eq(m, name))
			return true;
	return false;
}

/* The groups that list the user as a member. */
static void find_groups(char *group, struct identity *who)
{
	uint32_t gid;
	char *f[MAX_FIELDS];
	for (char *line; *who->name && (line = strsep(&group, "\n"));) {
		if (fields(line, f) < 4 || !to_id(f[2], &gid) || gid == who->gid
		    || !member(f[3], who->name))
			continue;
		if (who->ngroups < sizeof who->groups / sizeof *who->groups)
			who->groups[who->ngroups++] = gid;
	}
}

static int find_group(char *group, const char *name, struct identity *who, struct err *e)
{
	uint32_t gid;
	char *f[MAX_FIELDS];
	if (to_id(name, &who->gid))
		return 0;
	for (char *line; (line = strsep(&group, "\n"));) {
		if (fields(line, f) >= 3 && str_eq(f[0], name) && to_id(f[2], &gid)) {
			who->gid = gid;
			return 0;
		}
	}
	err_set(e, ERR_NOTFOUND,
		"unable to find group %s: no matching entry in the container's group file", name);
	return err_hint(e, "give a number, or a name that the image's /etc/group has");
}

int identity_find(const char *spec, struct identity *out, struct err *e)
{
	auto_free char *passwd = read_database("/etc/passwd");
	auto_free char *group = read_database("/etc/group");
	auto_free char *user = xstrdup(str_empty(spec) ? "0" : spec);
	char *colon = strchr(user, ':');

	*out = (struct identity){ 0 };
	if (colon)
		*colon = '\0';
	if (find_user(passwd, *user ? user : "0", out, e) < 0)
		return -1;
	if (colon && find_group(group, colon + 1, out, e) < 0)
		return -1;
	/* its own group too: a set-group-id program must not be a way out of it, where a group has fewer rights than
	 * everybody else */
	out->groups[out->ngroups++] = out->gid;
	if (!colon)
		find_groups(group, out);
	return 0;
}
