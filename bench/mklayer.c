// SPDX-License-Identifier: Apache-2.0
/* mklayer.c - write a made-up image layer, as a tar stream, to stdout.
 *
 *     mklayer SEED LAYER MEGABYTES
 *
 * The same arguments give the same bytes on every machine, so that pulls can be
 * compared and no image has to be fetched to measure one. What matters to a
 * pull is alike to a real distribution's layer: many small files (8 a megabyte,
 * 200 bytes to 32 KiB), fewer of middle size, the bulk in large ones; symbolic
 * and hard links; several owners; content that gzip halves or better: prose
 * (skewed words), machine code (few opcodes, random operands) and some that
 * does not compress. Layers above the first also replace files of the first
 * and hold a whiteout.
 *
 * Plain ustar, all names short, so nothing here needs extended headers. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define BLOCK 512
#define WORDS 4096
#define OPCODES 256
#define CHUNK (64 * 1024)
#define FILES_HERE 40 /* in one directory */
#define MTIME 1700000000

enum kind { PROSE, CODE, NOISE };

struct header { /* POSIX ustar */
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100];
	char magic[8], owner[32], group[32], major[8], minor[8], prefix[155], pad[12];
};

static uint64_t state;
static char words[WORDS][16];
static uint32_t opcodes[OPCODES];

static uint64_t rnd(void) /* xorshift64* */
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

static size_t rnd_between(size_t low, size_t high)
{
	return low + rnd() % (high - low);
}

/* 0 <= i < N, low numbers much more often, as words are in a text. */
static size_t rnd_skewed(size_t n)
{
	double u = (double)(rnd() >> 11) / 9007199254740992.0;

	return (size_t)((double)n * u * u * u);
}

static void put(const void *bytes, size_t n)
{
	if (fwrite(bytes, 1, n, stdout) != n) {
		perror("Error: mklayer: write");
		exit(1);
	}
}

static void tables_fill(void)
{
	for (size_t i = 0; i < WORDS; i++) {
		size_t len = rnd_between(2, 12);

		for (size_t j = 0; j < len; j++)
			words[i][j] = "etaoinshrdlucmfwypvbgkjqxz"[rnd_skewed(26)];
	}
	for (size_t i = 0; i < OPCODES; i++)
		opcodes[i] = (uint32_t)rnd();
}

static void fill_prose(char *buf, size_t n)
{
	size_t at = 0;

	while (at < n) {
		const char *word = words[rnd_skewed(WORDS)];
		size_t len = strlen(word);

		if (len > n - at)
			len = n - at;
		memcpy(buf + at, word, len);
		at += len;
		if (at < n)
			buf[at++] = rnd() % 12 ? ' ' : '\n';
	}
}

/* Eight bytes an instruction: an opcode of the common ones, an operand that is
 * small more often than not; and, as in compiled code, sequences that have been
 * there before. */
static void fill_code(char *buf, size_t n)
{
	size_t at = 0;

	while (at + 8 <= n) {
		uint64_t r = rnd();
		uint32_t operand = (uint32_t)(r >> 32) >> (r & 3 ? 24 : 4);
		size_t again = 8 * (2 + (r >> 16) % 16);

		if ((r >> 8) % 16 == 0 && again <= at && at + again <= n) {
			memcpy(buf + at, buf + rnd() % (at - again + 1), again);
			at += again;
			continue;
		}
		memcpy(buf + at, &opcodes[rnd_skewed(OPCODES)], 4);
		memcpy(buf + at + 4, &operand, 4);
		at += 8;
	}
	memset(buf + at, 0, n - at);
}

static void fill_noise(char *buf, size_t n)
{
	size_t at;

	for (at = 0; at + 8 <= n; at += 8) {
		uint64_t r = rnd();

		memcpy(buf + at, &r, 8);
	}
	memset(buf + at, 0, n - at);
}

static void content(size_t size, enum kind kind)
{
	static char buf[CHUNK];
	size_t padding = (BLOCK - size % BLOCK) % BLOCK;

	while (size > 0) {
		size_t n = size < CHUNK ? size : CHUNK;

		if (kind == PROSE)
			fill_prose(buf, n);
		else if (kind == CODE)
			fill_code(buf, n);
		else
			fill_noise(buf, n);
		put(buf, n);
		size -= n;
	}
	memset(buf, 0, padding);
	put(buf, padding);
}

