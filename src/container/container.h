/* container.h - records, names, locks and states of containers; no verbs.
 *
 * ROOT/containers/ID/          0700, ID is 64 hex digits
 *   record.json                what was asked, the image, the layers: written once, at create
 *   layers                     diff_ids, a line each: what keeps layers from being collected
 *   state.json                 what is known of the last start and end; replaced atomically
 *   config.json                the OCI runtime spec of the last start
 *   upper/ work/ merged/       the writable layer (store/rootfs.h)
 *   log                        k8s-file: "TIME stdout F text"
 * ROOT/containers/names/NAME   symbolic link to ID: made by symlink(2), so a name is taken once
 * RUNROOT/ID/                  gone at reboot: lock, and the files bound into the container's /etc
 *
 * Running means that the lock is held, by the monitor, or else that the process in state.json still
 * is the one that it says (pid, start time, boot): no stale file can lie. Listing takes no lock. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "model/digest.h"
#include "model/options.h"
#include "util/err.h"

#define CONTAINER_ID 64

struct containers { /* where they are; descriptors owned by whoever opened it */
	int dirs;   /* ROOT/containers */
	int names;  /* ROOT/containers/names */
	int run;    /* RUNROOT */
};
must_check int containers_open(int root, const char *runroot, struct containers *out,
			       struct err *e);
void containers_close(struct containers *cs);

struct record { /* record.json; all owned */
	struct create_opts opts;
	struct digest image;
	char *image_name; /* NULL: by id */
	struct digest *layers;
	size_t nlayers;
	int64_t created;   /* nanoseconds since 1970 */
	char *stop_signal; /* "SIGTERM" unless the image or the user says otherwise */
};
void record_free(struct record *r);

struct container {
	char id[CONTAINER_ID + 1];
	char *name;
	int dir, run; /* descriptors of its two directories; run is -1 when it is gone */
	int lock;     /* -1: not held by us */
	struct record record;
};

/* Make a container: directories, record, name. Its lock is held by the caller afterwards. NAME may be taken
 * (ERR_EXISTS). DURABLE: synced before this returns. R's content is copied. */
must_check int container_create(struct containers *cs, const struct record *r, const char *name,
				bool durable, struct container *out, struct err *e);
/* Open by name, id or unique id prefix. */
must_check int container_open(struct containers *cs, const char *what, struct container *out,
			      struct err *e);
void container_close(struct container *c);
#define auto_container __attribute__((cleanup(container_close)))
/* Take the lock: 0; -1 with ERR_BUSY when somebody (its monitor) has it, ERR_NOTFOUND when C was removed
 * meanwhile. */
must_check int container_lock(struct containers *cs, struct container *c, struct err *e);
/* The end of a run: the run directory goes, and with it the lock. */
int container_rest(struct containers *cs, struct container *c);
/* Remove the record, the name and the run directory; the writable layer is gone already (rootfs_remove). The
 * lock is held. */
must_check int container_remove(struct containers *cs, struct container *c, struct err *e);

/* Another name for C, in whatever state it is. ERR_EXISTS when NAME is taken. */
must_check int container_rename(struct containers *cs, struct container *c, const char *name,
				struct err *e);

/* --- wait.c: the end of a run, seen by others. The holder of the lock writes the exit code into the lock's file
 * before it lets go: who has the file open learns it even when container and file are removed. --- */
/* Open the lock's file of C for container_exit; -1 when nobody is at work on C. */
int container_watch(struct containers *cs, const struct container *c);
/* By the holder of the lock: CODE is how this run ended. */
void container_exit_note(const struct container *c, int code);
/* Wait at most MS milliseconds (-1: for ever) until nobody holds the lock that WATCH is of. *CODE is the exit code,
 * or -1 when none was left (the monitor was killed). -1: still held. */
must_check int container_exit(int watch, int ms, int *code);
/* Wait at most MS milliseconds until nobody holds the lock of C: 0, also when C is gone. */
must_check int container_await_idle(struct containers *cs, const struct container *c, int ms);

/* Remove what is left of run directories whose removal was cut short. */
void containers_sweep_run(struct containers *cs);
/* Does nobody hold the lock of ID? */
bool container_idle(struct containers *cs, const char *id);
/* Is ID the directory of a container whose maker died before there was a record? *OUT is locked then. */
bool container_orphan(struct containers *cs, const char *id, struct container *out);

/* All ids, newest first where that is known. */
must_check int containers_list(struct containers *cs, struct strv *ids, struct err *e);
/* Ids of those with a run directory: the running, those at work, and what died at it since the boot. */
must_check int containers_list_awake(struct containers *cs, struct strv *ids, struct err *e);
/* Is there a container that uses image ID? *USER (owned) is its id. */
must_check int containers_using(struct containers *cs, const struct digest *image, char **user,
				struct err *e);

enum container_status {
	CONTAINER_CREATED,
	CONTAINER_RUNNING,
	CONTAINER_EXITED,
	/* never in the file, seen by who asks: */
	CONTAINER_STOPPING, /* pid 1 has ended, its monitor is taking things down */
	CONTAINER_PAUSED,   /* engine_state alone knows */
};
struct state { /* state.json */
	enum container_status status;
	pid_t pid, monitor;        /* of its pid 1, as the host sees it; 0: none */
	uint64_t pid_start;        /* proc(5) start time of pid */
	uint64_t monitor_start;    /* the same of monitor */
	char boot[40];             /* boot id that those are meant in */
	int64_t started, finished; /* nanoseconds since 1970; 0: never */
	int exit_code;
	char error[256];  /* why the exit code is not known, or why it did not start */
	char cgroup[256]; /* "": none */
	char network[32]; /* address, "" when none */
};
/* As it is now: a RUNNING whose process is gone is returned as STOPPING or, without its monitor, EXITED. */
must_check int container_state(const struct container *c, struct state *out, struct err *e);
must_check int container_state_save(const struct container *c, const struct state *s, bool durable,
				    struct err *e);
const char *container_status_text(enum container_status s);
/* The boot id, for state.boot. */
void boot_id(char out[static 40]);
