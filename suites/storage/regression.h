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

/* Bytes that the job holds beside the matrix: weights, margins, labels, gradients. */
uint64_t mlm_regression_bytes(
    const struct mlm_storage_format *format, const struct mlm_layout *layout, uint64_t threads);

/* The part of these bytes that prepare has already touched: the labels. */
uint64_t mlm_regression_label_bytes(const struct mlm_layout *layout);

int mlm_regression_open(const struct mlm_storage_format *format, const struct mlm_layout *layout,
    uint64_t threads, struct mlm_regression **ret_regression, struct mlm_scoreboard *sb);
void mlm_regression_close(struct mlm_regression *regression); /* accepts NULL */

/* Takes the label of a row and adds the row's part of ‖X‖²_F. */
void mlm_regression_row(struct mlm_regression *regression, uint64_t index, const struct mlm_data_row *row);

/* Progress steps of a whole run. */
uint64_t mlm_regression_steps(const struct mlm_matrix *matrix, uint64_t epochs);

/* Runs `epochs` epochs from w = 0. The matrix must have the layout and format that were given at open. */
int mlm_regression_run(struct mlm_regression *regression, const struct mlm_matrix *matrix, uint64_t epochs,
    struct mlm_scoreboard *sb);

/* Adds the answer: the loss before the last step, ‖w‖², and two more numbers, each of them ‖w‖² plus the
 * squared distance of w to a vector of the same length with fixed random signs. No rounding can cancel these
 * to nothing. -EBADMSG where the loss did not fall. */
int mlm_regression_verify(const struct mlm_regression *regression, struct mlm_scoreboard *sb);
