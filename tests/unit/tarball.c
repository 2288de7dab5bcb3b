/* tarball.c - see tarball.h. */
#include "tarball.h"

#include <isa-l/igzip_lib.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>
#include "util/fd.h"

#define BLOCK 512

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100];
	char magic[8], owner[32], group[32], major[8], minor[8], prefix[155], pad[12];
};

static void pad(struct buf *b)
{
	static const char zero[BLOCK];
	buf_add(b, zero, (BLOCK - b->len % BLOCK) % BLOCK);
}

/* Names of the length of the field have no NUL. */
static void text(char *field, size_t room, const char *s)
{
	size_t n = strnlen(s, room);
	memcpy(field, s, n);
}

static void put_header(struct buf *b, const struct tar_entry *t, size_t size)
{
	struct header h = { .type = t->type, .magic = "ustar" };
	unsigned sum = 0;
	memcpy(h.magic + 6, "00", 2);
	text(h.name, sizeof h.name, t->name);
	text(h.link, sizeof h.link, t->link ? t->link : "");
	snprintf(h.mode, sizeof h.mode, "%07o", t->mode & 07777777);
	snprintf(h.uid, sizeof h.uid, "%07o", t->uid & 07777777);
	snprintf(h.gid, sizeof h.gid, "%07o", t->gid & 07777777);
	snprintf(h.size, sizeof h.size, "%011zo", size);
	snprintf(h.mtime, sizeof h.mtime, "%011llo", (unsigned long long)t->mtime);
	snprintf(h.major, sizeof h.major, "%07o", t->major & 07777777);
	snprintf(h.minor, sizeof h.minor, "%07o", t->minor & 07777777);
	memset(h.sum, ' ', sizeof h.sum);
	for (size_t i = 0; i < sizeof h; i++)
		sum += ((unsigned char *)&h)[i];
	snprintf(h.sum, sizeof h.sum, "%06o", sum & 0777777);
	buf_add(b, &h, sizeof h);
}

/* "LEN KEY=VALUE\n", where LEN counts its own digits. */
static void put_record(struct buf *b, const char *key, const void *value, size_t len)
{
	size_t rest = strlen(key) + len + 3, total = rest + 1;
	char digits[24];
	while (rest + (size_t)snprintf(digits, sizeof digits, "%zu", total) != total)
		total++;
	buf_printf(b, "%zu %s=", total, key);
	buf_add(b, value, len);
	buf_putc(b, '\n');
}

static void put_pax(struct buf *b, const struct buf *records)
{
	tar_add(b, (struct tar_entry){ .name = "PaxHeaders/x",
				       .type = 'x',
				       .mode = 0644,
				       .data = records->data,
				       .len = records->len });
}

void tar_add_pax(struct buf *b, const char *key, const void *value, size_t len)
{
	auto_buf struct buf r = { 0 };
	put_record(&r, key, value, len);
	put_pax(b, &r);
}

void tar_add_pax_texts(struct buf *b, const char *const *records)
{
	auto_buf struct buf r = { 0 };
	for (; *records; records++) {
		auto_free char *key = xstrndup(*records, strcspn(*records, "="));
		const char *value = *records + strlen(key) + 1;
		put_record(&r, key, value, strlen(value));
	}
	put_pax(b, &r);
}

void tar_add(struct buf *b, struct tar_entry t)
{
	auto_buf struct buf r = { 0 };
	size_t len = t.data ? t.len ? t.len : strlen(t.data) : 0;
	if (strlen(t.name) > 100)
		put_record(&r, "path", t.name, strlen(t.name));
	if (t.link && strlen(t.link) > 100)
		put_record(&r, "linkpath", t.link, strlen(t.link));
	if (r.len)
		put_pax(b, &r);
	put_header(b, &t, len);
	if (len)
		buf_add(b, t.data, len);
	pad(b);
}

void tar_end(struct buf *b)
{
	static const char zero[2 * BLOCK];
	buf_add(b, zero, sizeof zero);
}

void pack_gzip(const void *data, size_t n, struct buf *out)
{
	struct isal_zstream *z = xcalloc(1, sizeof *z);
	size_t room = n + n / 8 + 1024;
	auto_free unsigned char *to = xmalloc(room);
	isal_deflate_init(z);
	z->gzip_flag = IGZIP_GZIP;
	z->end_of_stream = 1;
	z->flush = NO_FLUSH;
	z->next_in = (uint8_t *)data;
	z->avail_in = (uint32_t)n;
	z->next_out = to;
	z->avail_out = (uint32_t)room;
	if (isal_deflate(z) != COMP_OK || z->internal_state.state != ZSTATE_END)
		abort();
	buf_add(out, to, z->total_out);
	free(z);
}

void pack_zstd(const void *data, size_t n, int level, unsigned window_log, struct buf *out)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(n);
	auto_free void *to = xmalloc(room);
	ZSTD_inBuffer in = { data, n, 0 };
	ZSTD_outBuffer z = { to, room, 0 };
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	if (window_log) {
		ZSTD_CCtx_setParameter(c, ZSTD_c_enableLongDistanceMatching, 1);
		ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, (int)window_log);
	}
	if (ZSTD_compressStream2(c, &z, &in, ZSTD_e_end) != 0)
		abort();
	buf_add(out, to, z.pos);
	ZSTD_freeCCtx(c);
}

void pack_xz(const void *data, size_t n, unsigned preset, struct buf *out)
{
	size_t room = lzma_stream_buffer_bound(n), used = 0;
	auto_free unsigned char *to = xmalloc(room);
	if (lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, NULL, data, n, to, &used, room)
	    != LZMA_OK)
		abort();
	buf_add(out, to, used);
}

int memory_file(const void *data, size_t n)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	if (fd < 0 || fd_write_all(fd, data, n) < 0 || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	return fd;
}
