/* Presence: each run makes itself known, so that two at once on a machine can both mark their figures.
 *
 * A run binds a unix socket in a folder where nobody but who runs it can make one (root's /run/mlmembench,
 * else a user's own in /run/user, else in /tmp); whether somebody else holds one is asked by connecting to
 * it, without effect on the holder. A run looks for root's, for its own user's, and under sudo for those of
 * the user who called it: what any other user's folder says is not believed, for it would mark the runs of
 * all. Their work shows in the noise (noise.h). It ends with the process however that dies, and costs some
 * ten microseconds. Containers with a /run and /tmp of their own do not see each other. */
#pragma once

#include <stdbool.h>

/* A descriptor to keep open while the run lasts, closed on exec; or a negative errno (nowhere to make it
 * known). */
int mlm_presence_announce(void);

/* Is another run going on? `own_fd` is the one announced, or -1. */
bool mlm_presence_others(int own_fd);

/* The destructor; takes what mlm_presence_announce() returned. */
void mlm_presence_end(const int *fd);
