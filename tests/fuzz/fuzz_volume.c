/* fuzz_volume.c - what stands behind -v, --tmpfs, --network, and the record that keeps it: whatever
 * is accepted is absolute, clean and comes back from the record as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "model/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
	if (!ok)
		abort();
}

static void check_mount(const struct mount_opts *m)
{
	check(m->target[0] == '/' && m->target[1] && !strstr(m->target, "//")
	      && !strstr(m->target, "/../"));
	check(m->kind != MOUNT_BIND || m->source[0] == '/');
	check(m->kind != MOUNT_VOLUME || !m->source || volume_name_ok(m->source));
	check(m->mode <= 07777);
}

/* The input may not be UTF-8, which is the printer's matter: the tree itself goes back and forth. */
static void check_record(struct create_opts *o)
{
	struct create_opts back;
	struct err e;
	auto_json json *j = create_opts_json(o);
	check(create_opts_load(j, &back, &e) == 0);
	auto_json json *again = create_opts_json(&back);
	check(json_object_equal(j, again));
	create_opts_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct create_opts o = { .mounts = xcalloc(2, sizeof *o.mounts) };
	struct err e;
	auto_free char *text = xstrndup((const char *)data, size);
	if (mount_opts_parse_volume(text, "/cwd", &o.mounts[o.nmounts], &e) == 0)
		check_mount(&o.mounts[o.nmounts++]);
	if (mount_opts_parse_tmpfs(text, &o.mounts[o.nmounts], &e) == 0)
		check_mount(&o.mounts[o.nmounts++]);
	(void)!network_opts_parse(text, &o.network, &e);
	check_record(&o);
	create_opts_free(&o);
	return 0;
}
