/* The user's wish to stop (Ctrl-C, a polite end, a terminal that closes) as something to poll for. While it
 * is one, a signal ends nothing by itself: whoever waits for anything waits for this as well. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct mlm_interrupts {
    int fd; /* readable once the user wants to stop; -1: signals do what they do by themselves */
    sigset_t before;
};

int mlm_interrupts_open(struct mlm_interrupts *ret_interrupts, struct mlm_error *error);
/* Signals end the program again as they would. One that came and was not taken does so at once. */
void mlm_interrupts_close(struct mlm_interrupts *interrupts); /* also one of fd -1 */

/* For an `fd` as above, or -1. The wish is still there to be seen by others. */
bool mlm_interrupted(int fd);

/* The wish was heard: what is done from here on can be interrupted by another one. Returns the signal's
 * number, 0 where none came. */
int mlm_interrupt_take(int fd);

/* Sleeps. -EINTR: the user wants to stop. */
int mlm_interruptible_sleep(int fd, uint64_t ns);

/* As mlm_entry_open_path() (entry.h), but where it is a pipe that nobody reads waits until somebody does, or
 * the user wants to stop (-EINTR). */
int mlm_interruptible_open(int interrupt_fd, const char *path, int flags, struct mlm_error *error);
