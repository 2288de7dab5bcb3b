/* probe.c - which driver containers would get, for those who ask before there is one. Trying is the
 * only honest answer: kernel, file system and security modules all have a say. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/rootfs_internal.h"
#include "store/store.h"
#include "util/fd.h"
#include "util/path.h"
#include "util/str.h"

static int try_mount(int stage, struct err *e)
{
	auto_fd int lower = dir_make_at(stage, "lower", e);
	auto_fd int upper = lower < 0 ? -1 : dir_make_at(stage, "upper", e);
	auto_fd int work = upper < 0 ? -1 : dir_make_at(stage, "work", e);
	auto_fd int merged = work < 0 ? -1 : dir_make_at(stage, "merged", e);
	char path[FD_PATH];
	if (merged < 0)
		return -1;
	auto_free char *options = str_printf(
		"userxattr,lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d,"
		"workdir=/proc/self/fd/%d",
		lower, upper, work);
	if (mount("overlay", rootfs_fd_path(merged, path), "overlay", 0, options) < 0)
		return err_sys(e, "mount overlay");
	return umount2(rootfs_fd_path(merged, path), MNT_DETACH) < 0 ? err_sys(e, "unmount overlay")
								     : 0;
}

/* The store's descriptors are of the mount namespace that we left: its path is looked up anew. */
int rootfs_probe_overlay(struct store *s, struct err *e)
{
	struct stage st;
	struct err mounted = { 0 };
	auto_store struct store *here = NULL;
	if (store_open(store_root(s), false, &here, e) < 0 || stage_open(here, "probe", &st, e) < 0)
		return -1;
	int r = try_mount(st.dir, &mounted);
	stage_drop(here, &st);
	if (r < 0)
		*e = mounted;
	return r;
}
