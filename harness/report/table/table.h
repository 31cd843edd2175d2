/* The table as data: text, pictures and other formats are made from it.
 *
 *   row      the repetitions of one specification, summarized
 *   section  the rows of one printed table: same machine, suite, data, conditions and cap
 *   group    the rows of a section that do equal work (adjacent, because rows are sorted by it)
 *
 * Sections are sorted by machine (in the order of the records), suite, data, conditions and cap, `none` last;
 * rows by the work they do, workload and parameters, numbers by value. */
#pragma once

#include "record/statistics.h"
#include "record/store.h"
#include "record/student.h"

enum mlm_felt {
    MLM_FELT_UNKNOWN,
    MLM_FELT_NOTHING, /* the cage never held as much as the cap, and did not swap */
    MLM_FELT_CACHE,   /* the cage was full, but of reclaimable page cache */
    MLM_FELT_SHORT,   /* the job needed the whole cap, or the machine's memory, and swapped */
};

/* The times of the trials of a row; count 0: not known of all of them. */
struct mlm_row_times {
    struct mlm_summary summary;
    struct mlm_log_mean log;
};

struct mlm_row {
    const struct mlm_record *first;   /* its record has the specification */
    const struct mlm_record **trials; /* without those that were disturbed and done again */
    size_t trial_count, disturbed_count;
    char *workload; /* without its suite, printable */
    char *params;   /* "density=0.01 index=32", printable; without those in the section's `common` */

    /* Repetitions may differ: ok if any is, else the most frequent one. All figures are of the trials with
     * this outcome. */
    enum mlm_outcome outcome;
    size_t outcome_counts[MLM_OUTCOME_COUNT];
    mlm_mark_set marks; /* of any trial */
    const char *reason; /* reason of the first trial that has one; NULL: none has */
    const char *phase;  /* phase in which it ended, unless ok; NULL */
    double progress;    /* median; NAN: not known */

    struct mlm_row_times times[MLM_TIME_KIND_COUNT];
    enum mlm_time_kind time_kind; /* own time, where it is known of all trials */
    struct mlm_summary time;      /* summary of that time; count 0: not measured, or not of a whole run */
    double time_margin; /* how far it may be off, as a share of it: the interval of 95 % by Student's t; NAN:
                           fewer than two repetitions */
    struct mlm_log_mean needs_log; /* of a job that was not cut off */
    enum mlm_felt felt;            /* how the cap affected it; of a row whose trials are all ok */
    struct mlm_readings readings;  /* medians; of a job that was cut off, maxima */
    bool cut_off;                  /* needs and peaks are lower bounds */
    int64_t overhead_bytes;        /* needs minus background and core; MLM_NULL where cut off */

    const struct mlm_row *reference; /* the same row without a cap; NULL: none, or this row has no cap */
    bool folded; /* only a reference: in no section, but shown in the lines of the rows that refer to it */
    /* Time divided by the reference's. A row that felt nothing of its cap is its own reference: 1. */
    struct mlm_ratio slowdown;
    /* Time divided by that of the fastest row of its group whose trials are all ok. */
    struct mlm_ratio of_best;
};

struct mlm_section {
    const struct mlm_row **rows;
    size_t count;
    char *common; /* parameters that most rows of its suite have, with the same value; "" or printable */
};

struct mlm_table {
    struct mlm_row *rows;
    size_t row_count;
    const struct mlm_row **order; /* all rows: those of the sections in turn, then the folded ones */
    const struct mlm_record **trials;
    struct mlm_section *sections;
    size_t section_count;
    bool swaps_differ;                     /* swap differs between sections of a machine */
    bool seeds_differ, time_limits_differ; /* they differ between sections, so headings state them */
    bool software_differs;                 /* versions behind scripts; headings state those not in: */
    json_t *software_common;               /* versions that all rows of scripts have; NULL: there is none */
};

/* Borrows the list, which must outlive the table. Call mlm_judge() on it before. */
int mlm_table_make(const struct mlm_record_list *list, struct mlm_table **ret_table, struct mlm_error *error);
void mlm_table_free(struct mlm_table *table); /* takes NULL */

/* Returns true if all its trials ended ok. Only such a row can be the best of its group. */
bool mlm_row_all_ok(const struct mlm_row *row);

/* Returns true if the row was run at all, and not refused or skipped. */
bool mlm_row_ran(const struct mlm_row *row);

/* Returns true if the row failed for lack of memory or time, or was killed. */
bool mlm_row_failed(const struct mlm_row *row);

#define MLM_OUTCOME_TEXT 256

/* "ok", "ok 2 of 3, oom", "oom at 63 % of prepare"; brief: "oom". */
const char *mlm_row_outcome_text(const struct mlm_row *row, bool brief, char text[static MLM_OUTCOME_TEXT]);

/* A parameter's value as it was spelled; NULL: the row has none of that name. */
const char *mlm_row_param(const struct mlm_row *row, const char *name);

bool mlm_same_machine(const struct mlm_record *a, const struct mlm_record *b);
/* Returns true for the same machine and suite. */
bool mlm_row_same_suite(const struct mlm_row *a, const struct mlm_row *b);
/* Returns true if they differ only in their cap: same machine, suite, data and conditions. */
bool mlm_section_same_family(const struct mlm_section *a, const struct mlm_section *b);
/* For rows of one section: returns true for equal work. */
bool mlm_row_same_group(const struct mlm_row *a, const struct mlm_row *b);

/* The index behind the last section of the same machine and suite, and behind the last row of the same
 * group. */
size_t mlm_table_suite_end(const struct mlm_table *table, size_t begin);
size_t mlm_section_group_end(const struct mlm_section *section, size_t begin);
