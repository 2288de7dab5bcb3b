/* table.h - lines whose cells end at tabs, as columns.
 *
 * As Go's tabwriter does it for podman (columns at least 12 wide, 2 apart, the last one as it is), so that
 * scripts which cut by position keep working. Widths count characters, not bytes. */
#pragma once
#include "util/str.h"

/* Append LINES in columns, each with a line's end. */
void table_print(const struct strv *lines, struct buf *out);
/* Is FORMAT "table" in front of a template? *REST is the template then, owned, where spaces between actions
 * part columns as tabs do. "table" alone is a name and no format: false. */
bool table_format(const char *format, char **rest);
