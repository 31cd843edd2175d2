/* Detects that the harness itself was stopped while it watched a job (Ctrl-Z, a debugger, a freezer). A
 * process that it watches may end unnoticed then. Waiting for a processor or for its own memory does not
 * count as being stopped. The harness waits and looks in turn: a wait has a time at which it must end, but
 * nobody knows how long a look takes; so there it counts as stopped only if a signal says that it goes on
 * again. */
#pragma once

#include <signal.h>
#include <stdint.h>

struct mlm_stillness {
    uint64_t run_delay_ns; /* UINT64_MAX: the kernel does not report it */
    uint64_t major_faults;
    uint64_t look_begin_ns, look_cpu_ns, look_run_delay_ns;
    sigset_t before;
};

/* Keeps SIGCONT pending in this thread, until _close(). */
void mlm_stillness_open(struct mlm_stillness *ret_stillness);
void mlm_stillness_close(const struct mlm_stillness *stillness);

/* Call _wait() right before a wait that ends at `until_ns` (CLOCK_MONOTONIC) at the latest, _look() right
 * after it, and _end() after the look. _look() returns how much longer the wait took, minus the time spent
 * waiting for a processor; _end() returns how long the harness was stopped since. */
void mlm_stillness_wait(struct mlm_stillness *stillness);
uint64_t mlm_stillness_look(struct mlm_stillness *stillness, uint64_t until_ns);
uint64_t mlm_stillness_end(const struct mlm_stillness *stillness);
