/* Reads limits from our place up to the root, and compares them with those of a trial. */
#include "cage/above.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/page.h"
#include "cage/path.h"
#include "cage/tree.h"
#include "cage/unit.h"

/* v1 expresses "no limit" as the largest number of pages that its counter holds. */
#define UNLIMITED_FROM (UINT64_C(1) << 62)

const char *mlm_above_file(const struct mlm_dialect *dialect, enum mlm_above_kind kind)
{
    const char *const files[MLM_ABOVE_COUNT] = {
        [MLM_ABOVE_MEMORY] = dialect->memory_limit,
        [MLM_ABOVE_SLOW] = dialect->memory_slow,
        [MLM_ABOVE_SWAP] = dialect->swap_limit,
        [MLM_ABOVE_SWAP_SLOW] = dialect->swap_slow,
    };
    return files[kind];
}

const char *mlm_above_property(enum mlm_above_kind kind)
{
    static const char *const properties[MLM_ABOVE_COUNT] = {
        [MLM_ABOVE_MEMORY] = "MemoryMax",
        [MLM_ABOVE_SLOW] = "MemoryHigh",
        [MLM_ABOVE_SWAP] = "MemorySwapMax",
    };
    return properties[kind];
}

static bool number_of(int root_fd, const char *folder, const char *file, uint64_t *ret_number)
{
    char path[PATH_MAX];
    return file && mlm_path_join(path, folder, file) &&
           mlm_file_read_number(root_fd, mlm_path_relative(path), ret_number, NULL) == 0;
}

/* 0 where the kernel does not count them. */
static uint64_t hits_of(int root_fd, const char *folder, const struct mlm_dialect *dialect)
{
    char path[PATH_MAX], text[1024];
    uint64_t count;
    if (number_of(root_fd, folder, dialect->limit_hits, &count))
        return count;
    bool known = dialect->own_events && mlm_path_join(path, folder, dialect->own_events) &&
                 mlm_file_read_into(root_fd, mlm_path_relative(path), text, sizeof text) > 0 &&
                 mlm_keyed_number(text, dialect->oom_key, &count) == 0;
    return known ? count : 0;
}

/* How often v1's limit of memory and swap together was reached. Linux 6.18 does not count it, but a peak that
 * has come to the limit tells the first time. */
static uint64_t swap_hits_of(
    int root_fd, const char *folder, const struct mlm_dialect *dialect, uint64_t limit_bytes)
{
    uint64_t count = 0, peak_bytes = 0;
    if (!dialect->swap_files_count_memory || limit_bytes == MLM_NO_LIMIT)
        return 0;
    (void)number_of(root_fd, folder, dialect->swap_limit_hits, &count);
    return count + (number_of(root_fd, folder, dialect->swap_peak, &peak_bytes) &&
                       mlm_above_came_to(peak_bytes, limit_bytes));
}

bool mlm_above_came_to(uint64_t peak_bytes, uint64_t limit_bytes)
{
    return peak_bytes + MLM_CHARGE_BATCH_PAGES * mlm_page_bytes() >= limit_bytes;
}

uint64_t mlm_above_limit_at(
    int root_fd, const char *path, const struct mlm_dialect *dialect, enum mlm_above_kind kind)
{
    uint64_t limit;
    bool known = root_fd >= 0 && number_of(root_fd, path, mlm_above_file(dialect, kind), &limit) &&
                 limit < UNLIMITED_FROM;
    return known ? limit : MLM_NO_LIMIT;
}

static void folder_look(
    int root_fd, const char *folder, size_t level, const struct mlm_dialect *dialect, struct mlm_above *above)
{
    uint64_t number, here[MLM_ABOVE_COUNT];
    if (number_of(root_fd, folder, dialect->oom_group, &number))
        above->all_killed |= number != 0;
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++) {
        struct mlm_limit_above *lowest = &above->limits[kind];
        here[kind] = mlm_above_limit_at(root_fd, folder, dialect, (enum mlm_above_kind)kind);
        if (here[kind] >= lowest->bytes)
            continue;
        lowest->bytes = here[kind];
        mlm_path_copy(lowest->path, folder);
    }
    if (level >= MLM_ABOVE_LEVELS)
        return;
    above->hits[level] = hits_of(root_fd, folder, dialect);
    above->swap_hits[level] = swap_hits_of(root_fd, folder, dialect, here[MLM_ABOVE_SWAP]);
}

