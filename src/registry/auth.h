/* auth.h - accounts at registries, from containers-auth.json(5) files. */
#pragma once
#include "util/err.h"
#include "util/json.h"

struct creds { /* zeroed: none. Both owned */
	char *user, *password;
};
void creds_free(struct creds *c);
#define auto_creds __attribute__((cleanup(creds_free)))

/* "user:password". */
must_check int creds_parse(const char *text, struct creds *out, struct err *e);
/* What the document DOC keeps for repository NAME at HOST; *OUT stays as it is when there is nothing.
 * The most specific entry counts: HOST/a/b before HOST/a before HOST. Pure. */
must_check int auth_lookup(json *doc, const char *host, const char *name, struct creds *out,
			   struct err *e);
/* Search AUTHFILE, or when it is NULL $REGISTRY_AUTH_FILE, else the files of podman and docker in turn. */
must_check int auth_find(const char *authfile, const char *host, const char *name,
			 struct creds *out, struct err *e);
