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
    uint64_t rough_done_ns, rough_total_ns; /* of the plan's estimates */
    uint64_t spent_ns;                      /* on what is done */
    const char *name;                       /* what runs now */
};

void mlm_progress_open(struct mlm_progress *progress, bool quiet, size_t total, uint64_t rough_total_ns);
/* A line of its own, also beside a bar. */
void mlm_progress_say(struct mlm_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same, of a progress that is only known by its address. */
void mlm_progress_say_text(void *progress, const char *text);
void mlm_progress_trial(struct mlm_progress *progress, const char *name);
void mlm_progress_news(struct mlm_progress *progress, const struct mlm_trial_news *news);
/* One trial less to do; record NULL: it was not run again. */
void mlm_progress_done(
    struct mlm_progress *progress, uint64_t rough_ns, uint64_t spent_ns, const struct mlm_record *record);
void mlm_progress_close(struct mlm_progress *progress);
