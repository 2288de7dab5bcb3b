/* template_eval.c - a tree is walked over values, and text comes out.
 *
 * Every step is counted, and so is every byte that comes to be; when both together are too much the run
 * ends with an error. Depth needs no count: it is the tree's, which the parser bounds. */
#include "model/template_internal.h"

#include <stdlib.h>
#include <string.h>

static int eval_pipe(struct run *r, const struct pipe *pipe, const struct value *dot,
		     struct value *out, struct err *e);

/* --- values --- */

void value_free(struct value *v)
{
	json_object_put(v->json);
	*v = (struct value){ 0 };
}

struct value value_of(json *owned)
{
	return (struct value){ .json = owned };
}

struct value value_text(const char *s, size_t n)
{
	return value_of(json_object_new_string_len(s ? s : "", (int)n));
}

struct value value_int(int64_t n)
{
	return value_of(json_object_new_int64(n));
}

struct value value_bool(bool b)
{
	return value_of(json_object_new_boolean(b));
}

struct value value_copy(const struct value *v)
{
	struct value copy = *v;
	json_object_get(copy.json);
	return copy;
}

enum json_type value_type(const struct value *v)
{
	return json_object_get_type(v->json);
}

bool value_truth(const struct value *v)
{
	switch (value_type(v)) {
	case json_type_null:
		return false;
	case json_type_boolean:
		return json_object_get_boolean(v->json);
	case json_type_int:
		return json_object_get_int64(v->json) != 0;
	case json_type_double:
		return json_object_get_double(v->json) < 0 || json_object_get_double(v->json) > 0;
	case json_type_string:
		return json_object_get_string_len(v->json) > 0;
	case json_type_array:
		return json_object_array_length(v->json) > 0;
	case json_type_object:
		return json_object_object_length(v->json) > 0;
	}
	return false;
}

