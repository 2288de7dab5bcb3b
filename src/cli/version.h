/* version.h - which version we say we are. */
#pragma once
#include "cli/command.h"
#include "util/json.h"

/* Called as podman we answer with the podman version whose behaviour we follow, because programs
 * that drive podman switch features on by it. */
#define PODMAN_COMPAT_VERSION "5.8.2"

const char *version_shown(const struct cli *cli);
/* Keys that `version` and `info` share. Owned by the caller. */
json *version_doc(const struct cli *cli);
