/* Whose limit was it? The kernel kills for the cage's limit, for that of a cgroup above, or because the
 * machine has no memory left, and its count of kills is the same for all. But it also counts for each cgroup
 * how often its own limit was the reason. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cage/run.h"
#include "cage/unit.h"

void mlm_cages_look_above(const struct mlm_cages *cages, struct mlm_above *ret_above)
{
    const struct mlm_cage_site *site = &cages->site;
    const bool inherited = site->access == MLM_CAGE_INHERITED;
    mlm_auto_close int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0 || !site->mount_point[0])
        *ret_above = site->above;
    else
        mlm_above_find(
            root_fd, inherited ? site->own : site->path, site->mount_point, cages->dialect, ret_above);
}

void mlm_cage_above(const struct mlm_cage *cage, struct mlm_above *ret_above)
{
    mlm_cages_look_above(cage->cages, ret_above);
    mlm_above_tighten(ret_above, &cage->above);
}

/* Numbers of a file with nothing else, or of a key in one with many. */
static bool count_read(int dir_fd, const char *file, const char *key, uint64_t *ret_count)
{
    char text[1024];
    if (!file || dir_fd < 0)
        return false;
    if (!key)
        return mlm_file_read_number(dir_fd, file, ret_count, NULL) == 0;
    return mlm_file_read_into(dir_fd, file, text, sizeof text) > 0 &&
           mlm_keyed_number(text, key, ret_count) == 0;
}

static bool came_to(int dir_fd, const char *limit_file, const char *peak_file)
{
    uint64_t limit, peak;
    return count_read(dir_fd, limit_file, NULL, &limit) && count_read(dir_fd, peak_file, NULL, &peak) &&
           mlm_above_came_to(peak, limit);
}

bool mlm_cage_own_ooms(const struct mlm_cage *cage, uint64_t *ret_count)
{
    const struct mlm_dialect *dialect = cage->cages->dialect;
    if (dialect->oom_key)
        return count_read(cage->dir_fd, dialect->oom_file, dialect->oom_key, ret_count);
    /* v1 counts attempts to go beyond a limit, and newer kernels not all of them. Its peak tells whether the
     * cage came to a limit; in an inherited cgroup it may be an old one. */
    if (cage->inherited || !count_read(cage->dir_fd, dialect->limit_hits, NULL, ret_count))
        return false;
    *ret_count += came_to(cage->dir_fd, dialect->memory_limit, dialect->memory_peak) +
                  came_to(cage->dir_fd, dialect->swap_limit, dialect->swap_peak);
    return true;
}

/* An inherited cage has the lowest limit above as its cap. */
static bool is_cap(const struct mlm_cage *cage, const char *path)
{
    return cage->inherited && strcmp(cage->above.limits[MLM_ABOVE_MEMORY].path, path) == 0;
}

static bool is_limited(const struct mlm_above *above)
{
    return above->limits[MLM_ABOVE_MEMORY].bytes != MLM_NO_LIMIT ||
           above->limits[MLM_ABOVE_SWAP].bytes != MLM_NO_LIMIT;
}

enum mlm_oom_by mlm_cage_oom_by(const struct mlm_cage *cage, struct mlm_limit_above *ret_limit)
{
    struct mlm_above now;
    uint64_t own;
    enum mlm_above_kind kind;
    const struct mlm_dialect *dialect = cage->cages->dialect;
    const struct mlm_cage_site *site = &cage->cages->site;
    if (!mlm_cage_own_ooms(cage, &own))
        return MLM_OOM_BY_CAP;
    mlm_cages_look_above(cage->cages, &now);
    ret_limit->bytes = MLM_NO_LIMIT;
    const bool above =
        mlm_above_hit(&cage->above, &now, cage->inherited ? site->own : site->path, &kind, ret_limit->path);
    /* On v1, a job that swaps comes to its memory limit all the time. It ends there only if memory and swap
     * together were not at a limit above. */
    const bool swap_decides = above && kind == MLM_ABOVE_SWAP && !cage->inherited &&
                              !came_to(cage->dir_fd, dialect->swap_limit, dialect->swap_peak);
    if (own > cage->ooms && !swap_decides)
        return MLM_OOM_BY_CAP;
    if (above) {
        if (is_cap(cage, ret_limit->path))
            return MLM_OOM_BY_CAP;
        mlm_auto_close int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        ret_limit->bytes = mlm_above_limit_at(root_fd, ret_limit->path, dialect, kind);
        mlm_unit_name_origin(root_fd, (int)kind, ret_limit->path);
        return MLM_OOM_BY_ABOVE;
    }
    if (now.all_seen && (dialect->oom_key || !is_limited(&now)))
        return MLM_OOM_BY_MACHINE;
    return cage->inherited ? MLM_OOM_BY_CAP : MLM_OOM_BY_HIDDEN;
}

bool mlm_cage_lacked_swap(const struct mlm_cage *cage)
{
    const struct mlm_dialect *dialect = cage->cages->dialect;
    uint64_t all, limited;
    struct mlm_above above;
    if (cage->inherited || !dialect->swap_events ||
        !count_read(cage->dir_fd, dialect->swap_events, dialect->swap_fail_key, &all) ||
        !count_read(cage->dir_fd, dialect->swap_events, dialect->swap_max_key, &limited))
        return false;
    /* The kernel counts a refusal in the cage also where a limit above was the reason. */
    mlm_cage_above(cage, &above);
    return all > limited || (limited && above.limits[MLM_ABOVE_SWAP].bytes < cage->limits.swap_limit_bytes);
}
