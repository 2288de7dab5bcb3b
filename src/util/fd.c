/* fd.c - see fd.h. */
#include "util/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_PASSED 8

void fd_close(int *fd)
{
	int keep = errno;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = keep;
}

int fd_take(int *fd)
{
	int value = *fd;
	*fd = -1;
	return value;
}

int fd_write_all(int fd, const void *data, size_t n)
{
	const char *p = data;
	while (n) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

int fd_write_patiently(int fd, const void *data, size_t n)
{
	const char *p = data;
	while (n) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno == EAGAIN) {
			struct pollfd wait = { .fd = fd, .events = POLLOUT };
			if (poll(&wait, 1, -1) < 0 && errno != EINTR)
				return -1;
			continue;
		}
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

ssize_t fd_read_full(int fd, void *data, size_t n)
{
	size_t got = 0;
	while (got < n) {
		ssize_t done = read(fd, (char *)data + got, n - got);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		if (done == 0)
			break;
		got += (size_t)done;
	}
	return (ssize_t)got;
}

int fd_read_text(int fd, const char *name, size_t max, char **out, size_t *len, struct err *e)
{
	auto_buf struct buf b = { 0 };
	struct stat st;
	size_t step = 4096;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0
	    && (uint64_t)st.st_size <= max)
		step = (size_t)st.st_size + 1;
	for (;;) {
		xgrow(&b.data, &b.cap, b.len + step + 1, 1);
		ssize_t n = fd_read_full(fd, b.data + b.len, step);
		if (n < 0)
			return err_sys(e, "read %s", name);
		b.len += (size_t)n;
		if (b.len > max)
			return err_set(e, ERR_CORRUPT, "%s is larger than %zu bytes", name, max);
		if ((size_t)n < step)
			break;
	}
	b.data[b.len] = '\0';
	if (len)
		*len = b.len;
	*out = buf_take(&b);
	return 0;
}

int file_read_at(int dir, const char *path, size_t max, char **out, size_t *len, struct err *e)
{
	auto_fd int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "open %s", path);
	return fd_read_text(fd, path, max, out, len, e);
}

static int replace(int dir, const char *name, const void *data, size_t n, mode_t mode, bool sync,
		   struct err *e)
{
	static atomic_uint serial;
	char tmp[256];
	if (snprintf(tmp, sizeof tmp, ".%s.%d.%u.new", name, getpid(), atomic_fetch_add(&serial, 1))
	    >= (int)sizeof tmp)
		return err_set(e, ERR_USAGE, "name too long: %s", name);
	auto_fd int fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
				mode);
	if (fd < 0)
		return err_sys(e, "create %s", tmp);
	if (fd_write_all(fd, data, n) < 0 || (sync && fsync(fd) < 0)) {
		err_sys(e, "write %s", name);
		unlinkat(dir, tmp, 0);
		return -1;
	}
	if (renameat(dir, tmp, dir, name) < 0) {
		err_sys(e, "rename %s to %s", tmp, name);
		unlinkat(dir, tmp, 0);
		return -1;
	}
	return 0;
}

int file_replace_at(int dir, const char *name, const void *data, size_t n, mode_t mode,
		    struct err *e)
{
	return replace(dir, name, data, n, mode, true, e);
}

int file_swap_at(int dir, const char *name, const void *data, size_t n, mode_t mode, struct err *e)
{
	return replace(dir, name, data, n, mode, false, e);
}

int file_put(int dir, const char *path, const char *data)
{
	auto_fd int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	return fd_write_all(fd, data, strlen(data));
}

int fd_send(int sock, const void *data, size_t n, const int *fds, size_t nfds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(MAX_PASSED * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	if (nfds > MAX_PASSED) {
		errno = EINVAL;
		return -1;
	}
	if (nfds) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	ssize_t done;
	do
		done = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -1 : 0;
}

static size_t take_passed(struct msghdr *msg, int *fds, size_t room)
{
	size_t got = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (got < room)
				fds[got++] = fd;
			else
				close(fd);
		}
	}
	return got;
}

ssize_t fd_recv(int sock, void *data, size_t n, int *fds, size_t *nfds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(MAX_PASSED * sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = data, .iov_len = n };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes,
	};
	size_t room = nfds ? *nfds : 0;
	ssize_t done;
	/* told once that it has not read everything from us, before what it has sent */
	do
		done = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (done < 0 && (errno == EINTR || errno == ECONNRESET));
	size_t got = done < 0 ? 0 : take_passed(&msg, fds, room);
	if (nfds)
		*nfds = got;
	return done;
}

int fd_fill_standard(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd)
			return -1;
	return 0;
}

int fd_sync_fs(int fd, struct err *e)
{
	return syncfs(fd) < 0 ? err_sys(e, "sync the store") : 0;
}

bool fd_is_cloexec(int fd)
{
	return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

int fd_set_cloexec(int fd, bool on)
{
	return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

void fd_close_inherited(void)
{
	DIR *d = opendir("/proc/self/fd");
	for (struct dirent *ent; d && (ent = readdir(d));) {
		int fd = atoi(ent->d_name);
		if (fd > 2 && !fd_is_cloexec(fd))
			close(fd);
	}
	if (d)
		closedir(d);
}
