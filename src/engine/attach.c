/* attach.c - the command's side of an attached container: our standard input goes in, our signals go to pid 1,
 * our terminal is raw meanwhile. What comes out is written by the monitor to our own descriptors. */
#include "engine/relay.h"
#include "engine/up.h"
#include "util/fd.h"

/* The monitor's last word. Its death without one is an error. */
static int last_report(int sock, int *exit_code, struct err *e)
{
	struct report r;
	ssize_t n = fd_recv(sock, &r, sizeof r, NULL, NULL);
	if (n != sizeof r || r.kind != REPORT_EXIT) {
		err_set(e, ERR_SYSTEM, "the container's monitor was killed: its exit code is lost");
		return err_hint(e, "cuddy ps -a shows whether the container runs on");
	}
	*exit_code = r.exit_code;
	return 0;
}

int attach_run(const struct attach_args *args, int *exit_code, struct err *e)
{
	struct relay r = {
		.signals = args->signals,
		.done = args->sock,
		.pidfd = args->pidfd,
		.terminal = args->terminal,
		.input = args->terminal >= 0 ? args->terminal : args->input,
		.out = { { -1, -1 }, { -1, -1 } },
	};
	if (!args->interactive)
		r.input = -1;
	return relay_run(&r, e) < 0 ? -1 : last_report(args->sock, exit_code, e);
}
