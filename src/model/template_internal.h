/* template_internal.h - what the files of the template engine share.
 *
 * template_lex.c cuts the text into tokens, template_parse.c makes the tree of them, template_eval.c walks
 * it over values. template_names.c says what a name stands for, template_functions.c, template_compare.c,
 * template_strings.c what functions do, template_print.c how values look. All of it is pure. */
#pragma once
#include "model/template.h"

#define TEMPLATE_MAX (64 << 10)  /* bytes of a template */
#define TEMPLATE_DEPTH 64        /* of blocks and parentheses in each other */
#define TEMPLATE_WORK (32 << 20) /* bytes of one run, and its steps at STEP_COST */
#define STEP_COST 8

/* --- tokens: template_lex.c --- */

enum token_kind {
	TOKEN_END,      /* of the template */
	TOKEN_TEXT,     /* between actions, trimmed, not yet expanded */
	TOKEN_CLOSE,    /* }} */
	TOKEN_WORD,     /* if, index, true, nil */
	TOKEN_FIELD,    /* .Name; AT is behind the dot */
	TOKEN_DOT,      /* . alone */
	TOKEN_VARIABLE, /* $name or $ */
	TOKEN_NUMBER,
	TOKEN_STRING, /* "..." or `...`, with its quotes */
	TOKEN_CHAR,   /* '.', with its quotes */
	TOKEN_SIGN,   /* | ( ) , = and := (as ':') */
};
struct token {
	enum token_kind kind;
	char sign;
	bool spaced; /* white space or a sign in front */
	const char *at;
	size_t n;
};
struct lexer {
	const char *p;
	const char *action; /* where the last action began, for messages */
	bool inside;        /* an action */
	bool trim;          /* the last action ended with -}} */
};
must_check int lexer_next(struct lexer *l, struct token *t, struct err *e);
/* "template: WHY in {{...}}", the action that L is in. Returns -1. */
int lexer_fail(const struct lexer *l, struct err *e, const char *fmt, ...) printf_like(3, 4);
/* The value of a number, text or character; -1 when it is none. *OUT is owned. */
must_check int token_value(const struct token *t, json **out);
/* N bytes of text with \t and \n expanded. */
char *text_expand(const char *text, size_t n);

/* --- values --- */

enum value_kind {
	VALUE_JSON, /* what it says; null is a nil pointer */
	VALUE_NONE, /* no value: a key that a map has not */
	VALUE_ZERO, /* index found no such key: empty, of whatever type is wanted */
};
enum value_shape {
	SHAPE_PLAIN,
	SHAPE_MAP,  /* an object that is a map; null is an empty one */
	SHAPE_ROW,  /* what the report's own fields apply to */
	SHAPE_ROWS, /* an array of such */
};
struct value {
	enum value_kind kind;
	enum value_shape shape;
	json *json; /* owned */
};
void value_free(struct value *v);
#define auto_value __attribute__((cleanup(value_free)))
struct value value_of(json *owned);
struct value value_text(const char *s, size_t n);
struct value value_int(int64_t n);
struct value value_bool(bool b);
struct value value_copy(const struct value *v);
/* The json type; null for what is not there. */
enum json_type value_type(const struct value *v);
bool value_truth(const struct value *v);
/* "a list", for messages. */
const char *value_kind_name(const struct value *v);
/* The keys of an object, SORTED or in its own order. */
void value_keys(json *object, bool sorted, struct strv *keys);
/* Is V a map, an empty one perhaps, by the KEY that it is behind? */
bool value_is_map(const char *key, json *v);

/* --- the tree: template_parse.c --- */

struct pipe;
struct run;

/* A function: ARGS are borrowed, *OUT is owned. */
struct template_function {
	const char *name;
	unsigned min, max; /* arguments */
	int (*call)(struct run *r, const struct value *args, size_t n, struct value *out,
		    struct err *e);
};
#define ARGS_MANY 1000
/* NULL ends each: template_functions.c, template_compare.c, template_strings.c. "and" and "or" have no call:
 * they stop at the first argument that decides. */
extern const struct template_function functions_general[], functions_compare[], functions_strings[];

enum operand_kind {
	OPERAND_DOT,
	OPERAND_VARIABLE,
	OPERAND_VALUE,
	OPERAND_FUNCTION,
	OPERAND_PIPE,
};
struct operand {
	enum operand_kind kind;
	char *variable; /* "$x" */
	json *value;    /* NULL is nil */
	const struct template_function *function;
	struct pipe *pipe;  /* in parentheses */
	struct strv fields; /* behind it */
};
struct command_node {
	struct operand *operands;
	size_t n, cap;
};
struct pipe {
	struct strv variables; /* that take its value */
	bool declares;         /* := and not = */
	struct command_node *commands;
	size_t n, cap;
};
enum node_kind {
	NODE_TEXT,
	NODE_ACTION,
	NODE_IF,
	NODE_WITH,
	NODE_RANGE,
	NODE_BREAK,
	NODE_CONTINUE,
};
struct node_list {
	struct node *nodes;
	size_t n, cap;
};
struct node {
	enum node_kind kind;
	char *text;
	struct pipe *pipe;
	struct node_list body, other;
};
struct template
{
	struct node_list list;
};
must_check int parse_template(const char *text, struct node_list *out, struct err *e);
void node_list_free(struct node_list *list);

/* --- a run: template_eval.c --- */

struct variable {
	const char *name; /* borrowed from the tree */
	struct value value;
};
struct run {
	const struct template_rows *rows;
	struct buf *out;
	size_t work;
	struct variable *variables;
	size_t n, cap;
	enum node_kind
		leaving; /* NODE_BREAK or NODE_CONTINUE on the way to its range; else NODE_TEXT */
};
/* -1 with an error once N more steps or bytes are too much. */
must_check int run_spend(struct run *r, size_t n, struct err *e);
must_check int run_list(struct run *r, const struct node_list *list, const struct value *dot,
			struct err *e);

/* --- names: template_names.c --- */

/* Is a JSON key one whose object is a map? */
bool name_is_map(const char *key);
/* Field NAME of V, or with ARG (may be NULL) what its method says. */
must_check int name_find(struct run *r, const struct value *v, const char *name,
			 const struct value *arg, struct value *out, struct err *e);
/* A column's heading for the method or field NAME. ARG is NULL or the method's text. */
void name_heading(const struct template_rows *rows, const char *name, const char *arg,
		  struct buf *out);

/* --- looks: template_print.c, template_printf.c --- */

void print_value(const struct value *v, struct buf *out); /* as %v */
/* As fmt.Sprint, fmt.Sprintln (LINE) and fmt.Sprintf (ARGS[0] is its format) do. They fail only for too much,
 * and count what they print. */
must_check int print_values(struct run *r, const struct value *args, size_t n, bool line,
			    struct buf *out, struct err *e);
must_check int print_format(struct run *r, const struct value *args, size_t n, struct buf *out,
			    struct err *e);
/* A text in Go's quotes; ASCII is for %+q. */
void print_quoted(const char *s, size_t n, bool ascii, struct buf *out);
/* A float as Go's %v has it. */
void print_float(double d, struct buf *out);
