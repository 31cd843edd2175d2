/* A user's program for exec and fit: its name, its place, and one trial of it. */
#pragma once

#include "cli/cage_options.h"
#include "cli/measuring.h"
#include "trial/command.h"

struct mlm_program {
    char *name; /* in records and tables */
    char *text; /* its command line, as a user would type it, with {NAME} for the parameters */
    bool named; /* the user named it: rows of that name are one, whatever the command line is */
    struct mlm_params params;
    char path[4096];
    char **argv; /* its own copy, with the parameters' values */
};

/* Makes a program of words, which are run without a shell. `name` NULL: the name of the script that the words
 * run, or else of the program. -ENOENT: there is no such program; the error names the remedy. */
int mlm_program_of_words(char *const *words, const char *name, const struct mlm_params *params,
    struct mlm_program *ret_program, struct mlm_error *error);
/* Makes a program of a line for the shell. `name` NULL: the line itself. */
int mlm_program_of_line(const char *line, const char *name, const struct mlm_params *params,
    struct mlm_program *ret_program, struct mlm_error *error);
void mlm_program_release(struct mlm_program *program); /* a zeroed one holds nothing */

/* How to run the program. */
struct mlm_program_order {
    struct mlm_limits limits;
    uint64_t repetition;
    uint64_t fills_bytes;               /* memory that it will fill, as far as known; 0: not known */
    const struct mlm_texts *evict;      /* files to put out of the page cache before it; NULL: none */
    const struct mlm_texts *drop;       /* the same, where they still exist */
    const char *prepare;                /* a shell command to run before it, outside the cage; NULL: none */
    int stdin_fd, stdout_fd, stderr_fd; /* -1: /dev/null */
    const int *keep_fds;                /* further descriptors that it gets, ended by -1; NULL: none */
    uint64_t oom_grace_ns;              /* see struct mlm_trial_order */
    struct mlm_trial_watcher watcher;
};

/* Opens the file for the program's output: empties it, or makes it. A pipe may have to wait for its reader.
 * `path` NULL: nothing is done. Call mlm_target_check() before. -EINTR: the user wants to stop. */
int mlm_program_output_open(const char *path, int interrupt_fd, int *ret_fd, struct mlm_error *error);

/* Checks the options, with records going to `out`. -EINVAL: --output is the file for records, or --evict
 * names something that is not a file (a missing file may still be made by --prepare). */
int mlm_program_options_check(
    const struct mlm_program_options *options, const char *out, struct mlm_error *error);

/* Does what must happen before a trial: runs the user's own command, checks that nothing of the trial before
 * is left in tmpfs (-EEXIST), and evicts files that should be read cold. A file that stays in the page cache
 * marks the record. */
int mlm_program_make_ready(const struct mlm_session *session, const struct mlm_program_order *order,
    struct mlm_record *record, struct mlm_error *error);

/* Runs one trial: fills the record (made by mlm_record_init()) and the timeline. *ret_status is the program's
 * own, as of waitpid(); -1: it never ran. See mlm_trial_run() for what is an error and what an outcome. */
int mlm_program_trial(struct mlm_session *session, const struct mlm_program *program,
    const struct mlm_program_order *order, struct mlm_record *record, struct mlm_timeline *ret_timeline,
    int *ret_status, struct mlm_error *error);

/* The same, with its progress; a trial that is no warm-up is kept in the store. */
int mlm_program_measure(struct mlm_measuring *measuring, const struct mlm_program *program,
    const struct mlm_program_order *order, bool keep, struct mlm_record *record, int *ret_status,
    struct mlm_error *error);
