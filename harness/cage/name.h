/* Cages are named mlmembench-PID-START-N: the pid and start time of their maker. So a dead run's cage is told
 * from a live run's even when the pid was reused. A cage in use is also locked, because a process of another
 * pid namespace has no pid here. Internal to cage/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define MLM_CAGE_NAME_SIZE 80

/* Makes "mlmembench-PID-START-" of this process and a random begin of N. All cages of a run begin with it,
 * and no cage of another run does, even one with the same pid in another pid namespace. */
int mlm_cage_prefix(char prefix[static MLM_CAGE_NAME_SIZE], struct mlm_error *error);

/* Returns false where the name is not that of a cage. */
bool mlm_cage_name_parse(const char *name, pid_t *ret_pid, uint64_t *ret_start);

/* Reads the state of a process (a letter, as in /proc/PID/stat), and its start in clock ticks since boot. */
int mlm_process_stat(pid_t pid, char *ret_state, uint64_t *ret_start);

/* Returns true if that process still runs (a zombie does not), as far as can be seen from here: in another
 * pid namespace it has another pid. */
bool mlm_cage_maker_lives(pid_t pid, uint64_t start);

/* Marks the cgroup as used, visible also in other pid namespaces, until the returned descriptor is closed. */
int mlm_cage_hold(int dir_fd, const char *name);

/* Returns true if anybody uses the cgroup; also when in doubt. */
bool mlm_cage_is_held(int dir_fd, const char *name);

/* Returns true for the cage of a dead run: nobody holds it, and its maker cannot be seen. A new cage is held
 * only a moment after it was made, so it is checked twice. */
bool mlm_cage_is_stale(int dir_fd, const char *name);
