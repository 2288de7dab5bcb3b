/* template_parse.c - tokens become a tree: lists of nodes, whose actions are pipes of commands of operands.
 *
 * What can be known before there is data is an error here: functions and variables that there are not,
 * blocks that do not end, constants that stand where something is called. */
#include "model/template_internal.h"

#include <stdlib.h>
#include <string.h>
#include "util/nearest.h"

struct parser {
	struct lexer lexer;
	struct token token;   /* the next one */
	struct strv declared; /* variables in force */
	unsigned depth, ranges;
};

static int parse_list(struct parser *p, struct node_list *list, struct token *end, struct err *e);
static int parse_pipe(struct parser *p, struct pipe *pipe, bool range, struct err *e);

/* --- helpers --- */

static int advance(struct parser *p, struct err *e)
{
	return lexer_next(&p->lexer, &p->token, e);
}

static bool is_sign(const struct parser *p, char sign)
{
	return p->token.kind == TOKEN_SIGN && p->token.sign == sign;
}

static bool is_word(const struct token *t, const char *word)
{
	return t->kind == TOKEN_WORD && strlen(word) == t->n && strncmp(t->at, word, t->n) == 0;
}

static int deeper(struct parser *p, struct err *e)
{
	if (++p->depth > TEMPLATE_DEPTH)
		return lexer_fail(&p->lexer, e, "more than %d levels", TEMPLATE_DEPTH);
	return 0;
}

static int expect_close(struct parser *p, struct err *e)
{
	if (p->token.kind != TOKEN_CLOSE)
		return lexer_fail(&p->lexer, e, "unexpected \"%.*s\"",
				  (int)(p->token.n > 20 ? 20 : p->token.n), p->token.at);
	return 0;
}

/* --- operands --- */

static const struct template_function *const functions[] = { functions_general, functions_compare,
							     functions_strings };

static const struct template_function *find_function(const struct token *t)
{
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		for (const struct template_function *f = functions[i]; f->name; f++) {
			if (is_word(t, f->name))
				return f;
		}
	}
	return NULL;
}

static int no_function(struct parser *p, struct err *e)
{
	auto_free char *name = xstrndup(p->token.at, p->token.n);
	const char *near = NULL;
	unsigned best = NEAREST_NONE;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		for (const struct template_function *f = functions[i]; f->name; f++) {
			if (nearest_is(name, f->name, &best))
				near = f->name;
		}
	}
	lexer_fail(&p->lexer, e, "there is no function \"%.40s\"", name);
	if (near)
		return err_hint(e, "Did you mean %s?", near);
	return err_hint(e, "A field has a dot in front: {{.%.40s}}.", name);
}

static int parse_word(struct parser *p, struct operand *o, struct err *e)
{
	bool yes = is_word(&p->token, "true");
	o->kind = OPERAND_VALUE;
	if (yes || is_word(&p->token, "false")) {
		o->value = json_object_new_boolean(yes);
		return 0;
	}
	if (is_word(&p->token, "nil"))
		return 0;
	o->kind = OPERAND_FUNCTION;
	o->function = find_function(&p->token);
	return o->function ? 0 : no_function(p, e);
}

static int parse_variable(struct parser *p, struct operand *o, struct err *e)
{
	o->kind = OPERAND_VARIABLE;
	o->variable = xstrndup(p->token.at, p->token.n);
	if (p->token.n == 1 || strv_has(&p->declared, o->variable))
		return 0;
	lexer_fail(&p->lexer, e, "there is no variable %.40s", o->variable);
	return err_hint(e, "Set it first: {{%.40s := .Name}}.", o->variable);
}

static int parse_parentheses(struct parser *p, struct operand *o, struct err *e)
{
	o->kind = OPERAND_PIPE;
	o->pipe = xcalloc(1, sizeof *o->pipe);
	if (deeper(p, e) < 0 || advance(p, e) < 0 || parse_pipe(p, o->pipe, false, e) < 0)
		return -1;
	p->depth--;
	return is_sign(p, ')') ? 0 : lexer_fail(&p->lexer, e, "( without )");
}

