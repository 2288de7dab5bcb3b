/* select.c - see select.h. */
#include "cli/select.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "engine/inspect.h"
#include "util/fd.h"

#define CIDFILE_MAX 4096

static int add_all(struct engine *en, const struct select *s, struct strv *names, struct err *e)
{
	static const struct strv none = { 0 };
	const struct ps_query q = { .all = true, .filters = s->filters ? s->filters : &none };
	auto_json json *list = NULL;
	if (engine_ps(en, &q, &list, e) < 0)
		return -1;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json *doc = json_object_array_get_idx(list, i);
		if (!s->states || choice_has(s->states, json_str(doc, "State")))
			strv_add(names, json_str(doc, "Id"));
	}
	return 0;
}

static int add_cidfile(const char *path, bool ignore, struct strv *names, struct err *e)
{
	auto_free char *text = NULL;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && ignore)
		return 0;
	if (fd < 0)
		return err_sys(e, "open %s", path);
	if (fd_read_text(fd, path, CIDFILE_MAX, &text, NULL, e) < 0)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	strv_add(names, text);
	return 0;
}

int cli_select(struct cli *cli, struct engine *en, const struct select *s, struct strv *names,
	       struct err *e)
{
	char id[CONTAINER_ID + 1];
	bool filtered = s->filters && s->filters->n, all = s->all || filtered;
	bool asked = cli->nargs || all || s->latest || (s->cidfiles && s->cidfiles->n);
	if (!asked) {
		err_set(e, ERR_USAGE, "%s needs a container", cli->command->name);
		return err_hint(e, "Name at least one, or use --all or --latest. 'cuddy ps --all' "
				   "lists them.");
	}
	if (cli->nargs && (all || s->latest))
		return err_set(e, ERR_USAGE, "--all, --latest and --filter do not go with names");
	strv_add_all(names, cli->args);
	if (s->latest) {
		if (engine_latest(en, id, e) < 0)
			return -1;
		strv_add(names, id);
	}
	for (size_t i = 0; s->cidfiles && i < s->cidfiles->n; i++) {
		if (add_cidfile(s->cidfiles->list[i], s->ignore, names, e) < 0)
			return -1;
	}
	return all ? add_all(en, s, names, e) : 0;
}
