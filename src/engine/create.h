/* create.h - private to engine/. */
#pragma once
#include <stddef.h>

/* A name that nobody asked for: "brave_anchor"; with a number from the third try on. */
void random_name(char *out, size_t room, int try);
