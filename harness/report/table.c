#include "report/table.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/keymap.h"
#include "record/utf8.h"

void mlm_table_free(struct mlm_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->row_count; i++) {
        free(table->rows[i].workload);
        free(table->rows[i].params);
    }
    free(table->rows);
    free(table->order);
    free(table->trials);
    for (size_t i = 0; i < table->section_count; i++)
        free(table->sections[i].common);
    free(table->sections);
    free(table);
}

static void table_free_p(struct mlm_table **table)
{
    mlm_table_free(*table);
}

bool mlm_row_all_ok(const struct mlm_row *row)
{
    return row->outcome_counts[MLM_OUTCOME_OK] == row->trial_count;
}

bool mlm_row_failed(const struct mlm_row *row)
{
    return row->outcome == MLM_OUTCOME_OOM || row->outcome == MLM_OUTCOME_TIMEOUT ||
           row->outcome == MLM_OUTCOME_KILLED;
}

static const char *machine_id(const struct mlm_record *record)
{
    const char *id = json_string_value(json_object_get(record->machine, "id"));
    return id ? id : "";
}

const char *mlm_row_outcome_text(const struct mlm_row *row, bool brief, char text[static MLM_OUTCOME_TEXT])
{
    size_t most = row->outcome_counts[row->outcome];
    char *end = stpcpy(text, mlm_outcome_name(row->outcome));
    if (most < row->trial_count)
        end += snprintf(end, 64, " %zu of %zu", most, row->trial_count);
    if (row->phase && !brief && !isnan(row->progress))
        end += snprintf(end, 64, " at %.0f %% of %.24s", 100 * row->progress, row->phase);
    else if (row->phase && !brief)
        end += snprintf(end, 64, " in %.24s", row->phase);
    for (int i = 0; i < MLM_OUTCOME_COUNT; i++)
        if (row->outcome_counts[i] && i != (int)row->outcome)
            end = stpcpy(stpcpy(end, ", "), mlm_outcome_name((enum mlm_outcome)i));
    mlm_utf8_tame(text);
    return text;
}

const char *mlm_row_param(const struct mlm_row *row, const char *name)
{
    const struct mlm_params *params = &row->first->params;
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return params->items[i].value;
    return NULL;
}

/* Rows out of records, in the order of their first ones; row_of gives each record's. */
static int rows_find(struct mlm_table *table, const struct mlm_record_list *list, size_t *row_of)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap keys = {0};
    for (size_t i = 0; i < list->count; i++) {
        int r = mlm_keymap_add(&keys, mlm_record_row_key(&list->items[i]), &row_of[i]);
        if (r < 0)
            return r;
    }
    table->rows = calloc(keys.count + 1, sizeof *table->rows);
    table->trials = calloc(list->count + 1, sizeof(void *));
    if (!table->rows || !table->trials)
        return -ENOMEM;
    table->row_count = keys.count;
    for (size_t i = 0; i < list->count; i++)
        table->rows[row_of[i]].trial_count++;
    const struct mlm_record **next = table->trials;
    for (size_t i = 0; i < table->row_count; i++) {
        table->rows[i].trials = next;
        next += table->rows[i].trial_count;
        table->rows[i].trial_count = 0;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct mlm_row *row = &table->rows[row_of[i]];
        row->trials[row->trial_count++] = &list->items[i];
    }
    return 0;
}

static void outcome_find(struct mlm_row *row)
{
    for (size_t i = 0; i < row->trial_count; i++) {
        row->outcome_counts[row->trials[i]->outcome]++;
        row->marks |= row->trials[i]->marks;
    }
    for (int i = 0; i < MLM_OUTCOME_COUNT; i++)
        if (row->outcome_counts[i] > row->outcome_counts[row->outcome])
            row->outcome = (enum mlm_outcome)i;
    if (row->outcome_counts[MLM_OUTCOME_OK])
        row->outcome = MLM_OUTCOME_OK;
    for (size_t i = 0; i < row->trial_count && !row->reason; i++)
        row->reason = row->trials[i]->reason;
}

