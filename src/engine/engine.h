/* engine.h - the verbs, and what they all need: where things are and what the configuration says.
 *
 * engine/ is the only place that knows two hands at once. cli/ fills structs, calls one verb, prints. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "container/container.h"
#include "model/config.h"
#include "model/image.h"
#include "model/options.h"
#include "store/store.h"
#include "userns/userns.h"
#include "util/err.h"

struct engine {               /* filled by engine_open; const for most */
	char *root, *runroot; /* absolute */
	char *image_program;  /* cuddy-image */
	char *hello;          /* the image that we carry */
	char *seccomp_profile;
	const char *storage_driver, *cgroup_manager,
		*log_level;   /* as asked; NULL: whatever works */
	struct config config; /* read by engine_start: other verbs need none of it */
	struct store *store;
	struct containers containers;
	struct idmap ids;
};

struct engine_paths { /* borrowed */
	const char *root, *runroot, *image_program, *hello, *seccomp_profile;
	const char *storage_driver, *cgroup_manager, *log_level;
};
must_check int engine_open(const struct engine_paths *p, struct engine *out, struct err *e);
void engine_close(struct engine *en);
#define auto_engine __attribute__((cleanup(engine_close)))

/* --- create.c --- */
/* Make a container as O asks: finds the image (has it pulled by O->pull), checks everything that can be checked
 * before a start, writes the record. *C is locked. */
must_check int engine_create(struct engine *en, const struct create_opts *o, struct container *c,
			     struct err *e);

/* --- start.c --- */
struct start_opts {
	bool attach;      /* our streams are the container's; wait for its end */
	bool interactive; /* standard input too */
};
/* Start the created or exited container C, whose lock we hold; its monitor has it afterwards. Attached: *EXIT_CODE
 * is the command's. Detached: returns as soon as the command runs. */
must_check int engine_start(struct engine *en, struct container *c, const struct start_opts *o,
			    int *exit_code, struct err *e);

/* --- stop.c, remove.c --- */
/* Ask pid 1 to end, and end it after SECONDS (0: at once, -1: wait for ever), or at once when it does not listen.
 * Not running is fine. */
must_check int engine_stop(struct engine *en, struct container *c, int seconds, struct err *e);
struct remove_opts {
	bool force;   /* end it first */
	bool volumes; /* its anonymous volumes too */
	int seconds;  /* with FORCE: how long it may take to end by itself; see engine_stop */
};
#define ENGINE_STOP_SECONDS 10 /* when nobody says */
/* Remove a container. ERR_BUSY when it runs and FORCE is not given. */
must_check int engine_remove(struct engine *en, struct container *c, const struct remove_opts *o,
			     struct err *e);
/* Remove what dead attempts and killed monitors of --rm containers left: ALL, or of a few that were awake since
 * the boot, which is cheap enough for every start. */
void engine_sweep_containers(struct engine *en, bool all);
/* Run ARGV in the user's namespace with a mount namespace of its own (cuddy unshare). The exit code. */
must_check int engine_unshare(struct engine *en, char *const argv[], int *exit_code, struct err *e);
