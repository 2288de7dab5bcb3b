/* top_columns.c - the columns of `top`: podman's descriptors, one row each, in one table. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include "engine/top.h"
#include "model/spec.h"
#include "util/time.h"

/* Places in process.stat, which begins with field 3 of proc(5). */
enum {
	STAT_STATE = 0,
	STAT_TTY = 4,
	STAT_UTIME = 11,
	STAT_STIME = 12,
	STAT_NICE = 16,
	STAT_START = 19,
	STAT_VSIZE = 20,
	STAT_RSS = 21
};

static int64_t stat_number(const struct process *p, int field)
{
	return strtoll(p->stat[field], NULL, 10);
}

static int64_t ticks_to_ms(int64_t ticks)
{
	return ticks * 1000 / sysconf(_SC_CLK_TCK);
}

static int64_t cpu_ms(const struct process *p)
{
	return ticks_to_ms(stat_number(p, STAT_UTIME) + stat_number(p, STAT_STIME));
}

static int64_t elapsed_ms(const struct top *t, const struct process *p)
{
	int64_t ms = t->uptime_ms - ticks_to_ms(stat_number(p, STAT_START));
	return ms > 0 ? ms : 0;
}

/* --- users and groups --- */

/* The id inside for one of the host's, by the lines "INSIDE OUTSIDE COUNT"; -1 when it is not mapped. */
static int64_t inside(const struct strv *map, uint64_t outside)
{
	for (size_t i = 0; i < map->n; i++) {
		unsigned in, out, count;
		if (sscanf(map->list[i], "%u %u %u", &in, &out, &count) == 3 && outside >= out
		    && outside - out < count)
			return (int64_t)(in + (outside - out));
	}
	return -1;
}

/* Print the name of ID by the lines "NAME:x:ID:...", else the number. */
static void print_id(const struct strv *lines, int64_t id, struct buf *out)
{
	for (size_t i = 0; i < lines->n && id >= 0; i++) {
		const char *line = lines->list[i];
		const char *colon = strchr(line, ':'),
			   *second = colon ? strchr(colon + 1, ':') : NULL;
		char *end;
		if (!second || strtoll(second + 1, &end, 10) != id || *end != ':')
			continue;
		buf_add(out, line, (size_t)(colon - line));
		return;
	}
	if (id < 0)
		buf_puts(out, "?");
	else
		buf_printf(out, "%lld", (long long)id);
}

/* Fields of "Uid:" and "Gid:": 0 is the real one, 1 the effective. */
static void print_uid(const struct top *t, const struct process *p, int which, struct buf *out)
{
	print_id(&t->passwd, inside(&t->uid_map, process_number(p, "Uid:", which, 10)), out);
}

static void print_gid(const struct top *t, const struct process *p, int which, struct buf *out)
{
	print_id(&t->group, inside(&t->gid_map, process_number(p, "Gid:", which, 10)), out);
}

static void user(const struct top *t, const struct process *p, struct buf *out)
{
	print_uid(t, p, 1, out);
}

static void ruser(const struct top *t, const struct process *p, struct buf *out)
{
	print_uid(t, p, 0, out);
}

static void group(const struct top *t, const struct process *p, struct buf *out)
{
	print_gid(t, p, 1, out);
}

static void rgroup(const struct top *t, const struct process *p, struct buf *out)
{
	print_gid(t, p, 0, out);
}

static void print_groups(const struct top *t, const struct process *p, bool host, struct buf *out)
{
	const char *at = strstr(p->status, "\nGroups:");
	auto_strv struct strv words = { 0 };
	const char *sep = "";
	if (!at)
		return;
	at += strlen("\nGroups:");
	auto_free char *line = xstrndup(at, strcspn(at, "\n"));
	strv_split(&words, line, ' ');
	for (size_t i = 0; i < words.n; i++) {
		char *end;
		unsigned long long id = strtoull(words.list[i], &end, 10);
		if (end == words.list[i])
			continue;
		buf_puts(out, sep);
		sep = ",";
		if (host)
			buf_printf(out, "%llu", id);
		else
			print_id(&t->group, inside(&t->gid_map, id), out);
	}
}

static void groups(const struct top *t, const struct process *p, struct buf *out)
{
	print_groups(t, p, false, out);
}

static void hgroups(const struct top *t, const struct process *p, struct buf *out)
{
	print_groups(t, p, true, out);
}

static void huser(const struct top *t, const struct process *p, struct buf *out)
{
	unsigned id = (unsigned)process_number(p, "Uid:", 1, 10);
	const struct passwd *pw = getpwuid(id);
	(void)t;
	if (pw)
		buf_puts(out, pw->pw_name);
	else
		buf_printf(out, "%u", id);
}

static void hgroup(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_printf(out, "%u", (unsigned)process_number(p, "Gid:", 1, 10));
}

/* --- numbers --- */

static void pid(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_printf(out, "%lld", (long long)p->pid);
}

static void ppid(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_printf(out, "%lld", (long long)p->ppid);
}

static void pgid(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_printf(out, "%lld", (long long)p->pgid);
}

static void hpid(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_printf(out, "%d", p->host);
}

static void nice_value(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_puts(out, p->stat[STAT_NICE]);
}

static void rss(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_printf(out, "%lld",
		   (long long)(stat_number(p, STAT_RSS) * sysconf(_SC_PAGESIZE) / 1024));
}

static void vsz(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_printf(out, "%lld", (long long)(stat_number(p, STAT_VSIZE) / 1024));
}

