/* What machine this is, as a JSON object that every record carries: what shapes the figures is stored with
 * them. Memory totals come from /proc/meminfo, topology from hwloc. */
#pragma once

#include <jansson.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct mlm_machine; /* topology and facts, read once */

int mlm_machine_open(struct mlm_machine **ret_machine, struct mlm_error *error);
void mlm_machine_close(struct mlm_machine *machine); /* takes NULL */

/* Borrowed: {id, host, kernel, distribution, cpu, cores, caches, numa_nodes, memory_bytes, swap: [{path, kind,
 * size_bytes}], swappiness, zswap, thp, governor, virtualization, compiler, flags, version, commit, …}. `id` is a
 * short hash of host name and hardware that stays the same from run to run. */
json_t *mlm_machine_json(const struct mlm_machine *machine);

uint64_t mlm_machine_cores(const struct mlm_machine *machine);

/* Processors for a worker of `threads` threads: one per core, each on a core of its own, the harness's own
 * core last; all processors where there are not enough cores. */
int mlm_machine_affinity(const struct mlm_machine *machine, uint64_t threads, cpu_set_t *ret_set,
    struct mlm_error *error);

/* From /proc/meminfo and /proc/swaps, now. */
struct mlm_memory_now {
    uint64_t total_bytes, available_bytes;
    uint64_t swap_total_bytes, swap_free_bytes;
    bool swap_is_zram; /* every swap device is one */
    bool zswap;        /* enabled */
};
int mlm_memory_now(int root_fd, struct mlm_memory_now *ret_memory, struct mlm_error *error);

/* Is fresh memory slow at first (a virtual machine whose host took free pages back)? Fills `bytes` in a forked
 * child twice and compares. */
struct mlm_fresh_memory {
    double first_ns_per_byte, second_ns_per_byte;
    bool slow; /* the first took over 1.5 times the second */
};
int mlm_fresh_memory_probe(uint64_t bytes, struct mlm_fresh_memory *ret_result, struct mlm_error *error);
/* Touches that much in a forked child, so that a trial after it finds it warm. */
int mlm_fresh_memory_touch(uint64_t bytes, struct mlm_error *error);

/* Noise: what else the machine did while a trial ran. */
struct mlm_noise {
    uint64_t busy_ticks_begin, begin_ns;
    /* … */
};
void mlm_noise_begin(struct mlm_noise *noise);
/* CPU seconds of other programs per second since begin, given what the trial and we used ourselves;
 * negative: not known. */
double mlm_noise_end(const struct mlm_noise *noise, uint64_t own_cpu_ns);

/* Each run announces itself; others can see it. */
int mlm_presence_announce(void);          /* a descriptor to keep open, or negative errno */
bool mlm_presence_others(void);           /* is another run going on? */

/* Facts that a person would want to know before measuring, each with its remedy where it is poor. */
struct mlm_finding {
    enum { MLM_FINDING_GOOD, MLM_FINDING_NOTE, MLM_FINDING_POOR } grade;
    char subject[32], fact[256], remedy[256];
};
/* THP, governor, battery, load, swap and its kind, swappiness, PSI, fresh memory, free disk of `folder`. Fills up to
 * `size` findings, returns how many. `root_fd` as in mlm_cage_site_find(). */
size_t mlm_machine_findings(int root_fd, const char *folder, struct mlm_finding *findings, size_t size);
