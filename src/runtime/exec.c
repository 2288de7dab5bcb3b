/* exec.c - the command: found along the container's PATH, executed through the stub (helpers/stub.c says
 * why). */
#include "runtime/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/fd.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

static const unsigned char stub[] = {
#include "helpers/stub.inc"
};

static int not_executable(const char *name, int code, struct err *e)
{
	err_num(e, code, "%s", name);
	e->kind = ERR_CMD_EXEC;
	return err_hint(e, "the file is there but cannot be executed: look at its mode, and at the "
			   "mounts it lies on");
}

static int not_found(const char *name, struct err *e)
{
	err_set(e, ERR_CMD_MISSING,
		strchr(name, '/') ? "%s: no such file or directory"
				  : "executable file %s not found in $PATH",
		name);
	return err_hint(e, "look for it in the image, or give another command or --entrypoint");
}

/* 0 when it can be executed, else errno. Root's rights to execute need an x bit too. */
static int executable(const char *path)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? EISDIR : EACCES;
	return access(path, X_OK) < 0 ? errno : 0;
}

static bool means_absent(int code)
{
	return code == ENOENT || code == ENOTDIR;
}

static int find_along(const char *name, const char *path, char **out, struct err *e)
{
	auto_strv struct strv dirs = { 0 };
	int worst = 0;
	strv_split(&dirs, path, ':');
	for (size_t i = 0; i < dirs.n; i++) {
		auto_free char *p = str_printf("%s/%s", *dirs.list[i] ? dirs.list[i] : ".", name);
		int code = executable(p);
		if (code == 0) {
			*out = take(p);
			return 0;
		}
		if (!means_absent(code) && code != EISDIR)
			worst = code;
	}
	return worst ? not_executable(name, worst, e) : not_found(name, e);
}

int executable_find(const char *name, const struct strv *env, char **out, struct err *e)
{
	const char *path = strv_env_get(env, "PATH");
	if (!*name)
		return not_found("''", e);
	if (!strchr(name, '/'))
		return find_along(
			name,
			path ? path
			     : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			out, e);
	int code = executable(name);
	if (code)
		return means_absent(code) ? not_found(name, e) : not_executable(name, code, e);
	*out = xstrdup(name);
	return 0;
}

/* The stub in memory, sealed: nobody inside can change what others run. */
static int stub_open(struct err *e)
{
	unsigned seal = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	auto_fd int fd = memfd_create("cuddy-stub", seal | MFD_EXEC);
	if (fd < 0 && errno == EINVAL) /* before Linux 6.3 */
		fd = memfd_create("cuddy-stub", seal);
	if (fd < 0) {
		err_sys(e, "make a memory file to execute");
		return err_hint(e, "the sysctl vm.memfd_noexec must be less than 2");
	}
	if (fd_write_all(fd, stub, sizeof stub) < 0 || fchmod(fd, 0555) < 0
	    || fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return err_sys(e, "fill the memory file");
	return fd_take(&fd);
}

int stub_exec(int report, bool init, const char *path, char *const argv[], char *const envp[],
	      struct err *e)
{
	auto_strv struct strv all = { 0 };
	auto_fd int fd = stub_open(e);
	if (fd < 0)
		return -1;
	strv_addf(&all, "%d%s", report, init ? "i" : "");
	strv_add(&all, path);
	strv_add_all(&all, argv);
	if (fd_set_cloexec(report, false) < 0)
		return err_sys(e, "keep the way back open");
	fexecve(fd, all.list, envp);
	return err_sys(e, "execute");
}
