/* alloc.c - see alloc.h. */
#include "util/alloc.h"

#include <string.h>
#include <unistd.h>

static void *or_die(void *p)
{
	static const char text[] = "Error: out of memory\n";
	if (p)
		return p;
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(125);
	_exit(125);
}

void *xmalloc(size_t n)
{
	return or_die(malloc(n ? n : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return or_die(calloc(n ? n : 1, size));
}

void *xrealloc(void *p, size_t n)
{
	return or_die(realloc(p, n ? n : 1));
}

void xgrow(void *p, size_t *cap, size_t want, size_t size)
{
	void **array = p;
	size_t n = *cap ? *cap : 8;
	if (want <= *cap)
		return;
	while (n < want)
		n *= 2;
	*array = or_die(reallocarray(*array, n, size));
	*cap = n;
}

char *xstrdup(const char *s)
{
	return or_die(strdup(s));
}

char *xstrndup(const char *s, size_t n)
{
	return or_die(strndup(s, n));
}

void free_ptr(void *p)
{
	void **where = p;
	free(*where);
	*where = NULL;
}

void *take_ptr(void *p)
{
	void **where = p;
	void *value = *where;
	*where = NULL;
	return value;
}
