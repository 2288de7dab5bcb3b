/* err.h - the one way a failure travels.
 *
 * A function that can fail returns 0 (or a descriptor) on success, -1 with
 * *E filled otherwise. It is filled once, where the fact is known; callers only
 * put their intent in front with err_wrap(). The struct is flat, so the same bytes cross a
 * socket in one write. */
#pragma once
#include <stdarg.h>
#include <stddef.h>

#define must_check __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))

/* The kind decides the exit code (err_exit_code) and nothing else. */
enum err_kind {
	ERR_NONE,
	ERR_USAGE,      /* the command line or a document of the user's is wrong */
	ERR_NOTFOUND,   /* no such image, container, file */
	ERR_EXISTS,     /* the name is taken */
	ERR_BUSY,       /* in use, running */
	ERR_DENIED,     /* the host or a policy says no */
	ERR_REMOTE,     /* a registry's answer or the way to it */
	ERR_CORRUPT,    /* content that is not what it says it is */
	ERR_SYSTEM,     /* the kernel said no; errno in CODE */
	ERR_CMD_EXEC,   /* the container's command cannot be executed: 126 */
	ERR_CMD_MISSING /* the container's command does not exist: 127 */
};

struct err {
	enum err_kind kind;
	int code;       /* errno, or 0 */
	char msg[896];  /* "cannot start web: mount /data: permission denied" */
	char hint[512]; /* what to do about it; may be empty */
};

/* Each returns -1, so that `return err_set(...)` is the idiom. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...) printf_like(3, 4);
/* As err_set with ": " strerror(errno) behind; kind follows from errno (ENOENT is NOTFOUND, ...). */
int err_sys(struct err *e, const char *fmt, ...) printf_like(2, 3);
/* As err_sys for an error number that is at hand. */
int err_num(struct err *e, int code, const char *fmt, ...) printf_like(3, 4);
/* Put "..: " in front of what *E says. */
int err_wrap(struct err *e, const char *fmt, ...) printf_like(2, 3);
/* Say what to do about it; the first hint given stays. */
int err_hint(struct err *e, const char *fmt, ...) printf_like(2, 3);
void err_clear(struct err *e);
/* What another process has sent, which may be a stranger by now. */
int err_take(struct err *e, const struct err *said);
/* podman's: 125, or 126 and 127 for the container's command. */
int err_exit_code(const struct err *e);
/* "Error: MSG\n" and the hint on a second line, to standard error; an image's escape sequences do nothing. An empty MSG is what another program of ours
 * has told already: nothing is printed. */
void err_print(const struct err *e);