static void header(const char *name, char type, unsigned mode, unsigned id, size_t size,
		   const char *link)
{
	struct header h = { .type = type, .magic = "ustar" };
	unsigned sum = 0;

	_Static_assert(sizeof h == BLOCK, "a tar header is one block");
	memcpy(h.magic + 6, "00", 2);
	snprintf(h.name, sizeof h.name, "%s", name);
	snprintf(h.link, sizeof h.link, "%s", link);
	snprintf(h.mode, sizeof h.mode, "%07o", mode);
	snprintf(h.uid, sizeof h.uid, "%07o", id);
	snprintf(h.gid, sizeof h.gid, "%07o", id);
	snprintf(h.size, sizeof h.size, "%011zo", size);
	snprintf(h.mtime, sizeof h.mtime, "%011o", (unsigned)MTIME);
	memset(h.sum, ' ', sizeof h.sum);
	for (size_t i = 0; i < sizeof h; i++)
		sum += ((unsigned char *)&h)[i];
	snprintf(h.sum, sizeof h.sum, "%06o", sum);
	put(&h, sizeof h);
}

static void path_make(char path[100], unsigned layer, size_t file)
{
	snprintf(path, 100, "usr/lib/layer%u/package%04zu/file%05zu", layer, file / FILES_HERE,
		 file);
}

/* One regular file of SIZE; executables and other people's files among them. */
static void file_put(const char *path, size_t file, size_t size)
{
	size_t dice = rnd() % 100;
	enum kind kind = size > CHUNK ? (dice < 30   ? PROSE
					 : dice < 94 ? CODE
						     : NOISE)
				      : (dice < 70   ? PROSE
					 : dice < 95 ? CODE
						     : NOISE);

	header(path, '0', kind == CODE ? 0755 : 0644,
	       file % 20   ? 0
	       : file % 40 ? 33
			   : 1000,
	       size, "");
	content(size, kind);
}

static void links_put(unsigned layer, size_t file, const char *path)
{
	char name[100];

	snprintf(name, sizeof name, "usr/lib/layer%u/package%04zu/link%05zu", layer,
		 file / FILES_HERE, file);
	if (file % 50 == 7)
		header(name, '2', 0777, 0, 0, strrchr(path, '/') + 1);
	else if (file % 60 == 11)
		header(name, '1', 0644, 0, 0, path);
}

static void directories_put(unsigned layer, size_t file)
{
	char path[100];

	if (file == 0) {
		header("usr/", '5', 0755, 0, 0, "");
		header("usr/lib/", '5', 0755, 0, 0, "");
		snprintf(path, sizeof path, "usr/lib/layer%u/", layer);
		header(path, '5', 0755, 0, 0, "");
	}
	snprintf(path, sizeof path, "usr/lib/layer%u/package%04zu/", layer, file / FILES_HERE);
	header(path, '5', 0755, 0, 0, "");
}

/* What an upper layer does to the first one: files replaced, one removed. */
static void changes_put(void)
{
	char path[100];

	header("usr/lib/layer1/", '5', 0755, 0, 0, "");
	header("usr/lib/layer1/package0000/", '5', 0755, 0, 0, "");
	for (size_t file = 1; file <= 10; file++) {
		path_make(path, 1, file);
		file_put(path, file, rnd_between(200, 8192));
	}
	header("usr/lib/layer1/package0000/.wh.file00012", '0', 0644, 0, 0, "");
}

/* The first SMALL files are small, the next MIDDLE of middle size, the rest large. */
static size_t file_size(size_t file, size_t small, size_t middle)
{
	size_t doublings = rnd() % 6;

	if (file < small)
		return rnd_between(200, 1024) << doublings;
	if (file < small + middle)
		return rnd_between(64 << 10, 1 << 20);
	return rnd_between(4 << 20, 64 << 20);
}

int main(int argc, char **argv)
{
	static const char end[2 * BLOCK];
	unsigned layer = argc == 4 ? (unsigned)atoi(argv[2]) : 0;
	size_t left = argc == 4 ? (size_t)atoi(argv[3]) << 20 : 0;
	size_t small = (left >> 20) * 8, middle = (left >> 20) / 4;

	if (!layer || !left) {
		fprintf(stderr, "usage: mklayer SEED LAYER MEGABYTES\n");
		return 2;
	}
	state = strtoull(argv[1], NULL, 10) * 1000003 + layer * 7919 + 1;
	tables_fill();
	for (size_t file = 0; left > 0; file++) {
		size_t size = file_size(file, small, middle);
		char path[100];

		if (size > left)
			size = left;
		left -= size;
		if (file % FILES_HERE == 0)
			directories_put(layer, file);
		path_make(path, layer, file);
		file_put(path, file, size);
		links_put(layer, file, path);
	}
	if (layer > 1)
		changes_put();
	put(end, sizeof end);
	return fflush(stdout) ? 1 : 0;
}
