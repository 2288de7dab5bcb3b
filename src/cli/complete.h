/* complete.h - what could stand at the cursor: one answer for all shells. */
#pragma once
#include "cli/command.h"

/* WORDS (N of them, without the program's name) is the line up to the cursor, the last word being the
 * one to complete, perhaps "". Appends to OUT one candidate a line, "WORD\tDESCRIPTION", or a line ":files"
 * or ":dirs" where the shell knows better. */
void complete_words(struct cli *cli, char *const *words, int n, struct buf *out);