/* Readings of the trials that ended as the row did. `numbers` has room for all of them. */
static void readings_sum_up(struct mlm_row *row, double *numbers)
{
    row->cut_off = row->outcome != MLM_OUTCOME_OK && row->outcome != MLM_OUTCOME_WRONG;
    for (int metric = 0; metric < MLM_METRIC_COUNT; metric++) {
        size_t count = 0;
        for (size_t i = 0; i < row->trial_count; i++) {
            int64_t value = row->trials[i]->readings.values[metric];
            if (row->trials[i]->outcome == row->outcome && value != MLM_NULL)
                numbers[count++] = (double)value;
        }
        int64_t *figure = &row->readings.values[metric];
        *figure = MLM_NULL;
        if (!count)
            continue;
        struct mlm_summary summary = mlm_summarize(numbers, count);
        *figure = llround(row->cut_off ? summary.maximum : summary.median);
        if (metric == MLM_run_ns && !row->cut_off)
            row->time = summary;
    }
}

static void end_find(struct mlm_row *row, double *numbers)
{
    row->progress = NAN;
    if (row->outcome == MLM_OUTCOME_OK)
        return;
    size_t count = 0;
    for (size_t i = 0; i < row->trial_count; i++) {
        const struct mlm_record *trial = row->trials[i];
        if (trial->outcome != row->outcome)
            continue;
        /* How far is said of one phase: the first trial's. */
        if (!row->phase)
            row->phase = trial->phase;
        if (row->phase && trial->phase && strcmp(trial->phase, row->phase) == 0 && !isnan(trial->progress))
            numbers[count++] = trial->progress;
    }
    bool never_ran = row->outcome == MLM_OUTCOME_SKIPPED || row->outcome == MLM_OUTCOME_REFUSED;
    if (row->phase && (never_ran || strcmp(row->phase, "done") == 0))
        row->phase = NULL;
    else if (count && row->outcome != MLM_OUTCOME_WRONG)
        row->progress = mlm_median(numbers, count);
}

/* Threads are stated wherever there is more than the usual one. */
static char *params_text(const struct mlm_params *params, uint64_t threads)
{
    mlm_auto_free char *text = mlm_params_text(params);
    char *with_threads = NULL;
    if (!text ||
        (threads > 1 && asprintf(&with_threads, "%s%sthreads=%" PRIu64, text, *text ? " " : "", threads) < 0))
        return NULL;
    if (!with_threads)
        with_threads = mlm_take_ptr(text);
    mlm_utf8_tame(with_threads);
    return with_threads;
}

static int name_find(struct mlm_row *row)
{
    const char *name = row->first->workload;
    size_t length = strlen(row->first->suite);
    if (strncmp(name, row->first->suite, length) == 0 && name[length] == '/' && name[length + 1])
        name += length + 1;
    row->workload = strdup(name);
    row->params = params_text(&row->first->params, row->first->threads);
    if (!row->workload || !row->params)
        return -ENOMEM;
    mlm_utf8_tame(row->workload);
    return 0;
}

static int sum_up(struct mlm_row *row, double *numbers)
{
    row->first = row->trials[0];
    row->slowdown = row->of_best = NAN;
    row->overhead_bytes = MLM_NULL;
    int r = name_find(row);
    if (r < 0)
        return r;
    outcome_find(row);
    readings_sum_up(row, numbers);
    end_find(row, numbers);
    const int64_t *values = row->readings.values;
    if (!row->cut_off && values[MLM_needs_peak_bytes] != MLM_NULL && values[MLM_core_bytes] != MLM_NULL)
        row->overhead_bytes =
            values[MLM_needs_peak_bytes] - values[MLM_core_bytes] - (int64_t)row->first->background_bytes;
    return 0;
}

/* Gives each capped row its reference; a reference that was not asked for as a row of its own is folded. */
static int references_find(struct mlm_table *table)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap keys = {0};
    mlm_auto_free struct mlm_row **uncapped = calloc(table->row_count + 1, sizeof *uncapped);
    if (!uncapped)
        return -ENOMEM;
    for (size_t i = 0; i < table->row_count; i++) {
        struct mlm_row *row = &table->rows[i];
        if (row->first->cap_bytes != MLM_NO_LIMIT)
            continue;
        size_t number;
        int r = mlm_keymap_add(&keys, mlm_record_uncapped_key(row->first), &number);
        if (r < 0)
            return r;
        if (!uncapped[number])
            uncapped[number] = row;
    }
    for (size_t i = 0; i < table->row_count; i++) {
        struct mlm_row *row = &table->rows[i];
        if (row->first->cap_bytes == MLM_NO_LIMIT)
            continue;
        mlm_auto_free char *key = mlm_record_uncapped_key(row->first);
        if (!key)
            return -ENOMEM;
        size_t number = mlm_keymap_find(&keys, key);
        if (number == MLM_KEYMAP_NONE)
            continue;
        struct mlm_row *reference = uncapped[number];
        row->reference = reference;
        if (reference->trial_count == 1 || reference->trial_count < row->trial_count)
            reference->folded = true;
        if (row->time.count && reference->time.count && mlm_row_all_ok(reference) &&
            reference->time.median > 0)
            row->slowdown = row->time.median / reference->time.median;
    }
    return 0;
}

