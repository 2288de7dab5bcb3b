/* child.h - private to runtime/: what the parent and the child agree on, and the child's topics. */
#pragma once
#include "runtime/runtime.h"

/* Over the socket, parent to child: one byte. */
#define CHILD_MAPPED 'm' /* ids are mapped: begin */
#define CHILD_GO 'g'     /* the outside is ready: execute */
/* Child to parent: a struct err; or a byte CHILD_TERMINAL with the master's descriptor; or an int, errno
 * of the last execve, sent by the stub. End of file is success. */
#define CHILD_TERMINAL 't'

struct identity { /* who the command runs as, from the container's own files */
	uid_t uid;
	gid_t gid;
	gid_t groups[64];
	size_t ngroups;
	char home[256];
	char name[64];
};

struct child {
	const struct runtime_args *args;
	const struct spec *spec;
	int sock;
	int *made;    /* detached mounts, one for each of the specification's; -1: not made yet */
	int root;     /* descriptor of the root file system's mount */
	int terminal; /* the terminal's slave; -1 without */
	struct identity who;
	char *command; /* resolved path */
};

/* The child's life; does not return. The second: of one that has joined a container. */
void child_run(const struct runtime_args *a, int sock) __attribute__((noreturn));
void child_enter(const struct runtime_args *a, int sock) __attribute__((noreturn));
/* spawn.c: until end of file on RT->sock, which is the command's execve. */
must_check int await_exec(struct runtime *rt, struct err *e);

/* target.c: the place PATH inside ROOT to mount on, made when missing (a directory, or an empty file). Links
 * of the image are followed inside ROOT only. An O_PATH descriptor. */
must_check int target_open(int root, const char *path, bool directory, struct err *e);
/* mounts.c */
/* Make what can be made before there are ids: all but the attaching, which may have to create its place. What
 * cannot is made, or fails with a reason, in child_mounts. */
void child_mounts_make(struct child *c);
must_check int child_mounts(struct child *c, struct err *e);
must_check int child_mask_paths(struct child *c, struct err *e);
must_check int child_pivot(struct child *c, struct err *e);
/* dev.c */
must_check int child_dev(struct child *c, struct err *e);
must_check int child_terminal(struct child *c, struct err *e);
must_check int child_enter_terminal(struct child *c, struct err *e);
/* identity.c: SPEC is "name", "uid", "name:group", ...; NULL is root. Reads /etc/passwd and /etc/group of
 * the present root. */
must_check int identity_find(const char *spec, struct identity *out, struct err *e);
/* caps.c */
must_check int caps_drop_bounding(uint64_t keep, struct err *e);
/* After the ids changed: permitted, effective, inheritable, ambient. */
must_check int caps_set(uint64_t caps, bool ambient, struct err *e);
/* exec.c: NAME looked up along ENV's PATH as execvp does; errors say 126 or 127. Owned. */
must_check int executable_find(const char *name, const struct strv *env, char **out, struct err *e);
/* Become the stub, which executes PATH with ARGV and ENVP; returns only on failure. */
int stub_exec(int report, bool init, const char *path, char *const argv[], char *const envp[],
	      struct err *e);
