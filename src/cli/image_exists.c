/* image_exists.c - `cuddy image exists`. */
#include "cli/commands.h"

#include "store/store.h"

static int exists_run(struct cli *cli, struct err *e)
{
	auto_store struct store *s = NULL;
	auto_image struct image img = { 0 };
	if (cli_store(cli, &s, e) < 0)
		return -1;
	if (store_image_find(s, cli->args[0], &img, NULL, e) == 0)
		return 0;
	/* the answer "no" is no error to tell people about */
	return e->kind == ERR_NOTFOUND ? 1 : -1;
}

const struct command command_image_exists = {
	.name = "image exists",
	.summary = "Tell by the exit code whether an image is there",
	.usage = "IMAGE",
	.about = "0: it is there; 1: it is not; 125: that could not be told.",
	.examples = "image exists debian:mine || echo missing",
	.topic = TOPIC_IMAGES,
	.min_args = 1,
	.max_args = 1,
	.args = COMPLETE_IMAGES,
	.run = exists_run,
};