/* A container may not see the cgroup that limits it, but v1's `stat` reports the limit. */
static void stat_look(int root_fd, const char *folder, const char *mount_point,
    const struct mlm_dialect *dialect, struct mlm_above *above)
{
    char path[PATH_MAX];
    uint64_t limit;
    mlm_auto_free char *stat = NULL;
    struct mlm_limit_above *lowest = &above->limits[MLM_ABOVE_MEMORY];
    if (!dialect->limit_above_key || !mlm_path_join(path, folder, dialect->stat) ||
        mlm_file_read(root_fd, mlm_path_relative(path), &stat, NULL) < 0 ||
        mlm_keyed_number(stat, dialect->limit_above_key, &limit) < 0 || limit >= UNLIMITED_FROM ||
        limit >= lowest->bytes)
        return;
    lowest->bytes = limit;
    mlm_path_copy(lowest->path, mount_point);
}

/* The root of all cgroups, not of a namespace, lacks or has files that no other cgroup lacks or has. */
static bool is_real_root(int root_fd, const char *folder, const struct mlm_dialect *dialect)
{
    char path[PATH_MAX];
    const char *file = dialect->only_in_root ? dialect->only_in_root : "cgroup.type";
    bool exists =
        mlm_path_join(path, folder, file) && faccessat(root_fd, mlm_path_relative(path), F_OK, 0) == 0;
    return exists == (dialect->only_in_root != NULL);
}

void mlm_above_find(int root_fd, const char *path, const char *mount_point, const struct mlm_dialect *dialect,
    struct mlm_above *ret_above)
{
    char folder[PATH_MAX], file[PATH_MAX];
    struct mlm_above *above = ret_above;
    memset(above, 0, sizeof *above);
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        above->limits[kind].bytes = MLM_NO_LIMIT;
    mlm_path_copy(folder, path);
    size_t level = 0;
    do
        folder_look(root_fd, folder, level++, dialect, above);
    while (mlm_path_up(folder, mount_point));
    above->all_seen = is_real_root(root_fd, folder, dialect);
    const struct mlm_limit_above *memory = &above->limits[MLM_ABOVE_MEMORY];
    above->waits = memory->bytes != MLM_NO_LIMIT && mlm_path_join(file, memory->path, dialect->oom_file) &&
                   mlm_cgroup_kills_nobody(root_fd, mlm_path_relative(file), dialect);
    if (!above->all_seen)
        stat_look(root_fd, path, mount_point, dialect, above);
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        if (above->limits[kind].bytes != MLM_NO_LIMIT)
            mlm_unit_name_origin(root_fd, kind, above->limits[kind].path);
}

void mlm_above_tighten(struct mlm_above *above, const struct mlm_above *other)
{
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        if (other->limits[kind].bytes < above->limits[kind].bytes)
            above->limits[kind] = other->limits[kind];
}

bool mlm_above_hit(const struct mlm_above *before, const struct mlm_above *after, const char *path,
    enum mlm_above_kind *ret_kind, char ret_path[static PATH_MAX])
{
    mlm_path_copy(ret_path, path);
    for (size_t level = 0; level < MLM_ABOVE_LEVELS; level++) {
        /* A job that swaps comes to the memory limit all the time; that of both ends it. */
        const bool both = after->swap_hits[level] > before->swap_hits[level];
        *ret_kind = both ? MLM_ABOVE_SWAP : MLM_ABOVE_MEMORY;
        if (both || after->hits[level] > before->hits[level])
            return true;
        if (!mlm_path_up(ret_path, "/"))
            return false;
    }
    return false;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

unsigned mlm_above_binding(const struct mlm_above *above, const struct mlm_dialect *dialect,
    const struct mlm_limits *limits, uint64_t swap_bytes)
{
    const uint64_t cap = limits->cap_bytes, swap = least(limits->swap_limit_bytes, swap_bytes);
    unsigned binding = 0;
    if (cap == MLM_NO_LIMIT)
        return 0;
    /* v1 limits memory and swap together. */
    const uint64_t with_swap = dialect->swap_files_count_memory ? cap + swap : swap;
    const uint64_t own[MLM_ABOVE_COUNT] = {
        [MLM_ABOVE_MEMORY] = cap,
        [MLM_ABOVE_SLOW] = cap,
        [MLM_ABOVE_SWAP] = with_swap,
        [MLM_ABOVE_SWAP_SLOW] = swap,
    };
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++)
        if (above->limits[kind].bytes < own[kind])
            binding |= 1u << kind;
    return binding;
}
