/* scratch.h - a directory of a test's own, made before it and removed after it. */
#pragma once

/* cmocka's setup and teardown: *STATE is the path (owned by the fixture). */
int scratch_setup(void **state);
int scratch_teardown(void **state);
/* Make the file DIR/NAME, parents and all, holding TEXT. */
void scratch_file(const char *dir, const char *name, const char *text);
/* What is in it; owned. Fails the test when it is not there. */
char *scratch_read(const char *dir, const char *name);
