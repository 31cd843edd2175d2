/* All cages of one run: opens the site, starts the guardian, and removes cages of this run and of dead
 * ones. */
#include "cage/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cage/tree.h"

const struct mlm_dialect *mlm_cage_site_dialect(const struct mlm_cage_site *site)
{
    return site->version == 1 ? &mlm_dialect_v1 : &mlm_dialect_v2;
}

static int open_site(const struct mlm_cage_site *site, struct mlm_error *error)
{
    int fd = open(site->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? mlm_error_errno(error, -errno, "cannot open the cgroup %s", site->path) : fd;
}

/* Prepares the place for cages, and undoes that. */
static int place_enter(struct mlm_cages *cages, struct mlm_error *error)
{
    return cages->site.access == MLM_CAGE_INHERITED ? mlm_inherited_cages_open(cages, error)
                                                    : mlm_cage_home_enter(cages, error);
}

static void place_leave(struct mlm_cages *cages)
{
    if (cages->site.access == MLM_CAGE_INHERITED)
        mlm_inherited_cages_close(cages);
    else
        mlm_cage_home_leave(cages);
}

int mlm_cages_open(const struct mlm_cage_site *site, struct mlm_cages **ret_cages, struct mlm_error *error)
{
    if (site->access == MLM_CAGE_NONE)
        return mlm_error_set(
            error, -EPERM, "no memory limit can be set here: %s; %s", site->why, site->remedy);
    if (site->access == MLM_CAGE_SCOPE)
        return mlm_error_set(error, -EPERM, "no memory limit can be set here but inside a systemd scope");
    mlm_auto_free struct mlm_cages *cages = malloc(sizeof *cages);
    if (!cages)
        return mlm_error_errno(error, -ENOMEM, "cannot open cages");
    *cages = (struct mlm_cages){.site = *site, .dialect = mlm_cage_site_dialect(site)};
    int r = mlm_cage_prefix(cages->prefix, error);
    if (r < 0)
        return r;
    mlm_auto_close int dir_fd = site->path[0] ? open_site(site, error) : -1;
    if (dir_fd < 0 && site->path[0])
        return dir_fd;
    cages->dir_fd = dir_fd;
    r = place_enter(cages, error);
    if (r < 0)
        return r;
    r = mlm_guardian_start(cages, error);
    if (r < 0) {
        place_leave(cages);
        return r;
    }
    (void)mlm_take_fd(&dir_fd);
    *ret_cages = mlm_take_ptr(cages);
    return 0;
}

void mlm_cages_close(struct mlm_cages *cages)
{
    if (!cages)
        return;
    (void)mlm_cages_sweep(cages);
    /* Stop the guardian first: it lives in the same cgroup, which could not be removed. */
    mlm_guardian_stop(cages);
    place_leave(cages);
    mlm_close_p(&cages->dir_fd);
    free(cages);
}

const struct mlm_cage_site *mlm_cages_site(const struct mlm_cages *cages)
{
    return &cages->site;
}

static int count_if_stale(int dir_fd, const char *name, const void *context)
{
    (void)context;
    return mlm_cage_is_stale(dir_fd, name);
}

static int remove_if_stale(int dir_fd, const char *name, const void *context)
{
    if (!count_if_stale(dir_fd, name, context))
        return 0;
    int r = mlm_cgroup_remove(dir_fd, name, context, NULL);
    return r < 0 ? r : 1;
}

int mlm_cages_count_stale(const struct mlm_cage_site *site, struct mlm_error *error)
{
    if (site->access != MLM_CAGE_DIRECT)
        return 0;
    mlm_auto_close int dir_fd = open_site(site, error);
    if (dir_fd < 0)
        return dir_fd;
    int count = mlm_cgroup_children(dir_fd, count_if_stale, NULL);
    return count < 0 ? mlm_error_errno(error, count, "cannot look for old cages in %s", site->path) : count;
}

int mlm_cages_remove_stale(const struct mlm_cage_site *site, struct mlm_error *error)
{
    if (site->access != MLM_CAGE_DIRECT)
        return 0; /* a scope was removed with its cages */
    struct mlm_cages cages = {.site = *site, .dialect = mlm_cage_site_dialect(site)};
    mlm_auto_close int dir_fd = open_site(site, error);
    if (dir_fd < 0)
        return dir_fd;
    cages.dir_fd = dir_fd;
    int removed = mlm_cgroup_children(dir_fd, remove_if_stale, cages.dialect);
    mlm_cage_home_leave(&cages);
    return removed < 0 ? mlm_error_errno(error, removed, "cannot remove old cages in %s", site->path)
                       : removed;
}
