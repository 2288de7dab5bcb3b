/* caps.c - the capability sets of the command. */
#include "runtime/child.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int caps_drop_bounding(uint64_t keep, struct err *e)
{
	for (unsigned i = 0; cap_name(i); i++)
		/* EINVAL: this kernel is older than the capability */
		if (!(keep & 1ULL << i) && prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1
		    && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
			return err_sys(e, "drop %s", cap_name(i));
	return 0;
}

int caps_set(uint64_t caps, bool ambient, struct err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	for (int i = 0; i < 2; i++) {
		uint32_t word = (uint32_t)(caps >> 32 * i);
		data[i] = (struct __user_cap_data_struct){ word, word, ambient ? word : 0 };
	}
	if (syscall(SYS_capset, &head, data) < 0)
		return err_sys(e, "set the capabilities");
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (unsigned i = 0; ambient && cap_name(i); i++)
		if (caps & 1ULL << i && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
			return err_sys(e, "raise %s", cap_name(i));
	return 0;
}
