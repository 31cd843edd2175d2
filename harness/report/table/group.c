/* Comparisons within a group of rows that do equal work. */
#include "report/table/group.h"

#include <math.h>
#include <string.h>

double mlm_row_needs(const struct mlm_row *row)
{
    int64_t bytes = row->readings.values[MLM_needs_peak_bytes];
    return bytes == MLM_NULL ? NAN : (double)bytes;
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

struct mlm_group mlm_group_look(const struct mlm_row *const *rows, size_t count)
{
    struct mlm_group group = {.rows = rows, .count = count};
    for (size_t i = 0; i < count; i++) {
        const struct mlm_row *row = rows[i];
        if (mlm_row_failed(row)) {
            group.failed_count++;
            if (!group.failed || !(mlm_row_least_needs(row) <= mlm_row_least_needs(group.failed)))
                group.failed = row;
        }
        if (!mlm_row_all_ok(row) || !row->time.count || isnan(mlm_row_needs(row)))
            continue;
        group.ok_count++;
        if (!group.fastest || row->time.median < group.fastest->time.median)
            group.fastest = row;
        if (!group.slowest || row->time.median > group.slowest->time.median)
            group.slowest = row;
        if (!group.leanest || mlm_row_needs(row) < mlm_row_needs(group.leanest))
            group.leanest = row;
        if (!group.largest || mlm_row_needs(row) > mlm_row_needs(group.largest))
            group.largest = row;
    }
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

/* In a shorter job, chance causes as large a slowdown as a cap. */
#define SLOWED_LEAST_NS 10e6

double mlm_row_sure_slowdown(const struct mlm_row *row)
{
    if (isnan(row->slowdown) || row->time.median < SLOWED_LEAST_NS)
        return NAN;
    return row->slowdown * row->time.minimum / row->time.median;
}

const struct mlm_row *mlm_section_most_slowed(const struct mlm_section *section)
{
    const struct mlm_row *slowest = NULL;
    for (size_t i = 0; i < section->count; i++) {
        double slowdown = mlm_row_sure_slowdown(section->rows[i]);
        if (!isnan(slowdown) && (!slowest || slowdown > mlm_row_sure_slowdown(slowest)))
            slowest = section->rows[i];
    }
    return slowest;
}
