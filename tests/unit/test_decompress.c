/* test_decompress.c - streams: told apart, joined, cut short, spoilt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "archive/stream.h"
#include "tarball.h"
#include "util/fd.h"

enum { PLAIN, GZIP, ZSTD, XZ, FORMATS };

static void pack(int format, const void *data, size_t n, struct buf *out)
{
	switch (format) {
	case GZIP:
		pack_gzip(data, n, out);
		break;
	case ZSTD:
		pack_zstd(data, n, 3, 0, out);
		break;
	case XZ:
		pack_xz(data, n, 1, out);
		break;
	default:
		buf_add(out, data, n);
	}
}

/* Something that compresses, but not to nothing. */
static void fill(struct buf *b, size_t n)
{
	uint32_t x = 1;
	while (b->len < n) {
		x = x * 1664525 + 1013904223;
		buf_printf(b, "%u some words ", x % 1000);
	}
	b->len = n;
}

static int read_all(const void *data, size_t n, bool ahead, struct buf *out, struct digest *d,
		    struct err *e)
{
	auto_fd int fd = memory_file(data, n);
	auto_stream struct stream *s = NULL;
	const void *block;
	size_t got;
	assert_int_equal(stream_open(fd, &s, e), 0);
	if (ahead)
		assert_int_equal(stream_read_ahead(s, e), 0);
	do {
		if (stream_next(s, &block, &got, e) < 0)
			return -1;
		buf_add(out, block, got);
	} while (got);
	assert_int_equal(stream_size(s), out->len);
	*d = stream_digest(s);
	return 0;
}

static void expect(const struct buf *packed, const struct buf *plain, bool ahead)
{
	auto_buf struct buf out = { 0 };
	unsigned char md[SHA256_DIGEST_LENGTH];
	struct digest got, want;
	struct err e = { 0 };
	if (read_all(packed->data, packed->len, ahead, &out, &got, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(out.len, plain->len);
	assert_memory_equal(out.data, plain->data, plain->len);
	SHA256((const unsigned char *)plain->data, plain->len, md);
	want = digest_from_bytes(md);
	assert_true(digest_eq(&got, &want));
}

static void refuse(const void *data, size_t n, bool ahead, const char *part)
{
	auto_buf struct buf out = { 0 };
	struct digest d;
	struct err e = { 0 };
	assert_int_equal(read_all(data, n, ahead, &out, &d, &e), -1);
	assert_int_equal(e.kind, ERR_CORRUPT);
	if (!strstr(e.msg, part))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, part);
}

static void all_formats(void **state)
{
	static const size_t sizes[] = { 1, 511, 4096, 262143, 262144, 262145, 3000000 };
	for (int format = 0; format < FORMATS; format++) {
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			auto_buf struct buf plain = { 0 }, packed = { 0 };
			fill(&plain, sizes[i]);
			pack(format, plain.data, plain.len, &packed);
			expect(&packed, &plain, false);
			expect(&packed, &plain, true);
		}
	}
}

/* cat a.gz b.gz: one stream, wherever the buffers end; zero bytes behind it are padding. */
static void joined(void **state)
{
	for (int format = GZIP; format < FORMATS; format++) {
		for (size_t n = 131072 - 40; n < 131072 + 40; n += 7) {
			auto_buf struct buf plain = { 0 }, packed = { 0 }, first = { 0 };
			fill(&first, 100000);
			pack(format, first.data, 100000, &packed);
			buf_add(&plain, first.data, 100000);
			/* an incompressible member brings the end of the next one to where the buffer ends */
			while (packed.len + 40 < n) {
				char noise[256];
				size_t room = n - packed.len - 39;
				for (size_t i = 0; i < sizeof noise; i++)
					noise[i] = (char)(packed.len * 7919 + i * i * 31
							  + (i >> 3));
				size_t len = room < sizeof noise ? room : sizeof noise;
				pack(format, noise, len, &packed);
				buf_add(&plain, noise, len);
			}
			pack(format, "the end", 7, &packed);
			buf_add(&plain, "the end", 7);
			expect(&packed, &plain, false);
			buf_add(&packed, (char[1000]){ 0 }, 1000);
			expect(&packed, &plain, false);
		}
	}
}

static void cut_short(void **state)
{
	auto_buf struct buf plain = { 0 };
	fill(&plain, 20000);
	for (int format = GZIP; format < FORMATS; format++) {
		auto_buf struct buf packed = { 0 };
		pack(format, plain.data, plain.len, &packed);
		for (size_t n = 12; n < packed.len; n += n < 100 || n > packed.len - 100 ? 1 : 97)
			refuse(packed.data, n, n % 2, "");
		refuse(packed.data, packed.len - 1, false, "ends too early");
	}
}

static void spoilt(void **state)
{
	auto_buf struct buf plain = { 0 };
	fill(&plain, 20000);
	for (int format = GZIP; format < FORMATS; format++) {
		auto_buf struct buf packed = { 0 };
		pack(format, plain.data, plain.len, &packed);
		for (size_t at = 20; at < packed.len; at += 61) {
			auto_buf struct buf bad = { 0 }, out = { 0 };
			struct digest d;
			struct err e = { 0 };
			buf_add(&bad, packed.data, packed.len);
			bad.data[at] ^= 0x41;
			/* a bit that says nothing may be any; what comes out is right or refused */
			if (read_all(bad.data, bad.len, false, &out, &d, &e) == 0
			    && (out.len != plain.len || memcmp(out.data, plain.data, plain.len)))
				fail_msg("format %d, byte %zu of %zu: %zu bytes came out of %zu",
					 format, at, packed.len, out.len, plain.len);
		}
		buf_puts(&packed, "junk behind it");
		refuse(packed.data, packed.len, false, "");
	}
}

static void foreign(void **state)
{
	refuse("BZh91AY&SY....", 14, false, "bzip2");
	refuse("PK\3\4....", 8, false, "zip");
}

/* A window that would need a gigabyte is refused, 128 MB is not. */
static void windows(void **state)
{
	auto_buf struct buf plain = { 0 }, packed = { 0 };
	fill(&plain, 100000);
	pack_zstd(plain.data, plain.len, 3, 27, &packed);
	expect(&packed, &plain, false);
	/* a frame header by hand: no size, window descriptor of 2^30 */
	static const char huge[] = "\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00";
	refuse(huge, sizeof huge - 1, false, "memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_formats), cmocka_unit_test(joined),
		cmocka_unit_test(cut_short),   cmocka_unit_test(spoilt),
		cmocka_unit_test(foreign),     cmocka_unit_test(windows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
