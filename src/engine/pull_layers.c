/* pull_layers.c - layers flow from the registry into unpackers, a few at once, in one thread.
 *
 * A layer is first fetched into its unpacker's pipe and then, when all has come and is what it should be,
 * waited for until the unpacker is through; only then it becomes part of the store. Both phases
 * count against the number of layers at once, since each has a process and its memory. No thread is
 * used, because unpackers are cloned from this process. */
#include "engine/pull_layers.h"

#include <poll.h>
#include <stdio.h>
#include "engine/ingest.h"
#include "util/alloc.h"
#include "util/log.h"

#define STEP_MS 100

enum phase { PHASE_WAITING, PHASE_FETCHING, PHASE_UNPACKING, PHASE_OVER };

struct layer_work {
	const struct descriptor *blob;
	const struct digest *diff_id;
	enum phase phase;
	struct fetch *fetch;
	struct layer_job *job;
	int bar;
};

struct work {
	struct pull *pull;
	struct layer_work *layers;
	size_t n;
	unsigned active;
};

static int start(struct work *w, struct layer_work *l, struct err *e)
{
	char label[64];
	if (layer_job_start(w->pull->store, w->pull->map, &l->job, e) < 0)
		return -1;
	if (fetch_start(w->pull->registry, l->blob, layer_job_fd(l->job), &l->fetch, e) < 0) {
		layer_job_abort(take(l->job));
		return -1;
	}
	snprintf(label, sizeof label, "Copying blob %.12s", l->blob->digest.hex);
	l->bar = progress_begin(w->pull->progress, label, l->blob->size);
	l->phase = PHASE_FETCHING;
	w->active++;
	return 0;
}

/* All has come, or something went wrong on the way. */
static int fetched(struct layer_work *l, struct err *e)
{
	bool reader_gone;
	if (fetch_finish(take(l->fetch), &reader_gone, e) == 0) {
		layer_job_end(l->job);
		l->phase = PHASE_UNPACKING;
		return 0;
	}
	if (!reader_gone) {
		layer_job_abort(take(l->job));
		return -1;
	}
	/* the unpacker knows better why it stopped */
	struct digest got;
	struct layer_info info;
	struct err why;
	if (layer_job_finish(take(l->job), l->diff_id, &got, &info, &why) < 0) {
		*e = why;
		return err_wrap(e, "layer %.12s", l->blob->digest.hex);
	}
	return -1;
}

static void tell_losses(const struct layer_work *l, const struct layer_info *info)
{
	if (info->skipped_devices)
		log_warn("layer %.12s: %llu device nodes left out, which only root can make",
			 l->blob->digest.hex, (unsigned long long)info->skipped_devices);
	if (info->dropped_xattrs)
		log_warn("layer %.12s: %llu extended attributes could not be kept",
			 l->blob->digest.hex, (unsigned long long)info->dropped_xattrs);
}

static int unpacked(struct work *w, struct layer_work *l, struct err *e)
{
	struct digest got;
	struct layer_info info;
	if (layer_job_finish(take(l->job), l->diff_id, &got, &info, e) < 0)
		return err_wrap(e, "layer %.12s", l->blob->digest.hex);
	l->phase = PHASE_OVER;
	w->active--;
	progress_end(w->pull->progress, l->bar);
	tell_losses(l, &info);
	return 0;
}

static int start_some(struct work *w, struct err *e)
{
	for (size_t i = 0; i < w->n && w->active < w->pull->jobs; i++) {
		if (w->layers[i].phase == PHASE_WAITING && start(w, &w->layers[i], e) < 0)
			return -1;
	}
	return 0;
}

/* Move the transfers on, until one is through or an unpacker ends. */
static int step(struct work *w, struct err *e)
{
	int wake[FETCHES_MAX];
	unsigned nwake = 0;
	struct fetch *done;
	for (size_t i = 0; i < w->n; i++) {
		if (w->layers[i].phase == PHASE_UNPACKING && nwake < FETCHES_MAX)
			wake[nwake++] = layer_job_done_fd(w->layers[i].job);
	}
	if (fetch_step(w->pull->registry, STEP_MS, wake, nwake, &done, e) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++) {
		struct layer_work *l = &w->layers[i];
		if (l->phase != PHASE_FETCHING)
			continue;
		progress_set(w->pull->progress, l->bar, fetch_received(l->fetch));
		if (l->fetch == done && fetched(l, e) < 0)
			return -1;
	}
	return 0;
}

static bool can_read(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, 0) == 1;
}

static int finish_some(struct work *w, struct err *e)
{
	for (size_t i = 0; i < w->n; i++) {
		struct layer_work *l = &w->layers[i];
		if (l->phase == PHASE_UNPACKING && can_read(layer_job_done_fd(l->job))
		    && unpacked(w, l, e) < 0)
			return -1;
	}
	return 0;
}

/* What the store has, and what comes a second time in the same image, is not fetched. */
static void skip_present(struct work *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct layer_work *l = &w->layers[i];
		for (size_t k = 0; k < i && l->phase == PHASE_WAITING; k++) {
			if (digest_eq(w->layers[k].diff_id, l->diff_id))
				l->phase = PHASE_OVER;
		}
		if (l->phase == PHASE_WAITING && store_layer_exists(w->pull->store, l->diff_id)) {
			l->phase = PHASE_OVER;
			progress_say(w->pull->progress,
				     "Copying blob %.12s skipped: already exists",
				     l->blob->digest.hex);
		}
	}
}

static bool is_over(const struct work *w)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->layers[i].phase != PHASE_OVER)
			return false;
	}
	return true;
}

static void give_up(struct work *w)
{
	struct err ignored;
	for (size_t i = 0; i < w->n; i++) {
		struct layer_work *l = &w->layers[i];
		if (l->fetch)
			(void)!fetch_finish(take(l->fetch), NULL, &ignored);
		if (l->job)
			layer_job_abort(take(l->job));
	}
}

int pull_layers(struct pull *p, const struct manifest *m, const struct image *img, struct err *e)
{
	struct work w = { .pull = p, .n = m->nlayers };
	auto_free struct layer_work *layers = xcalloc(w.n + 1, sizeof *layers);
	int rc = 0;
	w.layers = layers;
	if (m->nlayers != img->nlayers)
		return err_set(e, ERR_CORRUPT, "the manifest has %zu layers, the configuration %zu",
			       m->nlayers, img->nlayers);
	for (size_t i = 0; i < w.n; i++) {
		layers[i].blob = &m->layers[i];
		layers[i].diff_id = &img->layers[i];
	}
	skip_present(&w);
	while (rc == 0 && !is_over(&w)) {
		rc = start_some(&w, e);
		if (rc == 0)
			rc = step(&w, e);
		if (rc == 0)
			rc = finish_some(&w, e);
		progress_draw(p->progress);
	}
	give_up(&w);
	return rc;
}
