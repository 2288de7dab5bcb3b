/* hello.c - the program in the image `hello': prints what isolates it.
 *
 * Each line is a fact that the program reads about itself from the kernel, and
 * a phrase that says what the fact is good for; together they are what a
 * container is. It takes nothing from cuddy, so it shows what is and not what
 * was meant, and prints as truthfully when it runs outside of any container.
 *
 * It is the only file in its image: no library but the C library, linked
 * statically. What cannot be read is said to be unknown and is no failure. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define COLUMN 15 /* where values begin */
#define PHRASE 48 /* where phrases begin, if the value leaves room */
#define WIDTH 100

static const char *const capabilities[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};
#define N_CAPABILITIES (sizeof capabilities / sizeof *capabilities)

static const char *const namespaces[] = { "user", "mnt", "pid", "net", "ipc", "uts", "cgroup" };
#define N_NAMESPACES (sizeof namespaces / sizeof *namespaces)

/* A line or two: VALUE, and the PHRASE that explains it beside it or beneath. */
static void show(const char *name, const char *value, const char *phrase)
{
	int used = printf("  %-*s%s", COLUMN - 2, name, value);
	if (used + 2 > PHRASE) {
		putchar('\n');
		used = 0;
	}
	printf("%*s%s\n", PHRASE - used, "", phrase);
}

/* Words beneath such a line, folded. */
static void show_words(char *words)
{
	int column = printf("%*s", COLUMN, "");
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		if (column + (int)strlen(word) > WIDTH)
			column = printf("\n%*s", COLUMN, "") - 1;
		column += printf("%s ", word);
	}
	putchar('\n');
}

/* The value of "KEY: value" in /proc/self/status, or "". */
static void status_value(const char *key, char *out, size_t size)
{
	char line[512];
	size_t n = strlen(key);
	*out = '\0';
	FILE *f = fopen("/proc/self/status", "re");
	while (f && fgets(line, sizeof line, f)) {
		if (strncmp(line, key, n) || line[n] != ':')
			continue;
		char *value = line + n + 1;
		while (isspace((unsigned char)*value))
			value++;
		value[strcspn(value, "\n")] = '\0';
		snprintf(out, size, "%s", value);
		break;
	}
	if (f)
		fclose(f);
}

static void show_ids(const char *name, const char *path, unsigned self, const char *phrase)
{
	char text[256] = "unknown", *end = text;
	unsigned long inside, outside, count;
	FILE *f = fopen(path, "re");
	while (f && fscanf(f, "%lu %lu %lu", &inside, &outside, &count) == 3) {
		size_t room = sizeof text - (size_t)(end - text);
		const char *comma = end == text ? "" : ", ";
		int n = count == 1 ? snprintf(end, room, "%s%lu is %lu", comma, inside, outside)
				   : snprintf(end, room, "%s%lu-%lu are %lu-%lu", comma, inside,
					      inside + count - 1, outside, outside + count - 1);
		if (n < 0 || (size_t)n >= room)
			break;
		end += n;
	}
	if (f)
		fclose(f);
	char value[320];
	snprintf(value, sizeof value, "%u; %s outside", self, text);
	show(name, value, phrase);
}

/* A namespace is known by its number, so the reader can compare. */
static void show_namespaces(void)
{
	char list[512] = "";
	for (size_t i = 0; i < N_NAMESPACES; i++) {
		char path[64], link[64] = "";
		size_t used = strlen(list);
		snprintf(path, sizeof path, "/proc/self/ns/%s", namespaces[i]);
		if (readlink(path, link, sizeof link - 1) > 0)
			snprintf(list + used, sizeof list - used, "%s ", link);
	}
	show("namespaces", "views of the machine",
	     "outside, `ls -l /proc/self/ns' prints other numbers");
	show_words(list);
}

