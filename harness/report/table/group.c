/* Comparisons within a group of rows that do equal work. */
#include "report/table/group.h"

#include <math.h>
#include <string.h>

/* Without the background, whose size is known. */
static double of_job(const struct mlm_row *row, int64_t bytes)
{
    return bytes == MLM_NULL ? NAN : fmax((double)bytes - (double)row->first->limits.background_bytes, 0);
}

double mlm_row_needs(const struct mlm_row *row)
{
    return of_job(row, row->readings.values[MLM_needs_peak_bytes]);
}

double mlm_row_at_speed(const struct mlm_row *row)
{
    int64_t bytes = row->readings.values[MLM_at_speed_bytes];
    return bytes == MLM_NULL ? mlm_row_needs(row) : of_job(row, bytes);
}

double mlm_row_full_needs(const struct mlm_row *row)
{
    if (!row->cut_off)
        return mlm_row_needs(row);
    return row->reference && !row->reference->cut_off ? mlm_row_needs(row->reference) : NAN;
}

double mlm_row_least_needs(const struct mlm_row *row)
{
    return fmax(mlm_row_full_needs(row), mlm_row_needs(row));
}

bool mlm_group_counts(const struct mlm_row *row)
{
    return mlm_row_all_ok(row) && row->time.count && !isnan(mlm_row_needs(row));
}

/* Bonferroni's correction: every other row is compared with the best one. */
static double confidence_of(const struct mlm_group *group)
{
    return 1 - (1 - MLM_RATIO_CONFIDENCE) / (double)(group->ok_count > 1 ? group->ok_count - 1 : 1);
}

struct mlm_ratio mlm_group_time_ratio(const struct mlm_group *group, const struct mlm_row *row)
{
    return mlm_row_time_ratio(row, group->fastest, confidence_of(group));
}

bool mlm_group_is_fastest(const struct mlm_group *group, const struct mlm_row *row)
{
    if (!mlm_group_counts(row) || row == group->fastest)
        return row == group->fastest;
    struct mlm_ratio ratio = mlm_group_time_ratio(group, row);
    enum mlm_says says = mlm_ratio_says(&ratio);
    return says == MLM_SAYS_UNSURE || says == MLM_SAYS_EVEN;
}

/* Files make the row need clearly more at speed than another one. */
static bool is_heavy_at_speed(const struct mlm_group *group, const struct mlm_row *row)
{
    return row->readings.values[MLM_at_speed_bytes] != MLM_NULL &&
           mlm_row_at_speed(row) > MLM_LEANER * group->at_speed_bytes;
}

bool mlm_group_is_leanest(const struct mlm_group *group, const struct mlm_row *row)
{
    if (!mlm_group_counts(row) || is_heavy_at_speed(group, row))
        return false;
    if (row == group->leanest)
        return true;
    struct mlm_ratio ratio = mlm_row_needs_ratio(row, group->leanest, confidence_of(group));
    return mlm_ratio_says(&ratio) != MLM_SAYS_MORE;
}

/* Where the row that needs the least is not called the leanest, another one may be that cannot be told apart
 * from it: it stands for both. */
static void leanest_choose(struct mlm_group *group)
{
    const struct mlm_row *leanest = NULL;
    for (size_t i = 0; i < group->count && group->leanest && is_heavy_at_speed(group, group->leanest); i++) {
        const struct mlm_row *row = group->rows[i];
        if (mlm_group_is_leanest(group, row) && (!leanest || mlm_row_needs(row) < mlm_row_needs(leanest)))
            leanest = row;
    }
    if (leanest)
        group->leanest = leanest;
}

static void choice_make(struct mlm_group *group)
{
    group->choice = group->fastest;
    for (size_t i = 0; i < group->count && group->choice; i++)
        if (mlm_group_is_fastest(group, group->rows[i]) &&
            mlm_row_at_speed(group->rows[i]) < mlm_row_at_speed(group->choice))
            group->choice = group->rows[i];
}

struct mlm_group mlm_group_look(const struct mlm_row *const *rows, size_t count)
{
    struct mlm_group group = {.rows = rows, .count = count, .at_speed_bytes = INFINITY};
    for (size_t i = 0; i < count; i++) {
        const struct mlm_row *row = rows[i];
        if (mlm_row_failed(row)) {
            group.failed_count++;
            if (!group.failed || !(mlm_row_least_needs(row) <= mlm_row_least_needs(group.failed)))
                group.failed = row;
        }
        if (!mlm_group_counts(row))
            continue;
        group.ok_count++;
        group.at_speed_bytes = fmin(group.at_speed_bytes, mlm_row_at_speed(row));
        if (!group.fastest || row->time.median < group.fastest->time.median)
            group.fastest = row;
        if (!group.slowest || row->time.median > group.slowest->time.median)
            group.slowest = row;
        if (!group.leanest || mlm_row_needs(row) < mlm_row_needs(group.leanest))
            group.leanest = row;
        if (!group.largest || mlm_row_needs(row) > mlm_row_needs(group.largest))
            group.largest = row;
    }
    leanest_choose(&group);
    choice_make(&group);
    return group;
}

/* True if the parameter differs between rows of the section. Rows without it are ignored. */
static bool varies(const struct mlm_section *section, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < section->count; i++) {
        const char *other = mlm_row_param(section->rows[i], name);
        if (value && other && strcmp(value, other) != 0)
            return true;
        value = other ? other : value;
    }
    return false;
}

void mlm_row_say(
    FILE *out, const struct mlm_section *section, const struct mlm_row *row, const struct mlm_row *beside)
{
    bool by_workload = !beside || strcmp(row->first->workload, beside->first->workload) != 0;
    const char *glue = "";
    if (by_workload) {
        fputs(row->workload, out);
        glue = " at ";
    }
    const struct mlm_params *params = &row->first->params;
    for (size_t i = 0; i < params->count; i++) {
        const struct mlm_param_value *param = &params->items[i];
        const char *other = beside ? mlm_row_param(beside, param->name) : NULL;
        if ((other && strcmp(other, param->value) == 0) || !varies(section, param->name))
            continue;
        fprintf(out, "%s%s=%s", glue, param->name, param->value);
        glue = " ";
    }
    if (!by_workload && !*glue) /* the rows differ in something that is not a parameter */
        fputs(row->workload, out);
}

void mlm_row_job_say(FILE *out, const struct mlm_row *row)
{
    const struct mlm_params *params = &row->first->params;
    const char *glue = " at ";
    fputs(row->workload, out);
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, "command") != 0) {
            fprintf(out, "%s%s=%s", glue, params->items[i].name, params->items[i].value);
            glue = " ";
        }
}

const struct mlm_row *mlm_section_most_slowed(const struct mlm_section *section)
{
    const struct mlm_row *slowest = NULL;
    for (size_t i = 0; i < section->count; i++) {
        const struct mlm_ratio *slowdown = &section->rows[i]->slowdown;
        if (mlm_ratio_says(slowdown) == MLM_SAYS_MORE && slowdown->low >= MLM_SLOWED &&
            (!slowest || slowdown->low > slowest->slowdown.low))
            slowest = section->rows[i];
    }
    return slowest;
}
