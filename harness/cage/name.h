/* Cages are called mlmembench-PID-START-N: who made them, and when that process began, so that a cage whose
 * maker is dead is told from a live run's even after its pid was given out again; and they are held (locked)
 * while they are used, for what lives in another pid namespace has no pid here. Internal to cage/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define MLM_CAGE_NAME_SIZE 80

/* "mlmembench-PID-START-" of this process and the begin of N, by chance: what all cages of a run begin with,
 * and none of another run, which may have the same pid in another pid namespace. */
int mlm_cage_prefix(char prefix[static MLM_CAGE_NAME_SIZE], struct mlm_error *error);

/* False where the name is not a cage's. */
bool mlm_cage_name_parse(const char *name, pid_t *ret_pid, uint64_t *ret_start);

/* Whether that process still runs (a zombie does not), as far as it can be seen from here: in another pid
 * namespace it has another pid. */
bool mlm_cage_maker_lives(pid_t pid, uint64_t start);

/* Says that the cgroup is used, also to those in other pid namespaces, until the descriptor that it returns
 * is closed. */
int mlm_cage_hold(int dir_fd, const char *name);

/* Does anybody use it? In doubt, yes. */
bool mlm_cage_is_held(int dir_fd, const char *name);

/* Is it what a run has left: a cage that nobody holds, and whose maker is not to be seen? One that
 * was just made is held a moment later: it takes two looks. */
bool mlm_cage_is_stale(int dir_fd, const char *name);
