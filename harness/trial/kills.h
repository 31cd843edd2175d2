/* What the kernel killed in a cage for lack of memory while a trial runs, and what the user is told of it: a
 * command of several processes may go on without the one that was killed, or wait for it for ever. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cage/cage.h"
#include "meter/meter.h"
#include "trial/idle.h"
#include "trial/trial.h"

struct mlm_kills {
    uint64_t count;     /* the highest that was seen */
    char victim[64];    /* the first: "python3 (pid 12)"; "": not known */
    uint64_t first_ns;  /* when that was seen */
    uint64_t recall_ns; /* time after it at which the user is told again */
    struct mlm_idle idle;
};

/* Counts. Look often: a cgroup that the job made below its cage may be removed before the end, together with
 * its count. `killed`: the job itself was killed, and a count of the whole machine tells whether by the
 * kernel. */
void mlm_kills_look(struct mlm_kills *kills, const struct mlm_cage *cage, bool killed);

/* Tells the watcher of the first kill in a command that goes on, and again, ever more rarely. */
void mlm_kills_say(struct mlm_kills *kills, const struct mlm_meters *meters,
    const struct mlm_trial_order *order, const struct mlm_trial_watcher *watcher);

/* Returns true if the command has only waited for what was killed, for as long as its order allows. */
bool mlm_kills_left_idle(struct mlm_kills *kills, const struct mlm_trial_order *order,
    const struct mlm_cage *cage, pid_t background, uint64_t now_ns);
