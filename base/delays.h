/* The kernel's delay accounting (taskstats over netlink): how long a process was blocked by storage and by a
 * lack of memory. It needs the right CAP_NET_ADMIN, and `sysctl kernel.task_delayacct=1` before the process
 * was started. Both are the user's to give: nothing here changes them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mlm_delays {
    uint64_t memory_ns;  /* reading pages back from swap, or file pages that were just evicted; reclaim */
    uint64_t storage_ns; /* all waiting for block devices; it contains that for swapped and evicted pages */
};

/* True if the kernel counts the delays of processes that are started now. */
bool mlm_delays_are_counted(void);

/* Reads the delays of a whole process, its ended threads included; also of one that has ended and is not
 * reaped yet. False: they are not counted, or we may not read them. */
bool mlm_delays_read(pid_t process, struct mlm_delays *ret_delays);
