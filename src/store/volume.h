/* volume.h - volumes: directories that outlive containers. ROOT/volumes/NAME/_data is the content;
 * ROOT/volumes/NAME/anonymous is there for one that goes with its container. */
#pragma once
#include <stdbool.h>
#include "store/store.h"

/* The volume NAME (checked by volume_name_ok), made when missing. *PATH (owned) is its content's directory;
 * *EMPTY whether nothing is in it yet. */
must_check int store_volume_open(struct store *s, const char *name, bool anonymous, char **path,
				 bool *empty, struct err *e);
/* Remove it. In the user namespace, since files have subordinate owners. Not there is fine. */
must_check int store_volume_remove(struct store *s, const char *name, struct err *e);