static void pcpu(const struct top *t, const struct process *p, struct buf *out)
{
	int64_t all = elapsed_ms(t, p);
	buf_printf(out, "%.3f", all ? 100.0 * (double)cpu_ms(p) / (double)all : 0.0);
}

/* As Go prints durations: "1h2m3.456s". */
static void print_duration(int64_t ms, struct buf *out)
{
	long long seconds = ms / 1000;
	if (seconds >= 3600)
		buf_printf(out, "%lldh", seconds / 3600);
	if (seconds >= 60)
		buf_printf(out, "%lldm", seconds / 60 % 60);
	buf_printf(out, "%lld", seconds % 60);
	if (ms % 1000)
		buf_printf(out, ".%03lld", (long long)(ms % 1000));
	buf_puts(out, "s");
}

static void etime(const struct top *t, const struct process *p, struct buf *out)
{
	print_duration(elapsed_ms(t, p), out);
}

static void time_used(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	print_duration(cpu_ms(p), out);
}

static void stime(const struct top *t, const struct process *p, struct buf *out)
{
	char text[TIME_TEXT];
	buf_puts(out, time_rfc3339(time(NULL) - elapsed_ms(t, p) / 1000, text));
}

/* --- the rest --- */

static void tty(const struct top *t, const struct process *p, struct buf *out)
{
	unsigned long dev = (unsigned long)stat_number(p, STAT_TTY);
	(void)t;
	if (major(dev) >= 136 && major(dev) <= 143)
		buf_printf(out, "pts/%u", (major(dev) - 136) * 256 + minor(dev));
	else if (major(dev) == 4)
		buf_printf(out, "tty%u", minor(dev));
	else
		buf_puts(out, "?");
}

static void state(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_puts(out, p->stat[STAT_STATE]);
}

static void comm(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	buf_puts(out, p->comm);
}

static void args(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	if (*p->args)
		buf_puts(out, p->args);
	else
		buf_printf(out, "[%s]", p->comm);
}

static void print_caps(const struct process *p, const char *key, struct buf *out)
{
	uint64_t set = process_number(p, key, 0, 16), all = 0;
	const char *sep = "";
	if (cap_parse("all", &all) == 0 && (set & all) == all)
		buf_puts(out, "full");
	else if (!set)
		buf_puts(out, "none");
	else
		for (unsigned i = 0; i < 64; i++) {
			const char *name = set >> i & 1 ? cap_name(i) : NULL;
			if (!name)
				continue;
			buf_printf(out, "%s%s", sep, str_starts(name, "CAP_") ? name + 4 : name);
			sep = ",";
		}
}

static void capamb(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	print_caps(p, "CapAmb:", out);
}

static void capbnd(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	print_caps(p, "CapBnd:", out);
}

static void capeff(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	print_caps(p, "CapEff:", out);
}

static void capinh(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	print_caps(p, "CapInh:", out);
}

static void capprm(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	print_caps(p, "CapPrm:", out);
}

static void seccomp(const struct top *t, const struct process *p, struct buf *out)
{
	static const char *const modes[] = { "disabled", "strict", "filter" };
	uint64_t mode = process_number(p, "Seccomp:", 0, 10);
	(void)t;
	buf_puts(out, mode < 3 ? modes[mode] : "?");
}

/* No security module labels processes of ours. */
static void label(const struct top *t, const struct process *p, struct buf *out)
{
	(void)t;
	(void)p;
	buf_puts(out, "?");
}

static const struct top_column columns[] = {
	{ "args", "%a", "COMMAND", args },
	{ "capamb", NULL, "AMBIENT CAPS", capamb },
	{ "capbnd", NULL, "BOUNDING CAPS", capbnd },
	{ "capeff", NULL, "EFFECTIVE CAPS", capeff },
	{ "capinh", NULL, "INHERITED CAPS", capinh },
	{ "capprm", NULL, "PERMITTED CAPS", capprm },
	{ "cmd", NULL, "COMMAND", args },
	{ "comm", "%c", "COMMAND", comm },
	{ "command", NULL, "COMMAND", args },
	{ "etime", "%t", "ELAPSED", etime },
	{ "group", "%G", "GROUP", group },
	{ "groups", NULL, "GROUPS", groups },
	{ "hgroup", NULL, "HGROUP", hgroup },
	{ "hgroups", NULL, "HGROUPS", hgroups },
	{ "hpid", NULL, "HPID", hpid },
	{ "huser", NULL, "HUSER", huser },
	{ "label", NULL, "LABEL", label },
	{ "nice", "%n", "NI", nice_value },
	{ "pcpu", "%C", "%CPU", pcpu },
	{ "pgid", "%r", "PGID", pgid },
	{ "pid", "%p", "PID", pid },
	{ "ppid", "%P", "PPID", ppid },
	{ "rgroup", "%g", "RGROUP", rgroup },
	{ "rss", NULL, "RSS", rss },
	{ "ruser", "%u", "RUSER", ruser },
	{ "seccomp", NULL, "SECCOMP", seccomp },
	{ "state", NULL, "STATE", state },
	{ "stime", NULL, "STIME", stime },
	{ "time", "%x", "TIME", time_used },
	{ "tty", "%y", "TTY", tty },
	{ "user", "%U", "USER", user },
	{ "vsz", "%z", "VSZ", vsz },
};

const struct top_column *top_column_find(const char *name)
{
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		if (strcasecmp(columns[i].name, name) == 0
		    || (columns[i].code && strcmp(columns[i].code, name) == 0))
			return &columns[i];
	return NULL;
}
