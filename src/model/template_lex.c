/* template_lex.c - a template's text cut into tokens. Strings are cut first and understood later, since }}
 * inside of quotes ends no action; comments never leave this file. Nothing is copied. */
#include "model/template_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 64

int lexer_fail(const struct lexer *l, struct err *e, const char *fmt, ...)
{
	char why[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	const char *end = strstr(l->action, "}}");
	size_t n = end ? (size_t)(end + 2 - l->action) : strlen(l->action);
	auto_free char *plain = xstrndup(l->action, n > 100 ? 100 : n);
	auto_free char *shown = str_printable(plain), *told = str_printable(why);
	return err_set(e, ERR_USAGE, "template: %s in %s", told, shown);
}

static bool is_space(char c)
{
	return isspace((unsigned char)c);
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* --- text --- */

/* \t and \n are white space by the time that trim markers count. */
static size_t space_at(const char *p, size_t n)
{
	if (n >= 2 && p[0] == '\\' && (p[1] == 't' || p[1] == 'n'))
		return 2;
	return n && is_space(*p);
}

static void trim_left(const char **p, size_t *n)
{
	for (size_t k; (k = space_at(*p, *n)); *n -= k)
		*p += k;
}

static void trim_right(const char *p, size_t *n)
{
	for (;;) {
		if (*n >= 2 && space_at(p + *n - 2, 2) == 2)
			*n -= 2;
		else if (*n && is_space(p[*n - 1]))
			--*n;
		else
			return;
	}
}

char *text_expand(const char *text, size_t n)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < n; i++) {
		char next = i + 1 < n ? text[i + 1] : '\0';
		if (text[i] == '\\' && (next == 't' || next == 'n')) {
			buf_putc(&b, next == 't' ? '\t' : '\n');
			i++;
		} else {
			buf_putc(&b, text[i]);
		}
	}
	return buf_take(&b);
}

/* Behind "{{": "- " asks for the text before to be trimmed. */
static bool opens_trimming(const char *p)
{
	return p[0] == '-' && is_space(p[1]);
}

/* "}}" or " -}}" at P: its length, or 0. */
static size_t closes(const char *p, bool *trim)
{
	size_t n = 0;
	while (is_space(p[n]))
		n++;
	*trim = n && strncmp(p + n, "-}}", 3) == 0;
	if (*trim)
		return n + 3;
	return strncmp(p + n, "}}", 2) == 0 ? n + 2 : 0;
}

/* A comment is all that its action may hold. *P is behind the opening, and then behind the closing. */
static int skip_comment(struct lexer *l, const char **p, bool *skipped, struct err *e)
{
	const char *at = *p + (opens_trimming(*p) ? 2 : 0);
	*skipped = false;
	if (strncmp(at, "/*", 2) != 0)
		return 0;
	const char *end = strstr(at + 2, "*/");
	size_t n = end ? closes(end + 2, &l->trim) : 0;
	if (!n || (!l->trim && n != 2))
		return lexer_fail(l, e, "a comment that does not end");
	*p = end + 2 + n;
	*skipped = true;
	return 0;
}

/* The text up to the next action, which is entered; a text may be empty. */
static int next_text(struct lexer *l, struct token *t, struct err *e)
{
	const char *open = strstr(l->p, "{{");
	size_t n = open ? (size_t)(open - l->p) : strlen(l->p);
	bool comment;
	*t = (struct token){ .kind = TOKEN_TEXT, .at = l->p, .n = n };
	if (l->trim)
		trim_left(&t->at, &t->n);
	l->trim = false;
	l->p += n;
	if (!open) {
		if (!t->n)
			t->kind = TOKEN_END;
		return 0;
	}
	l->action = open;
	l->p += 2;
	if (opens_trimming(l->p))
		trim_right(t->at, &t->n);
	if (skip_comment(l, &l->p, &comment, e) < 0)
		return -1;
	l->inside = !comment;
	if (!comment && opens_trimming(l->p))
		l->p += 1;
	return 0;
}

/* --- inside of an action --- */

static int take_quoted(struct lexer *l, struct token *t, struct err *e)
{
	char quote = l->p[0];
	const char *p = l->p + 1;
	for (; *p && *p != quote && (*p != '\n' || quote == '`'); p++) {
		if (*p == '\\' && quote != '`' && p[1])
			p++;
	}
	if (*p != quote)
		return lexer_fail(l, e, "a quote that does not end");
	t->kind = quote == '\'' ? TOKEN_CHAR : TOKEN_STRING;
	t->at = l->p;
	t->n = (size_t)(p + 1 - l->p);
	return 0;
}

static void take_name(struct lexer *l, struct token *t, enum token_kind kind, size_t skip)
{
	t->kind = kind;
	t->at = l->p + skip;
	t->n = 0;
	while (is_name(t->at[t->n]))
		t->n++;
}

static bool is_number(const char *p)
{
	if (*p == '+' || *p == '-')
		p++;
	if (*p == '.')
		p++;
	return isdigit((unsigned char)*p);
}

static void take_number(struct lexer *l, struct token *t)
{
	t->kind = TOKEN_NUMBER;
	t->at = l->p;
	t->n = 1; /* perhaps a sign */
	for (char c; (c = t->at[t->n]); t->n++) {
		bool exponent = strchr("eE", t->at[t->n - 1]) && (c == '-' || c == '+')
				&& strncmp(t->at, "0x", 2) != 0;
		if (!is_name(c) && c != '.' && !exponent)
			break;
	}
}

