/* scope.c - a transient scope of the user's systemd, asked for over D-Bus with sd-bus.
 *
 * libsystemd is opened here and not linked, because loading it costs every command more than most
 * do in all. The question is sent and not waited for: the answer comes in two parts, the job and
 * its end, while the caller does other things. systemd's own socket is tried first, since it saves
 * the way through the bus and is there without one. */
#include "cgroup/backend.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>
#include "util/alloc.h"
#include "util/str.h"

#define WAIT_USEC 5000000

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"

/* What we use of the library: each a pointer of the function's own type. */
/* clang-format off */
#define EACH(f) \
	f(bus_new) f(bus_open_user) f(bus_open_system) f(bus_set_address) f(bus_start) f(bus_send) \
	f(bus_process) f(bus_wait) f(bus_close) f(bus_unref) \
	f(bus_message_new_method_call) f(bus_message_append) f(bus_message_read) \
	f(bus_message_unref) f(bus_message_is_signal) f(bus_message_is_method_error) \
	f(bus_message_get_error) f(bus_message_get_reply_cookie) f(bus_message_set_expect_reply)
/* clang-format on */

#define POINTER(name) __typeof__(&sd_##name) name;
struct library {
	EACH(POINTER)
};
#define ROW(name) { "sd_" #name, offsetof(struct library, name) },
static const struct {
	const char *name;
	size_t offset;
} symbols[] = { EACH(ROW) };

struct scope {
	struct library sd;
	sd_bus *bus;
	uint64_t cookie; /* of our question */
	char *unit;
	char *job;        /* its object path, once answered */
	int64_t deadline; /* microseconds, CLOCK_MONOTONIC */
};

static int64_t now_usec(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* The socket on which the manager itself listens. Owned; NULL when nothing says where. */
static char *private_socket(void)
{
	const char *dir = geteuid() == 0 ? "/run" : getenv("XDG_RUNTIME_DIR");
	return str_empty(dir) ? NULL : str_printf("%s/systemd/private", dir);
}

bool scope_possible(void)
{
	auto_free char *path = private_socket();
	return path && access(path, F_OK) == 0;
}

static int open_library(struct library *sd, struct err *e)
{
	/* never closed: it may keep what belongs to the thread */
	void *lib = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!lib) {
		err_set(e, ERR_NOTFOUND, "cgroup: %s", dlerror());
		return err_hint(e, "Install the package libsystemd0 (systemd-libs).");
	}
	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
		void *f = dlsym(lib, symbols[i].name);
		if (!f)
			return err_set(e, ERR_NOTFOUND, "cgroup: libsystemd.so.0 is too old: no %s",
				       symbols[i].name);
		memcpy((char *)sd + symbols[i].offset, &f, sizeof f);
	}
	return 0;
}

/* D-Bus addresses write other characters as %XX. */
static char *address_of(const char *path)
{
	auto_buf struct buf b = { 0 };
	buf_puts(&b, "unix:path=");
	for (; *path; path++) {
		if (isalnum((unsigned char)*path) || strchr("-_/.\\*", *path))
			buf_putc(&b, *path);
		else
			buf_printf(&b, "%%%02x", (unsigned char)*path);
	}
	return buf_take(&b);
}

/* Without a flush, which would wait for a systemd that hangs. */
static void disconnect(struct scope *s)
{
	if (!s->bus)
		return;
	s->sd.bus_close(s->bus);
	s->bus = s->sd.bus_unref(s->bus);
}

static int open_private(struct scope *s)
{
	auto_free char *path = private_socket();
	auto_free char *address = address_of(path);
	int code = s->sd.bus_new(&s->bus);
	if (code >= 0)
		code = s->sd.bus_set_address(s->bus, address);
	if (code >= 0)
		code = s->sd.bus_start(s->bus);
	if (code < 0)
		disconnect(s);
	return code;
}

/* On the bus signals come to who asked for them; the manager's own socket brings them unasked. */
static int listen_for_jobs(struct scope *s)
{
	sd_bus_message *m = NULL;
	int code = s->sd.bus_message_new_method_call(s->bus, &m, "org.freedesktop.DBus",
						     "/org/freedesktop/DBus",
						     "org.freedesktop.DBus", "AddMatch");
	if (code >= 0)
		code = s->sd.bus_message_append(m, "s",
						"type='signal',sender='" SERVICE "',path='" OBJECT
						"',interface='" MANAGER "',member='JobRemoved'");
	if (code >= 0)
		code = s->sd.bus_message_set_expect_reply(m, 0);
	if (code >= 0)
		code = s->sd.bus_send(s->bus, m, NULL);
	s->sd.bus_message_unref(m);
	return code;
}

