/* A child that can be waited for and ended: helpers that we run outside any cage (gnuplot, the shell of
 * --prepare). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct mlm_child_order {
    const char *program; /* looked for in PATH */
    char *const *argv;
    char *const *environment;           /* NULL: ours */
    int stdin_fd, stdout_fd, stderr_fd; /* -1: /dev/null */
    const void *affinity;               /* cpu_set_t; NULL: ours */
    const int *keep_fds;                /* others of ours that it gets, ended by -1; NULL: none */
    uint64_t cpu_limit_ns;              /* of processor time, for itself and what it starts each; 0: none */
    bool own_group;                     /* a process group of its own, which is ended as a whole */
};

/* It gets no descriptor of ours but those, no signal is blocked or ignored in it, and it dies with us.
 * -ENOENT: there is no such program. */
int mlm_child_start(const struct mlm_child_order *order, pid_t *ret_pid);

/* Waits for its end: 0, and *ret_status as of waitpid(). -EINTR: `interrupt_fd` (or -1) is readable;
 * -ETIMEDOUT: `limit_ns` (0: none) have passed; it still runs then. */
int mlm_child_wait(pid_t pid, int interrupt_fd, uint64_t limit_ns, int *ret_status);

/* Sends a signal to the process that `pidfd` holds; to that of the number, where nothing holds it (below 0)
 * or the kernel, a filter or valgrind knows no such call. -ESRCH: it has ended. */
int mlm_process_signal(pid_t pid, int pidfd, int number);

/* Ends it and what it has started, by a signal first and then, unless it heeds that soon, by force. Reaps it.
 */
void mlm_child_end(pid_t pid, int number);
