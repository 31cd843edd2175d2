/* Removes what a run has left: the run itself does so at its end, and its guardian in its place. */
#include <string.h>

#include "cage/run.h"
#include "cage/tree.h"

static int remove_if_ours(int dir_fd, const char *name, const void *context)
{
    const struct mlm_cages *cages = context;
    if (strncmp(name, cages->prefix, strlen(cages->prefix)) != 0)
        return 0;
    return mlm_cgroup_remove(dir_fd, name, cages->dialect, NULL) < 0;
}

int mlm_cages_sweep(const struct mlm_cages *cages)
{
    if (cages->site.access != MLM_CAGE_INHERITED)
        return mlm_cgroup_children(cages->dir_fd, remove_if_ours, cages);
    mlm_kin_kill_known(cages->known);
    return 0;
}
