/* top.h - the processes of a container. */
#pragma once
#include "engine/engine.h"
#include "util/json.h"

/* The processes of the running container C with COLUMNS, which are podman's descriptors ("pid", "args", "%C"), or what
 * ps(1) would be told ("-o", "pid,args", "-ef"); none are the usual ones. *ROWS is an array of objects, NAMES and
 * HEADINGS are their keys and what stands above. Read from /proc of the host: nothing is executed inside. */
must_check int engine_top(const struct container *c, const struct strv *columns, json **rows,
			  struct strv *names, struct strv *headings, struct err *e);

/* --- private to engine/ --- */

struct process { /* one, as /proc tells */
	pid_t host;
	int64_t pid, ppid, pgid; /* as the container sees them */
	char *stat[24];          /* proc(5), from field 3 on; borrowed from TEXT */
	char *text, *status, *args;
	char comm[32];
};
struct process_list {
	struct process *list;
	size_t n, cap;
};
struct top { /* what columns need besides the process */
	struct process_list processes;
	int level;                    /* which number of NSpid is the container's */
	struct strv uid_map, gid_map; /* lines of its maps */
	struct strv passwd, group;    /* lines of its files */
	int64_t uptime_ms;
};
/* A column: how it is asked for, what stands above, and its text for a process. */
struct top_column {
	const char *name, *code, *heading;
	void (*print)(const struct top *t, const struct process *p, struct buf *out);
};
/* By name or code ("%p"); NULL when there is none. */
const struct top_column *top_column_find(const char *name);
/* The number behind KEY ("Uid:", field I) in the status of P, in BASE; 0 when it is not there. */
uint64_t process_number(const struct process *p, const char *key, int i, int base);