/* As people sort: "0.01" before "0.1", "64M" before "1G". */
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

/* Machines are told apart by where their first record stands. */
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
    r = r ? r : compare_numbers(a->background_bytes, b->background_bytes);
    r = r ? r : compare_texts(a->background_mode, b->background_mode);
    r = r ? r : compare_numbers(a->swap_limit_bytes, b->swap_limit_bytes);
    r = r ? r : compare_numbers(a->seed, b->seed);
    r = r ? r : compare_numbers(a->timeout_ns, b->timeout_ns);
    return r ? r : compare_numbers(a->cap_bytes, b->cap_bytes);
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
    /* Numbers written otherwise ("1", "01") are still other work. */
    if (!r && a->first->equal_work)
        r = strcmp(a->first->equal_work, b->first->equal_work);
    r = r ? r : compare_natural(a->first->workload, b->first->workload);
    r = r ? r : compare_natural(a->params, b->params);
    return r ? r : (a > b) - (a < b);
}

bool mlm_same_machine(const struct mlm_record *a, const struct mlm_record *b)
{
    return a->machine == b->machine || strcmp(machine_id(a), machine_id(b)) == 0;
}

bool mlm_row_same_suite(const struct mlm_row *a, const struct mlm_row *b)
{
    return strcmp(a->first->suite, b->first->suite) == 0 && mlm_same_machine(a->first, b->first);
}

bool mlm_row_same_group(const struct mlm_row *a, const struct mlm_row *b)
{
    return a->first->equal_work && b->first->equal_work &&
           strcmp(a->first->equal_work, b->first->equal_work) == 0;
}

static int sort_keys_make(const struct mlm_table *table, struct sort_key *keys)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap machines = {0};
    for (size_t i = 0; i < table->row_count; i++) {
        keys[i].row = &table->rows[i];
        int r = mlm_keymap_add(&machines, strdup(machine_id(table->rows[i].first)), &keys[i].machine);
        if (r < 0)
            return r;
    }
    return 0;
}

static int sections_make(struct mlm_table *table)
{
    mlm_auto_free struct sort_key *keys = calloc(table->row_count + 1, sizeof *keys);
    table->order = calloc(table->row_count + 1, sizeof(void *));
    table->sections = calloc(table->row_count + 1, sizeof *table->sections);
    if (!keys || !table->order || !table->sections)
        return -ENOMEM;
    int r = sort_keys_make(table, keys);
    if (r < 0)
        return r;
    qsort(keys, table->row_count, sizeof *keys, compare_rows);
    for (size_t i = 0; i < table->row_count; i++) {
        table->order[i] = keys[i].row;
        if (keys[i].row->folded)
            break; /* these come last */
        if (!i || compare_sections(&keys[i - 1], &keys[i]) != 0)
            table->sections[table->section_count++].rows = &table->order[i];
        table->sections[table->section_count - 1].count++;
        const struct mlm_record *record = keys[i].row->first, *other = keys[0].row->first;
        table->seeds_differ |= record->seed != other->seed;
        table->time_limits_differ |= record->timeout_ns != other->timeout_ns;
    }
    return 0;
}

/* Keeps in `common` what the row has as well: names and values borrowed. */
static void keep_common(struct mlm_params *common, const struct mlm_row *row)
{
    size_t kept = 0;
    for (size_t i = 0; i < common->count; i++) {
        const char *value = mlm_row_param(row, common->items[i].name);
        if (value && strcmp(value, common->items[i].value) == 0)
            common->items[kept++] = common->items[i];
    }
    common->count = kept;
}

