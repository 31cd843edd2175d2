/* Progress of a run: a bar on a terminal, plain lines elsewhere.
 *
 * What comes before the first trial is a step: it has no number of trials, and the bar shows that it goes on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"
#include "trial/trial.h"

struct mlm_progress {
    bool bar, silent;
    bool no_trials;     /* no line for each trial */
    size_t done, total; /* a total of 0: not known */
    uint64_t end_ns;    /* all known trials are done, and repeated until then at most; 0: some are not done */
    uint64_t rough_done_ns, rough_total_ns; /* sums of the plan's estimates */
    uint64_t spent_ns;                      /* time that the finished trials took */
    const char *name;                       /* name of the running trial */
    char step[160];                         /* what is done before the first trial; "": nothing */
    uint64_t step_begin_ns;
};

void mlm_progress_open(struct mlm_progress *progress, bool quiet, size_t total, uint64_t rough_total_ns);
/* The number of trials and the estimate of their time, once they are known. */
void mlm_progress_expect(struct mlm_progress *progress, size_t total, uint64_t rough_total_ns);
/* Begins a step and shows it; NULL: there is none any more. A trial ends it, too. */
void mlm_progress_step(struct mlm_progress *progress, const char *what);
/* Draws again, so that the bar moves while something is waited for. A callback of struct mlm_await. */
void mlm_progress_tick(void *progress);
/* How much longer trials take than the plan's estimate: 1.2 for a fifth more. */
double mlm_progress_pace(const struct mlm_progress *progress);
/* Prints a line of its own, also while a bar is shown. */
void mlm_progress_say(struct mlm_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Like mlm_progress_say(), as a callback with an untyped context. */
void mlm_progress_say_text(void *progress, const char *text);
void mlm_progress_trial(struct mlm_progress *progress, const char *name);
void mlm_progress_news(struct mlm_progress *progress, const struct mlm_trial_news *news);
/* A trial is not needed after all. */
void mlm_progress_less(struct mlm_progress *progress, uint64_t rough_ns);
/* One more is needed than was known before. left_ns: the most that it and all that may follow take; 0: not
 * known. */
void mlm_progress_more(struct mlm_progress *progress, uint64_t rough_ns, uint64_t left_ns);
/* Writes "12/96", or "97" where nobody knows how many there will be. */
void mlm_progress_number(const struct mlm_progress *progress, char text[MLM_SIZE_TEXT]);
/* Counts a trial as done. */
void mlm_progress_count(struct mlm_progress *progress, uint64_t rough_ns, uint64_t spent_ns);
/* Counts a trial as done, and prints a line for it where no bar shows that. */
void mlm_progress_done(
    struct mlm_progress *progress, uint64_t rough_ns, uint64_t spent_ns, const struct mlm_record *record);
/* Columns of the terminal on which a bar is shown; 0: there is no bar. */
size_t mlm_progress_columns(const struct mlm_progress *progress);
/* Wipes the bar; nothing is shown from here on. Accepts a zeroed struct. */
void mlm_progress_close(struct mlm_progress *progress);
