/* replay.c - runs a fuzz target over files, where there is no libFuzzer.
 *
 * usage: fuzz_NAME [FILE...]
 *
 * So every build, with any compiler, under valgrind or on another machine, can
 * run the corpus and each input that once was a crash. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Optional in a target, as in libFuzzer. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

static int replay(const char *path)
{
	uint8_t *data = NULL;
	size_t size = 0, room = 0;
	FILE *f = fopen(path, "re");
	if (!f) {
		perror(path);
		return -1;
	}
	do {
		if (size == room) {
			room = room ? 2 * room : 4096;
			data = realloc(data, room);
			if (!data)
				abort();
		}
		size += fread(data + size, 1, room - size, f);
	} while (!feof(f) && !ferror(f));
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	int bad = 0;
	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	return bad ? 1 : 0;
}
