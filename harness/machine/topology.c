/* Asks hwloc for cores and caches, and assigns cores to the harness and to workers, so that neither disturbs
 * the other. */
#include "machine/topology.h"

#include <errno.h>
#include <hwloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static void topology_destroy_p(hwloc_topology_t *topology)
{
    if (*topology)
        hwloc_topology_destroy(*topology);
}

static int load(const char *description, hwloc_topology_t *ret_topology, struct mlm_error *error)
{
    mlm_cleanup(topology_destroy_p) hwloc_topology_t topology = NULL;
    if (hwloc_topology_init(&topology) < 0)
        return mlm_error_errno(error, -ENOMEM, "hwloc");
    int r = 0;
    if (description && description[0] == '<')
        r = hwloc_topology_set_xmlbuffer(topology, description, (int)strlen(description) + 1);
    else if (description)
        r = hwloc_topology_set_synthetic(topology, description);
    /* Include processors that we may not use: the record describes the whole machine, whatever our cpuset. */
    if (r == 0)
        r = hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    if (r == 0)
        r = hwloc_topology_load(topology);
    if (r < 0)
        return mlm_error_errno(error, errno ? -errno : -EINVAL, "hwloc cannot tell the machine's topology");
    *ret_topology = mlm_take_ptr(topology);
    return 0;
}

static void caches_read(hwloc_topology_t topology, struct mlm_topology *result)
{
    for (hwloc_obj_type_t type = HWLOC_OBJ_L1CACHE; type <= HWLOC_OBJ_L5CACHE; type++)
        for (hwloc_obj_t obj = NULL; (obj = hwloc_get_next_obj_by_type(topology, type, obj));) {
            size_t i = 0;
            while (i < result->cache_count && (result->caches[i].level != obj->attr->cache.depth ||
                                                  result->caches[i].size_bytes != obj->attr->cache.size))
                i++;
            if (i == sizeof result->caches / sizeof *result->caches)
                continue;
            if (i == result->cache_count)
                result->caches[result->cache_count++] =
                    (struct mlm_cache){.level = obj->attr->cache.depth, .size_bytes = obj->attr->cache.size};
            result->caches[i].count++;
        }
}

static void usable_read(hwloc_topology_t topology, bool this_machine, cpu_set_t *ret_usable)
{
    cpu_set_t own, usable;
    CPU_ZERO(&usable);
    bool own_known = this_machine && sched_getaffinity(0, sizeof own, &own) == 0;
    hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_cpuset(topology);
    for (unsigned i = 0; i < CPU_SETSIZE; i++)
        if (hwloc_bitmap_isset(allowed, i) && (!own_known || CPU_ISSET(i, &own)))
            CPU_SET(i, &usable);
    *ret_usable = usable;
}

/* A core with at least one usable processor. */
struct core {
    int kind;      /* efficiency as hwloc ranks it: a larger one is faster; -1 where it cannot tell */
    unsigned rank; /* in topology order */
    int first;     /* its first usable processor */
    hwloc_obj_t obj;
};

static int faster_first(const void *left, const void *right)
{
    const struct core *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind > b->kind ? -1 : 1;
    return a->rank < b->rank ? -1 : 1;
}

static int first_usable(hwloc_const_bitmap_t processors, const cpu_set_t *usable)
{
    for (unsigned i = 0; i < CPU_SETSIZE; i++)
        if (hwloc_bitmap_isset(processors, i) && CPU_ISSET(i, usable))
            return (int)i;
    return -1;
}

static int kind_of(hwloc_topology_t topology, hwloc_obj_t obj)
{
    int efficiency = -1;
    int kind = hwloc_cpukinds_get_by_cpuset(topology, obj->cpuset, 0);
    if (kind < 0 || hwloc_cpukinds_get_info(topology, (unsigned)kind, NULL, &efficiency, NULL, NULL, 0) < 0)
        return -1;
    return efficiency;
}

/* Finds the cores with a usable processor, fastest kind first, and returns their number. */
static size_t cores_find(
    hwloc_topology_t topology, hwloc_obj_type_t type, const cpu_set_t *usable, struct core *ret_cores)
{
    size_t count = 0;
    hwloc_obj_t obj = NULL;
    for (unsigned rank = 0; (obj = hwloc_get_next_obj_by_type(topology, type, obj)); rank++) {
        int first = first_usable(obj->cpuset, usable);
        if (first >= 0)
            ret_cores[count++] = (struct core){kind_of(topology, obj), rank, first, obj};
    }
    qsort(ret_cores, count, sizeof *ret_cores, faster_first);
    return count;
}

/* The harness gets the first core of the slowest kind. On a machine of equal cores that is the first one,
 * where most interrupts arrive too. So each worker is alone on its core. */
static void cores_deal(const struct core *cores, size_t count, struct mlm_topology *result)
{
    size_t harness = 0;
    while (cores[harness].kind != cores[count - 1].kind)
        harness++;
    for (size_t i = 0; i < count; i++)
        if (i != harness)
            result->workers[result->worker_count++] = cores[i].first;
    result->workers[result->worker_count++] = cores[harness].first;
    for (unsigned i = 0; i < CPU_SETSIZE; i++)
        if (hwloc_bitmap_isset(cores[harness].obj->cpuset, i) && CPU_ISSET(i, &result->usable))
            CPU_SET(i, &result->harness);
}

static int places_choose(hwloc_topology_t topology, hwloc_obj_type_t type, struct mlm_topology *result)
{
    int most = hwloc_get_nbobjs_by_type(topology, type);
    if (most < 1)
        return -ENODATA;
    struct core *cores = calloc((size_t)most, sizeof *cores);
    result->workers = calloc((size_t)most, sizeof *result->workers);
    int r = cores && result->workers ? 0 : -ENOMEM;
    size_t count = r == 0 ? cores_find(topology, type, &result->usable, cores) : 0;
    if (count)
        cores_deal(cores, count, result);
    else if (r == 0)
        r = -ENODATA;
    free(cores);
    return r;
}

int mlm_topology_read(const char *description, struct mlm_topology *ret_topology, struct mlm_error *error)
{
    mlm_cleanup(topology_destroy_p) hwloc_topology_t topology = NULL;
    int r = load(description, &topology, error);
    if (r < 0)
        return r;
    /* Some virtual machines and boards report processors but no cores. */
    hwloc_obj_type_t type =
        hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) > 0 ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
    struct mlm_topology result = {
        .cores = (unsigned)hwloc_get_nbobjs_by_type(topology, type),
        .threads = (unsigned)hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU),
        .numa_nodes = (unsigned)hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE),
    };
    caches_read(topology, &result);
    usable_read(topology, description == NULL, &result.usable);
    r = places_choose(topology, type, &result);
    if (r < 0) {
        mlm_topology_release(&result);
        return mlm_error_errno(error, r, "cannot choose processors");
    }
    *ret_topology = result;
    return 0;
}

void mlm_topology_release(struct mlm_topology *topology)
{
    free(topology->workers);
    topology->workers = NULL;
}
