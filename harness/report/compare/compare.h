/* Compares results: machine with machine, today with last week, one build with another.
 *
 *   side        the rows of one machine or file, with a label; all others are compared with the first
 *   pair        a row of the first side and the row of another that does the same work under the same limits
 *   contrast    one figure of a pair: ratio of the medians, its interval, and whether chance explains it
 *   comparison  the pairs of every other side with the first, and the rows without a partner
 *
 * A ratio is given only where all repetitions of both rows ended ok; otherwise the outcomes are the result.
 * Ratios are new over old: above 1 is slower, needs more.
 *
 * Many rows are many tests, so p-values are corrected by Holm's method. The family is all tests of a
 * comparison that could show a difference (family.h): time and needs of every pair of every side. The rank
 * test assumes nothing about the values, but needs many of them (with three repetitions a side its smallest p
 * is 0.1). Where it could not reach MLM_SIGNIFICANCE in this family, Student's t of the logarithms is used.
 * One repetition on each side shows nothing and is not counted.
 *
 * The repetitions of one run share its minutes, and another run of the same row may differ by a few percent
 * for that alone. With one run on a side, the whole interval of a time must differ by MLM_ANOTHER_RUN to be
 * called different. */
#pragma once

#include "base/laptop.h"
#include "report/table/table.h"

#define MLM_SIGNIFICANCE 0.05
#define MLM_CONFIDENCE 0.95

/* As a factor. Of 160 pairs of runs of one program on a busy machine, 5 had a time 1.06 to 1.13 × apart with
 * an interval that excluded 1, and 1 of them one beyond this. */
#define MLM_ANOTHER_RUN 1.05

struct mlm_side {
    const char *label; /* printable */
    const struct mlm_table *table;
    const struct mlm_row *const *rows; /* rows of the table, in its order */
    size_t count;
};

/* Takes all rows in the table's sections, borrowed like the label. */
struct mlm_side mlm_side_of_table(const struct mlm_table *table, const char *label);

/* Returns true if the side has rows of several machines. */
bool mlm_side_has_machines(const struct mlm_side *side);

/* Makes one side for each machine, in the order of the records. Labels are hosts, with ids where hosts are
 * equal. The caller frees them with mlm_sides_free(); the table must outlive them. */
int mlm_sides_by_machine(
    const struct mlm_table *table, struct mlm_side **ret_sides, size_t *ret_count, struct mlm_error *error);
void mlm_sides_free(struct mlm_side *sides, size_t count); /* takes NULL */

enum mlm_figure { MLM_FIGURE_TIME, MLM_FIGURE_NEEDS, MLM_FIGURE_COUNT };

/* A figure that is compared, with its metric in a record and its words: a row is "slower", or "needs slightly
 * more". */
struct mlm_figure_info {
    enum mlm_metric metric;
    const char *name, *verb, *more, *less;
};

extern const struct mlm_figure_info mlm_figures[MLM_FIGURE_COUNT];

enum mlm_test {
    MLM_TEST_NONE, /* one repetition on each side */
    MLM_TEST_RANK,
    MLM_TEST_T,
    MLM_TEST_IDLE, /* no test of these values could show a difference, so none is made */
    MLM_TEST_COUNT,
};

enum mlm_contrast_verdict {
    MLM_CONTRAST_NONE,    /* there is no ratio */
    MLM_CONTRAST_TOO_FEW, /* one repetition on each side */
    MLM_CONTRAST_EVEN,    /* enough repetitions, but no difference shown */
    MLM_CONTRAST_LESS,
    MLM_CONTRAST_MORE,
};

/* A difference below this is "slight" even if it is proved: memory hardly varies, so tiny ones are proved
 * too. */
#define MLM_SLIGHT 0.01

struct mlm_contrast {
    size_t old_count, new_count;   /* repetitions */
    double old_median, new_median; /* ns or bytes; NAN: not measured, or not in all repetitions */
    double old_minimum, old_maximum, new_minimum, new_maximum;
    double ratio;     /* ratio of the medians; NAN: none */
    double low, high; /* interval of the ratio: by bootstrap beside the rank test, by t beside t; NAN: none */
    enum mlm_test test;
    double p, adjusted_p;         /* of the test; NAN: none is made */
    enum mlm_time_kind time_kind; /* of times: own ones only where both sides have them */
    enum mlm_contrast_verdict verdict;
};