static bool has_param(const struct mlm_params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return true;
    return false;
}

/* Writes a row's parameters anew, without the common ones. */
static int shorten(struct mlm_row *row, const struct mlm_params *common)
{
    const struct mlm_params *all = &row->first->params;
    struct mlm_params own = {.items = calloc(all->count + 1, sizeof *own.items)};
    if (!own.items)
        return -ENOMEM;
    for (size_t i = 0; i < all->count; i++)
        if (!has_param(common, all->items[i].name))
            own.items[own.count++] = all->items[i];
    char *text = params_text(&own, row->first->threads);
    free(own.items);
    if (!text)
        return -ENOMEM;
    free(row->params);
    row->params = text;
    return 0;
}

/* What all rows of a suite have alike is said once, in its sections' headings. */
static int common_find(struct mlm_table *table, struct mlm_section *sections, size_t count)
{
    const struct mlm_params *all = &sections[0].rows[0]->first->params;
    mlm_auto_free struct mlm_param_value *items = calloc(all->count + 1, sizeof *items);
    if (!items)
        return -ENOMEM;
    struct mlm_params common = {.items = items};
    size_t row_count = 0;
    for (size_t s = 0; s < count; s++)
        row_count += sections[s].count;
    if (row_count > 1) {
        memcpy(items, all->items, all->count * sizeof *items);
        common.count = all->count;
    }
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count && common.count; i++)
            keep_common(&common, sections[s].rows[i]);
    for (size_t s = 0; s < count; s++) {
        sections[s].common = params_text(&common, 1);
        if (!sections[s].common)
            return -ENOMEM;
        for (size_t i = 0; i < sections[s].count && common.count; i++)
            if (shorten(&table->rows[sections[s].rows[i] - table->rows], &common) < 0)
                return -ENOMEM;
    }
    return 0;
}

static int commons_find(struct mlm_table *table)
{
    int r = 0;
    for (size_t begin = 0, end; begin < table->section_count && r >= 0; begin = end) {
        for (end = begin + 1; end < table->section_count && mlm_row_same_suite(table->sections[begin].rows[0],
                                                                table->sections[end].rows[0]);
             end++)
            ;
        r = common_find(table, &table->sections[begin], end - begin);
    }
    return r;
}

/* Rows of a group stand together. */
static void best_find(struct mlm_table *table, const struct mlm_section *section)
{
    for (size_t begin = 0, end; begin < section->count; begin = end) {
        double best = INFINITY;
        for (end = begin; end == begin || (end < section->count &&
                                              mlm_row_same_group(section->rows[begin], section->rows[end]));
             end++)
            if (mlm_row_all_ok(section->rows[end]) && section->rows[end]->time.count)
                best = fmin(best, section->rows[end]->time.median);
        if (!section->rows[begin]->first->equal_work || !(best > 0) || isinf(best))
            continue;
        for (size_t i = begin; i < end; i++) {
            struct mlm_row *row = &table->rows[section->rows[i] - table->rows];
            if (row->outcome == MLM_OUTCOME_OK && row->time.count)
                row->of_best = row->time.median / best;
        }
    }
}

static int table_fill(struct mlm_table *table, const struct mlm_record_list *list)
{
    mlm_auto_free size_t *row_of = calloc(list->count + 1, sizeof *row_of);
    mlm_auto_free double *numbers = calloc(list->count + 1, sizeof *numbers);
    int r = row_of && numbers ? rows_find(table, list, row_of) : -ENOMEM;
    for (size_t i = 0; r >= 0 && i < table->row_count; i++)
        r = sum_up(&table->rows[i], numbers);
    if (r >= 0)
        r = references_find(table);
    if (r >= 0)
        r = sections_make(table);
    for (size_t i = 0; r >= 0 && i < table->section_count; i++)
        best_find(table, &table->sections[i]);
    if (r >= 0)
        r = commons_find(table);
    return r;
}

int mlm_table_make(const struct mlm_record_list *list, struct mlm_table **ret_table, struct mlm_error *error)
{
    mlm_cleanup(table_free_p) struct mlm_table *table = calloc(1, sizeof *table);
    int r = table ? table_fill(table, list) : -ENOMEM;
    if (r < 0)
        return mlm_error_errno(error, r, "table of %zu records", list->count);
    *ret_table = mlm_take_ptr(table);
    return 0;
}
