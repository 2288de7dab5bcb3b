/* names.c - the index of names: a sorted text file, read whole and replaced whole.
 *
 * Text, because `run' looks up one name in it and pays for nothing else: 500 names are 60 kB, read
 * and searched in some 15 microseconds, where parsing them as JSON takes a millisecond. A name is
 * a full reference (model/ref.c), which cannot hold a space or a newline. */
#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include "store/internal.h"

static int damaged(struct err *e)
{
	err_set(e, ERR_CORRUPT, "the index of names is damaged");
	return err_hint(e, "The images are still there by their ids; remove the file `names' and "
			   "tag them again.");
}

int names_load(const struct store *s, struct names *out, struct err *e)
{
	*out = (struct names){ 0 };
	if (file_read_at(s->root, "names", STORE_FILE_MAX, &out->text, &out->len, e) < 0) {
		if (e->code != ENOENT)
			return -1;
		err_clear(e);
		return 0;
	}
	if (out->len && (out->text[out->len - 1] != '\n' || memchr(out->text, '\0', out->len))) {
		names_free(out);
		return damaged(e);
	}
	return 0;
}

void names_free(struct names *n)
{
	free(n->text);
	*n = (struct names){ 0 };
}

/* A line that is not "NAME HEX" is passed over: one bad line must not hide the others. */
bool names_next(const struct names *n, size_t *pos, struct name_entry *out)
{
	while (*pos < n->len) {
		const char *line = n->text + *pos;
		const char *end = memchr(line, '\n', n->len - *pos);
		size_t len = (size_t)(end - line);
		*pos += len + 1;
		if (len < DIGEST_HEX + 2 || line[len - DIGEST_HEX - 1] != ' ')
			continue;
		*out = (struct name_entry){ line, end - DIGEST_HEX, len - DIGEST_HEX - 1 };
		if (strspn(out->hex, "0123456789abcdef") == DIGEST_HEX)
			return true;
	}
	return false;
}

bool names_get(const struct names *n, const char *name, struct name_entry *out)
{
	size_t len = strlen(name);
	const char *at = n->text;
	const char *end = at ? at + n->len : NULL;
	while (at && (at = memmem(at, (size_t)(end - at), name, len))) {
		size_t pos = (size_t)(at - n->text);
		if ((at == n->text || at[-1] == '\n') && at[len] == ' ' && names_next(n, &pos, out))
			return out->name == at;
		at += len;
	}
	return false;
}

int names_lock(const struct store *s, struct err *e)
{
	auto_fd int fd = store_lock_open(s->root, "index.lock");
	if (fd < 0 || store_flock(fd, LOCK_EX) < 0)
		return err_sys(e, "lock index.lock");
	return fd_take(&fd);
}

static bool is_entry(const struct name_entry *entry, const char *name)
{
	return name && strlen(name) == entry->len && memcmp(entry->name, name, entry->len) == 0;
}

/* Does NAME come before ENTRY? */
static bool is_before(const char *name, const struct name_entry *entry)
{
	size_t n = strlen(name);
	int order = memcmp(name, entry->name, n < entry->len ? n : entry->len);
	return order < 0 || (order == 0 && n < entry->len);
}

int names_update(const struct store *s, const char *name, const struct digest *id,
		 const struct digest *drop, bool *changed, struct err *e)
{
	auto_names struct names old;
	auto_buf struct buf new = { 0 };
	struct name_entry entry;
	bool placed = !name || !id;
	if (names_load(s, &old, e) < 0)
		return -1;
	for (size_t pos = 0; names_next(&old, &pos, &entry);) {
		if (is_entry(&entry, name)
		    || (drop && memcmp(entry.hex, drop->hex, DIGEST_HEX) == 0))
			continue;
		if (!placed && is_before(name, &entry)) {
			buf_printf(&new, "%s %s\n", name, id->hex);
			placed = true;
		}
		buf_add(&new, entry.name, entry.len + 1 + DIGEST_HEX + 1);
	}
	if (!placed)
		buf_printf(&new, "%s %s\n", name, id->hex);
	bool same = new.len == old.len && (!new.len || memcmp(new.data, old.text, new.len) == 0);
	if (changed)
		*changed = !same;
	return same ? 0 : store_file_replace(s, ".", "names", new.data ? new.data : "", new.len, e);
}
