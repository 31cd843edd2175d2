/* Cores, processors and caches, by hwloc. Private to this folder. */
#pragma once

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct mlm_cache {
    unsigned level;
    uint64_t size_bytes;
    unsigned count; /* number of caches of this level and size */
};

struct mlm_topology {
    unsigned cores, threads, numa_nodes;
    struct mlm_cache caches[16]; /* data and unified caches, from level 1 up */
    size_t cache_count;

    /* The part that this process may use (sched_setaffinity, cpusets). */
    cpu_set_t usable;
    cpu_set_t harness; /* processors of the core on which the harness stays */
    int *workers;      /* one processor of each usable core: fastest kind first, the harness's core last */
    size_t worker_count;
};

/* `description`: hwloc's XML or one of its synthetic descriptions ("core:4 pu:2"); NULL: this machine. */
int mlm_topology_read(const char *description, struct mlm_topology *ret_topology, struct mlm_error *error);
void mlm_topology_release(struct mlm_topology *topology);
