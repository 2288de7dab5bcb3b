/* top.c - which processes are the container's: those in its pid namespace or in one made below it, whoever started
 * them, so what exec has put there is seen as well. What /proc tells of them is read here, printed by top_columns.c. */
#include "engine/top.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "engine/lifecycle.h"
#include "util/fd.h"
#include "util/path.h"

#define TEXT_MAX (1U << 20)
#define NESTED_MAX 32 /* pid namespaces in one another, which is the kernel's limit */

static int read_text(pid_t pid, const char *name, char **out, size_t *len)
{
	char path[64];
	struct err ignored;
	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	return file_read_at(AT_FDCWD, path, TEXT_MAX, out, len, &ignored);
}

static void read_lines(const char *text, struct strv *lines)
{
	if (text)
		strv_split(lines, text, '\n');
}

/* --- one process --- */

uint64_t process_number(const struct process *p, const char *key, int i, int base)
{
	auto_free char *line = str_printf("\n%s", key);
	const char *at = p->status ? strstr(p->status, line) : NULL;
	char *end;
	if (!at)
		return 0;
	at += strlen(line);
	for (;; i--) {
		uint64_t n = strtoull(at, &end, base);
		if (end == at || memchr(at, '\n', (size_t)(end - at)))
			return 0;
		if (i == 0)
			return n;
		at = end;
	}
}

/* "1 (name) S 0 1 ..." */
static int split_stat(struct process *p)
{
	char *open = strchr(p->text, '('), *close = strrchr(p->text, ')'), *state;
	if (!open || !close || close < open)
		return -1;
	*close = '\0';
	snprintf(p->comm, sizeof p->comm, "%s", open + 1);
	char *word = strtok_r(close + 1, " \n", &state);
	size_t n = sizeof p->stat / sizeof *p->stat, i = 0;
	for (; i < n && word; i++, word = strtok_r(NULL, " \n", &state))
		p->stat[i] = word;
	return i == n ? 0 : -1;
}

static void join_args(char *args, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (!args[i])
			args[i] = ' ';
}

static int process_read(pid_t pid, int level, struct process *out)
{
	size_t len;
	*out = (struct process){ .host = pid };
	if (read_text(pid, "stat", &out->text, &len) < 0 || split_stat(out) < 0
	    || read_text(pid, "status", &out->status, &len) < 0
	    || read_text(pid, "cmdline", &out->args, &len) < 0)
		return -1;
	join_args(out->args, len);
	out->pid = (int64_t)process_number(out, "NSpid:", level, 10);
	out->pgid = (int64_t)process_number(out, "NSpgid:", level, 10);
	return out->pid ? 0 : -1;
}

static void process_free(struct process *p)
{
	free(p->text);
	free(p->status);
	free(p->args);
}

/* --- which ones --- */

