/* challenge.h - what a server asks for when it answers 401: the WWW-Authenticate header
 * (RFC 9110, 11.6.1), which may hold several challenges and comes from strangers. */
#pragma once
#include <stddef.h>
#include "util/err.h"

#define CHALLENGES_MAX 8
#define CHALLENGE_TEXT_MAX 8192 /* bytes of one header */

enum challenge_kind { CHALLENGE_OTHER, CHALLENGE_BASIC, CHALLENGE_BEARER };

struct challenge {
	enum challenge_kind kind;
	char *realm, *service, *scope, *error; /* owned; NULL when not given */
};
struct challenges { /* zeroed is empty */
	struct challenge list[CHALLENGES_MAX];
	size_t n;
};

/* Append the challenges of one header's value. On an error OUT keeps what it had before. */
must_check int challenge_parse(const char *text, struct challenges *out, struct err *e);
/* The first of KIND, borrowed, or NULL. */
const struct challenge *challenge_find(const struct challenges *c, enum challenge_kind kind);
void challenges_free(struct challenges *c);
#define auto_challenges __attribute__((cleanup(challenges_free)))