static int connect_bus(struct scope *s)
{
	if (open_private(s) >= 0)
		return 0;
	int code = geteuid() == 0 ? s->sd.bus_open_system(&s->bus) : s->sd.bus_open_user(&s->bus);
	return code < 0 ? code : listen_for_jobs(s);
}

/* StartTransientUnit(name, mode, properties, auxiliary units). The scope goes by itself when it is
 * empty, also after a failure, so that its name is free again. */
static int send_question(struct scope *s, const struct cgroup_opts *o)
{
	sd_bus_message *m = NULL;
	int code = s->sd.bus_message_new_method_call(s->bus, &m, SERVICE, OBJECT, MANAGER,
						     "StartTransientUnit");
	/* clang-format off */
	if (code >= 0)
		code = s->sd.bus_message_append(m, "ssa(sv)a(sa(sv))", s->unit, "fail", 5,
			"Description", "s", o->description ? o->description : o->name,
			"Slice", "s", geteuid() == 0 ? "machine.slice" : "user.slice",
			"Delegate", "b", 1,
			"CollectMode", "s", "inactive-or-failed",
			"PIDs", "au", 1, (uint32_t)o->leader,
			0);
	/* clang-format on */
	if (code >= 0)
		code = s->sd.bus_send(s->bus, m, &s->cookie);
	s->sd.bus_message_unref(m);
	return code;
}

int scope_ask(const struct cgroup_opts *o, const char *unit, struct scope **out, struct err *e)
{
	struct scope *s = xcalloc(1, sizeof *s);
	s->unit = xstrdup(unit);
	s->deadline = now_usec() + WAIT_USEC;
	*out = NULL;
	int result = open_library(&s->sd, e);
	if (result == 0) {
		int code = connect_bus(s);
		if (code < 0)
			result = err_num(e, -code, "cgroup: connect to systemd");
		else if ((code = send_question(s, o)) < 0)
			result = err_num(e, -code, "cgroup: ask systemd for %s", unit);
	}
	if (result < 0) {
		scope_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

/* The answer to our question: the job's path, or an error. */
static int take_answer(struct scope *s, sd_bus_message *m, struct err *e)
{
	const char *path;
	if (s->sd.bus_message_is_method_error(m, NULL) > 0) {
		const sd_bus_error *why = s->sd.bus_message_get_error(m);
		bool exists = str_eq(why->name, SERVICE ".UnitExists");
		return err_set(e, exists ? ERR_EXISTS : ERR_SYSTEM,
			       "cgroup: systemd refuses %s: %s", s->unit,
			       why->message ? why->message : why->name);
	}
	if (s->sd.bus_message_read(m, "o", &path) < 0)
		return err_set(e, ERR_SYSTEM, "cgroup: systemd's answer is not understood");
	s->job = xstrdup(path);
	return 0;
}

/* 1 when our job is done. The order is sure: systemd ends a job only after it has named it. */
static int take_message(struct scope *s, sd_bus_message *m, struct err *e)
{
	uint64_t cookie;
	uint32_t id;
	const char *job, *unit, *result;
	if (s->sd.bus_message_get_reply_cookie(m, &cookie) >= 0)
		return cookie == s->cookie ? take_answer(s, m, e) : 0;
	if (s->sd.bus_message_is_signal(m, MANAGER, "JobRemoved") <= 0
	    || s->sd.bus_message_read(m, "uoss", &id, &job, &unit, &result) < 0
	    || !str_eq(job, s->job))
		return 0;
	if (str_eq(result, "done"))
		return 1;
	return err_set(e, ERR_SYSTEM, "cgroup: systemd could not start %s: %s", s->unit, result);
}

int scope_wait(struct scope *s, struct err *e)
{
	for (;;) {
		sd_bus_message *m = NULL;
		int code = s->sd.bus_process(s->bus, &m);
		int taken = code >= 0 && m ? take_message(s, m, e) : 0;
		s->sd.bus_message_unref(m);
		if (taken)
			return taken < 0 ? -1 : 0;
		if (code > 0)
			continue;
		int64_t left = s->deadline - now_usec();
		if (code == 0 && left <= 0)
			return err_set(e, ERR_SYSTEM, "cgroup: systemd does not answer");
		if (code == 0)
			code = s->sd.bus_wait(s->bus, (uint64_t)left);
		if (code < 0 && code != -EINTR)
			return err_num(e, -code, "cgroup: talk to systemd");
	}
}

void scope_free(struct scope *s)
{
	if (!s)
		return;
	disconnect(s);
	free(s->unit);
	free(s->job);
	free(s);
}
