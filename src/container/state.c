/* state.c - state.json, and whether it is still true. The file is a claim; the kernel is asked. */
#include "container/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/proc.h"

#define MAX_STATE 65536

static const char *const words[] = {
	[CONTAINER_CREATED] = "created", [CONTAINER_RUNNING] = "running",
	[CONTAINER_EXITED] = "exited",   [CONTAINER_STOPPING] = "stopping",
	[CONTAINER_PAUSED] = "paused",
};

const char *container_status_text(enum container_status s)
{
	return words[s];
}

void boot_id(char out[static 40])
{
	auto_fd int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read_full(fd, out, 36);
	out[n < 0 ? 0 : n] = '\0';
}

static void copy_text(char *to, size_t room, json *j, const char *key)
{
	const char *s = json_str(j, key);
	snprintf(to, room, "%s", s ? s : "");
}

static void read_document(json *j, struct state *s)
{
	const char *status = json_str(j, "status");
	for (size_t i = 0; i <= CONTAINER_EXITED; i++)
		if (str_eq(words[i], status))
			s->status = (enum container_status)i;
	s->pid = (pid_t)json_int(j, "pid", 0);
	s->monitor = (pid_t)json_int(j, "monitor", 0);
	s->pid_start = (uint64_t)json_int(j, "pidStart", 0);
	s->monitor_start = (uint64_t)json_int(j, "monitorStart", 0);
	s->started = json_int(j, "started", 0);
	s->finished = json_int(j, "finished", 0);
	s->exit_code = (int)json_int(j, "exitCode", 0);
	copy_text(s->boot, sizeof s->boot, j, "boot");
	copy_text(s->error, sizeof s->error, j, "error");
	copy_text(s->cgroup, sizeof s->cgroup, j, "cgroup");
	copy_text(s->network, sizeof s->network, j, "network");
}

static bool is_there(pid_t pid, uint64_t start)
{
	return pid > 0 && start && proc_start_time(pid) == start;
}

/* The file says that it runs: does it? */
static enum container_status running_or_not(const struct state *s)
{
	char now[40];
	boot_id(now);
	if (strcmp(now, s->boot) != 0)
		return CONTAINER_EXITED;
	if (is_there(s->pid, s->pid_start))
		return CONTAINER_RUNNING;
	return is_there(s->monitor, s->monitor_start) ? CONTAINER_STOPPING : CONTAINER_EXITED;
}

/* Nobody was left to see it end: killed with its monitor, or the machine went down. */
static void ended_unseen(struct state *s)
{
	char now[40];
	boot_id(now);
	s->status = CONTAINER_EXITED;
	s->exit_code = 137;
	s->pid = 0;
	snprintf(s->error, sizeof s->error, "%s",
		 strcmp(now, s->boot) == 0 ? "the container's monitor was killed"
					   : "the machine was restarted");
}

static int load(const struct container *c, struct state *out, struct err *e)
{
	auto_json json *j = NULL;
	*out = (struct state){ 0 };
	if (json_load_at(c->dir, STATE, MAX_STATE, &j, e) == 0) {
		read_document(j, out);
		return 0;
	}
	if (e->code != ENOENT)
		return err_wrap(e, "container %s", c->name);
	if (faccessat(c->dir, RECORD, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, ERR_NOTFOUND, "container %s was removed", c->name);
	err_clear(e);
	return 0; /* never started */
}

int container_state(const struct container *c, struct state *out, struct err *e)
{
	/* twice: the monitor may have written its last word between our reading and our look for it */
	for (int look = 0; look < 2; look++) {
		if (load(c, out, e) < 0)
			return -1;
		if (out->status == CONTAINER_RUNNING)
			out->status = running_or_not(out);
		else
			return 0;
		if (out->status != CONTAINER_EXITED)
			return 0;
	}
	ended_unseen(out);
	return 0;
}

int container_state_save(const struct container *c, const struct state *s, bool durable,
			 struct err *e)
{
	auto_json json *j = json_object_new_object();
	json_put_str(j, "status", words[s->status]);
	json_put_int(j, "pid", s->pid);
	json_put_int(j, "monitor", s->monitor);
	json_put_int(j, "pidStart", (int64_t)s->pid_start);
	json_put_int(j, "monitorStart", (int64_t)s->monitor_start);
	json_put_str(j, "boot", s->boot);
	json_put_int(j, "started", s->started);
	json_put_int(j, "finished", s->finished);
	json_put_int(j, "exitCode", s->exit_code);
	json_put_str(j, "error", s->error);
	json_put_str(j, "cgroup", s->cgroup);
	json_put_str(j, "network", s->network);
	auto_free char *text = json_text(j, true);
	return write_file(c->dir, STATE, text, durable, e);
}