struct membership {
	struct stat ours, theirs; /* pid namespaces: our own, the container's */
};

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int open_namespace(pid_t pid)
{
	char path[40];
	snprintf(path, sizeof path, "/proc/%d/ns/pid", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool is_member(const struct membership *m, pid_t pid)
{
	struct stat st;
	auto_fd int ns = open_namespace(pid);
	for (int i = 0; ns >= 0 && i < NESTED_MAX; i++) {
		if (fstat(ns, &st) < 0 || same(&st, &m->ours))
			return false;
		if (same(&st, &m->theirs))
			return true;
		int parent = ioctl(ns, NS_GET_PARENT);
		fd_close(&ns);
		ns = parent;
	}
	return false;
}

static int membership_of(pid_t pid, struct membership *m, struct err *e)
{
	auto_fd int ours = open_namespace(getpid());
	auto_fd int theirs = open_namespace(pid);
	if (ours < 0 || theirs < 0 || fstat(ours, &m->ours) < 0 || fstat(theirs, &m->theirs) < 0)
		return err_sys(e, "look at the container's pid namespace");
	/* with the host's pids there are none but all */
	if (same(&m->ours, &m->theirs))
		m->ours.st_ino = 0;
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	const struct process *x = a, *y = b;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

static void find_parents(struct process_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		long parent = strtol(l->list[i].stat[1], NULL, 10);
		for (size_t j = 0; j < l->n; j++)
			if (l->list[j].host == parent)
				l->list[i].ppid = l->list[j].pid;
	}
}

static int find_processes(struct top *t, const struct membership *m, struct err *e)
{
	struct process_list *l = &t->processes;
	DIR *proc = opendir("/proc");
	struct dirent *item;
	if (!proc)
		return err_sys(e, "read /proc");
	while ((item = readdir(proc))) {
		pid_t pid = isdigit((unsigned char)*item->d_name)
				    ? (pid_t)strtol(item->d_name, NULL, 10)
				    : 0;
		if (!pid || !is_member(m, pid))
			continue;
		xgrow(&l->list, &l->cap, l->n + 1, sizeof *l->list);
		/* it may end while we read */
		if (process_read(pid, t->level, &l->list[l->n]) == 0)
			l->n++;
		else
			process_free(&l->list[l->n]);
	}
	closedir(proc);
	find_parents(l);
	if (l->n)
		qsort(l->list, l->n, sizeof *l->list, by_pid);
	return 0;
}

/* --- the container's names --- */

/* A file of the container's, as far as it is one: what lies there is its business. */
static void read_inside(pid_t pid, const char *path, struct strv *lines)
{
	char root[32];
	struct stat st;
	struct err ignored;
	auto_free char *text = NULL;
	snprintf(root, sizeof root, "/proc/%d/root", pid);
	auto_fd int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd int there = dir < 0 ? -1 : path_open_in_root(dir, path, O_PATH | O_CLOEXEC, 0);
	if (there < 0 || fstat(there, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	snprintf(root, sizeof root, "/proc/self/fd/%d", there);
	auto_fd int fd = open(root, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && fd_read_text(fd, path, TEXT_MAX, &text, NULL, &ignored) == 0)
		read_lines(text, lines);
}

static int look_around(struct top *t, pid_t pid, struct err *e)
{
	auto_free char *status = NULL, *uids = NULL, *gids = NULL;
	size_t len;
	struct timespec now;
	if (read_text(pid, "status", &status, &len) < 0
	    || read_text(pid, "uid_map", &uids, &len) < 0
	    || read_text(pid, "gid_map", &gids, &len) < 0)
		return err_set(e, ERR_BUSY, "the container has just ended");
	read_lines(uids, &t->uid_map);
	read_lines(gids, &t->gid_map);
	read_inside(pid, "etc/passwd", &t->passwd);
	read_inside(pid, "etc/group", &t->group);
	clock_gettime(CLOCK_BOOTTIME, &now);
	t->uptime_ms = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
	/* the last number of its pid 1 is the one that it has itself */
	struct process first = { .status = status };
	while (process_number(&first, "NSpid:", t->level + 1, 10))
		t->level++;
	return 0;
}

static void top_free(struct top *t)
{
	for (size_t i = 0; i < t->processes.n; i++)
		process_free(&t->processes.list[i]);
	free(t->processes.list);
	strv_free(&t->uid_map);
	strv_free(&t->gid_map);
	strv_free(&t->passwd);
	strv_free(&t->group);
}

/* --- the table --- */

#define USUAL "user,pid,ppid,pcpu,etime,tty,time,args"
#define BSD "user,pid,pcpu,vsz,rss,tty,state,etime,time,args"

/* "-eo" "pid,args", "-opid": the list is what follows; without one it is all that ps is asked for. */
static void ps_words(const struct strv *words, struct strv *names)
{
	auto_buf struct buf lists = { 0 };
	for (size_t i = 0; i < words->n; i++) {
		const char *word = words->list[i];
		const char *o = *word == '-' ? strchr(word, 'o') : NULL;
		if (o && o[1])
			buf_printf(&lists, "%s%s", lists.len ? "," : "", o + 1);
		else if (o && i + 1 < words->n)
			buf_printf(&lists, "%s%s", lists.len ? "," : "", words->list[++i]);
	}
	strv_split(names, lists.len ? lists.data : USUAL, ',');
}

static void names_of(const struct strv *asked, struct strv *names)
{
	const char *first = asked->n ? asked->list[0] : "";
	if (!asked->n)
		strv_split(names, USUAL, ',');
	else if (str_eq(first, "aux") || str_eq(first, "-aux"))
		strv_split(names, BSD, ',');
	else if (*first == '-')
		ps_words(asked, names);
	else
		for (size_t i = 0; i < asked->n; i++)
			strv_split(names, asked->list[i], ',');
}

static int find_columns(const struct strv *names, const struct top_column **out, struct err *e)
{
	for (size_t i = 0; i < names->n; i++) {
		out[i] = top_column_find(names->list[i]);
		if (out[i])
			continue;
		auto_free char *shown = str_printable(names->list[i]);
		err_set(e, ERR_USAGE, "unknown descriptor %s", shown);
		return err_hint(e, "cuddy-top(1) lists them: pid, user, args, comm, etime, ...");
	}
	return 0;
}

static json *table(const struct top *t, const struct top_column *const *columns, size_t n)
{
	json *rows = json_object_new_array();
	for (size_t i = 0; i < t->processes.n; i++) {
		json *row = json_object_new_object();
		for (size_t c = 0; c < n; c++) {
			auto_buf struct buf text = { 0 };
			columns[c]->print(t, &t->processes.list[i], &text);
			auto_free char *shown = str_printable(text.data ? text.data : "");
			json_put_str(row, columns[c]->name, shown);
		}
		json_object_array_add(rows, row);
	}
	return rows;
}

static int collect(struct top *t, const struct container *c, struct err *e)
{
	struct state s;
	struct membership m;
	if (engine_state(c, &s, e) < 0)
		return -1;
	if (!engine_is_up(&s)) {
		err_set(e, ERR_BUSY, "container %s is not running: it has no processes", c->name);
		return err_hint(e, "cuddy ps -a shows the states of all containers");
	}
	if (membership_of(s.pid, &m, e) < 0 || look_around(t, s.pid, e) < 0)
		return -1;
	return find_processes(t, &m, e);
}

int engine_top(const struct container *c, const struct strv *columns, json **rows,
	       struct strv *names, struct strv *headings, struct err *e)
{
	auto_strv struct strv asked = { 0 };
	struct top t = { 0 };
	names_of(columns, &asked);
	const struct top_column **found = xcalloc(asked.n, sizeof *found);
	int result = find_columns(&asked, found, e);
	if (result == 0)
		result = collect(&t, c, e);
	for (size_t i = 0; i < asked.n && result == 0; i++) {
		strv_add(names, found[i]->name);
		strv_add(headings, found[i]->heading);
	}
	if (result == 0)
		*rows = table(&t, found, asked.n);
	top_free(&t);
	free(found);
	return result;
}