static int parse_first(struct parser *p, struct operand *o, struct err *e)
{
	switch (p->token.kind) {
	case TOKEN_FIELD:
		strv_take(&o->fields, xstrndup(p->token.at, p->token.n));
		return 0;
	case TOKEN_DOT:
		return 0;
	case TOKEN_WORD:
		return parse_word(p, o, e);
	case TOKEN_VARIABLE:
		return parse_variable(p, o, e);
	case TOKEN_NUMBER:
	case TOKEN_STRING:
	case TOKEN_CHAR:
		o->kind = OPERAND_VALUE;
		if (token_value(&p->token, &o->value) == 0)
			return 0;
		return lexer_fail(&p->lexer, e, "%.*s is no constant",
				  (int)(p->token.n > 40 ? 40 : p->token.n), p->token.at);
	default:
		if (is_sign(p, '('))
			return parse_parentheses(p, o, e);
		if (p->token.kind == TOKEN_CLOSE)
			return lexer_fail(&p->lexer, e, "something is missing");
		return lexer_fail(&p->lexer, e, "unexpected \"%.*s\"", (int)p->token.n,
				  p->token.at);
	}
}

/* An operand and the fields that follow without a space: .A.B, $x.A, (index .M "k").A */
static int parse_operand(struct parser *p, struct operand *o, struct err *e)
{
	enum token_kind first = p->token.kind;
	if (parse_first(p, o, e) < 0 || advance(p, e) < 0)
		return -1;
	while (p->token.kind == TOKEN_FIELD && !p->token.spaced) {
		if (first == TOKEN_DOT || o->kind == OPERAND_VALUE || o->kind == OPERAND_FUNCTION)
			return lexer_fail(&p->lexer, e, "unexpected \".%.*s\"", (int)p->token.n,
					  p->token.at);
		strv_take(&o->fields, xstrndup(p->token.at, p->token.n));
		if (advance(p, e) < 0)
			return -1;
	}
	return 0;
}

/* --- commands and pipes --- */

static bool ends_command(const struct parser *p)
{
	return p->token.kind == TOKEN_CLOSE || is_sign(p, '|') || is_sign(p, ')');
}

static bool can_be_called(const struct operand *o)
{
	return o->kind == OPERAND_FUNCTION || o->fields.n;
}

static int parse_command(struct parser *p, struct command_node *c, bool first, struct err *e)
{
	do {
		if (c->n && !p->token.spaced && !is_sign(p, '('))
			return lexer_fail(&p->lexer, e, "a space is missing");
		xgrow(&c->operands, &c->cap, c->n + 1, sizeof *c->operands);
		c->operands[c->n] = (struct operand){ 0 };
		if (parse_operand(p, &c->operands[c->n++], e) < 0)
			return -1;
	} while (!ends_command(p));
	const struct operand *o = &c->operands[0];
	if (o->kind == OPERAND_VALUE && !o->value && c->n == 1)
		return lexer_fail(&p->lexer, e, "nil is not a command");
	if ((c->n > 1 || !first) && !can_be_called(o))
		return lexer_fail(&p->lexer, e, "what has arguments is not a function");
	return 0;
}

/* Is what follows "$x :=", "$x =" or "$i, $x"? Looks ahead in a copy of the lexer. */
static bool is_declaration(const struct parser *p, bool range)
{
	struct parser ahead = *p;
	struct err ignored = { 0 };
	if (p->token.kind != TOKEN_VARIABLE || p->token.n < 2 || advance(&ahead, &ignored) < 0)
		return false;
	return is_sign(&ahead, ':') || is_sign(&ahead, '=') || (range && is_sign(&ahead, ','));
}

