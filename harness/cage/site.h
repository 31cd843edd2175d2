/* The judgement behind mlm_cage_site_find(), for an observer who need not be us: tests ask it about recorded
 * trees. Internal to cage/. */
#pragma once

#include <sys/types.h>

#include "cage/cage.h"

/* In delegated cgroups and containers, what was in the site moves into this child of it while cages are
 * there: v2 lets a cgroup have either processes or children with limits. */
#define MLM_CAGE_HOME "mlmembench-home"

struct mlm_cage_observer {
    int root_fd; /* stands for "/" */
    /* A recorded tree has no owners: what this user may write is what its mode lets others write, and root
     * may write all that is not mounted read-only. */
    bool recorded;
    uid_t uid;
    pid_t pid;
};

int mlm_cage_site_judge(
    const struct mlm_cage_observer *observer, struct mlm_cage_site *ret_site, struct mlm_error *error);
