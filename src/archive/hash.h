/* hash.h - SHA-256 as the digest that content is named by. */
#pragma once
#include <stddef.h>
#include "model/digest.h"
#include "util/err.h"

struct hash;

must_check int hash_new(struct hash **out, struct err *e);
void hash_add(struct hash *h, const void *data, size_t n);
/* The digest of what was added; H is gone afterwards. */
struct digest hash_end(struct hash *h);
/* NULL is fine. */
void hash_free(struct hash *h);
/* Of N bytes at once. */
struct digest hash_of(const void *data, size_t n);
