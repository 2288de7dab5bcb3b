/* tls.c - which certificates count for one host, as containers-certs.d(5) says: files
 * *.crt are authorities beside those of the system, NAME.cert with NAME.key is what we show of ourselves.
 *
 * curl takes one file of authorities, so ours and the system's are put together in a memory file. */
#include "registry/http.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "util/fd.h"

#define CA_FILE_MAX (8u << 20)
#define CERT_FILES_MAX 256

void tls_free(struct tls *t)
{
	free(t->cafile);
	free(t->cadir);
	free(t->cert);
	free(t->key);
	fd_close(&t->cafd);
}

/* The system's authorities: what OpenSSL's variables name, else curl's own. */
static void system_authorities(struct tls *t)
{
	const char *file = getenv("SSL_CERT_FILE"), *dir = getenv("SSL_CERT_DIR");
	if (!str_empty(file))
		t->cafile = xstrdup(file);
	if (!str_empty(dir))
		t->cadir = xstrdup(dir);
}

static int append_file(int to, const char *path, struct err *e)
{
	auto_free char *text = NULL;
	size_t len;
	if (file_read_at(AT_FDCWD, path, CA_FILE_MAX, &text, &len, e) < 0)
		return -1;
	if (fd_write_all(to, text, len) < 0 || fd_write_all(to, "\n", 1) < 0)
		return err_sys(e, "copy %s", path);
	return 0;
}

/* Where curl looks when it is told nothing, or NULL. */
static const char *curl_authorities(void)
{
#if LIBCURL_VERSION_NUM >= 0x074600
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	if (v->age >= CURLVERSION_SEVENTH)
		return v->cainfo;
#endif
	return NULL;
}

static int add_authority(struct tls *t, const char *path, struct err *e)
{
	if (t->cafd < 0) {
		t->cafd = memfd_create("authorities", MFD_CLOEXEC);
		if (t->cafd < 0)
			return err_sys(e, "memfd_create");
		const char *system = t->cafile ? t->cafile : curl_authorities();
		if (system && append_file(t->cafd, system, e) < 0)
			return -1;
		free(t->cafile);
		t->cafile = str_printf("/proc/self/fd/%d", t->cafd);
	}
	return append_file(t->cafd, path, e);
}

static int add_client(struct tls *t, const char *dir, const char *name, struct err *e)
{
	char *key = str_printf("%s/%.*s.key", dir, (int)(strlen(name) - strlen(".cert")), name);
	if (access(key, R_OK) < 0) {
		err_sys(e, "key %s of certificate %s", key, name);
		free(key);
		return -1;
	}
	free(t->cert);
	free(t->key);
	t->cert = str_printf("%s/%s", dir, name);
	t->key = key;
	return 0;
}

/* All of DIR's files that count. */
static int read_dir(struct tls *t, const char *path, struct err *e)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	int rc = 0, n = 0;
	if (!d)
		return err_sys(e, "open %s", path);
	while (rc == 0 && (entry = readdir(d))) {
		const char *name = entry->d_name;
		if (++n > CERT_FILES_MAX) {
			rc = err_set(e, ERR_USAGE, "%s: more than %d files", path, CERT_FILES_MAX);
		} else if (str_ends(name, ".crt")) {
			auto_free char *file = str_printf("%s/%s", path, name);
			rc = add_authority(t, file, e);
		} else if (str_ends(name, ".cert")) {
			rc = add_client(t, path, name, e);
		}
	}
	closedir(d);
	return rc;
}

/* The first directory of certificates for HOST that exists; owned, or NULL. */
static char *usual_dir(const char *host)
{
	const char *home = getenv("HOME"), *conf = getenv("XDG_CONFIG_HOME");
	auto_strv struct strv dirs = { 0 };
	if (!str_empty(conf))
		strv_addf(&dirs, "%s/containers/certs.d/%s", conf, host);
	if (!str_empty(home))
		strv_addf(&dirs, "%s/.config/containers/certs.d/%s", home, host);
	strv_addf(&dirs, "/etc/containers/certs.d/%s", host);
	strv_addf(&dirs, "/etc/docker/certs.d/%s", host);
	for (size_t i = 0; i < dirs.n; i++) {
		if (access(dirs.list[i], R_OK | X_OK) == 0)
			return xstrdup(dirs.list[i]);
	}
	return NULL;
}

int tls_find(const char *host, const char *cert_dir, struct tls *out, struct err *e)
{
	auto_free char *dir = cert_dir ? xstrdup(cert_dir) : usual_dir(host);
	*out = (struct tls){ .cafd = -1 };
	system_authorities(out);
	if (!dir || read_dir(out, dir, e) == 0)
		return 0;
	tls_free(out);
	return err_wrap(e, "certificates for %s", host);
}

void tls_apply(const struct tls *t, bool insecure, CURL *c)
{
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, insecure ? 0L : 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, insecure ? 0L : 2L);
	if (t->cafile)
		curl_easy_setopt(c, CURLOPT_CAINFO, t->cafile);
	if (t->cadir)
		curl_easy_setopt(c, CURLOPT_CAPATH, t->cadir);
	if (t->cert) {
		curl_easy_setopt(c, CURLOPT_SSLCERT, t->cert);
		curl_easy_setopt(c, CURLOPT_SSLKEY, t->key);
	}
}