static int parse_declaration(struct parser *p, struct pipe *pipe, bool range, struct err *e)
{
	for (bool more = true; more;) {
		if (p->token.kind != TOKEN_VARIABLE || p->token.n < 2 || pipe->variables.n == 2)
			return lexer_fail(&p->lexer, e, "a variable is missing");
		strv_take(&pipe->variables, xstrndup(p->token.at, p->token.n));
		if (advance(p, e) < 0)
			return -1;
		more = range && is_sign(p, ',');
		if (more && advance(p, e) < 0)
			return -1;
	}
	pipe->declares = is_sign(p, ':');
	if (!pipe->declares && !is_sign(p, '='))
		return lexer_fail(&p->lexer, e, ":= is missing");
	for (size_t i = 0; i < pipe->variables.n && !pipe->declares; i++) {
		if (!strv_has(&p->declared, pipe->variables.list[i]))
			return lexer_fail(&p->lexer, e, "there is no variable %.40s",
					  pipe->variables.list[i]);
	}
	return advance(p, e);
}

static int parse_pipe(struct parser *p, struct pipe *pipe, bool range, struct err *e)
{
	if (is_declaration(p, range) && parse_declaration(p, pipe, range, e) < 0)
		return -1;
	for (bool more = true; more;) {
		xgrow(&pipe->commands, &pipe->cap, pipe->n + 1, sizeof *pipe->commands);
		pipe->commands[pipe->n] = (struct command_node){ 0 };
		if (parse_command(p, &pipe->commands[pipe->n], pipe->n == 0, e) < 0) {
			pipe->n++;
			return -1;
		}
		pipe->n++;
		more = is_sign(p, '|');
		if (more && advance(p, e) < 0)
			return -1;
	}
	if (pipe->declares)
		strv_add_all(&p->declared, pipe->variables.list);
	return 0;
}

/* --- nodes --- */

static struct node *add_node(struct node_list *list, enum node_kind kind)
{
	xgrow(&list->nodes, &list->cap, list->n + 1, sizeof *list->nodes);
	list->nodes[list->n] = (struct node){ .kind = kind };
	return &list->nodes[list->n++];
}

static void forget(struct parser *p, size_t variables)
{
	while (p->declared.n > variables)
		strv_remove(&p->declared, p->declared.n - 1);
}

static int parse_block(struct parser *p, struct node *n, struct err *e);

/* Behind {{else}} and {{else if ...}}; the token is behind "else". */
static int parse_else(struct parser *p, struct node *n, struct err *e)
{
	struct token end;
	bool again_if = is_word(&p->token, "if"), again_with = is_word(&p->token, "with");
	if (n->kind == NODE_RANGE ? again_if || again_with : again_with && n->kind != NODE_WITH)
		return lexer_fail(&p->lexer, e, "else with \"%.*s\"", (int)p->token.n, p->token.at);
	if (again_if || again_with) {
		/* {{else if}} is {{else}}{{if}} with one {{end}} for both */
		struct node *inner = add_node(&n->other, again_if ? NODE_IF : NODE_WITH);
		return advance(p, e) < 0 ? -1 : parse_block(p, inner, e);
	}
	if (expect_close(p, e) < 0 || parse_list(p, &n->other, &end, e) < 0)
		return -1;
	if (!is_word(&end, "end"))
		return lexer_fail(&p->lexer, e, "else twice");
	return expect_close(p, e);
}

/* An if, with or range from its pipe to the }} of its {{end}}. */
static int parse_block(struct parser *p, struct node *n, struct err *e)
{
	struct token end;
	size_t variables = p->declared.n;
	n->pipe = xcalloc(1, sizeof *n->pipe);
	if (deeper(p, e) < 0 || parse_pipe(p, n->pipe, n->kind == NODE_RANGE, e) < 0
	    || expect_close(p, e) < 0)
		return -1;
	p->ranges += n->kind == NODE_RANGE;
	if (parse_list(p, &n->body, &end, e) < 0)
		return -1;
	p->ranges -= n->kind == NODE_RANGE;
	if (is_word(&end, "else") ? parse_else(p, n, e) < 0 : expect_close(p, e) < 0)
		return -1;
	p->depth--;
	forget(p, variables);
	return 0;
}

