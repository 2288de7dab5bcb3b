/* relay.h - private to engine/: a command that has taken the place of a process in a container: what it is given
 * goes in, what the process says comes out, its signals and the size of its terminal are passed on. */
#pragma once
#include "util/err.h"

/* Take over the signals that are the process's: from now on they wait for relay_run to pass them on. Called before the
 * process can have said anything, since whoever hears from it may answer with one. A descriptor. */
must_check int relay_signals(struct err *e);
/* One of them has come before there was a process: end by it, as if it had not been taken over. Returns when it is
 * one that ends nobody. */
void relay_signal_give_in(int signals);

struct relay {
	int signals;  /* of relay_signals; borrowed */
	int done;     /* becomes readable when it is over */
	int pidfd;    /* the process that gets our signals */
	int terminal; /* master of its terminal; -1 without */
	int input; /* where our standard input goes: a pipe, closed at the end of ours, or the terminal;
		       * -1: nowhere. Owned from here on when it is a pipe */
	struct {
		int from, to; /* -1: nothing; FROM does not block */
	} out[2];
};
/* Until R->done. What was said before that has been passed on then; our own terminal is as it was. */
must_check int relay_run(struct relay *r, struct err *e);
