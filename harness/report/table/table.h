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

struct mlm_row {
    const struct mlm_record *first; /* its record has the specification */
    const struct mlm_record **trials;
    size_t trial_count;
    char *workload; /* without its suite, printable */
    char *params;   /* "density=0.01 index=32", printable; without those in the section's `common` */

    /* Repetitions may differ: ok if any is, else the most frequent one. All figures are of the trials with
     * this outcome. */
    enum mlm_outcome outcome;
    size_t outcome_counts[MLM_OUTCOME_COUNT];
    mlm_mark_set marks; /* of any trial */
    const char *reason; /* of the first that has one; NULL */
    const char *phase;  /* where it ended, unless ok; NULL */
    double progress;    /* median; NAN: not known */

    struct mlm_summary time; /* of run_ns; count 0: not had, or not of a whole run */
    double time_margin; /* how far the median may be off, as a share of it: the farther end of its bootstrap
                           interval of 95 %; NAN: fewer than two repetitions */
    struct mlm_readings readings; /* medians; of a job that was cut off, maxima */
    bool cut_off;                 /* needs and peaks are lower bounds */
    int64_t overhead_bytes;       /* needs less background and core; MLM_NULL where cut off */

    const struct mlm_row *reference; /* the same without a cap; NULL: none, or this is without one */
    bool folded;                     /* only a reference: shown in its rows' lines and in no section */
    double slowdown;                 /* time against the reference's; NAN */
    double of_best; /* time against the fastest of its group of which all trials are ok; NAN */
};

struct mlm_section {
    const struct mlm_row **rows;
    size_t count;
    char *common; /* parameters that all rows of its suite have alike, "" or printable */
};

struct mlm_table {
    struct mlm_row *rows;
    size_t row_count;
    const struct mlm_row **order; /* all rows: those of the sections, one after the other, then the folded */
    const struct mlm_record **trials;
    struct mlm_section *sections;
    size_t section_count;
    bool swaps_differ;                     /* between sections of a machine */
    bool seeds_differ, time_limits_differ; /* between sections: worth a word in their headings */
};

/* Borrows the list, which must outlive the table. Call mlm_judge() on it before. */
int mlm_table_make(const struct mlm_record_list *list, struct mlm_table **ret_table, struct mlm_error *error);
void mlm_table_free(struct mlm_table *table); /* takes NULL */

/* Did all its trials end ok? Only such a row can be the best of its group. */
bool mlm_row_all_ok(const struct mlm_row *row);

/* Was it run at all, rather than refused or skipped? */
bool mlm_row_ran(const struct mlm_row *row);

/* Did it fail for lack of memory, time or luck, rather than never run? */
bool mlm_row_failed(const struct mlm_row *row);

#define MLM_OUTCOME_TEXT 256

/* "ok", "ok 2 of 3, oom", "oom at 63 % of prepare"; brief: "oom". */
const char *mlm_row_outcome_text(const struct mlm_row *row, bool brief, char text[static MLM_OUTCOME_TEXT]);

/* A parameter's value as it was spelled; NULL: the row has none of that name. */
const char *mlm_row_param(const struct mlm_row *row, const char *name);

bool mlm_same_machine(const struct mlm_record *a, const struct mlm_record *b);
/* Same machine and suite. */
bool mlm_row_same_suite(const struct mlm_row *a, const struct mlm_row *b);
/* Do they differ in their cap alone: same machine, suite, data and surroundings? */
bool mlm_section_same_family(const struct mlm_section *a, const struct mlm_section *b);
/* Equal work, for rows of one section. */
bool mlm_row_same_group(const struct mlm_row *a, const struct mlm_row *b);

/* The index behind the last section of the same machine and suite, behind the last row of the same group. */
size_t mlm_table_suite_end(const struct mlm_table *table, size_t begin);
size_t mlm_section_group_end(const struct mlm_section *section, size_t begin);
