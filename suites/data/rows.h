/* A stream of matrix rows with labels: generated, or read from a user's file. Every storage format and every
 * loader's reference is built from such a stream, so that all variants see the same data.
 *
 * Generated rows (density d, p columns): row 2m and row 2m+1 together have exactly 2k values other than 0, k
 * = max(1, round(d·p)). One has k-j, the other k+j, with j drawn from 0..min(k/2, p-k, k-1): row lengths
 * differ as in real data, and the total still has a closed form, z = k·n for even n. Columns are drawn one
 * from each of equal strata, hence distinct and sorted. Values are whole numbers in ±1…±7: exact in f64, f32,
 * f16 and int8 alike. Labels are 0 or 1. The widest row has k + min(k/2, p-k, k-1) values at most. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/inspect.h"
#include "scoreboard.h"

struct mlm_data_row {
    uint32_t count;          /* values other than 0 */
    const uint32_t *columns; /* ascending */
    const float *values;
    float label; /* generated rows: 0 or 1; a user's file: see mlm_rows_open_file() */
};

struct mlm_rows;

/* The caller rounds `rows` up to even. Shape and values are as described above. */
int mlm_rows_open_generated(uint64_t rows, uint64_t columns, double density, uint64_t seed,
    struct mlm_rows **ret_rows, struct mlm_scoreboard *sb);

/* Opens a file; the format is found as by mlm_dataset_inspect(). libsvm has labels (> 0 becomes 1, else 0);
 * .npy and .csv have none: the label of row r is a bit of mlm_random_u64(), so that the job is defined.
 * Values are rounded to f32 once, here. shape: the result of the inspection; a row beyond it is refused.
 * NULL: the file was not inspected. */
int mlm_rows_open_file(const char *path, uint64_t seed, const struct mlm_shape *shape,
    struct mlm_rows **ret_rows, struct mlm_scoreboard *sb);

/* Returns 1 and fills *ret_row, which is valid until the next call; 0 at the end; negative errno through
 * mlm_fail(). */
int mlm_rows_next(struct mlm_rows *rows, struct mlm_data_row *ret_row, struct mlm_scoreboard *sb);

/* Continues at row `index`, from 0; a file can only go back to 0. */
int mlm_rows_seek(struct mlm_rows *rows, uint64_t index, struct mlm_scoreboard *sb);

void mlm_rows_close(struct mlm_rows *rows); /* accepts NULL */

/* The exact shape of generated rows, computed without generating them (widest_row is the upper bound
 * above). */
struct mlm_shape mlm_rows_generated_shape(uint64_t rows, uint64_t columns, double density);

/* A checksum of values and labels that does not depend on the order: add the results of all rows. The sum is
 * the same for every format that holds the same data. */
uint64_t mlm_row_checksum(uint64_t row_index, const struct mlm_data_row *row);
