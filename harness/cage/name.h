/* Cages are called mlmembench-PID-START-N: who made them, and when that process began, so that a cage whose
 * maker is dead is told from a live run's even after its pid was given out again. Internal to cage/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define MLM_CAGE_NAME_SIZE 80

/* "mlmembench-PID-START-" of this process: what all cages of a run begin with. */
int mlm_cage_prefix(char prefix[static MLM_CAGE_NAME_SIZE], struct mlm_error *error);

/* False where the name is not a cage's. */
bool mlm_cage_name_parse(const char *name, pid_t *ret_pid, uint64_t *ret_start);

/* Whether that process still runs (a zombie does not). */
bool mlm_cage_maker_lives(pid_t pid, uint64_t start);
