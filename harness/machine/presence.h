/* Presence: each run makes itself known, so that two at once on a machine can both mark their figures.
 *
 * A run binds the first free one of a few abstract unix sockets; whether somebody else holds one is asked by
 * connecting to them, without effect on the holder. It works across users, ends with the process however that
 * dies, and costs some ten microseconds where listing /proc/net/unix of a desktop costs a few hundred. Runs
 * in different network namespaces (containers) do not see each other. */
#pragma once

#include <stdbool.h>

/* A descriptor to keep open while the run lasts, closed on exec; or a negative errno (-EADDRINUSE: dozens of
 * runs). */
int mlm_presence_announce(void);

/* Is another run going on? `own_fd` is the one announced, or -1. */
bool mlm_presence_others(int own_fd);