const char *value_kind_name(const struct value *v)
{
	static const char *const names[] = {
		[json_type_null] = "nil",       [json_type_boolean] = "a boolean",
		[json_type_int] = "an integer", [json_type_double] = "a float",
		[json_type_string] = "a text",  [json_type_array] = "a list",
		[json_type_object] = "a group",
	};
	return v->shape == SHAPE_MAP ? "a map" : names[value_type(v)];
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void value_keys(json *object, bool sorted, struct strv *keys)
{
	json_object_object_foreach(object, key, value) {
		(void)value;
		strv_add(keys, key);
	}
	if (sorted && keys->n)
		qsort(keys->list, keys->n, sizeof *keys->list, by_name);
}

bool value_is_map(const char *key, json *v)
{
	return (!v || json_object_is_type(v, json_type_object)) && name_is_map(key);
}

/* --- variables --- */

static void variable_push(struct run *r, const char *name, const struct value *v)
{
	xgrow(&r->variables, &r->cap, r->n + 1, sizeof *r->variables);
	r->variables[r->n++] = (struct variable){ name, value_copy(v) };
}

static void variables_drop(struct run *r, size_t down_to)
{
	while (r->n > down_to)
		value_free(&r->variables[--r->n].value);
}

static void variable_assign(struct run *r, const char *name, const struct value *v)
{
	for (size_t i = r->n; i-- > 0;) {
		if (strcmp(r->variables[i].name, name) != 0)
			continue;
		value_free(&r->variables[i].value);
		r->variables[i].value = value_copy(v);
		return;
	}
}

/* The parser leaves none unknown. The way to it is counted: there may be thousands. */
static int variable_get(struct run *r, const char *name, struct value *out, struct err *e)
{
	size_t i = r->n - 1;
	while (i > 0 && strcmp(r->variables[i].name, name) != 0)
		i--;
	*out = value_copy(&r->variables[i].value);
	return run_spend(r, r->n - i, e);
}

static void take_variables(struct run *r, const struct pipe *pipe, const struct value *v)
{
	for (size_t i = 0; i < pipe->variables.n; i++) {
		if (pipe->declares)
			variable_push(r, pipe->variables.list[i], v);
		else
			variable_assign(r, pipe->variables.list[i], v);
	}
}

/* --- operands, commands, pipes --- */

int run_spend(struct run *r, size_t n, struct err *e)
{
	if (n > TEMPLATE_WORK - r->work) {
		err_set(e, ERR_USAGE, "template: it does too much");
		return err_hint(e, "A run may take %d MB of text and steps.", TEMPLATE_WORK >> 20);
	}
	r->work += n;
	return 0;
}

/* Fields one behind the other; the last takes ARG, if there is one. *V is replaced. */
static int walk_fields(struct run *r, const struct strv *fields, const struct value *arg,
		       struct value *v, struct err *e)
{
	for (size_t i = 0; i < fields->n; i++) {
		struct value next = { 0 };
		if (name_find(r, v, fields->list[i], i + 1 == fields->n ? arg : NULL, &next, e) < 0)
			return -1;
		value_free(v);
		*v = next;
	}
	return 0;
}

/* ARG is for a method at the end of its fields, else NULL. */
static int eval_operand(struct run *r, const struct operand *o, const struct value *dot,
			const struct value *arg, struct value *out, struct err *e)
{
	if (run_spend(r, STEP_COST, e) < 0)
		return -1;
	switch (o->kind) {
	case OPERAND_DOT:
		*out = value_copy(dot);
		break;
	case OPERAND_VARIABLE:
		if (variable_get(r, o->variable, out, e) < 0)
			return -1;
		break;
	case OPERAND_VALUE:
		*out = value_of(json_object_get(o->value));
		break;
	case OPERAND_PIPE:
		if (eval_pipe(r, o->pipe, dot, out, e) < 0)
			return -1;
		break;
	case OPERAND_FUNCTION: /* as an argument: called without any */
		if (o->function->min) {
			err_set(e, ERR_USAGE, "template: %s needs arguments", o->function->name);
			return err_hint(e, "Put it in parentheses with them.");
		}
		return o->function->call(r, NULL, 0, out, e);
	}
	return walk_fields(r, &o->fields, arg, out, e);
}

/* "and" and "or" stop at the first argument that decides. */
static int eval_lazy(struct run *r, const struct command_node *c, const struct value *dot,
		     const struct value *final, struct value *out, struct err *e)
{
	bool until = str_eq(c->operands[0].function->name, "or");
	for (size_t i = 1; i < c->n + (final != NULL); i++) {
		value_free(out);
		if (i == c->n)
			*out = value_copy(final);
		else if (eval_operand(r, &c->operands[i], dot, NULL, out, e) < 0)
			return -1;
		if (value_truth(out) == until)
			break;
	}
	return 0;
}

static int call_function(struct run *r, const struct command_node *c, const struct value *dot,
			 const struct value *final, struct value *out, struct err *e)
{
	const struct template_function *f = c->operands[0].function;
	size_t n = c->n - 1 + (final != NULL), have = 0;
	if (n < f->min || n > f->max)
		return err_set(e, ERR_USAGE, "template: %s takes %s%u argument%s, not %zu", f->name,
			       f->max == ARGS_MANY             ? "at least "
			       : n < f->min && f->min < f->max ? "at least "
			       : f->min < f->max               ? "at most "
							       : "",
			       n < f->min ? f->min : f->max,
			       (n < f->min ? f->min : f->max) == 1 ? "" : "s", n);
	if (!f->call)
		return eval_lazy(r, c, dot, final, out, e);
	struct value *args = xcalloc(n + 1, sizeof *args);
	int result = 0;
	for (; have < c->n - 1 && result == 0; have++)
		result = eval_operand(r, &c->operands[have + 1], dot, NULL, &args[have], e);
	if (final)
		args[n - 1] = value_copy(final);
	if (result == 0)
		result = f->call(r, args, n, out, e);
	for (size_t i = 0; i < n; i++)
		value_free(&args[i]);
	free(args);
	return result;
}

/* FINAL is what the command before in the pipe gave, NULL for the first. */
static int eval_command(struct run *r, const struct command_node *c, const struct value *dot,
			const struct value *final, struct value *out, struct err *e)
{
	const struct operand *first = &c->operands[0];
	auto_value struct value arg = { 0 };
	if (first->kind == OPERAND_FUNCTION)
		return run_spend(r, STEP_COST, e) < 0 ? -1
						      : call_function(r, c, dot, final, out, e);
	size_t n = c->n - 1 + (final != NULL);
	if (n > 1)
		return err_set(e, ERR_USAGE, "template: .%s takes one argument, not %zu",
			       first->fields.list[first->fields.n - 1], n);
	if (n == 0)
		return eval_operand(r, first, dot, NULL, out, e);
	if (final)
		arg = value_copy(final);
	else if (eval_operand(r, &c->operands[1], dot, NULL, &arg, e) < 0)
		return -1;
	return eval_operand(r, first, dot, &arg, out, e);
}

/* Without the variables that take the value. */
static int eval_commands(struct run *r, const struct pipe *pipe, const struct value *dot,
			 struct value *out, struct err *e)
{
	struct value v = { 0 };
	for (size_t i = 0; i < pipe->n; i++) {
		struct value next = { 0 };
		int result = eval_command(r, &pipe->commands[i], dot, i ? &v : NULL, &next, e);
		value_free(&v);
		v = next;
		if (result < 0) {
			value_free(&v);
			return -1;
		}
	}
	*out = v;
	return 0;
}

static int eval_pipe(struct run *r, const struct pipe *pipe, const struct value *dot,
		     struct value *out, struct err *e)
{
	if (eval_commands(r, pipe, dot, out, e) < 0)
		return -1;
	take_variables(r, pipe, out);
	return 0;
}

/* --- nodes --- */

static int run_action(struct run *r, const struct node *n, const struct value *dot, struct err *e)
{
	auto_value struct value v = { 0 };
	if (eval_pipe(r, n->pipe, dot, &v, e) < 0)
		return -1;
	if (n->pipe->variables.n)
		return 0;
	if (v.kind != VALUE_NONE)
		return print_values(r, &v, 1, false, r->out, e);
	buf_puts(r->out, "<no value>");
	return 0;
}

static int run_branch(struct run *r, const struct node *n, const struct value *dot, struct err *e)
{
	auto_value struct value v = { 0 };
	if (eval_pipe(r, n->pipe, dot, &v, e) < 0)
		return -1;
	if (!value_truth(&v))
		return run_list(r, &n->other, dot, e);
	return run_list(r, &n->body, n->kind == NODE_WITH ? &v : dot, e);
}

/* One turn. *ON is false when it was the last. */
static int run_turn(struct run *r, const struct node *n, const struct value *key,
		    const struct value *item, bool *on, struct err *e)
{
	const struct strv *names = &n->pipe->variables;
	size_t variables = r->n;
	for (size_t i = 0; i < names->n; i++) {
		const struct value *v = names->n == 2 && i == 0 ? key : item;
		if (n->pipe->declares)
			variable_push(r, names->list[i], v);
		else
			variable_assign(r, names->list[i], v);
	}
	int result = run_spend(r, STEP_COST, e) < 0 ? -1 : run_list(r, &n->body, item, e);
	variables_drop(r, variables);
	*on = r->leaving != NODE_BREAK;
	r->leaving = NODE_TEXT;
	return result;
}

static int range_array(struct run *r, const struct node *n, const struct value *v, struct err *e)
{
	bool on = true;
	for (size_t i = 0; on && i < json_object_array_length(v->json); i++) {
		auto_value struct value key = value_int((int64_t)i);
		auto_value struct value item = {
			.shape = v->shape == SHAPE_ROWS ? SHAPE_ROW : SHAPE_PLAIN,
			.json = json_object_get(json_object_array_get_idx(v->json, i))
		};
		if (run_turn(r, n, &key, &item, &on, e) < 0)
			return -1;
	}
	return 0;
}

/* In order of the keys, as Go does it. */
static int range_object(struct run *r, const struct node *n, const struct value *v, struct err *e)
{
	auto_strv struct strv keys = { 0 };
	bool on = true;
	if (run_spend(r, (size_t)json_object_object_length(v->json), e) < 0)
		return -1;
	value_keys(v->json, true, &keys);
	for (size_t i = 0; on && i < keys.n; i++) {
		auto_value struct value key = value_text(keys.list[i], strlen(keys.list[i]));
		auto_value struct value item = value_of(
			json_object_get(json_object_object_get(v->json, keys.list[i])));
		if (run_turn(r, n, &key, &item, &on, e) < 0)
			return -1;
	}
	return 0;
}

static int run_range(struct run *r, const struct node *n, const struct value *dot, struct err *e)
{
	auto_value struct value v = { 0 };
	enum json_type type;
	if (eval_commands(r, n->pipe, dot, &v, e) < 0)
		return -1;
	type = value_type(&v);
	if (type != json_type_null && type != json_type_array && type != json_type_object) {
		err_set(e, ERR_USAGE, "template: range goes over lists, not over %s",
			value_kind_name(&v));
		return err_hint(e, "Write {{.}} without range where it is one value.");
	}
	if (!value_truth(&v))
		return run_list(r, &n->other, dot, e);
	return type == json_type_array ? range_array(r, n, &v, e) : range_object(r, n, &v, e);
}

static int run_node(struct run *r, const struct node *n, const struct value *dot, struct err *e)
{
	switch (n->kind) {
	case NODE_TEXT:
		buf_puts(r->out, n->text);
		return run_spend(r, strlen(n->text), e);
	case NODE_ACTION:
		return run_action(r, n, dot, e);
	case NODE_IF:
	case NODE_WITH:
		return run_branch(r, n, dot, e);
	case NODE_RANGE:
		return run_range(r, n, dot, e);
	case NODE_BREAK:
	case NODE_CONTINUE:
		r->leaving = n->kind;
		break;
	}
	return 0;
}

/* Variables of a list end with it; those of the action before it (if $x := ...) with its own list. */
int run_list(struct run *r, const struct node_list *list, const struct value *dot, struct err *e)
{
	size_t variables = r->n;
	int result = 0;
	for (size_t i = 0; result == 0 && r->leaving == NODE_TEXT && i < list->n; i++) {
		size_t before = r->n;
		result = run_node(r, &list->nodes[i], dot, e);
		if (list->nodes[i].kind != NODE_ACTION)
			variables_drop(r, before);
	}
	variables_drop(r, variables);
	return result;
}
