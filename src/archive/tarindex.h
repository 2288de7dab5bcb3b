/* tarindex.h - what is where in a plain tar file, so that its members can be read in any order. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "util/err.h"

/* More members, or longer names in all, than an archive of images can have. */
#define TAR_INDEX_MEMBERS 100000
#define TAR_INDEX_BYTES (16u << 20)

struct tar_member {
	char *name;            /* cleaned: "blobs/sha256/abc" */
	char *link;            /* of a link, cleaned; NULL for a file */
	uint64_t offset, size; /* of its content in the file */
};
struct tar_index {
	struct tar_member *members;
	size_t n, cap;
};

/* Read through the regular file FD, which is not compressed. Members that are neither files nor links are
 * left out. */
must_check int tar_index_read(int fd, struct tar_index *out, struct err *e);
/* The file NAME, links to other members followed; the last of that name. NULL when there is none. */
const struct tar_member *tar_index_find(const struct tar_index *t, const char *name);
void tar_index_free(struct tar_index *t);
