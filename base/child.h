/* Helper programs that run outside any cage (gnuplot, the shell of --prepare): how to start one, wait for it
 * and end it. */
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
    const int *keep_fds;   /* further descriptors of ours that the child keeps, ended by -1; NULL: none */
    uint64_t cpu_limit_ns; /* processor time for the child and for each of its children; 0: no limit */
    bool own_group;        /* give the child a process group of its own, which is ended as a whole */
};

/* Starts the program. The child gets no other descriptors of ours, no signal is blocked or ignored in it, and
 * it dies when we die. -ENOENT: the program does not exist. */
int mlm_child_start(const struct mlm_child_order *order, pid_t *ret_pid);

/* Waits for the child to end; *ret_status is as of waitpid(). The child still runs after -EINTR
 * (`interrupt_fd`, or -1, became readable) and after -ETIMEDOUT (`limit_ns` have passed; 0: no limit). */
int mlm_child_wait(pid_t pid, int interrupt_fd, uint64_t limit_ns, int *ret_status);

/* Sends a signal to the process that `pidfd` holds. Falls back to kill(pid) where `pidfd` is below 0, or
 * where the kernel, a filter or valgrind lacks the system call. -ESRCH: the process has ended. */
int mlm_process_signal(pid_t pid, int pidfd, int number);

/* Ends the child and all its descendants: first by the signal `number`, then, if they do not obey soon, by
 * SIGKILL. Reaps the child. */
void mlm_child_end(pid_t pid, int number);
