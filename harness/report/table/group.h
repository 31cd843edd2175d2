/* Facts about rows of one section that do equal work; findings are made from them. */
#pragma once

#include <stdio.h>

#include "report/table/ratio.h"

/* A larger slowdown under a cap is attributed to it: repetitions alone differ by less. */
#define MLM_SLOWED 1.1

/* Needs that differ by less are called about the same. */
#define MLM_LEANER 1.1

struct mlm_group {
    const struct mlm_row *const *rows;
    size_t count;
    const struct mlm_row *fastest, *slowest, *leanest,
        *largest; /* of those whose trials are all ok; or NULL */
    /* To be named for a good one: of those that cannot be told from the fastest, the one that needs the least
     * to run at speed. Which of them has the smallest median is chance. NULL: as the fastest. */
    const struct mlm_row *choice;
    const struct mlm_row *failed; /* the one that would need most; or NULL */
    size_t ok_count, failed_count;
    double at_speed_bytes; /* the least of any of them */
};

struct mlm_group mlm_group_look(const struct mlm_row *const *rows, size_t count);

/* A row's time against the fastest row's. With more rows in the group the interval is wider, so that all of
 * the group's hold in 95 of 100 groups. */
struct mlm_ratio mlm_group_time_ratio(const struct mlm_group *group, const struct mlm_row *row);

/* Returns true for a row whose time, or whose needs, cannot be told apart from those of the fastest, or the
 * leanest, row, by intervals such as that one. All trials of such a row are ok. A row that needs the least,
 * but may need clearly more than another one to run at speed, is not called the leanest. */
bool mlm_group_is_fastest(const struct mlm_group *group, const struct mlm_row *row);
bool mlm_group_is_leanest(const struct mlm_group *group, const struct mlm_row *row);

/* Returns true if the row takes part in the comparison of times and needs. */
bool mlm_group_counts(const struct mlm_row *row);

/* The peak of memory and swap that was measured, without the background that stood beside the job; NAN: not
 * known. */
double mlm_row_needs(const struct mlm_row *row);

/* What has to stay resident at most for the row to run at speed: its needs, and the files that it maps or
 * reads again; NAN: not known. */
double mlm_row_at_speed(const struct mlm_row *row);

/* The needs of a row with enough memory: its own figure if it ended, else that of its uncapped reference;
 * NAN: not known. */
double mlm_row_full_needs(const struct mlm_row *row);

/* A lower bound of the needs; NAN: nothing is known. */
double mlm_row_least_needs(const struct mlm_row *row);

/* The row that its cap slows down most, beyond doubt and by at least MLM_SLOWED; NULL: none. */
const struct mlm_row *mlm_section_most_slowed(const struct mlm_section *section);

/* "train.py at batch=32": with all parameters, but without the command line, for rows of any section. Not
 * printable: tame the text. */
void mlm_row_job_say(FILE *out, const struct mlm_row *row);

/* "csr at density=0.01"; beside another row that was just named (else NULL), only what differs from it:
 * "batch=4096". */
void mlm_row_say(
    FILE *out, const struct mlm_section *section, const struct mlm_row *row, const struct mlm_row *beside);