static void show_cgroup(void)
{
	char line[256], value[256] = "unknown";
	FILE *f = fopen("/proc/self/cgroup", "re");
	while (f && fgets(line, sizeof line, f)) {
		char *path = strchr(line, ':');
		path = path ? strchr(path + 1, ':') : NULL;
		if (!path)
			continue;
		path[1 + strcspn(path + 1, "\n")] = '\0';
		snprintf(value, sizeof value, "%s", path + 1);
		if (!strncmp(line, "0::", 3)) /* version 2, the last line where there are both */
			break;
	}
	if (f)
		fclose(f);
	show("cgroup", value, "where processor, memory and tasks are counted and limited");
}

static void show_capabilities(void)
{
	char hex[32], list[1024] = "", value[64];
	int count = 0;
	status_value("CapEff", hex, sizeof hex);
	unsigned long long set = strtoull(hex, NULL, 16);
	for (size_t i = 0; i < N_CAPABILITIES; i++) {
		size_t used = strlen(list);
		if (!(set >> i & 1))
			continue;
		snprintf(list + used, sizeof list - used, "%s ", capabilities[i]);
		count++;
	}
	snprintf(value, sizeof value, "%d of %zu", count, N_CAPABILITIES);
	show("capabilities", value, "root's powers, and over this container alone");
	if (count)
		show_words(list);
}

static void show_seccomp(void)
{
	char mode[16], nnp[16];
	status_value("Seccomp", mode, sizeof mode);
	status_value("NoNewPrivs", nnp, sizeof nnp);
	show("system calls",
	     *mode == '2'   ? "filtered"
	     : *mode == '1' ? "strict"
			    : "all allowed",
	     "seccomp: doors of the kernel that no container needs are shut");
	show("set-uid", *nnp == '1' ? "without effect" : "as the files say",
	     "no_new_privs: whether a program may raise its privileges");
}

/* The mount at / (source, type, whether it can be written) and how many there are. */
static void show_root(void)
{
	char line[8192], value[192] = "unknown";
	int count = 0;
	FILE *f = fopen("/proc/self/mountinfo", "re");
	while (f && fgets(line, sizeof line, f)) {
		char point[128], options[128], type[64], source[96];
		const char *tail = strstr(line, " - ");
		count++;
		if (tail && sscanf(line, "%*s %*s %*s %*s %127s %127s", point, options) == 2
		    && !strcmp(point, "/") && sscanf(tail, " - %63s %95s", type, source) == 2)
			snprintf(value, sizeof value, "%s, %s, %s", type, source,
				 strncmp(options, "ro", 2) ? "writable" : "read-only");
	}
	if (f)
		fclose(f);
	show("root", value, "the image's files; what is written goes to a layer on top");
	snprintf(value, sizeof value, "%d", count);
	show("mounts", value, "all the file systems there are for this program");
}

static void show_processes(void)
{
	int count = 0;
	char value[96];
	DIR *d = opendir("/proc");
	for (const struct dirent *entry; d && (entry = readdir(d));)
		count += isdigit((unsigned char)*entry->d_name) != 0;
	if (d)
		closedir(d);
	snprintf(value, sizeof value, "number %d, sees %d", (int)getpid(), count);
	show("process", value, "the command is number 1 and sees only its children");
}

static void show_network(void)
{
	char line[512], list[512] = "";
	FILE *f = fopen("/proc/self/net/dev", "re");
	while (f && fgets(line, sizeof line, f)) {
		char *colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = '\0';
		size_t used = strlen(list);
		snprintf(list + used, sizeof list - used, "%s%s", used ? " " : "",
			 line + strspn(line, " "));
	}
	if (f)
		fclose(f);
	show("network", *list ? list : "unknown", "its own interfaces, routes and ports");
}

int main(void)
{
	struct utsname name = { 0 };
	uname(&name);

	printf("\nHello from a container: an ordinary process, with its own view of the "
	       "machine.\n\n");
	show("kernel", name.release, "the machine's; a container brings none");
	show("host name", name.nodename, "its own");
	show_processes();
	show_ids("user", "/proc/self/uid_map", geteuid(), "root here is nobody special outside");
	show_ids("group", "/proc/self/gid_map", getegid(), "likewise");
	show_root();
	show_network();
	show_cgroup();
	show_seccomp();
	show_capabilities();
	show_namespaces();
	putchar('\n');
	return fflush(stdout) ? 1 : 0;
}
