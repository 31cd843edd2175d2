/* Compares a run with the runs before it: is it worse than their chance variation explains?
 *
 * Machines have good and bad days, so one earlier run says little about the usual value. For each row, the
 * medians of the earlier files are taken: their median is the usual value, and their standard deviation (of a
 * sample: over n - 1) is the usual variation. A row has regressed when its new median exceeds the usual value
 * by more than three deviations, and by more than the floor. Without the floor, equal medians day after day
 * would make a trifle an alarm.
 *
 * The plain deviation is used, without removing outliers: where one run in five is slow, as on a machine that
 * others use too, slow runs are usual. The price is that an outlier hides smaller steps until it leaves the
 * last files. */
#pragma once

#include "report/compare/compare.h"

#define MLM_HISTORY_DEVIATIONS 3
/* With fewer medians a standard deviation means nothing. */
#define MLM_HISTORY_FILES_LEAST 3

enum mlm_history_verdict {
    MLM_HISTORY_NONE,       /* no figure: no reading, or not all repetitions are ok */
    MLM_HISTORY_TOO_LITTLE, /* too few earlier files have the row */
    MLM_HISTORY_USUAL,      /* not above its limit */
    MLM_HISTORY_REGRESSED,
};

struct mlm_history_figure {
    size_t count;         /* number of earlier medians */
    double usual;         /* their median, ns or bytes; NAN: none */
    double limit;         /* a new median must not exceed this; NAN with too few files */
    double median, ratio; /* the new median, and its ratio to the usual value; NAN: none */
    enum mlm_history_verdict verdict;
};

struct mlm_history_row {
    const struct mlm_row *row;     /* row of the new side */
    size_t ok_count, not_ok_count; /* earlier files in which all its repetitions are ok, or not */
    bool ends_worse;               /* ok in all of enough earlier files, but not now */
    struct mlm_history_figure figures[MLM_FIGURE_COUNT];
};

struct mlm_history {
    const struct mlm_side *new_side;
    struct mlm_history_row *rows; /* one for each row of the new side */
    size_t count;
    size_t file_count, known_count; /* number of earlier files; number of rows that any of them has */
};

/* Borrows the sides. floor: 0.05 for 5 %. */
int mlm_history_make(const struct mlm_side *files, size_t file_count, const struct mlm_side *new_side,
    double floor, struct mlm_history **ret_history, struct mlm_error *error);
void mlm_history_free(struct mlm_history *history); /* takes NULL */

/* Returns true if the row has regressed in a chosen figure, or ends worse. */
bool mlm_history_row_trips(const struct mlm_history_row *row, const bool figures[static MLM_FIGURE_COUNT]);
