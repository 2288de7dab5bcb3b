/* fd.h - descriptors: closing by attribute, whole reads and writes, atomic files,
 * passing them over sockets. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "util/err.h"
#include "util/str.h"

void fd_close(int *fd); /* closes when >= 0, sets -1, keeps errno */
int fd_take(int *fd);   /* gives it away, leaves -1 */
#define auto_fd __attribute__((cleanup(fd_close)))

/* Write all of it; -1 with errno. EINTR and short writes are handled. */
must_check int fd_write_all(int fd, const void *data, size_t n);
/* The same for a descriptor that may be non-blocking, such as a standard output shared with whoever made it so. */
must_check int fd_write_patiently(int fd, const void *data, size_t n);
/* Read until N bytes or end of file; the count, or -1 with errno. */
must_check ssize_t fd_read_full(int fd, void *data, size_t n);
/* The rest of FD as text, refused above MAX bytes. The caller frees *OUT. NAME is for the message. */
must_check int fd_read_text(int fd, const char *name, size_t max, char **out, size_t *len,
			    struct err *e);
/* The same for a path beneath DIR (AT_FDCWD is fine); no symbolic link in the last component. */
must_check int file_read_at(int dir, const char *path, size_t max, char **out, size_t *len,
			    struct err *e);
/* Replace DIR/NAME by DATA: temporary, fsync, rename: a reader sees the old or the new, never half.
 * Safe against other writers of the same name: the last rename wins. MODE as for open. */
must_check int file_replace_at(int dir, const char *name, const void *data, size_t n, mode_t mode,
			       struct err *e);
/* The same without the fsync: atomic for readers, but a power cut may lose it. For what does not outlive
 * the boot anyway. */
must_check int file_swap_at(int dir, const char *name, const void *data, size_t n, mode_t mode,
			    struct err *e);
/* Write DATA to an existing file such as one below /proc. -1 with errno. */
must_check int file_put(int dir, const char *path, const char *data);

/* One message with at most 8 descriptors over a SOCK_SEQPACKET socket. -1 with errno. */
must_check int fd_send(int sock, const void *data, size_t n, const int *fds, size_t nfds);
/* Receive one; *NFDS is room in FDS on the way in, count on the way out. 0 at end of file. */
must_check ssize_t fd_recv(int sock, void *data, size_t n, int *fds, size_t *nfds);

/* Where standard input, output or error is closed, put something that can be neither read nor written: else the next
 * file that is opened would be it. For main() alone, first of all. -1 with errno. */
must_check int fd_fill_standard(void);
/* Sync the file system that FD lives on. */
must_check int fd_sync_fs(int fd, struct err *e);
bool fd_is_cloexec(int fd);
/* Close what our caller left open beyond standard error. All that we open closes on exec: what does not is his. */
void fd_close_inherited(void);
must_check int fd_set_cloexec(int fd, bool on);
