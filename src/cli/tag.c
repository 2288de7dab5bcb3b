/* tag.c - `cuddy tag` and `cuddy untag`. */
#include "engine/images.h"

#include "cli/commands.h"

static int tag_run(struct cli *cli, struct err *e)
{
	auto_store struct store *s = NULL;
	if (cli_store(cli, &s, e) < 0)
		return -1;
	for (int i = 1; i < cli->nargs; i++) {
		if (engine_tag(s, cli->args[0], cli->args[i], e) < 0)
			return -1;
	}
	return 0;
}

static int untag_run(struct cli *cli, struct err *e)
{
	auto_store struct store *s = NULL;
	if (cli_store(cli, &s, e) < 0)
		return -1;
	return engine_untag(s, cli->args[0], cli->args + 1, e);
}

const struct command command_tag = {
	.name = "tag",
	.aliases = "image tag",
	.summary = "Give an image another name",
	.usage = "IMAGE NAME [NAME...]",
	.about = "An image that has the name already loses it.",
	.examples = "tag 1cd98bf8afb7 app:1.2\ntag app:1.2 registry.example/app:1.2",
	.topic = TOPIC_IMAGES,
	.min_args = 2,
	.max_args = ARGS_ANY,
	.args = COMPLETE_IMAGES,
	.run = tag_run,
};

const struct command command_untag = {
	.name = "untag",
	.aliases = "image untag",
	.summary = "Take names from an image",
	.usage = "IMAGE [NAME...]",
	.about = "Without NAME it loses all its names, but stays, and its id finds it.",
	.examples = "untag app:1.2\nuntag 1cd98bf8afb7 app:1.2",
	.topic = TOPIC_IMAGES,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.args = COMPLETE_IMAGES,
	.run = untag_run,
};
