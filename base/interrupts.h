/* The user's wish to stop (Ctrl-C, SIGTERM, a closed terminal) as a descriptor to poll for. While it is open,
 * these signals do not end the program: every wait must also wait for this descriptor. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct mlm_interrupts {
    int fd; /* readable once the user wants to stop; -1: signals have their usual effect */
    sigset_t before;
};

int mlm_interrupts_open(struct mlm_interrupts *ret_interrupts, struct mlm_error *error);
/* Gives the signals their usual effect again. A signal that came and was not taken ends the program now. */
void mlm_interrupts_close(struct mlm_interrupts *interrupts); /* fd may be -1 */

/* Returns true if the user wants to stop. Does not consume the signal. `fd` may be -1. */
bool mlm_interrupted(int fd);

/* Consumes the signal, so that a second one can interrupt the work that follows. Returns its number, or 0
 * where none came. */
int mlm_interrupt_take(int fd);

/* Sleeps for `ns`. -EINTR: the user wants to stop. */
int mlm_interruptible_sleep(int fd, uint64_t ns);

/* Like mlm_entry_open_path() (entry.h), but waits where the path is a pipe without a reader. -EINTR: the user
 * wants to stop. */
int mlm_interruptible_open(int interrupt_fd, const char *path, int flags, struct mlm_error *error);
