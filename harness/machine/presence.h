/* Presence: each run announces itself, so that two runs at the same time can both mark their figures.
 *
 * A run binds a unix socket in a folder where only its own user can create files: root's /run/mlmembench,
 * else the user's own folder in /run/user, else in /tmp. Another run connects to it to see whether it is
 * alive, which has no effect on the holder. A run looks for runs of root, of its own user, and under sudo of
 * the user who called it. It does not believe other users' folders, because they could mark everybody's runs;
 * their work is seen as noise (noise.h). A presence ends with its process, however that dies, and costs some
 * ten microseconds. The last one that ends in order removes the folder. Containers with their own /run and
 * /tmp do not see each other. */
#pragma once

#include <stdbool.h>

/* Announces this run. Returns a descriptor to keep open while the run lasts, closed on exec; or a negative
 * errno where there is no folder for it. */
int mlm_presence_announce(void);

/* Returns true if another run is active. `own_fd` is our own announcement, or -1. */
bool mlm_presence_others(int own_fd);

/* Destructor; accepts the value that mlm_presence_announce() returned. */
void mlm_presence_end(const int *fd);
