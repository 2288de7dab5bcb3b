/* str.h - text: a growing buffer, and the few tests and conversions used everywhere. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "util/alloc.h"
#include "util/err.h"

/* A growing text, always NUL-terminated once something was added. Zeroed is empty. */
struct buf {
	char *data;
	size_t len, cap;
};
void buf_add(struct buf *b, const void *data, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);
void buf_free(struct buf *b);
/* The text, owned by the caller; never NULL. B is empty afterwards. */
char *buf_take(struct buf *b);
#define auto_buf __attribute__((cleanup(buf_free)))

/* printf into fresh memory. */
char *str_printf(const char *fmt, ...) printf_like(1, 2);
bool str_eq(const char *a, const char *b); /* NULL equals only NULL */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_empty(const char *s); /* NULL or "" */
/* A whole decimal number, nothing around it. -1 when it is not one or out of range. */
must_check int str_to_u64(const char *s, uint64_t *out);
must_check int str_to_i64(const char *s, int64_t *out);
/* "512", "64k", "1.5g", "2gib", "10MB": bytes, units of 1024, as docker reads them. -1 when it is none. */
must_check int str_to_bytes(const char *s, uint64_t *out);
/* "true", "1", "yes" / "false", "0", "no" (strconv.ParseBool and friends); -1 when neither. */
must_check int str_to_bool(const char *s, bool *out);
/* "12.3 MB" as podman prints sizes (units of 1000), "3 minutes ago" style durations. */
char *str_human_size(uint64_t bytes);
char *str_human_ago(int64_t seconds);
/* FNV-1a, 64 bits; for cache keys and tables, never for content. */
uint64_t str_hash(const void *data, size_t n, uint64_t seed);
/* Replace control characters by '?': text of strangers on its way to a terminal. */
char *str_printable(const char *s);

/* A NULL-terminated list of owned strings. Zeroed is empty; LIST is NULL then. */
struct strv {
	char **list;
	size_t n, cap;
};
void strv_add(struct strv *v, const char *s); /* copies */
void strv_take(struct strv *v, char *s);      /* takes over */
void strv_addf(struct strv *v, const char *fmt, ...) printf_like(2, 3);
void strv_add_all(struct strv *v, char *const *list); /* NULL is empty */
void strv_copy(struct strv *to, const struct strv *from);
void strv_remove(struct strv *v, size_t i);
bool strv_has(const struct strv *v, const char *s);
void strv_split(struct strv *v, const char *s, char sep); /* appends every field, empty ones too */
char *strv_join(const struct strv *v, const char *sep);
void strv_free(struct strv *v);
#define auto_strv __attribute__((cleanup(strv_free)))
/* "K=V" lists: the value of KEY or NULL; set replaces or appends. */
const char *strv_env_get(const struct strv *v, const char *key);
void strv_env_set(struct strv *v, const char *assignment);
