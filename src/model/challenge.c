/* challenge.c - see challenge.h.
 *
 * The grammar's one difficulty: a comma separates the parameters of a challenge as well as the
 * challenges. A word with "=" behind it is a parameter, any other begins a challenge; a word behind
 * a scheme that only ends in "=" is the old token form, which no registry uses and which is skipped. */
#include "model/challenge.h"

#include <string.h>
#include <strings.h>
#include "util/str.h"

static bool is_token(char c)
{
	return c > ' ' && c < 127 && !strchr("()<>@,;:\\\"/[]?={}", c);
}

static bool is_token68(char c)
{
	return is_token(c) || c == '/';
}

static const char *skip_space(const char *s)
{
	return s + strspn(s, " \t");
}

/* A word of token characters, copied; NULL when there is none at *S. */
static char *read_token(const char **s)
{
	const char *from = *s;
	while (is_token(**s))
		(*s)++;
	return *s == from ? NULL : xstrndup(from, (size_t)(*s - from));
}

/* The value of a parameter: a token, leniently with the characters of a URL, or a quoted text. */
static int read_value(const char **s, char **out, struct err *e)
{
	auto_buf struct buf b = { 0 };
	if (**s != '"') {
		const char *from = *s;
		*s += strcspn(*s, ", \t\"");
		*out = xstrndup(from, (size_t)(*s - from));
		return 0;
	}
	for ((*s)++; **s && **s != '"'; (*s)++) {
		if (**s == '\\' && (*s)[1])
			(*s)++;
		if ((unsigned char)**s < ' ' || **s == 127)
			return err_set(e, ERR_REMOTE, "control character in a quoted text");
		buf_putc(&b, **s);
	}
	if (**s != '"')
		return err_set(e, ERR_REMOTE, "a quoted text does not end");
	(*s)++;
	*out = buf_take(&b);
	return 0;
}

/* Keep VALUE if it is one of those that count; the first one given does. */
static void keep(struct challenge *c, const char *key, char *value)
{
	char **field = !strcasecmp(key, "realm")     ? &c->realm
		       : !strcasecmp(key, "service") ? &c->service
		       : !strcasecmp(key, "scope")   ? &c->scope
		       : !strcasecmp(key, "error")   ? &c->error
						     : NULL;
	if (field && !*field)
		*field = value;
	else
		free(value);
}

/* The token form: SCHEME abc== , */
static bool skip_token68(const char **s)
{
	const char *p = *s;
	while (is_token68(*p))
		p++;
	const char *pad = p;
	while (*p == '=')
		p++;
	const char *rest = skip_space(p);
	if (pad == *s || (*rest && *rest != ','))
		return false;
	*s = rest;
	return true;
}

static int begin(const char *scheme, struct challenges *out, struct err *e)
{
	if (out->n == CHALLENGES_MAX)
		return err_set(e, ERR_REMOTE, "more than %d challenges", CHALLENGES_MAX);
	out->list[out->n++] = (struct challenge){
		.kind = !strcasecmp(scheme, "bearer")  ? CHALLENGE_BEARER
			: !strcasecmp(scheme, "basic") ? CHALLENGE_BASIC
						       : CHALLENGE_OTHER,
	};
	return 0;
}

/* One list item: a scheme (with what follows it directly), or a parameter of the last scheme. */
static int parse_item(const char **s, size_t first, struct challenges *out, struct err *e)
{
	auto_free char *word = read_token(s);
	const char *behind = skip_space(*s);
	if (!word)
		return err_set(e, ERR_REMOTE, "unexpected character");
	if (*behind != '=') {
		if (begin(word, out, e) < 0)
			return -1;
		if (*behind && *behind != ',' && behind == *s)
			return err_set(e, ERR_REMOTE, "unexpected character");
		*s = behind;
		/* nothing more, the token form, or its first parameter, which the caller reads */
		if (**s && **s != ',')
			skip_token68(s);
		return 0;
	}
	if (out->n == first)
		return err_set(e, ERR_REMOTE, "a parameter without a scheme");
	char *value = NULL;
	*s = skip_space(behind + 1);
	if (read_value(s, &value, e) < 0)
		return -1;
	keep(&out->list[out->n - 1], word, value);
	*s = skip_space(*s);
	return **s && **s != ',' ? err_set(e, ERR_REMOTE, "unexpected character") : 0;
}

static void drop_from(struct challenges *c, size_t first)
{
	while (c->n > first) {
		struct challenge *last = &c->list[--c->n];
		free(last->realm);
		free(last->service);
		free(last->scope);
		free(last->error);
		*last = (struct challenge){ 0 };
	}
}

int challenge_parse(const char *text, struct challenges *out, struct err *e)
{
	size_t first = out->n;
	if (strlen(text) > CHALLENGE_TEXT_MAX)
		return err_set(e, ERR_REMOTE, "WWW-Authenticate: too long");
	for (const char *s = text + strspn(text, " \t,"); *s; s += strspn(s, " \t,")) {
		if (parse_item(&s, first, out, e) < 0) {
			drop_from(out, first);
			return err_wrap(e, "WWW-Authenticate");
		}
	}
	return 0;
}

const struct challenge *challenge_find(const struct challenges *c, enum challenge_kind kind)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->list[i].kind == kind)
			return &c->list[i];
	}
	return NULL;
}

void challenges_free(struct challenges *c)
{
	drop_from(c, 0);
}
