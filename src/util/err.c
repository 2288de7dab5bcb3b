/* err.c - fills and prints struct err. It allocates nothing, so that it works
 * when memory is what failed and in a child between clone and exec. */
#include "util/err.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static enum err_kind kind_of_errno(int code)
{
	switch (code) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOTFOUND;
	case EEXIST:
		return ERR_EXISTS;
	case EBUSY:
		return ERR_BUSY;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	default:
		return ERR_SYSTEM;
	}
}

printf_like(2, 0) static void format(struct err *e, const char *fmt, va_list ap)
{
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
}

static void append(struct err *e, const char *text)
{
	size_t n = strlen(e->msg);
	snprintf(e->msg + n, sizeof e->msg - n, ": %s", text);
}

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;
	err_clear(e);
	e->kind = kind;
	va_start(ap, fmt);
	format(e, fmt, ap);
	va_end(ap);
	return -1;
}

int err_sys(struct err *e, const char *fmt, ...)
{
	int code = errno;
	va_list ap;
	err_clear(e);
	e->kind = kind_of_errno(code);
	e->code = code;
	va_start(ap, fmt);
	format(e, fmt, ap);
	va_end(ap);
	append(e, strerror(code));
	return -1;
}

int err_num(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;
	err_clear(e);
	e->kind = kind_of_errno(code);
	e->code = code;
	va_start(ap, fmt);
	format(e, fmt, ap);
	va_end(ap);
	append(e, strerror(code));
	return -1;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char front[sizeof e->msg];
	char old[sizeof e->msg];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(front, sizeof front, fmt, ap);
	va_end(ap);
	memcpy(old, e->msg, sizeof old);
	size_t n = strnlen(front, sizeof front - 1);
	if (n > sizeof e->msg - 4)
		n = sizeof e->msg - 4;
	memcpy(e->msg, front, n);
	snprintf(e->msg + n, sizeof e->msg - n, ": %.*s", (int)(sizeof e->msg - n - 3), old);
	return -1;
}

int err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;
	if (e->hint[0])
		return -1;
	va_start(ap, fmt);
	vsnprintf(e->hint, sizeof e->hint, fmt, ap);
	va_end(ap);
	return -1;
}

void err_clear(struct err *e)
{
	e->kind = ERR_NONE;
	e->code = 0;
	e->msg[0] = '\0';
	e->hint[0] = '\0';
}

int err_exit_code(const struct err *e)
{
	switch (e->kind) {
	case ERR_CMD_EXEC:
		return 126;
	case ERR_CMD_MISSING:
		return 127;
	default:
		return 125;
	}
}

int err_take(struct err *e, const struct err *said)
{
	*e = *said;
	e->msg[sizeof e->msg - 1] = e->hint[sizeof e->hint - 1] = '\0';
	return -1;
}

/* Names come from images, and terminals do what they are told. */
static size_t add_line(char *out, size_t at, const char *text)
{
	for (; *text; text++)
		out[at++] = iscntrl((unsigned char)*text) ? '?' : *text;
	out[at++] = '\n';
	return at;
}

/* In one piece, so that what several processes say at once does not mix. */
void err_print(const struct err *e)
{
	static const char begin[] = "Error: ";
	char out[sizeof begin + sizeof e->msg + sizeof e->hint];
	size_t n = 0;
	if (e->msg[0]) {
		memcpy(out, begin, sizeof begin - 1);
		n = add_line(out, sizeof begin - 1, e->msg);
	}
	if (e->hint[0])
		n = add_line(out, n, e->hint);
	fwrite(out, 1, n, stderr);
}
