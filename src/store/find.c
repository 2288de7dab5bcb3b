/* find.c - which image does the user mean?
 *
 * The exact name first, because that is what `run' is given, and it costs one file. Names come
 * before ids: whoever tagged an image "cafe" means it, even if some id begins so. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "model/ref.h"
#include "store/internal.h"
#include "util/path.h"

#define PREFIX_MIN 3

struct search {
	struct store *store;
	const char *what; /* as typed, for messages */
	struct names names;
	struct digest id; /* the find */
	char *name;       /* its name; owned */
};

static bool accept(struct search *f, const struct name_entry *entry)
{
	memcpy(f->id.hex, entry->hex, DIGEST_HEX);
	free(f->name);
	f->name = xstrndup(entry->name, entry->len);
	return true;
}

static int ambiguous(const struct search *f, const char *one, const char *other, struct err *e)
{
	err_set(e, ERR_USAGE, "%s: several images match: %s and %s", f->what, one, other);
	return err_hint(e,
			"Give the whole name or more digits of the id; `cuddy images' shows them.");
}

/* 1 found, 0 not, -1 error: as all below */
static int by_text(struct search *f, const char *text)
{
	struct name_entry entry;
	return names_get(&f->names, text, &entry) && accept(f, &entry);
}

static int by_candidates(struct search *f, const struct ref *r)
{
	static const char *const hosts[] = { "localhost", "docker.io" };
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		struct ref full = {
			.host = xstrdup(hosts[i]),
			.name = xstrdup(r->name),
			.digest = r->digest,
			.tag = r->tag ? xstrdup(r->tag) : NULL,
		};
		ref_make_local(&full);
		auto_free char *text = ref_text(&full);
		ref_free(&full);
		if (by_text(f, text))
			return 1;
	}
	return 0;
}

/* Any name that ends in "/WHAT". */
static int by_suffix(struct search *f, const char *text, struct err *e)
{
	struct name_entry entry;
	size_t n = strlen(text);
	int found = 0;
	for (size_t pos = 0; names_next(&f->names, &pos, &entry);) {
		if (entry.len <= n || entry.name[entry.len - n - 1] != '/'
		    || memcmp(entry.name + entry.len - n, text, n) != 0)
			continue;
		if (found && memcmp(entry.hex, f->id.hex, DIGEST_HEX) != 0) {
			auto_free char *other = xstrndup(entry.name, entry.len);
			return ambiguous(f, f->name, other, e);
		}
		if (!found)
			found = accept(f, &entry);
	}
	return found;
}

/* The repository of ENTRY: what is before its tag or digest. */
static size_t repository_len(const struct name_entry *entry)
{
	size_t n = entry->len;
	for (size_t i = entry->len; i-- && entry->name[i] != '/';)
		if (entry->name[i] == ':' || entry->name[i] == '@')
			n = i;
	return n;
}

static bool is_repository(const struct name_entry *entry, const struct ref *full,
			  const struct ref *asked)
{
	auto_free char *text = str_printf("%s/%s", full->host, full->name);
	size_t n = repository_len(entry), m = strlen(text), k = strlen(asked->name);
	if (n == m && memcmp(entry->name, text, n) == 0)
		return true;
	return !asked->host && n > k && entry->name[n - k - 1] == '/'
	       && memcmp(entry->name + n - k, asked->name, k) == 0;
}

/* NAME@DIGEST where only NAME:TAG was kept: an image of that repository with that manifest. */
static int by_manifest(struct search *f, const struct ref *r)
{
	struct name_entry entry;
	struct ref full = { .host = r->host ? xstrdup(r->host) : NULL, .name = xstrdup(r->name) };
	int found = 0;
	ref_make_local(&full);
	for (size_t pos = 0; !found && names_next(&f->names, &pos, &entry);) {
		struct image_file file;
		struct err ignored;
		char hex[DIGEST_HEX + 1] = "";
		memcpy(hex, entry.hex, DIGEST_HEX);
		if (is_repository(&entry, &full, r)
		    && image_file_load(f->store, hex, &file, NULL, NULL, &ignored) == 0
		    && digest_eq(&file.manifest, &r->digest))
			found = accept(f, &entry);
	}
	ref_free(&full);
	return found;
}

