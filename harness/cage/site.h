/* The decision behind mlm_cage_site_find(), for any observer: tests call it for recorded trees. Internal to
 * cage/. */
#pragma once

#include <sys/types.h>

#include "cage/cage.h"

/* In delegated cgroups and containers, the processes of the site move into this child of it while cages
 * exist: in v2 a cgroup has either processes or children with limits. */
#define MLM_CAGE_HOME "mlmembench-home"

struct mlm_cage_observer {
    int root_fd; /* stands for "/" */
    /* A recorded tree has no owners. This user may write the files whose mode lets others write; root may
     * write everything that is not mounted read-only. */
    bool recorded;
    uid_t uid;
    pid_t pid;
    bool (*unit_ends_by_oom)(const char *unit); /* see unit.h; NULL: nobody can be asked */
};

int mlm_cage_site_judge(
    const struct mlm_cage_observer *observer, struct mlm_cage_site *ret_site, struct mlm_error *error);

/* The same behind mlm_cage_site_inherit(). */
int mlm_cage_site_judge_inherited(
    const struct mlm_cage_observer *observer, struct mlm_cage_site *ret_site, struct mlm_error *error);
