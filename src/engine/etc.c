/* etc.c - hosts, resolv.conf, hostname and containerenv of a container. They lie in its run directory and
 * are bound over the image's, so what the container writes to them never reaches its layer. */
#include "engine/up.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/fd.h"

#define MAX_HOST_FILE (1U << 20)

int etc_make(int dir, struct err *e)
{
	static const char *const names[] = { "hosts", "resolv.conf", "hostname", "containerenv" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		auto_fd int fd = openat(
			dir, names[i], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0 || fchmod(fd, 0644) < 0)
			return err_sys(e, "make %s", names[i]);
	}
	return 0;
}

/* In place: the file may be mounted already. */
static int fill(int dir, const char *name, const struct buf *text, struct err *e)
{
	if (text->len && file_put(dir, name, text->data) < 0)
		return err_sys(e, "write %s", name);
	return 0;
}

/* A file of the host's; "" when it cannot be read. */
static char *host_file(const char *path)
{
	struct err ignored;
	char *text = NULL;
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fd_read_text(fd, path, MAX_HOST_FILE, &text, NULL, &ignored) < 0)
		return xstrdup("");
	return text;
}

static void hosts(const struct container *c, const struct spec *s, const struct network *n,
		  struct buf *out)
{
	auto_free char *base = host_file("/etc/hosts");
	const char *own = n ? network_own_address(n) : NULL;
	const char *host = n ? network_host_address(n) : NULL;
	buf_puts(out, *base ? base : "127.0.0.1\tlocalhost\n::1\tlocalhost\n");
	if (out->data[out->len - 1] != '\n')
		buf_putc(out, '\n');
	if (host)
		buf_printf(out, "%s\thost.containers.internal host.docker.internal\n", host);
	buf_printf(out, "%s\t%s %s\n", own ? own : "127.0.1.1", s->hostname, c->name);
}

static bool is_loopback_server(const char *line)
{
	char word[16], address[64];
	return sscanf(line, "%15s %63s", word, address) == 2 && str_eq(word, "nameserver")
	       && (str_starts(address, "127.") || str_eq(address, "::1"));
}

/* The host's, with the helper's forwarder first; a server on the host's loopback cannot be reached from another
 * network namespace. */
static void resolv(enum network_kind kind, const struct network *n, struct buf *out)
{
	auto_free char *base = host_file("/etc/resolv.conf");
	const char *forwarder = n ? network_dns(n) : NULL;
	char *rest = base;
	if (forwarder)
		buf_printf(out, "nameserver %s\n", forwarder);
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line && (kind == NETWORK_HOST || !is_loopback_server(line)))
			buf_printf(out, "%s\n", line);
}

static void containerenv(const struct container *c, struct buf *out)
{
	buf_printf(out, "engine=\"cuddy-%s\"\nname=\"%s\"\nid=\"%s\"\n", PACKAGE_VERSION, c->name,
		   c->id);
	buf_printf(out, "image=\"%s\"\nimageid=\"%s\"\nrootless=%d\n",
		   c->record.image_name ? c->record.image_name : "", c->record.image.hex,
		   geteuid() != 0);
}

int etc_fill(int dir, const struct container *c, const struct spec *s, enum network_kind kind,
	     const struct network *n, struct err *e)
{
	auto_buf struct buf h = { 0 }, r = { 0 }, name = { 0 }, env = { 0 };
	hosts(c, s, n, &h);
	resolv(kind, n, &r);
	buf_printf(&name, "%s\n", s->hostname);
	containerenv(c, &env);
	if (fill(dir, "hosts", &h, e) < 0 || fill(dir, "resolv.conf", &r, e) < 0
	    || fill(dir, "hostname", &name, e) < 0)
		return -1;
	return fill(dir, "containerenv", &env, e);
}
