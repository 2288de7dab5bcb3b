/* auth.c - see auth.h. A file that was named has to be there and be right; the usual ones may be
 * missing. Helpers that keep credentials elsewhere (credHelpers, credsStore) are not asked. */
#include "registry/auth.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/log.h"
#include "util/str.h"

#define AUTH_FILE_MAX (1u << 20)

static void wipe(char **s)
{
	if (*s)
		OPENSSL_cleanse(*s, strlen(*s));
	free_ptr(s);
}

void creds_free(struct creds *c)
{
	wipe(&c->user);
	wipe(&c->password);
}

int creds_parse(const char *text, struct creds *out, struct err *e)
{
	const char *colon = strchr(text, ':');
	if (!colon || colon == text) {
		err_set(e, ERR_USAGE, "credentials are not of the form user:password");
		return err_hint(e, "Give --creds USER:PASSWORD.");
	}
	out->user = xstrndup(text, (size_t)(colon - text));
	out->password = xstrdup(colon + 1);
	return 0;
}

/* TEXT is base64 of "user:password". */
static int decode(const char *text, struct creds *out, struct err *e)
{
	size_t len = strlen(text);
	auto_free char *plain = xcalloc(len / 4 * 3 + 4, 1);
	int n = len % 4 || len > AUTH_FILE_MAX
			? -1
			: EVP_DecodeBlock((unsigned char *)plain, (const unsigned char *)text,
					  (int)len);
	/* the decoder counts padding as bytes, which are NULs here and end the text */
	if (n < 0 || !strchr(plain, ':'))
		return err_set(e, ERR_CORRUPT, "auth is not base64 of user:password");
	int rc = creds_parse(plain, out, e);
	OPENSSL_cleanse(plain, len / 4 * 3);
	return rc;
}

static int take_entry(json *entry, struct creds *out, struct err *e)
{
	const char *auth = json_str(entry, "auth"), *user = json_str(entry, "username");
	if (!str_empty(auth))
		return decode(auth, out, e);
	if (!str_empty(user) && json_str(entry, "password")) {
		out->user = xstrdup(user);
		out->password = xstrdup(json_str(entry, "password"));
	}
	return 0;
}

int auth_lookup(json *doc, const char *host, const char *name, struct creds *out, struct err *e)
{
	json *auths = json_obj(doc, "auths"), *entry;
	auto_free char *key = str_printf("%s/%s", host, name);
	for (;;) {
		entry = json_obj(auths, key);
		if (entry)
			break;
		char *slash = strrchr(key, '/');
		if (!slash)
			break;
		*slash = 0;
	}
	/* docker writes URLs, and its own name for its hub */
	for (int i = 0; i < 3 && !entry; i++) {
		static const char *const forms[] = { "https://%s", "https://%s/v1/", "http://%s" };
		auto_buf struct buf url = { 0 };
		const char *mark = strchr(forms[i], '%');
		buf_add(&url, forms[i], (size_t)(mark - forms[i]));
		buf_puts(&url, str_eq(host, "docker.io") ? "index.docker.io" : host);
		buf_puts(&url, mark + 2);
		entry = json_obj(auths, url.data);
	}
	return entry ? take_entry(entry, out, e) : 0;
}

/* 1: read and looked through, 0: not there, or not readable and not NAMED by the user either. */
static int search_file(const char *path, bool named, const char *host, const char *name,
		       struct creds *out, struct err *e)
{
	auto_free char *text = NULL;
	auto_json json *doc = NULL;
	size_t len;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		int code = errno;
		err_sys(e, "open %s", path);
		if (code == EACCES && !named)
			log_warn("%s, so no account is taken from it", e->msg);
		return code == ENOENT || code == ENOTDIR || (code == EACCES && !named) ? 0 : -1;
	}
	if (fd_read_text(fd, path, AUTH_FILE_MAX, &text, &len, e) < 0
	    || (len && json_parse(text, len, path, &doc, e) < 0))
		return -1;
	int rc = auth_lookup(doc, host, name, out, e);
	OPENSSL_cleanse(text, len);
	return rc < 0 ? err_wrap(e, "%s", path) : 1;
}

/* Paths that podman and docker write to, in podman's order. */
static void usual_files(struct strv *out)
{
	const char *run = getenv("XDG_RUNTIME_DIR"), *conf = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME"), *docker = getenv("DOCKER_CONFIG");
	if (!str_empty(run))
		strv_addf(out, "%s/containers/auth.json", run);
	if (!str_empty(conf))
		strv_addf(out, "%s/containers/auth.json", conf);
	else if (!str_empty(home))
		strv_addf(out, "%s/.config/containers/auth.json", home);
	if (!str_empty(docker))
		strv_addf(out, "%s/config.json", docker);
	else if (!str_empty(home))
		strv_addf(out, "%s/.docker/config.json", home);
}

int auth_find(const char *authfile, const char *host, const char *name, struct creds *out,
	      struct err *e)
{
	auto_strv struct strv files = { 0 };
	bool named = authfile != NULL;
	if (!named && !str_empty(getenv("REGISTRY_AUTH_FILE")))
		authfile = getenv("REGISTRY_AUTH_FILE");
	if (authfile)
		strv_add(&files, authfile);
	else
		usual_files(&files);
	for (size_t i = 0; i < files.n && !out->user; i++) {
		int there = search_file(files.list[i], named, host, name, out, e);
		if (there < 0)
			return -1;
		if (!there && named) {
			err_set(e, ERR_NOTFOUND, "no such file: %s", authfile);
			return err_hint(
				e,
				"--authfile names a file in the form of containers-auth.json(5).");
		}
	}
	return 0;
}
