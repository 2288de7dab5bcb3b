/* internal.h - private to container/. */
#pragma once
#include "container/container.h"
#include "util/json.h"

#define RECORD "record.json"
#define LAYERS "layers"
#define STATE "state.json"

/* The record as a document (owned), and back from C's directory. */
json *record_json(const struct container *c);
must_check int record_load(struct container *c, struct err *e);
must_check int record_copy(struct record *to, const struct record *from, struct err *e);
/* Remove the run directory of ID; not there is fine. -1 with errno. */
must_check int run_remove(struct containers *cs, const char *id);

/* --- names.c --- */
bool name_ok(const char *name);
/* Whose name is it? "" when nobody's. */
void name_owner(struct containers *cs, const char *name, char id[static CONTAINER_ID + 1]);
must_check int name_take(struct containers *cs, const char *name, const char *id, struct err *e);
/* When it still is ID's. */
void name_drop(struct containers *cs, const char *name, const char *id);
/* All that are ID's, when nobody knows which: reads every name. */
void names_drop(struct containers *cs, const char *id);
/* Whoever changes the record, or ends it, holds this lock. */
must_check int record_lock(struct container *c, struct err *e);
void record_unlock(struct container *c);
/* Read name and record of C again: they may have changed since it was opened. */
must_check int record_again(struct container *c, struct err *e);

/* Replace DIR/NAME by TEXT; DURABLE: synced, so that a power cut leaves the old or the new. */
must_check int write_file(int dir, const char *name, const char *text, bool durable, struct err *e);
