/* decoder.c - gzip by ISA-L (twice as fast as zlib), zstd, xz.
 *
 * Each is a thin cover: the loop, the reading and the checks that all share are in
 * stream.c. A decoder must not trust sizes in headers: windows are bounded when it is made. */
#include "archive/decoder.h"

#include <isa-l/igzip_lib.h>
#include <lzma.h>
#include <string.h>
#include <zstd.h>
#include "util/alloc.h"

/* --- gzip --- */

struct gzip {
	struct inflate_state state;
	bool ended;
};

static bool gzip_is_mine(const unsigned char *p, size_t n)
{
	return n >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8;
}

static void gzip_start(struct gzip *g)
{
	isal_inflate_reset(&g->state);
	g->state.crc_flag = ISAL_GZIP;
	g->ended = false;
}

static void *gzip_open(void)
{
	struct gzip *g = calloc(1, sizeof *g);
	if (!g)
		return NULL;
	isal_inflate_init(&g->state);
	gzip_start(g);
	return g;
}

static int gzip_step(void *self, struct bytes_in *in, struct bytes_out *out, bool *ended,
		     struct err *e)
{
	struct gzip *g = self;
	if (g->ended)
		gzip_start(g);
	g->state.next_in = (uint8_t *)in->data;
	g->state.avail_in = (uint32_t)in->n;
	g->state.next_out = out->data;
	g->state.avail_out = (uint32_t)out->n;
	int rc = isal_inflate(&g->state);
	if (rc == ISAL_INCORRECT_CHECKSUM)
		return err_set(e, ERR_CORRUPT, "the gzip checksum is wrong");
	if (rc < 0 || rc == ISAL_NEED_DICT)
		return err_set(e, ERR_CORRUPT, "the gzip data is damaged");
	in->data = g->state.next_in;
	in->n = g->state.avail_in;
	out->data = g->state.next_out;
	out->n = g->state.avail_out;
	*ended = g->ended = g->state.block_state == ISAL_BLOCK_FINISH;
	return 0;
}

/* --- zstd --- */

static bool zstd_is_mine(const unsigned char *p, size_t n)
{
	if (n < 4)
		return false;
	/* a frame, or a skippable frame, which pzstd and others put first */
	return memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0
	       || ((p[0] & 0xf0) == 0x50 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0);
}

static void *zstd_open(void)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();
	if (d)
		(void)ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, DECODER_WINDOW_LOG);
	return d;
}

static int zstd_step(void *self, struct bytes_in *in, struct bytes_out *out, bool *ended,
		     struct err *e)
{
	ZSTD_inBuffer zin = { in->data, in->n, 0 };
	ZSTD_outBuffer zout = { out->data, out->n, 0 };
	size_t rc = ZSTD_decompressStream(self, &zout, &zin);
	if (ZSTD_isError(rc))
		return err_set(e, ERR_CORRUPT, "the zstd data is damaged: %s",
			       ZSTD_getErrorName(rc));
	in->data += zin.pos;
	in->n -= zin.pos;
	out->data += zout.pos;
	out->n -= zout.pos;
	*ended = rc == 0;
	return 0;
}

static void zstd_close(void *self)
{
	ZSTD_freeDCtx(self);
}

/* --- xz --- */

struct xz {
	lzma_stream lz;
	bool ended;
};

static bool xz_is_mine(const unsigned char *p, size_t n)
{
	return n >= 6
	       && memcmp(p,
			 "\xfd"
			 "7zXZ\0",
			 6)
			  == 0;
}

static bool xz_start(struct xz *x)
{
	x->ended = false;
	return lzma_stream_decoder(&x->lz, DECODER_XZ_MAX, LZMA_TELL_UNSUPPORTED_CHECK) == LZMA_OK;
}

static void *xz_open(void)
{
	struct xz *x = calloc(1, sizeof *x);
	if (!x)
		return NULL;
	x->lz = (lzma_stream)LZMA_STREAM_INIT;
	if (!xz_start(x))
		free_ptr(&x);
	return x;
}

static int xz_fail(lzma_ret rc, struct err *e)
{
	if (rc == LZMA_MEMLIMIT_ERROR)
		return err_set(e, ERR_CORRUPT, "the xz data asks for more than %u MB of memory",
			       DECODER_XZ_MAX >> 20);
	if (rc == LZMA_MEM_ERROR)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (rc == LZMA_UNSUPPORTED_CHECK)
		return err_set(e, ERR_CORRUPT, "the xz data has a checksum of an unknown kind");
	return err_set(e, ERR_CORRUPT, "the xz data is damaged");
}

static int xz_step(void *self, struct bytes_in *in, struct bytes_out *out, bool *ended,
		   struct err *e)
{
	struct xz *x = self;
	if (x->ended && !xz_start(x))
		return xz_fail(LZMA_MEM_ERROR, e);
	x->lz.next_in = in->data;
	x->lz.avail_in = in->n;
	x->lz.next_out = out->data;
	x->lz.avail_out = out->n;
	lzma_ret rc = lzma_code(&x->lz, LZMA_RUN);
	/* BUF_ERROR is only "nothing to do yet"; stream.c knows whether more comes */
	if (rc != LZMA_OK && rc != LZMA_STREAM_END && rc != LZMA_BUF_ERROR)
		return xz_fail(rc, e);
	in->data = x->lz.next_in;
	in->n = x->lz.avail_in;
	out->data = x->lz.next_out;
	out->n = x->lz.avail_out;
	*ended = x->ended = rc == LZMA_STREAM_END;
	return 0;
}

static void xz_close(void *self)
{
	struct xz *x = self;
	lzma_end(&x->lz);
	free(x);
}

const struct decoder_type decoder_gzip = { "gzip", gzip_is_mine, gzip_open, gzip_step, free };
const struct decoder_type decoder_zstd = { "zstd", zstd_is_mine, zstd_open, zstd_step, zstd_close };
const struct decoder_type decoder_xz = { "xz", xz_is_mine, xz_open, xz_step, xz_close };

const char *decoder_foreign(const unsigned char *p, size_t n)
{
	static const struct {
		const char *magic, *name;
	} known[] = {
		{ "BZh", "bzip2" },         { "PK\3\4", "zip" },           { "LZIP", "lzip" },
		{ "7z\xbc\xaf", "7z" },     { "\x04\x22\x4d\x18", "lz4" }, { "hsqs", "squashfs" },
		{ "\x1f\x9d", "compress" },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t len = strlen(known[i].magic);
		if (n >= len && memcmp(p, known[i].magic, len) == 0)
			return known[i].name;
	}
	return NULL;
}
