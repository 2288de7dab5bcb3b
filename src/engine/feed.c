/* feed.c - see feed.h.
 *
 * Bytes that nobody here has to look at are spliced from the file's pages into the pipe; those whose
 * digest is promised are read and hashed on the way. An unpacker that ends before its input does
 * has something to say, so its verdict is what is reported then. */
#include "engine/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "archive/hash.h"
#include "engine/ingest.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"

#define SPLICE_MAX (1u << 20)
#define COPY_SIZE (256u << 10)
#define JOBS_MAX 3
#define STEP_MS 100

enum phase { PHASE_WAITING, PHASE_FEEDING, PHASE_UNPACKING, PHASE_OVER };

struct item {
	struct feed *feed;
	enum phase phase;
	struct layer_job *job;
	uint64_t left, moved; /* left is not counted when the feed is whole */
	bool copies;          /* through a buffer, not spliced */
	struct hash *hash;    /* NULL: nothing promised */
	char *buf;
	size_t have, done; /* bytes in buf, and those of them written */
	int bar;
};

struct work {
	struct store *store;
	const struct idmap *map;
	struct progress *bars;
	struct layer_info *losses;
	struct item *items;
	size_t n;
	unsigned active, jobs;
};

enum moved { MOVED_BLOCKED, MOVED_SOME, MOVED_END, MOVED_GONE };

static uint64_t total(const struct feed *f)
{
	struct stat st;
	if (!f->whole)
		return f->size;
	off_t at = lseek(f->fd, 0, SEEK_CUR);
	return at >= 0 && fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > at
		       ? (uint64_t)(st.st_size - at)
		       : 0;
}

static void label(const struct feed *f, char out[static 64])
{
	if (f->label)
		snprintf(out, 64, "%s", f->label);
	else
		snprintf(out, 64, "Copying blob %.12s",
			 digest_none(&f->blob) ? f->diff_id.hex : f->blob.hex);
}

static int start(struct work *w, struct item *it, struct err *e)
{
	char text[64];
	if (!digest_none(&it->feed->blob) && hash_new(&it->hash, e) < 0)
		return -1;
	if (layer_job_start(w->store, w->map, &it->job, e) < 0)
		return -1;
	it->left = it->feed->size;
	it->copies = it->hash;
	label(it->feed, text);
	it->bar = progress_begin(w->bars, text, total(it->feed));
	it->phase = PHASE_FEEDING;
	w->active++;
	return 0;
}

static size_t at_most(const struct item *it, size_t n)
{
	return it->feed->whole || it->left > n ? n : (size_t)it->left;
}

static void count(struct item *it, size_t n)
{
	it->moved += n;
	it->left -= it->feed->whole ? 0 : n;
}

/* *OUT says how it went. */
static int splice_some(struct item *it, enum moved *out, struct err *e)
{
	loff_t at = (loff_t)(it->feed->offset + it->moved);
	ssize_t n = splice(it->feed->fd, it->feed->whole ? NULL : &at, layer_job_fd(it->job), NULL,
			   at_most(it, SPLICE_MAX), SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	if (n > 0)
		count(it, (size_t)n);
	*out = n > 0 ? MOVED_SOME : MOVED_END;
	if (n >= 0)
		return 0;
	if (errno == EPIPE)
		*out = MOVED_GONE;
	else if (errno == EAGAIN || errno == EINTR)
		*out = MOVED_BLOCKED;
	else if (errno == EINVAL && !it->moved) {
		it->copies = true; /* a kind of file that cannot be spliced */
		*out = MOVED_SOME;
	} else {
		return err_sys(e, "read the archive");
	}
	return 0;
}

static bool is_ready(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };
	return poll(&p, 1, 0) == 1;
}

