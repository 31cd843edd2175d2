/* Moves parameters that most rows of a suite share, with the same value, from the rows to the headings of the
 * suite's sections. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "report/table/heading.h"
#include "report/table/table_parts.h"

/* The parameters of some rows; names and values are borrowed. */
struct tally {
    struct tallied {
        struct mlm_param_value param;
        size_t rows;  /* number of rows that have it */
        bool differs; /* its value differs between rows */
    } * items;
    size_t count, room;
};

static void tally_release(struct tally *tally)
{
    free(tally->items);
}

static struct tallied *tally_find(struct tally *tally, const char *name)
{
    for (size_t i = 0; i < tally->count; i++)
        if (strcmp(tally->items[i].param.name, name) == 0)
            return &tally->items[i];
    return NULL;
}

static int tally_row(struct tally *tally, const struct mlm_row *row)
{
    const struct mlm_params *params = &row->first->params;
    for (size_t i = 0; i < params->count; i++) {
        struct tallied *item = tally_find(tally, params->items[i].name);
        if (!item) {
            if (mlm_grow(&tally->items, tally->count, &tally->room, sizeof *tally->items) < 0)
                return -ENOMEM;
            item = &tally->items[tally->count++];
            *item = (struct tallied){.param = params->items[i]};
        }
        item->rows++;
        item->differs = item->differs || strcmp(item->param.value, params->items[i].value) != 0;
    }
    return 0;
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

/* Finds the common parameters: more than half of the rows have them, all with the same value. Other rows may
 * lack them: where `infer` has no optimizer, the optimizer of the other workloads still moves to the
 * heading. */
static int common_find(struct mlm_table *table, struct mlm_section *sections, size_t count)
{
    mlm_cleanup(tally_release) struct tally tally = {0};
    size_t row_count = 0;
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count; i++, row_count++)
            if (tally_row(&tally, sections[s].rows[i]) < 0)
                return -ENOMEM;
    mlm_auto_free struct mlm_param_value *items = calloc(tally.count + 1, sizeof *items);
    if (!items)
        return -ENOMEM;
    struct mlm_params common = {.items = items};
    for (size_t i = 0; i < tally.count && row_count > 1; i++)
        if (!tally.items[i].differs && 2 * tally.items[i].rows > row_count)
            items[common.count++] = tally.items[i].param;
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
