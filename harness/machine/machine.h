/* The identity of this machine as a JSON object, which every record carries with the figures that it
 * explains. Memory totals come from /proc/meminfo, topology from hwloc. Also: which processors a worker
 * should use.
 *
 * Beside this header: memory.h (free memory now), swap.h, settings.h (the kernel's knobs), disk.h, fresh.h
 * (is fresh memory slow), noise.h and presence.h (other programs and other runs), findings.h (the checks of
 * `doctor`).
 *
 * A `root_fd` stands for "/": AT_FDCWD is this machine, any other descriptor is a recorded tree. */
#pragma once

#include <jansson.h>
#include <sched.h>
#include <stdint.h>

#include "base/error.h"

struct mlm_machine; /* topology and facts, read once */

int mlm_machine_open(struct mlm_machine **ret_machine, struct mlm_error *error);

/* Opens a recorded machine. `topology` is hwloc's XML or one of its synthetic descriptions ("core:4 pu:2");
 * NULL: the topology of this machine. */
int mlm_machine_open_at(
    int root_fd, const char *topology, struct mlm_machine **ret_machine, struct mlm_error *error);

void mlm_machine_close(struct mlm_machine *machine); /* accepts NULL */

/* Borrowed; the caller may add keys. The keys are those of the fact table (record/fact.c), in these forms:
 *
 *   id              12 hex digits of host, processor, memory and machine id; the same from run to run
 *   cores threads   of the whole machine; usable_cores: that this process may use
 *   caches          [{level, size_bytes, count}]
 *   swap            [{path, kind: partition|file|zram, size_bytes, priority}]
 *   thp             the machine's mode; worker_thp: "disabled", a worker turns them off for itself
 *   virtualization  "none", "kvm", …
 *   container       null outside of one
 *
 * Values that could not be read are null. In a text that is not UTF-8, bytes above 127 are written as \xNN.
 */
json_t *mlm_machine_json(const struct mlm_machine *machine);

/* Number of cores that this process may use. */
uint64_t mlm_machine_cores(const struct mlm_machine *machine);

/* Chooses processors for a worker of `threads` threads: one on each core, fast kinds of core first, the
 * harness's own core last. Where there are not enough cores: all usable processors. -EINVAL: threads is 0. */
int mlm_machine_affinity(
    const struct mlm_machine *machine, uint64_t threads, cpu_set_t *ret_set, struct mlm_error *error);

/* The processors of the one core on which the harness should stay, so that it disturbs no worker. */
void mlm_machine_harness_affinity(const struct mlm_machine *machine, cpu_set_t *ret_set);
