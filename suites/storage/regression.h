/* The suite's job: logistic regression by gradient descent, all rows at once.
 *
 *   an epoch: m = Xw; g = σ(m) - y; w -= rate·Xᵀg
 *   rate = 4 / ‖X‖²_F
 *
 * The loss, summed over rows, has a curvature of at most λmax(XᵀX)/4 ≤ ‖X‖²_F/4 (Böhning 1992), so that this
 * rate makes it smaller with every step, whatever the data. Two products an epoch, not fused, the same for
 * all formats.
 *
 * Reals are f64 for values in f64, else f32. Sums of many f32 are kept short: a product by rows runs over
 * blocks of about 64 entries a column, whose gradients are added up in f64. */
#pragma once

#include "storage/matrix.h"

struct mlm_regression;

/* What the job holds beside the matrix: weights, margins, labels, gradients. */
uint64_t mlm_regression_bytes(
    const struct mlm_storage_format *format, const struct mlm_layout *layout, uint64_t threads);

/* Of these, what prepare has touched already: labels. */
uint64_t mlm_regression_label_bytes(const struct mlm_layout *layout);

int mlm_regression_open(const struct mlm_storage_format *format, const struct mlm_layout *layout,
    uint64_t threads, struct mlm_regression **ret_regression, struct mlm_scoreboard *sb);
void mlm_regression_close(struct mlm_regression *regression); /* takes NULL */

/* Tells it of a row: its label, and its part of ‖X‖²_F. */
void mlm_regression_row(struct mlm_regression *regression, uint64_t index, const struct mlm_data_row *row);

/* By how much a run advances the progress. */
uint64_t mlm_regression_steps(const struct mlm_matrix *matrix, uint64_t epochs);

/* Runs `epochs` epochs from w = 0. The matrix has the layout and the format named at open. */
int mlm_regression_run(struct mlm_regression *regression, const struct mlm_matrix *matrix, uint64_t epochs,
    struct mlm_scoreboard *sb);

/* The answer: loss before the last step, ‖w‖², and, twice, this plus the squared distance of w to a vector of
 * its own length and fixed random signs: numbers that no rounding can cancel to nothing. -EBADMSG where the
 * loss did not fall. */
int mlm_regression_verify(const struct mlm_regression *regression, struct mlm_scoreboard *sb);
