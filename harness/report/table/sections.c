/* Sorts rows, finds sections and groups, and compares each row with the best of its group. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/keymap.h"
#include "record/software.h"
#include "report/table/group.h"
#include "report/table/ratio.h"
#include "report/table/table_parts.h"

/* Compares as people sort: "0.01" before "0.1", "64M" before "1G". */
static int compare_natural(const char *a, const char *b)
{
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            char *end_a, *end_b;
            double x = strtod(a, &end_a), y = strtod(b, &end_b);
            static const char units[] = "KMGT";
            const char *unit_a = *end_a ? strchr(units, *end_a) : NULL;
            const char *unit_b = *end_b ? strchr(units, *end_b) : NULL;
            x = unit_a ? ldexp(x, 10 * (int)(unit_a - units + 1)) : x;
            y = unit_b ? ldexp(y, 10 * (int)(unit_b - units + 1)) : y;
            if (x < y || x > y)
                return x < y ? -1 : 1;
            a = end_a;
            b = end_b;
        } else {
            if (*a != *b)
                return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
            a++;
            b++;
        }
    }
    return (*a != 0) - (*b != 0);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_texts(const char *a, const char *b)
{
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    return compare_natural(a, b);
}

/* The key for sorting a row. `machine` is the place of the machine's first record. */
struct sort_key {
    const struct mlm_row *row;
    size_t machine;
};

static int compare_suites(const struct sort_key *a, const struct sort_key *b)
{
    int r = compare_numbers(a->machine, b->machine);
    return r ? r : strcmp(a->row->first->suite, b->row->first->suite);
}

static int compare_sections(const struct sort_key *x, const struct sort_key *y)
{
    const struct mlm_record *a = x->row->first, *b = y->row->first;
    int r = compare_suites(x, y);
    r = r ? r : compare_numbers(a->data_bytes, b->data_bytes);
    r = r ? r : compare_texts(a->dataset, b->dataset);
    r = r ? r : mlm_record_compare_surroundings(a, b);
    r = r ? r : compare_numbers(a->seed, b->seed);
    r = r ? r : compare_numbers(a->limits.timeout_ns, b->limits.timeout_ns);
    return r ? r : compare_numbers(a->limits.cap_bytes, b->limits.cap_bytes);
}

static int compare_rows(const void *p, const void *q)
{
    const struct sort_key *x = p, *y = q;
    const struct mlm_row *a = x->row, *b = y->row;
    int r = (int)a->folded - (int)b->folded;
    r = r ? r : compare_sections(x, y);
    /* Rows that are compared with none come last. */
    r = r ? r : (a->first->equal_work == NULL) - (b->first->equal_work == NULL);
    r = r ? r : compare_texts(a->first->equal_work, b->first->equal_work);
    /* Texts of equal numbers ("1", "01") are still different work. */
    if (!r && a->first->equal_work)
        r = strcmp(a->first->equal_work, b->first->equal_work);
    r = r ? r : compare_natural(a->first->workload, b->first->workload);
    r = r ? r : compare_natural(a->params, b->params);
    return r ? r : (a > b) - (a < b);
}

static int sort_keys_make(const struct mlm_table *table, struct sort_key *keys)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap machines = {0};
    for (size_t i = 0; i < table->row_count; i++) {
        keys[i].row = &table->rows[i];
        int r = mlm_keymap_add(&machines, strdup(mlm_machine_id(table->rows[i].first)), &keys[i].machine);
        if (r < 0)
            return r;
    }
    return 0;
}

size_t mlm_table_suite_end(const struct mlm_table *table, size_t begin)
{
    size_t end = begin + 1;
    while (end < table->section_count &&
           mlm_row_same_suite(table->sections[begin].rows[0], table->sections[end].rows[0]))
        end++;
    return end;
}

size_t mlm_section_group_end(const struct mlm_section *section, size_t begin)
{
    size_t end = begin + 1;
    while (end < section->count && mlm_row_same_group(section->rows[begin], section->rows[end]))
        end++;
    return end;
}

/* Compares the rows of each group with its best one. Rows of a group are adjacent. */
static void best_find(struct mlm_table *table, const struct mlm_section *section)
{
    for (size_t begin = 0, end; begin < section->count; begin = end) {
        end = mlm_section_group_end(section, begin);
        const struct mlm_group group = mlm_group_look(section->rows + begin, end - begin);
        if (!group.fastest || !group.fastest->first->equal_work)
            continue;
        for (size_t i = begin; i < end; i++) {
            struct mlm_row *row = &table->rows[section->rows[i] - table->rows];
            if (row == group.fastest)
                row->of_best = (struct mlm_ratio){1, 1, 1, 1};
            else if (row->outcome == MLM_OUTCOME_OK && row->time.count)
                row->of_best = mlm_group_time_ratio(&group, row);
        }
    }
}

/* Finds the versions that all rows of scripts share, and whether rows differ in any. -ENOMEM. */
static int software_find(struct mlm_table *table)
{
    const struct mlm_record *first = NULL;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct mlm_record *record = table->rows[i].first;
        const json_t *software = mlm_record_software(record);
        if (!software)
            continue;
        if (!first && !(table->software_common = json_copy((json_t *)(uintptr_t)software)))
            return -ENOMEM;
        first = first ? first : record;
        table->software_differs |= mlm_record_compare_software(first, record) != 0;
        mlm_software_keep_common(table->software_common, record);
    }
    return 0;
}

int mlm_table_make_sections(struct mlm_table *table)
{
    mlm_auto_free struct sort_key *keys = calloc(table->row_count + 1, sizeof *keys);
    table->order = calloc(table->row_count + 1, sizeof(void *));
    table->sections = calloc(table->row_count + 1, sizeof *table->sections);
    if (!keys || !table->order || !table->sections)
        return -ENOMEM;
    int r = sort_keys_make(table, keys);
    r = r < 0 ? r : software_find(table);
    if (r < 0)
        return r;
    qsort(keys, table->row_count, sizeof *keys, compare_rows);
    struct mlm_section *section = NULL;
    for (size_t i = 0; i < table->row_count; i++) {
        table->order[i] = keys[i].row;
        if (keys[i].row->folded)
            continue; /* these come last */
        if (!section || compare_sections(&keys[i - 1], &keys[i]) != 0) {
            section = &table->sections[table->section_count++];
            section->rows = &table->order[i];
        }
        section->count++;
        const struct mlm_record *record = keys[i].row->first, *other = keys[0].row->first;
        if (i > 0 && mlm_same_machine(record, keys[i - 1].row->first))
            table->swaps_differ |= !mlm_record_same_swap(record, keys[i - 1].row->first);
        table->seeds_differ |= record->seed != other->seed;
        table->time_limits_differ |= record->limits.timeout_ns != other->limits.timeout_ns;
    }
    for (size_t i = 0; i < table->section_count; i++)
        best_find(table, &table->sections[i]);
    return 0;
}
