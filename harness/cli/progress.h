/* Progress of a run: a bar on a terminal, plain lines elsewhere. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"
#include "trial/trial.h"

struct mlm_progress {
    bool bar, silent;
    size_t done, total; /* a total of 0: not known */
    uint64_t begin_ns;
    uint64_t rough_done_ns, rough_total_ns; /* sums of the plan's estimates */
    uint64_t spent_ns;                      /* time that the finished trials took */
    const char *name;                       /* name of the running trial */
};

void mlm_progress_open(struct mlm_progress *progress, bool quiet, size_t total, uint64_t rough_total_ns);
/* Prints a line of its own, also while a bar is shown. */
void mlm_progress_say(struct mlm_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Like mlm_progress_say(), as a callback with an untyped context. */
void mlm_progress_say_text(void *progress, const char *text);
void mlm_progress_trial(struct mlm_progress *progress, const char *name);
void mlm_progress_news(struct mlm_progress *progress, const struct mlm_trial_news *news);
/* A trial is not needed after all, or one more than was known before. */
void mlm_progress_less(struct mlm_progress *progress, uint64_t rough_ns);
void mlm_progress_more(struct mlm_progress *progress, uint64_t rough_ns);
/* Counts a trial as done. */
void mlm_progress_done(
    struct mlm_progress *progress, uint64_t rough_ns, uint64_t spent_ns, const struct mlm_record *record);
void mlm_progress_close(struct mlm_progress *progress);