/* How the outcome of a row changed between the sides. */
enum mlm_change {
    MLM_CHANGE_NONE,
    MLM_CHANGE_WORSE, /* fewer repetitions are ok: none, or fewer than before */
    MLM_CHANGE_BETTER,
    MLM_CHANGE_OTHER, /* another failure, or not run at all on one side */
};

struct mlm_pair {
    const struct mlm_row *old_row, *new_row;
    size_t old_index; /* of old_row in its side */
    enum mlm_change change;
    struct mlm_contrast contrasts[MLM_FIGURE_COUNT];
};

/* A geometric mean of ratios, with the number of rows that it leaves out. */
struct mlm_overall {
    double ratio; /* NAN: no ratios */
    size_t count;
};

enum mlm_speed_verdict {
    MLM_SPEED_UNKNOWN, /* fewer than two units on a side, or no common row */
    MLM_SPEED_EVEN,    /* no difference that chance, or another day, could not make */
    MLM_SPEED_FASTER,  /* the new side is */
    MLM_SPEED_SLOWER,
};

/* How fast the new side is on the rows that both can run, as one figure. A unit is a round of the rows (the
 * first trial of each, the second of each, …), or a run where both sides have
 * several with all rows. Each unit gives one
 * geometric mean over the rows. */
struct mlm_speed {
    double ratio, low, high; /* old time over new time; above 1: the new side is faster; NAN: not known */
    double p;                /* of the rank test, or of Student's t where that has too few units; NAN: none */
    size_t row_count, old_units, new_units;
    bool of_runs; /* units are runs */
    enum mlm_speed_verdict verdict;
};

struct mlm_pairing {
    const struct mlm_side *old_side, *new_side;
    struct mlm_pair *pairs; /* in the order of the old side's rows */
    size_t pair_count;
    const struct mlm_row **old_alone, **new_alone; /* rows without a partner */
    size_t old_alone_count, new_alone_count;
    size_t other_data; /* rows without a partner that would have one with another data size */
    struct mlm_overall overall[MLM_FIGURE_COUNT];
    struct mlm_speed speed;
    struct mlm_desktop desktop; /* as in the options */
};

struct mlm_comparison {
    const struct mlm_side *sides;
    bool by_machine;              /* rows are paired only within the same machine */
    struct mlm_pairing *pairings; /* one for each side but the first */
    size_t pairing_count;
    size_t ratio_count;                 /* contrasts that have a ratio */
    size_t test_counts[MLM_TEST_COUNT]; /* the contrasts that have a ratio, by test */
    size_t test_count;                  /* size of the family */
};

struct mlm_compare_options {
    bool mix_data;              /* pair rows of different data sizes too, where there is no other partner */
    struct mlm_desktop desktop; /* beside the job on the laptops that are named */
    unsigned where; /* enum mlm_where: pair only rows of the same machine (for sides with several), or with
                       the same kinds of swap */
};

/* Compares at least two sides, which are borrowed. */
int mlm_compare(const struct mlm_side *sides, size_t side_count, const struct mlm_compare_options *options,
    struct mlm_comparison **ret_comparison, struct mlm_error *error);
void mlm_comparison_free(struct mlm_comparison *comparison); /* takes NULL */

/* True for a ratio within MLM_SLIGHT of 1. */
bool mlm_contrast_is_slight(const struct mlm_contrast *contrast);

/* True for a pair that ends otherwise than before, or of which a difference that is not slight is proved. */
bool mlm_pair_changed(const struct mlm_pair *pair);

/* "storage/csr density=0.01 index=32 at 2G", with swap limit, background and dataset where there are any;
 * whole: also the parameters that stand in the headings of its suite's sections, and the size of the data.
 * Printable; the caller frees it; NULL: out of memory. */
char *mlm_row_name(const struct mlm_row *row, bool whole);

/* The same, with the machine's name in front where the side has several machines. */
char *mlm_side_row_name(const struct mlm_side *side, const struct mlm_row *row, bool whole);
