/* Notices that the processes of a cage do nothing any more: a parent may wait for ever for a worker that the
 * kernel killed. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "cage/cage.h"

struct mlm_idle {
    uint64_t cpu_ns, io_bytes; /* at the begin of the window */
    uint64_t window_ns;        /* when the window began; 0: not yet */
    uint64_t since_ns;         /* they have done nothing since then */
};

/* Looks at the cage, and returns how long its processes, without `background` (0: none), have used hardly any
 * processor time, have waited neither for a processor nor for a disk, and have neither read nor written. Call
 * it several times a second. The first call begins. */
uint64_t mlm_idle_look(struct mlm_idle *idle, const struct mlm_cage *cage, pid_t background, uint64_t now_ns);
