/* What machine this is, as a JSON object that every record carries: what shapes the figures is stored with
 * them. Memory totals come from /proc/meminfo, topology from hwloc. Also: which processors a worker shall
 * use.
 *
 * Beside this header: memory.h (how much is there now), swap.h, settings.h (the kernel's knobs), disk.h,
 * fresh.h (is fresh memory slow), noise.h and presence.h (who else is at work), findings.h (what `doctor`
 * says).
 *
 * A `root_fd` stands for "/": AT_FDCWD is this machine, any other descriptor a recorded tree. */
#pragma once

#include <jansson.h>
#include <sched.h>
#include <stdint.h>

#include "base/error.h"

struct mlm_machine; /* topology and facts, read once */

int mlm_machine_open(struct mlm_machine **ret_machine, struct mlm_error *error);

/* A recorded machine. `topology` is hwloc's XML or one of its synthetic descriptions ("core:4 pu:2"); NULL:
 * the topology of this machine. */
int mlm_machine_open_at(
    int root_fd, const char *topology, struct mlm_machine **ret_machine, struct mlm_error *error);

void mlm_machine_close(struct mlm_machine *machine); /* takes NULL */

/* Borrowed, and the caller's to extend:
 *
 *   id              12 hex digits of host, processor, memory and machine id; the same from run to run
 *   host kernel architecture distribution cpu
 *   cores threads   of the whole machine
 *   usable_cores    that this process may use
 *   caches          [{level, size_bytes, count}]
 *   numa_nodes
 *   memory_bytes
 *   page_bytes      what counts of pages and faults are made of
 *   swap            [{path, kind: partition|file|zram, size_bytes, priority}]
 *   swappiness overcommit_memory zswap psi
 *   thp             the machine's mode
 *   worker_thp      "disabled": a worker turns them off for itself
 *   governor scaling_driver boost on_battery
 *   virtualization  "none", "kvm", …
 *   container       null outside of one
 *   compiler flags version commit
 *
 * What could not be read is null. A text that is not UTF-8 has its bytes above 127 written as \xNN. */
json_t *mlm_machine_json(const struct mlm_machine *machine);

/* Cores that this process may use. */
uint64_t mlm_machine_cores(const struct mlm_machine *machine);

/* Processors for a worker of `threads` threads: one a core, each on a core of its own, fast kinds of core
 * first, the harness's own core last; all that are usable where there are not enough cores. -EINVAL for no
 * thread at all. */
int mlm_machine_affinity(
    const struct mlm_machine *machine, uint64_t threads, cpu_set_t *ret_set, struct mlm_error *error);

/* The processors of one core that the harness should keep to, so that it is in no worker's way. */
void mlm_machine_harness_affinity(const struct mlm_machine *machine, cpu_set_t *ret_set);