static int fill(struct item *it, enum moved *out, struct err *e)
{
	const struct feed *f = it->feed;
	size_t want = at_most(it, COPY_SIZE);
	*out = MOVED_BLOCKED;
	if (f->whole && !is_ready(f->fd, POLLIN))
		return 0;
	if (!it->buf)
		it->buf = xmalloc(COPY_SIZE);
	ssize_t n = f->whole ? read(f->fd, it->buf, want)
			     : pread(f->fd, it->buf, want, (off_t)(f->offset + it->moved));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return err_sys(e, "read the archive");
	if (it->hash)
		hash_add(it->hash, it->buf, (size_t)n);
	count(it, (size_t)n);
	it->have = (size_t)n;
	it->done = 0;
	*out = n ? MOVED_SOME : MOVED_END;
	return 0;
}

static int copy_some(struct item *it, enum moved *out, struct err *e)
{
	if (it->done == it->have)
		return fill(it, out, e);
	if (fcntl(layer_job_fd(it->job), F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "set up a pipe");
	ssize_t n = write(layer_job_fd(it->job), it->buf + it->done, it->have - it->done);
	*out = n > 0 ? MOVED_SOME : MOVED_BLOCKED;
	if (n > 0)
		it->done += (size_t)n;
	else if (n < 0 && errno == EPIPE)
		*out = MOVED_GONE;
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		return err_sys(e, "write to the unpacker");
	return 0;
}

static int fed(struct item *it, struct err *e)
{
	char want[DIGEST_TEXT], got[DIGEST_TEXT];
	if (!it->feed->whole && it->left)
		return err_set(e, ERR_CORRUPT, "the archive ends within a layer");
	if (it->hash) {
		struct digest d = hash_end(take(it->hash));
		if (!digest_eq(&d, &it->feed->blob))
			return err_set(e, ERR_CORRUPT, "layer %s is in truth %s",
				       digest_text(&it->feed->blob, want), digest_text(&d, got));
	}
	layer_job_end(it->job);
	it->phase = PHASE_UNPACKING;
	return 0;
}

static int feed_some(struct item *it, enum moved *out, struct err *e)
{
	bool pending = it->done < it->have;
	*out = MOVED_END;
	if (pending || it->feed->whole || it->left) {
		if ((it->copies ? copy_some(it, out, e) : splice_some(it, out, e)) < 0)
			return -1;
	}
	if (*out == MOVED_GONE)
		it->phase = PHASE_UNPACKING; /* its verdict is on its way */
	return *out == MOVED_END ? fed(it, e) : 0;
}

static void add_losses(struct layer_info *sum, const struct layer_info *one)
{
	sum->skipped_devices += one->skipped_devices;
	sum->flattened += one->flattened;
	sum->dropped_xattrs += one->dropped_xattrs;
}

static int unpacked(struct work *w, struct item *it, struct err *e)
{
	struct layer_info info;
	struct digest got;
	bool early = it->left || it->done < it->have;
	if (layer_job_finish(take(it->job), &it->feed->diff_id, &got, &info, e) < 0)
		return -1;
	/* a verdict before the end of input is never good */
	if (early)
		return err_set(e, ERR_SYSTEM, "the unpacker ended before its input");
	it->feed->diff_id = got;
	it->phase = PHASE_OVER;
	w->active--;
	progress_end(w->bars, it->bar);
	add_losses(w->losses, &info);
	return 0;
}

static void skip_present(struct work *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct item *it = &w->items[i];
		if (digest_none(&it->feed->diff_id))
			continue;
		for (size_t k = 0; k < i && it->phase == PHASE_WAITING; k++)
			if (digest_eq(&w->items[k].feed->diff_id, &it->feed->diff_id))
				it->phase = PHASE_OVER;
		if (it->phase == PHASE_WAITING
		    && store_layer_exists(w->store, &it->feed->diff_id)) {
			char text[64];
			label(it->feed, text);
			progress_say(w->bars, "%s skipped: already exists", text);
			it->phase = PHASE_OVER;
		}
	}
}

