/* Contrasts and outcomes of a pair in words, the same in every format. */
#pragma once

#include "report/compare/compare.h"
#include "report/table/columns.h"

#define MLM_WORDS_SIZE MLM_CELL_SIZE

#define MLM_SIDE_NAME 8

/* The name of a side in the output: "old" and "new" where there are two sides, else "A", "B", … */
const char *mlm_side_name(
    const struct mlm_comparison *comparison, size_t side, char text[static MLM_SIDE_NAME]);

/* "1.20 ×"; "" without a ratio. */
const char *mlm_ratio_text(double ratio, char text[static MLM_WORDS_SIZE]);

/* "1.18 to 1.22"; "" without an interval. */
const char *mlm_interval_text(const struct mlm_contrast *contrast, char text[static MLM_WORDS_SIZE]);

/* "0.013", "< 0.001"; "" without one. */
const char *mlm_p_text(double p, char text[static MLM_WORDS_SIZE]);

/* The median of one side, "91.3 ms" or "54.2 MiB"; "" without one. */
const char *mlm_figure_text(enum mlm_figure figure, double median, char text[static MLM_WORDS_SIZE]);

/* How both rows ended; "" where all repetitions of both are ok: "oom", "ok → oom at 63 % of prepare"; brief:
 * "ok → oom". */
const char *mlm_change_text(const struct mlm_pair *pair, bool brief, char text[static MLM_WORDS_SIZE]);

/* "slower, needs less", "slightly faster" (less than 1 %), "within noise", "too few repetitions" (brief: "too
 * few"), "worse" where fewer are ok;
 * "" where there is nothing to say. */
const char *mlm_verdict_text(const struct mlm_pair *pair, bool brief, char text[static MLM_WORDS_SIZE]);

/* Says why verdicts are `too few repetitions`; "" where there are none. */
const char *mlm_too_few_text(const struct mlm_comparison *comparison);

/* Names the tests that gave the p-values; "" where there are none. */
const char *mlm_tests_text(const struct mlm_comparison *comparison, char text[static MLM_WORDS_SIZE]);

/* Says which kind of time is compared; "" where it is the wall time alone. */
const char *mlm_times_text(const struct mlm_comparison *comparison);
