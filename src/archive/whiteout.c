/* whiteout.c - see whiteout.h. The names of the attributes are overlay's in a user
 * namespace ("userxattr"): user.overlay.*, as trusted.* is closed to us. */
#include "archive/whiteout.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "util/fd.h"
#include "util/str.h"

#define XATTR_OPAQUE "user.overlay.opaque"
#define XATTR_WHITEOUT "user.overlay.whiteout"

static int set(int fd, const char *name, const char *value, struct err *e)
{
	if (fsetxattr(fd, name, value, 1, 0) == 0)
		return 0;
	err_sys(e, "set %s", name);
	if (e->code == EOPNOTSUPP)
		err_hint(e, "Layers that remove something need a store on a file system with "
			    "user.* attributes "
			    "(ext4, xfs, btrfs, or tmpfs of Linux 6.6).");
	return -1;
}

static int set_dir(int dir, const char *name, const char *value, struct err *e)
{
	char old[2];
	auto_fd int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open the directory");
	/* "y" hides more than "x", which only says that there are whiteouts inside */
	if (fgetxattr(fd, XATTR_OPAQUE, old, sizeof old) == 1 && old[0] == 'y')
		return 0;
	return set(fd, XATTR_OPAQUE, value, e);
}

int whiteout_opaque_at(int dir, const char *name, struct err *e)
{
	return set_dir(dir, name, "y", e);
}

static int make_by_xattr(int dir, const char *name, struct err *e)
{
	auto_fd int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, "make a whiteout");
	if (set(fd, XATTR_WHITEOUT, "y", e) < 0)
		return -1;
	return set_dir(dir, ".", "x", e);
}

int whiteout_make_at(int dir, const char *name, struct err *e)
{
	if (mknodat(dir, name, S_IFCHR, makedev(0, 0)) == 0)
		return 0;
	return errno == EPERM ? make_by_xattr(dir, name, e) : err_sys(e, "make a whiteout");
}

bool whiteout_is_reserved(const char *xattr)
{
	return str_starts(xattr, "user.overlay.") || str_starts(xattr, "trusted.overlay.")
	       || str_starts(xattr, "user.fuseoverlayfs.")
	       || str_starts(xattr, "user.containers.override_stat");
}