static int by_ref(struct search *f, const struct ref *r, struct err *e)
{
	struct ref full = *r;
	auto_free char *text = NULL;
	if (r->host) {
		full.host = xstrdup(r->host);
		full.name = xstrdup(r->name);
		ref_make_local(&full);
		text = ref_text(&full);
		free(full.host);
		free(full.name);
		if (by_text(f, text))
			return 1;
	} else {
		text = ref_text(r);
		int found = by_candidates(f, r);
		if (!found)
			found = by_suffix(f, text, e);
		if (found)
			return found;
	}
	return digest_none(&r->digest) ? 0 : by_manifest(f, r);
}

static int by_prefix(struct search *f, const char *prefix, struct err *e)
{
	size_t n = strlen(prefix);
	int found = 0;
	int fd = dir_open_at(f->store->root, "images", e);
	if (fd < 0)
		return -1;
	DIR *d = fdopendir(fd);
	struct dirent *ent;
	if (!d) {
		err_sys(e, "read images");
		fd_close(&fd);
		return -1;
	}
	while (found >= 0 && (ent = readdir(d))) {
		if (!digest_is_hex(ent->d_name) || strncmp(ent->d_name, prefix, n) != 0)
			continue;
		if (found) {
			found = ambiguous(f, f->id.hex, ent->d_name, e);
			break;
		}
		memcpy(f->id.hex, ent->d_name, DIGEST_HEX);
		found = 1;
	}
	closedir(d);
	return found;
}

static bool is_id(const char *text)
{
	size_t n = strspn(text, "0123456789abcdef");
	return !text[n] && n >= PREFIX_MIN && n <= DIGEST_HEX;
}

static int search(struct search *f, struct err *e)
{
	auto_ref struct ref r = { 0 };
	const char *id = f->what;
	bool only_id = str_starts(id, "sha256:") && is_id(id + 7);
	if (only_id)
		id += 7;
	if (!only_id && !(strlen(id) == DIGEST_HEX && is_id(id))) {
		if (names_load(f->store, &f->names, e) < 0)
			return -1;
		if (ref_parse(id, &r, e) < 0)
			return -1;
		int found = by_ref(f, &r, e);
		if (found)
			return found;
	}
	return is_id(id) ? by_prefix(f, id, e) : 0;
}

static int unknown(const char *what, struct err *e)
{
	auto_free char *shown = str_printable(what);
	err_set(e, ERR_NOTFOUND, "%.300s: image not known", shown);
	return err_hint(e, "`cuddy images' shows what is there; `cuddy pull' gets an image.");
}

/* A name may outlive its image for a moment (images.c). */
static bool is_there(const struct store *s, const struct digest *id)
{
	char path[128];
	snprintf(path, sizeof path, "images/%s", id->hex);
	return faccessat(s->root, path, F_OK, 0) == 0;
}

int store_image_resolve(struct store *s, const char *what, struct digest *id, char **name,
			struct err *e)
{
	struct search f = { .store = s, .what = what };
	int found = search(&f, e);
	auto_free char *found_name = f.name;
	names_free(&f.names);
	if (found < 0)
		return e->code ? store_fail(s, e) : -1;
	if (!found || !is_there(s, &f.id))
		return unknown(what, e);
	*id = f.id;
	if (name)
		*name = take(found_name);
	return 0;
}

static int load(struct store *s, const struct digest *id, struct image *out, struct err *e)
{
	struct image_file file;
	auto_free char *text = NULL;
	size_t len;
	if (image_file_load(s, id->hex, &file, NULL, NULL, e) < 0)
		return -1;
	if (store_blob_get(s, id, &text, &len, e) < 0 || image_parse(text, len, id, out, e) < 0) {
		err_wrap(e, "image %.12s is damaged", id->hex);
		e->kind = ERR_CORRUPT;
		e->code = 0;
		e->hint[0] = '\0';
		return err_hint(e, "Remove it (cuddy rmi %.12s) and pull it again.", id->hex);
	}
	out->manifest = file.manifest;
	return 0;
}

int store_image_find(struct store *s, const char *what, struct image *out, char **name,
		     struct err *e)
{
	struct digest id;
	auto_free char *found = NULL;
	*out = (struct image){ 0 };
	if (store_image_resolve(s, what, &id, &found, e) < 0)
		return -1;
	if (load(s, &id, out, e) < 0)
		return e->code == ENOENT ? unknown(what, e) : -1;
	if (name)
		*name = take(found);
	return 0;
}
