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
/* The lock of container ID, or -1 when somebody has it. */
int lock_try(struct containers *cs, const char *id);
/* Replace DIR/NAME by TEXT; DURABLE: synced, so that a power cut leaves the old or the new. */
must_check int write_file(int dir, const char *name, const char *text, bool durable, struct err *e);
