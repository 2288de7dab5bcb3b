/* ingest.c - see ingest.h: where store, userns and archive meet.
 *
 * The child is a fork of the process that has the connection and the user's credentials, so it
 * closes everything it does not need first, then confines itself, and only then looks
 * at a byte of the archive. Its verdict travels over a socket of its own: all else is closed.
 * The stage's lock stays open in it: a stage is dead when both are. */
#include "engine/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/confine.h"
#include "archive/stream.h"
#include "archive/unpack.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"
#include "util/path.h"

/* Large enough that reading from the network and unpacking seldom wait for each other. */
#define PIPE_SIZE (1 << 20)

struct layer_job {
	struct store *store;
	struct idmap map;
	struct stage stage;
	pid_t pid;
	int in;      /* the pipe's writing end */
	int verdict; /* the socket's end to read from */
	int report;  /* userns_spawn's */
};

struct verdict {
	bool ok;
	struct err err; /* when not ok */
	struct digest diff_id;
	uint64_t size;
	struct unpack_stats stats;
};

/* What the child needs; on the parent's stack, copied by the fork. */
struct child {
	int in, tree, lock, verdict;
	bool flatten;
};

static int unpack(const struct child *c, struct verdict *v, struct err *e)
{
	const int keep[] = { STDERR_FILENO, c->in, c->tree, c->lock, c->verdict };
	struct stream *s;
	if (confine_fds(keep, sizeof keep / sizeof *keep, e) < 0 || stream_open(c->in, &s, e) < 0)
		return -1;
	unpack_prepare();
	if (confine_to(c->tree, e) < 0 || stream_read_ahead(s, e) < 0)
		return -1;
	/* On failure the stream stays open: its thread may be waiting for input that never comes, and
	 * ends with the process. */
	if (unpack_tar(s, c->tree, c->flatten, &v->stats, e) < 0)
		return -1;
	v->size = stream_size(s);
	v->diff_id = stream_digest(s);
	stream_close(s);
	return 0;
}

static int child_main(void *arg, struct err *e)
{
	const struct child *c = arg;
	struct verdict v = { 0 };
	int rc = unpack(c, &v, &v.err);
	v.ok = rc == 0;
	*e = v.err;
	/* nobody listens any more: the parent died */
	if (fd_send(c->verdict, &v, sizeof v, NULL, 0) < 0)
		return err_sys(e, "report");
	return rc;
}

static int start(struct layer_job *j, struct err *e)
{
	int p[2], s[2];
	auto_fd int tree = dir_open_at(j->stage.dir, "tree", e);
	if (tree < 0)
		return -1;
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	auto_fd int theirs = p[0];
	j->in = p[1];
	/* refused when the user has many pipes: then it is only slower */
	if (fcntl(j->in, F_SETPIPE_SZ, PIPE_SIZE) < 0)
		errno = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s) < 0)
		return err_sys(e, "make a socket pair");
	auto_fd int their_verdict = s[1];
	j->verdict = s[0];
	struct child c = {
		.in = theirs,
		.tree = tree,
		.lock = j->stage.lock,
		.verdict = their_verdict,
		.flatten = j->map.single,
	};
	j->report = userns_spawn(&j->map, CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS,
				 child_main, &c, &j->pid, e);
	return j->report < 0 ? -1 : 0;
}

struct drop {
	struct store *store;
	struct stage *stage;
};

static int drop_stage(void *arg, struct err *e)
{
	(void)e;
	struct drop *d = arg;
	stage_drop(d->store, d->stage);
	return 0;
}

/* The tree has files of subordinate owners, which only root of the namespace can remove. */
static void job_drop_stage(struct layer_job *j)
{
	struct drop d = { j->store, &j->stage };
	struct err ignored;
	/* what stays is dead as soon as the lock goes, and the next command sweeps it */
	if (userns_run(&j->map, 0, drop_stage, &d, &ignored) < 0)
		log_debug("%s", ignored.msg);
	fd_close(&j->stage.lock);
	fd_close(&j->stage.dir);
}

static void job_free(struct layer_job *j)
{
	fd_close(&j->in);
	fd_close(&j->verdict);
	free(j);
}

int layer_job_start(struct store *s, const struct idmap *map, struct layer_job **out, struct err *e)
{
	struct layer_job *j = xcalloc(1, sizeof *j);
	j->store = s;
	j->map = *map;
	j->in = j->verdict = j->report = -1;
	if (stage_open(s, "layer", &j->stage, e) < 0) {
		free(j);
		return -1;
	}
	if (start(j, e) < 0) {
		job_drop_stage(j);
		job_free(j);
		return err_wrap(e, "cannot start unpacking a layer");
	}
	*out = j;
	return 0;
}

int layer_job_fd(const struct layer_job *j)
{
	return j->in;
}

void layer_job_end(struct layer_job *j)
{
	fd_close(&j->in);
}

int layer_job_done_fd(const struct layer_job *j)
{
	return j->verdict;
}

/* The child's own words, or what became of it when it said none. */
static int wait_verdict(struct layer_job *j, struct verdict *v, struct err *e)
{
	ssize_t n = fd_recv(j->verdict, v, sizeof *v, NULL, NULL);
	int rc = userns_wait(j->pid, fd_take(&j->report), e);
	if (n == sizeof *v && v->ok)
		return 0;
	if (n == sizeof *v) {
		*e = v->err;
		return -1;
	}
	return rc < 0 ? -1 : err_set(e, ERR_SYSTEM, "the unpacker ended without a word");
}

static int check(const struct verdict *v, const struct digest *expected, struct err *e)
{
	char want[DIGEST_TEXT], got[DIGEST_TEXT];
	if (!expected || digest_none(expected) || digest_eq(&v->diff_id, expected))
		return 0;
	return err_set(e, ERR_CORRUPT, "the layer's content is %s, its image says %s",
		       digest_text(&v->diff_id, got), digest_text(expected, want));
}

static void tell(const struct verdict *v, struct digest *diff_id, struct layer_info *info)
{
	*diff_id = v->diff_id;
	*info = (struct layer_info){
		.size = v->size,
		.disk = v->stats.bytes,
		.files = v->stats.entries,
		.skipped_devices = v->stats.devices,
		.flattened = v->stats.flattened,
		.dropped_xattrs = v->stats.xattrs,
	};
}

int layer_job_finish(struct layer_job *j, const struct digest *expected, struct digest *diff_id,
		     struct layer_info *info, struct err *e)
{
	struct verdict v;
	layer_job_end(j);
	if (wait_verdict(j, &v, e) < 0 || check(&v, expected, e) < 0) {
		job_drop_stage(j);
		job_free(j);
		return -1;
	}
	tell(&v, diff_id, info);
	/* another was first: dropped here, where the namespace is at hand, and not by the store */
	int rc = 0;
	if (store_layer_exists(j->store, diff_id))
		job_drop_stage(j);
	else
		rc = stage_commit_layer(j->store, &j->stage, diff_id, info, e);
	job_free(j);
	return rc;
}

void layer_job_abort(struct layer_job *j)
{
	struct err ignored;
	kill(j->pid, SIGKILL);
	if (userns_wait(j->pid, fd_take(&j->report), &ignored) < 0)
		log_debug("%s", ignored.msg);
	job_drop_stage(j);
	job_free(j);
}
