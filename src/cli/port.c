/* port.c - `cuddy port`: the ports that inspect tells of, as lines. */
#include "cli/select.h"

#include <stdio.h>
#include <string.h>
#include "cli/commands.h"
#include "engine/inspect.h"

struct port_opts {
	bool all, latest;
	struct engine *engine;
	char *wanted; /* "80/tcp"; NULL: all */
	bool named;   /* several containers: each line begins with its id */
};

#define O(field) offsetof(struct port_opts, field)
static const struct opt rows[] = {
	{ "all", 'a', OPT_BOOL, O(all), .help = "Show those of all containers that run" },
	{ "latest", 'l', OPT_BOOL, O(latest), .help = "Show the newest container's" },
	{ 0 },
};
static const struct opt_group groups[] = { { "Options", rows, 0 }, { 0 } };

static void print_binding(const struct port_opts *o, const char *id, const char *port, json *to)
{
	const char *ip = json_str(to, "HostIp"), *host = json_str(to, "HostPort");
	if (o->named)
		printf("%.12s\t", id);
	if (!o->wanted)
		printf("%s -> ", port);
	printf("%s:%s\n", str_empty(ip) ? "0.0.0.0" : ip, host ? host : "");
}

static int port_one(struct cli *cli, const char *what, void *data, struct err *e)
{
	const struct port_opts *o = data;
	auto_json json *doc = NULL;
	bool found = false;
	if (engine_container_inspect(o->engine, what, &doc, e) < 0)
		return -1;
	json *ports = json_obj(json_obj(doc, "NetworkSettings"), "Ports");
	if (ports) {
		json_object_object_foreach(ports, port, list) {
			if (o->wanted && !str_eq(port, o->wanted))
				continue;
			for (size_t i = 0; i < (list ? json_object_array_length(list) : 0); i++) {
				print_binding(o, json_str(doc, "Id"), port,
					      json_object_array_get_idx(list, i));
				found = true;
			}
		}
	}
	if (o->wanted && !found)
		return err_set(e, ERR_NOTFOUND, "container %s publishes no port %s", what,
			       o->wanted);
	return 0;
}

/* "80" is "80/tcp". */
static int parse_port(const char *text, char **out, struct err *e)
{
	size_t n = strcspn(text, "/");
	auto_free char *number = xstrndup(text, n);
	const char *protocol = text[n] ? text + n + 1 : "tcp";
	uint64_t port;
	if (str_to_u64(number, &port) < 0 || port == 0 || port > 65535
	    || (!str_eq(protocol, "tcp") && !str_eq(protocol, "udp") && !str_eq(protocol, "sctp")))
		return err_set(e, ERR_USAGE, "invalid port %s: it is like 80, 80/tcp or 53/udp",
			       text);
	*out = str_printf("%s/%s", number, protocol);
	return 0;
}

static int port_run(struct cli *cli, struct err *e)
{
	auto_engine struct engine en = { 0 };
	auto_strv struct strv names = { 0 };
	struct port_opts *o = cli_opts(cli);
	int first = o->latest || o->all ? 0 : 1;
	struct select s = { .all = o->all, .latest = o->latest, .states = "running|paused" };
	if (cli->nargs > first + 1 || (o->all && cli->nargs))
		return err_set(e, ERR_USAGE, "port takes one container and one port, or --all");
	if (cli->nargs > first && parse_port(cli->args[first], &o->wanted, e) < 0)
		return -1;
	cli->nargs = cli->nargs < first ? cli->nargs : first;
	cli->args[cli->nargs] = NULL;
	if (cli_engine(cli, &en, e) < 0 || cli_select(cli, &en, &s, &names, e) < 0)
		return -1;
	o->engine = &en;
	o->named = o->all;
	return cli_each(cli, &names, port_one, o, EACH_PLAIN, e);
}

static void port_free(void *opts)
{
	struct port_opts *o = opts;
	free_ptr(&o->wanted);
}

const struct command command_port = {
	.name = "port",
	.aliases = "container port",
	.summary = "Show which ports of a container the host publishes",
	.usage = "[options] CONTAINER [PORT[/PROTOCOL]]",
	.examples = "port web\nport web 80/tcp",
	.topic = TOPIC_CONTAINERS,
	.groups = groups,
	.opts_size = sizeof(struct port_opts),
	.max_args = 2,
	.args = COMPLETE_CONTAINERS,
	.run = port_run,
	.free = port_free,
};
