/* A trial of any command of the user's, with all processes that it starts. */
#pragma once

#include "trial/trial.h"

struct mlm_command {
    const char *program; /* path of the program */
    char *const *argv;
    int stdin_fd, stdout_fd, stderr_fd; /* -1: /dev/null */
    const int *keep_fds;                /* further descriptors that it gets, ended by -1; NULL: none */
    bool same_group;                    /* stay in our process group, so that it may read from the terminal */
    struct mlm_limits limits;           /* limits of the trial */
    uint64_t fills_bytes, oom_grace_ns; /* see struct mlm_trial_order */
    struct mlm_trial_watcher watcher;
};

/* Finds a program as a shell does. A name with a slash is the path itself; symbolic links stay, because a
 * script may look at its own name. -ENOENT: the message has the name and the remedy. */
int mlm_command_find(const char *name, char ret_path[static 4096], struct mlm_error *error);

/* Runs the command and fills a described record; see mlm_trial_run(). *ret_status is the command's own, as of
 * waitpid(); -1: it never ran. */
int mlm_command_trial_run(struct mlm_session *session, const struct mlm_command *command,
    struct mlm_record *record, struct mlm_timeline *ret_timeline, int *ret_status, struct mlm_error *error);
