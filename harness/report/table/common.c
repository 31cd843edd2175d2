/* What all rows of a suite have alike is said once, in its sections' headings, and in no row. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/table/heading.h"
#include "report/table/table_parts.h"

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
    char *text = mlm_params_show(&own, row->first->threads);
    free(own.items);
    if (!text)
        return -ENOMEM;
    free(row->params);
    row->params = text;
    return 0;
}

static int common_find(struct mlm_table *table, struct mlm_section *sections, size_t count)
{
    const struct mlm_row *first = sections[0].rows[0];
    const struct mlm_params *all = &first->first->params;
    mlm_auto_free struct mlm_param_value *items = calloc(all->count + 1, sizeof *items);
    if (!items)
        return -ENOMEM;
    struct mlm_params common = {.items = items};
    size_t row_count = 0;
    for (size_t s = 0; s < count; s++)
        row_count += sections[s].count;
    for (size_t i = 0; i < all->count && row_count > 1; i++)
        items[common.count++] = all->items[i];
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count && common.count; i++)
            keep_common(&common, sections[s].rows[i]);
    for (size_t s = 0; s < count; s++) {
        sections[s].common = mlm_params_show(&common, 1);
        if (!sections[s].common)
            return -ENOMEM;
        for (size_t i = 0; i < sections[s].count && common.count; i++)
            if (shorten(&table->rows[sections[s].rows[i] - table->rows], &common) < 0)
                return -ENOMEM;
    }
    return 0;
}

int mlm_table_find_common(struct mlm_table *table)
{
    int r = 0;
    for (size_t begin = 0, end; begin < table->section_count && r >= 0; begin = end) {
        end = mlm_table_suite_end(table, begin);
        r = common_find(table, &table->sections[begin], end - begin);
    }
    return r;
}
