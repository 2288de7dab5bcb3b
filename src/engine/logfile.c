/* logfile.c - see logfile.h. */
#include "engine/logfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "util/fd.h"

static void stamp(char out[static 64])
{
	struct timespec t;
	struct tm tm;
	char zone[8];
	clock_gettime(CLOCK_REALTIME, &t);
	localtime_r(&t.tv_sec, &tm);
	size_t n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof zone, "%z", &tm);
	snprintf(out + n, 64 - n, ".%09ld%.3s:%.2s", t.tv_nsec, zone, zone + 3);
}

void logfile_write(struct logfile *l, const char *stream, const char *data, size_t n)
{
	char time[64];
	if (l->fd < 0 || !n)
		return;
	stamp(time);
	while (n) {
		const char *end = memchr(data, '\n', n);
		size_t len = end ? (size_t)(end - data) : n;
		buf_printf(&l->out, "%s %s %c ", time, stream, end ? 'F' : 'P');
		buf_add(&l->out, data, len);
		buf_putc(&l->out, '\n');
		len += end ? 1 : 0;
		data += len;
		n -= len;
	}
	if (fd_write_all(l->fd, l->out.data, l->out.len) < 0)
		fd_close(&l->fd);
	l->out.len = 0;
}

void logfile_close(struct logfile *l)
{
	fd_close(&l->fd);
	buf_free(&l->out);
}