static int take_sign(struct lexer *l, struct token *t, struct err *e)
{
	if (!*l->p)
		return lexer_fail(l, e, "{{ without }}");
	t->kind = TOKEN_SIGN;
	t->at = l->p;
	t->sign = l->p[0];
	t->n = 1;
	if (strncmp(l->p, ":=", 2) == 0)
		t->n = 2;
	else if (!strchr("|(),=", t->sign))
		return lexer_fail(l, e, "\"%c\" is not understood", t->sign);
	return 0;
}

static int next_inside(struct lexer *l, struct token *t, struct err *e)
{
	size_t n = closes(l->p, &l->trim);
	if (n) {
		*t = (struct token){ .kind = TOKEN_CLOSE, .at = l->p, .n = n };
		l->p += n;
		l->inside = false;
		return 0;
	}
	const char *start = l->p;
	while (is_space(*l->p))
		l->p++;
	*t = (struct token){ .spaced = l->p > start };
	char c = *l->p;
	if (c == '"' || c == '`' || c == '\'') {
		if (take_quoted(l, t, e) < 0)
			return -1;
	} else if (is_number(l->p)) {
		take_number(l, t);
	} else if (c == '.' && is_name(l->p[1])) {
		take_name(l, t, TOKEN_FIELD, 1);
	} else if (c == '.') {
		*t = (struct token){ TOKEN_DOT, 0, t->spaced, l->p, 1 };
	} else if (c == '$') {
		take_name(l, t, TOKEN_VARIABLE, 1);
		t->at--;
		t->n++;
	} else if (is_name(c)) {
		take_name(l, t, TOKEN_WORD, 0);
	} else if (take_sign(l, t, e) < 0) {
		return -1;
	}
	l->p = t->at + t->n;
	return 0;
}

int lexer_next(struct lexer *l, struct token *t, struct err *e)
{
	if (!l->action)
		l->action = l->p;
	return l->inside ? next_inside(l, t, e) : next_text(l, t, e);
}

/* --- constants --- */

static void put_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* N digits of BASE at P. */
static int digits(const char *p, const char *end, int n, int base, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < n; i++) {
		static const char all[] = "0123456789abcdef";
		const char *d = p + i < end ? strchr(all, tolower((unsigned char)p[i])) : NULL;
		if (!d || !*d || d - all >= base)
			return -1;
		*out = *out * (uint32_t)base + (uint32_t)(d - all);
	}
	return 0;
}

/* What stands behind a backslash; *P is moved behind it. */
static int put_escape(const char **p, const char *end, struct buf *b)
{
	static const char plain[] = "abfnrtv\\'\"", meant[] = "\a\b\f\n\r\t\v\\'\"";
	const char *known = strchr(plain, **p);
	uint32_t c;
	if (known) {
		buf_putc(b, meant[known - plain]);
		++*p;
		return 0;
	}
	bool octal = **p >= '0' && **p <= '7';
	int n = octal ? 3 : **p == 'x' ? 2 : **p == 'u' ? 4 : **p == 'U' ? 8 : 0;
	const char *from = *p + !octal;
	if (!n || digits(from, end, n, octal ? 8 : 16, &c) < 0)
		return -1;
	*p = from + n;
	if (n <= 3) { /* a byte */
		if (c > 0xff)
			return -1;
		buf_putc(b, (char)c);
		return 0;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return -1;
	put_utf8(b, c);
	return 0;
}

static int unquote(const struct token *t, struct buf *b)
{
	const char *p = t->at + 1, *end = t->at + t->n - 1;
	while (p < end) {
		if (*p != '\\' || t->at[0] == '`') {
			buf_putc(b, *p++);
			continue;
		}
		p++;
		if (p >= end || put_escape(&p, end, b) < 0)
			return -1;
	}
	return 0;
}

/* The one character in B as its number. */
static int char_value(const struct buf *b, json **out)
{
	const unsigned char *p = (const unsigned char *)b->data;
	size_t n = b->len ? p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4 : 0;
	if (!n || n != b->len)
		return -1;
	int64_t c = n == 1 ? p[0] : p[0] & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	*out = json_object_new_int64(c);
	return 0;
}

/* Go's forms: 0x1f, 0b11, 0o17, 017, 1_000, 1.5e3. */
static int number_value(const struct token *t, json **out)
{
	char text[NUMBER_MAX], *end;
	size_t n = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (n == sizeof text - 1)
			return -1;
		if (t->at[i] != '_')
			text[n++] = t->at[i];
	}
	text[n] = '\0';
	char *digits_at = text + (text[0] == '-' || text[0] == '+');
	int base = strncmp(digits_at, "0b", 2) == 0 ? 2 : strncmp(digits_at, "0o", 2) == 0 ? 8 : 0;
	if (base)
		memmove(digits_at, digits_at + 2, strlen(digits_at + 2) + 1);
	errno = 0;
	long long i = strtoll(text, &end, base);
	if (!*end && end > text && !errno) {
		*out = json_object_new_int64(i);
		return 0;
	}
	double d = strtod(text, &end);
	if (*end || end == text || base)
		return -1;
	*out = json_object_new_double(d);
	return 0;
}

int token_value(const struct token *t, json **out)
{
	auto_buf struct buf b = { 0 };
	if (t->kind == TOKEN_NUMBER)
		return number_value(t, out);
	if (unquote(t, &b) < 0)
		return -1;
	if (t->kind == TOKEN_CHAR)
		return char_value(&b, out);
	*out = json_object_new_string_len(b.data ? b.data : "", (int)b.len);
	return 0;
}
