/* attrs.c - see attrs.h. The order on a descriptor is the kernel's: a change of owner clears setuid
 * and file capabilities, so owner, then mode, then attributes, then times. */
#include "archive/attrs.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "archive/whiteout.h"
#include "util/str.h"

#define NSEC_MAX 999999999L

/* An id beyond 32 bits is nobody's: -1 would mean "leave", so it becomes one that no map has. */
static uint32_t id_of(int64_t id)
{
	return id < 0 || id >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)id;
}

static struct timespec time_of(time_t sec, long nsec)
{
	return (struct timespec){ sec, nsec < 0 || nsec > NSEC_MAX ? 0 : nsec };
}

void attrs_read(struct archive_entry *ae, bool flatten, struct attrs *a)
{
	struct timespec changed = time_of(archive_entry_mtime(ae), archive_entry_mtime_nsec(ae));
	a->uid = id_of(archive_entry_uid(ae));
	a->gid = id_of(archive_entry_gid(ae));
	a->mode = archive_entry_perm(ae) & 07777;
	a->flattened = flatten && (a->uid || a->gid);
	a->times[1] = changed;
	a->times[0] = archive_entry_atime_is_set(ae)
			      ? time_of(archive_entry_atime(ae), archive_entry_atime_nsec(ae))
			      : changed;
	if (!a->flattened)
		return;
	if (a->uid)
		a->mode &= ~(mode_t)S_ISUID;
	if (a->gid)
		a->mode &= ~(mode_t)S_ISGID;
	a->uid = a->gid = 0;
}

static int own(int dir, const char *name, uid_t uid, gid_t gid)
{
	return fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW | (*name ? 0 : AT_EMPTY_PATH));
}

static bool cannot_be_kept(int code)
{
	return code == EINVAL || code == EPERM;
}

int attrs_own(struct attrs *a, int dir, const char *name, struct unpack_stats *stats, struct err *e)
{
	if (a->flattened) {
		stats->flattened++;
		return 0;
	}
	if (own(dir, name, a->uid, a->gid) == 0)
		return 0;
	if (!cannot_be_kept(errno))
		return err_sys(e, "set its owner");
	/* each of the two that the map has is kept */
	a->flattened = true;
	stats->flattened++;
	if (own(dir, name, a->uid, (gid_t)-1) < 0) {
		if (!cannot_be_kept(errno))
			return err_sys(e, "set its owner");
		a->uid = 0;
		a->mode &= ~(mode_t)S_ISUID;
	}
	if (own(dir, name, (uid_t)-1, a->gid) < 0) {
		if (!cannot_be_kept(errno))
			return err_sys(e, "set its group");
		a->gid = 0;
		a->mode &= ~(mode_t)S_ISGID;
	}
	return 0;
}

/* A file system that is full must not pass for an attribute that does not fit. */
static bool is_fatal(int code)
{
	return code == EDQUOT || code == EIO || code == EROFS;
}

int attrs_xattrs(struct archive_entry *ae, int fd, struct unpack_stats *stats, struct err *e)
{
	const char *name;
	const void *value;
	size_t len;
	stats->xattrs += (uint64_t)archive_entry_acl_count(ae, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT)
			 + (archive_entry_acl_count(ae, ARCHIVE_ENTRY_ACL_TYPE_ACCESS) > 3);
	if (!archive_entry_xattr_reset(ae))
		return 0;
	while (archive_entry_xattr_next(ae, &name, &value, &len) == ARCHIVE_OK) {
		if (str_eq(name, "system.posix_acl_default"))
			continue;
		bool wanted = fd >= 0 && !whiteout_is_reserved(name);
		if (wanted && fsetxattr(fd, name, value, len, 0) == 0)
			continue;
		if (wanted && is_fatal(errno))
			return err_sys(e, "set the attribute %s", name);
		stats->xattrs++;
	}
	return 0;
}
