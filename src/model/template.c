/* template.c - see template.h. The ends of the engine that others call: parse, run, headings. */
#include "model/template.h"

#include <stdlib.h>
#include <string.h>
#include "model/template_internal.h"

int template_parse(const char *text, struct template **out, struct err *e)
{
	auto_template struct template *t = xcalloc(1, sizeof *t);
	if (parse_template(text, &t->list, e) < 0)
		return -1;
	*out = take(t);
	return 0;
}

void template_free(struct template *t)
{
	if (t)
		node_list_free(&t->list);
	free(t);
}

void template_free_p(struct template **t)
{
	template_free(*t);
	*t = NULL;
}

int template_exec(const struct template *t, const struct template_rows *rows, json *data,
		  struct buf *out, struct err *e)
{
	struct run r = { .rows = rows, .out = out, .leaving = NODE_TEXT };
	bool list = json_object_is_type(data, json_type_array);
	/* the first variable is "$", and lives as long as the run */
	auto_value struct value root = { .shape = list ? SHAPE_ROWS : SHAPE_ROW,
					 .json = json_object_get(data) };
	xgrow(&r.variables, &r.cap, 1, sizeof *r.variables);
	r.variables[r.n++] = (struct variable){ "$", value_copy(&root) };
	int result = run_list(&r, &t->list, &root, e);
	value_free(&r.variables[0].value);
	free(r.variables);
	return result;
}

bool template_is_range(const struct template *t)
{
	const struct node *n = t->list.nodes;
	if (!t->list.n || n->kind != NODE_RANGE || n->pipe->n != 1 || n->pipe->commands[0].n != 1)
		return false;
	const struct operand *o = &n->pipe->commands[0].operands[0];
	return o->kind == OPERAND_DOT && !o->fields.n;
}

/* --- headings --- */

/* Of the first field that a pipe takes, or else its constant. */
static bool pipe_heading(const struct pipe *pipe, const struct template_rows *rows, bool constants,
			 struct buf *out)
{
	for (size_t i = 0; i < pipe->n; i++) {
		const struct command_node *c = &pipe->commands[i];
		for (size_t k = 0; k < c->n; k++) {
			const struct operand *o = &c->operands[k];
			bool called = k == 0 && c->n == 2
				      && json_object_is_type(c->operands[1].value,
							     json_type_string);
			if (o->fields.n) {
				name_heading(rows, o->fields.list[o->fields.n - 1],
					     called ? json_object_get_string(c->operands[1].value)
						    : NULL,
					     out);
				return true;
			}
			if (o->pipe && pipe_heading(o->pipe, rows, constants, out))
				return true;
			if (constants && o->value) {
				buf_puts(out, json_object_get_string(o->value));
				return true;
			}
		}
	}
	return false;
}

static void list_headings(const struct node_list *list, const struct template_rows *rows,
			  struct buf *out)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct node *n = &list->nodes[i];
		if (n->text)
			buf_puts(out, n->text);
		else if (n->kind == NODE_ACTION && !n->pipe->variables.n
			 && !pipe_heading(n->pipe, rows, false, out))
			pipe_heading(n->pipe, rows, true, out);
		list_headings(&n->body, rows, out);
	}
}

void template_headings(const struct template *t, const struct template_rows *rows, struct buf *out)
{
	list_headings(&t->list, rows, out);
}
