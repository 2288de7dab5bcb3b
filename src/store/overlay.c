/* overlay.c - the kernel's overlay file system.
 *
 * Every layer is named by a descriptor (/proc/self/fd/N): the container's mountinfo tells nothing of
 * the host's paths, a path may hold ":" and ",", and 128 layers fit into the one page of options
 * that mount(2) takes. mount(2), because the newer calls are no faster (measured: 190 and 188
 * microseconds for one layer, 970 and 1040 for 100), take names of layers one by one only since
 * Linux 6.7, and print the paths when given descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/rootfs_internal.h"
#include "util/fd.h"
#include "util/str.h"

#define OPTIONS_MAX 4096 /* the kernel reads one page */

/* Does the errno say "not on this kernel, not on this file system, not for you"? */
static bool is_refusal(int code)
{
	return code == EPERM || code == EACCES || code == EINVAL || code == ENODEV
	       || code == EOPNOTSUPP || code == ENOSYS;
}

static void add_lower(const struct rootfs *r, int below, struct buf *options)
{
	char path[FD_PATH];
	buf_puts(options, "lowerdir=");
	for (unsigned i = r->nlayers; i--;)
		buf_printf(options, "%s%s", rootfs_fd_path(r->layers[i], path),
			   i || below >= 0 ? ":" : "");
	if (below >= 0)
		buf_puts(options, rootfs_fd_path(below, path));
}

static int mount_with(const struct rootfs *r, unsigned long flags, const struct buf *options,
		      struct err *e)
{
	char path[FD_PATH];
	if (options->len >= OPTIONS_MAX)
		return err_set(e, ERR_SYSTEM, "too many layers for one mount: %u", r->nlayers);
	if (mount("overlay", rootfs_fd_path(r->merged, path), "overlay", flags, options->data) == 0)
		return 0;
	err_sys(e, "mount overlay");
	return is_refusal(e->code) ? ROOTFS_REFUSED : -1;
}

/* The kernel leaves this mark while a volatile mount is up and after a crash. What is above may lack
 * what was never synced, so it is not shown again. */
static bool was_volatile(int work)
{
	return faccessat(work, "work/incompat/volatile", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int mount_writable(const struct rootfs *r, struct err *e)
{
	char path[FD_PATH];
	auto_fd int upper = -1;
	auto_fd int work = -1;
	auto_buf struct buf options = { 0 };
	int rc = rootfs_upper(r, &upper, &work, e);
	if (rc)
		return rc;
	buf_printf(&options, "userxattr,%s", r->o->is_volatile ? "volatile," : "");
	buf_printf(&options, "upperdir=%s,", rootfs_fd_path(upper, path));
	buf_printf(&options, "workdir=%s,", rootfs_fd_path(work, path));
	add_lower(r, -1, &options);
	rc = mount_with(r, 0, &options, e);
	if (rc == ROOTFS_REFUSED && was_volatile(work)) {
		err_set(e, ERR_CORRUPT,
			"the container was to be removed at its end (--rm) and its files were "
			"never synced");
		err_hint(e, "Remove it: cuddy rm -f.");
		return -1;
	}
	return rc;
}

/* Without an upper directory the kernel wants two lower ones. */
static int mount_read_only(const struct rootfs *r, struct err *e)
{
	auto_buf struct buf options = { 0 };
	auto_fd int below = -1;
	if (r->nlayers == 1) {
		below = rootfs_dir(r->dir, "empty", 0755, e);
		if (below < 0)
			return -1;
	}
	buf_puts(&options, "userxattr,");
	add_lower(r, below, &options);
	return mount_with(r, MS_RDONLY, &options, e);
}

int overlay_mount(const struct rootfs *r, struct err *e)
{
	return r->o->read_only ? mount_read_only(r, e) : mount_writable(r, e);
}