static int parse_leaving(struct parser *p, struct node_list *list, enum node_kind kind,
			 struct err *e)
{
	if (!p->ranges)
		return lexer_fail(&p->lexer, e, "no range around");
	add_node(list, kind);
	return advance(p, e) < 0 ? -1 : expect_close(p, e);
}

static int parse_action(struct parser *p, struct node_list *list, struct err *e)
{
	static const struct {
		const char *word;
		enum node_kind kind;
	} words[] = { { "if", NODE_IF },
		      { "with", NODE_WITH },
		      { "range", NODE_RANGE },
		      { "break", NODE_BREAK },
		      { "continue", NODE_CONTINUE } };
	static const char *const others[] = { "define", "template", "block" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!is_word(&p->token, words[i].word))
			continue;
		if (i >= 3)
			return parse_leaving(p, list, words[i].kind, e);
		return advance(p, e) < 0 ? -1 : parse_block(p, add_node(list, words[i].kind), e);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (is_word(&p->token, others[i]))
			return lexer_fail(&p->lexer, e, "%s is not supported", others[i]);
	}
	struct node *n = add_node(list, NODE_ACTION);
	n->pipe = xcalloc(1, sizeof *n->pipe);
	return parse_pipe(p, n->pipe, false, e) < 0 ? -1 : expect_close(p, e);
}

/* Nodes up to {{end}}, {{else or the template's end. *END is that word; the token is behind it. */
static int parse_list(struct parser *p, struct node_list *list, struct token *end, struct err *e)
{
	size_t variables = p->declared.n;
	for (;;) {
		if (advance(p, e) < 0)
			return -1;
		if (p->token.kind == TOKEN_TEXT) {
			if (p->token.n)
				add_node(list, NODE_TEXT)->text = text_expand(p->token.at,
									      p->token.n);
			continue;
		}
		*end = p->token;
		if (p->token.kind == TOKEN_END) {
			if (p->depth)
				return lexer_fail(&p->lexer, e, "{{end}} is missing");
			return 0;
		}
		if (is_word(end, "end") || is_word(end, "else")) {
			forget(p, variables);
			if (!p->depth)
				return lexer_fail(&p->lexer, e, "nothing to end");
			return advance(p, e);
		}
		if (parse_action(p, list, e) < 0)
			return -1;
	}
}

int parse_template(const char *text, struct node_list *out, struct err *e)
{
	struct parser p = { .lexer = { .p = text } };
	struct token end;
	if (strlen(text) > TEMPLATE_MAX)
		return err_set(e, ERR_USAGE, "template: longer than %d bytes", TEMPLATE_MAX);
	int r = parse_list(&p, out, &end, e);
	strv_free(&p.declared);
	return r;
}

/* --- the end of a tree --- */

static void pipe_free(struct pipe *pipe)
{
	for (size_t i = 0; pipe && i < pipe->n; i++) {
		struct command_node *c = &pipe->commands[i];
		for (size_t k = 0; k < c->n; k++) {
			free(c->operands[k].variable);
			json_object_put(c->operands[k].value);
			pipe_free(c->operands[k].pipe);
			free(c->operands[k].pipe);
			strv_free(&c->operands[k].fields);
		}
		free(c->operands);
	}
	if (!pipe)
		return;
	free(pipe->commands);
	strv_free(&pipe->variables);
}

void node_list_free(struct node_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct node *n = &list->nodes[i];
		free(n->text);
		pipe_free(n->pipe);
		free(n->pipe);
		node_list_free(&n->body);
		node_list_free(&n->other);
	}
	free(list->nodes);
	*list = (struct node_list){ 0 };
}
