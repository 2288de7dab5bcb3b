/* str.c - see str.h. */
#include "util/str.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void buf_add(struct buf *b, const void *data, size_t n)
{
	xgrow(&b->data, &b->cap, b->len + n + 1, 1);
	if (n)
		memcpy(b->data + b->len, data, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

printf_like(1, 0) static char *vformat(const char *fmt, va_list ap)
{
	char *s = NULL;
	if (vasprintf(&s, fmt, ap) < 0)
		return xstrdup("");
	return s;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	auto_free char *s = vformat(fmt, ap);
	va_end(ap);
	buf_puts(b, s);
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

char *buf_take(struct buf *b)
{
	char *s = b->data ? b->data : xstrdup("");
	*b = (struct buf){ 0 };
	return s;
}

char *str_printf(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *s = vformat(fmt, ap);
	va_end(ap);
	return s;
}

bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);
	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool str_empty(const char *s)
{
	return !s || !*s;
}

int str_to_u64(const char *s, uint64_t *out)
{
	char *end;
	if (!s || !isdigit((unsigned char)*s))
		return -1;
	errno = 0;
	uintmax_t n = strtoumax(s, &end, 10);
	if (errno || *end)
		return -1;
	*out = n;
	return 0;
}

int str_to_i64(const char *s, int64_t *out)
{
	char *end;
	if (!s || !(isdigit((unsigned char)*s) || (*s == '-' && isdigit((unsigned char)s[1]))))
		return -1;
	errno = 0;
	intmax_t n = strtoimax(s, &end, 10);
	if (errno || *end)
		return -1;
	*out = n;
	return 0;
}

static int unit_shift(const char *unit)
{
	static const char letters[] = "kmgtp";
	if (!*unit || strcasecmp(unit, "b") == 0)
		return 0;
	const char *at = strchr(letters, tolower((unsigned char)*unit));
	if (!at)
		return -1;
	if (unit[1] && strcasecmp(unit + 1, "b") != 0 && strcasecmp(unit + 1, "ib") != 0)
		return -1;
	return 10 * (int)(at - letters + 1);
}

int str_to_bytes(const char *s, uint64_t *out)
{
	char *end;
	if (!s || !isdigit((unsigned char)*s))
		return -1;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		return -1;
	errno = 0;
	long double n = strtold(s, &end);
	int shift = unit_shift(end + strspn(end, " "));
	if (errno || shift < 0)
		return -1;
	n *= (long double)(1ULL << shift);
	if (!(n < 9.2e18L))
		return -1;
	*out = (uint64_t)n;
	return 0;
}

int str_to_bool(const char *s, bool *out)
{
	static const char *const yes[] = { "1", "t", "true", "yes", "on" };
	static const char *const no[] = { "0", "f", "false", "no", "off" };
	for (size_t i = 0; i < 5; i++) {
		if (strcasecmp(s, yes[i]) == 0 || strcasecmp(s, no[i]) == 0) {
			*out = strcasecmp(s, yes[i]) == 0;
			return 0;
		}
	}
	return -1;
}

char *str_human_size(uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	double n = (double)bytes;
	size_t u = 0;
	while (n >= 1000 && u < 6) {
		n /= 1000;
		u++;
	}
	return str_printf("%.3g %s", n, units[u]);
}

char *str_human_ago(int64_t s)
{
	static const struct {
		int64_t below, unit;
		const char *name;
	} steps[] = {
		{ 60, 1, "second" },
		{ 3600, 60, "minute" },
		{ 86400, 3600, "hour" },
		{ 86400 * 14, 86400, "day" },
		{ 86400 * 60, 86400 * 7, "week" },
		{ 86400 * 365 * 2, 86400 * 30, "month" },
		{ INT64_MAX, 86400 * 365, "year" },
	};
	size_t i = 0;
	if (s < 1)
		return xstrdup("Less than a second");
	while (s >= steps[i].below)
		i++;
	int64_t n = s / steps[i].unit;
	return str_printf("%" PRId64 " %s%s", n, steps[i].name, n == 1 ? "" : "s");
}

uint64_t str_hash(const void *data, size_t n, uint64_t seed)
{
	const unsigned char *p = data;
	uint64_t h = seed ? seed : 14695981039346656037ULL;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211ULL;
	return h;
}

char *str_printable(const char *s)
{
	char *out = xstrdup(s);
	for (char *p = out; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = '?';
	return out;
}

void strv_take(struct strv *v, char *s)
{
	xgrow(&v->list, &v->cap, v->n + 2, sizeof *v->list);
	v->list[v->n++] = s;
	v->list[v->n] = NULL;
}

void strv_add(struct strv *v, const char *s)
{
	strv_take(v, xstrdup(s));
}

void strv_addf(struct strv *v, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	strv_take(v, vformat(fmt, ap));
	va_end(ap);
}

void strv_add_all(struct strv *v, char *const *list)
{
	for (; list && *list; list++)
		strv_add(v, *list);
}

void strv_copy(struct strv *to, const struct strv *from)
{
	strv_free(to);
	strv_add_all(to, from->list);
}

void strv_remove(struct strv *v, size_t i)
{
	free(v->list[i]);
	memmove(v->list + i, v->list + i + 1, (v->n - i) * sizeof *v->list);
	v->n--;
}

bool strv_has(const struct strv *v, const char *s)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->list[i], s) == 0)
			return true;
	return false;
}

void strv_split(struct strv *v, const char *s, char sep)
{
	for (;;) {
		const char *end = strchrnul(s, sep);
		strv_take(v, xstrndup(s, (size_t)(end - s)));
		if (!*end)
			return;
		s = end + 1;
	}
}

char *strv_join(const struct strv *v, const char *sep)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			buf_puts(&b, sep);
		buf_puts(&b, v->list[i]);
	}
	return buf_take(&b);
}

void strv_free(struct strv *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->list[i]);
	free(v->list);
	*v = (struct strv){ 0 };
}

static bool is_assignment_of(const char *assignment, const char *key, size_t n)
{
	return strncmp(assignment, key, n) == 0 && assignment[n] == '=';
}

const char *strv_env_get(const struct strv *v, const char *key)
{
	size_t n = strlen(key);
	for (size_t i = 0; i < v->n; i++)
		if (is_assignment_of(v->list[i], key, n))
			return v->list[i] + n + 1;
	return NULL;
}

void strv_env_set(struct strv *v, const char *assignment)
{
	size_t n = strcspn(assignment, "=");
	for (size_t i = 0; i < v->n; i++) {
		if (is_assignment_of(v->list[i], assignment, n)) {
			free(v->list[i]);
			v->list[i] = xstrdup(assignment);
			return;
		}
	}
	strv_add(v, assignment);
}