/* Move every item on by one step. *MOVED: something did move; *OVER: all are through. */
static int step(struct work *w, bool *moved, bool *over, struct err *e)
{
	*moved = false;
	*over = true;
	for (size_t i = 0; i < w->n; i++) {
		struct item *it = &w->items[i];
		enum moved how = MOVED_BLOCKED;
		if (it->phase == PHASE_WAITING && w->active < w->jobs && start(w, it, e) < 0)
			return -1;
		if (it->phase == PHASE_FEEDING && feed_some(it, &how, e) < 0)
			return -1;
		if ((it->phase == PHASE_UNPACKING
		     || (it->phase == PHASE_FEEDING && how == MOVED_BLOCKED))
		    && is_ready(layer_job_done_fd(it->job), POLLIN)) {
			how = MOVED_END;
			if (unpacked(w, it, e) < 0)
				return -1;
		}
		if (it->phase == PHASE_FEEDING)
			progress_set(w->bars, it->bar, it->moved);
		*moved |= how != MOVED_BLOCKED;
		*over &= it->phase == PHASE_OVER;
	}
	return 0;
}

/* Until something can move: room in a pipe, input from one, a verdict. */
static void wait_some(struct work *w)
{
	struct pollfd p[3 * JOBS_MAX];
	nfds_t n = 0;
	for (size_t i = 0; i < w->n && n + 2 <= 3 * JOBS_MAX; i++) {
		const struct item *it = &w->items[i];
		if (it->phase != PHASE_FEEDING && it->phase != PHASE_UNPACKING)
			continue;
		p[n++] = (struct pollfd){ .fd = layer_job_done_fd(it->job), .events = POLLIN };
		if (it->phase != PHASE_FEEDING)
			continue;
		/* either the pipe is full, or there was nothing to put in */
		if (is_ready(layer_job_fd(it->job), POLLOUT) && it->done == it->have)
			p[n++] = (struct pollfd){ .fd = it->feed->fd, .events = POLLIN };
		else
			p[n++] = (struct pollfd){ .fd = layer_job_fd(it->job), .events = POLLOUT };
	}
	if (poll(p, n, STEP_MS) < 0)
		errno = 0;
}

static void give_up(struct work *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct item *it = &w->items[i];
		if (it->job)
			layer_job_abort(take(it->job));
		hash_free(it->hash);
		free(it->buf);
	}
}

static unsigned jobs(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > JOBS_MAX ? JOBS_MAX : (unsigned)n;
}

int feed_all(struct store *s, const struct idmap *map, struct feed *feeds, size_t n,
	     struct progress *bars, struct layer_info *losses, struct err *e)
{
	auto_free struct item *items = xcalloc(n + 1, sizeof *items);
	struct work w = {
		.store = s,
		.map = map,
		.bars = bars,
		.losses = losses,
		.items = items,
		.n = n,
		.jobs = jobs(),
	};
	bool moved = true, over = false;
	int rc = 0;
	for (size_t i = 0; i < n; i++)
		items[i].feed = &feeds[i];
	skip_present(&w);
	while (rc == 0 && !over) {
		rc = step(&w, &moved, &over, e);
		if (rc == 0 && !moved && !over)
			wait_some(&w);
		progress_draw(bars);
	}
	give_up(&w);
	return rc;
}

void feed_tell_losses(const struct layer_info *l, const struct idmap *map)
{
	auto_buf struct buf b = { 0 };
	if (l->skipped_devices)
		buf_printf(&b, ", %llu device nodes", (unsigned long long)l->skipped_devices);
	if (l->flattened)
		buf_printf(&b, ", the owners of %llu files (root's now%s%s)",
			   (unsigned long long)l->flattened, map->single ? ": " : "",
			   map->single ? map->why : "");
	if (l->dropped_xattrs)
		buf_printf(&b, ", %llu extended attributes", (unsigned long long)l->dropped_xattrs);
	if (b.len)
		log_warn("not kept: %s", b.data + 2);
}
