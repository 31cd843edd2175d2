/* Compares the machines of one table, if there are several. */
#include "report/compare/machines.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "report/compare/compare.h"

/* Compares places of rows in the table: rows of a laptop keep their order. */
static int compare_places(const void *p, const void *q)
{
    const struct mlm_row *const *const *a = p, *const *const *b = q;
    uint64_t x = (**a)->first->limits.laptop_bytes, y = (**b)->first->limits.laptop_bytes;
    if (x != y)
        return x < y ? -1 : 1;
    return *a < *b ? -1 : *a > *b;
}

/* Replaces the only side by one for each size of laptop, the smallest first. Nothing is done if some row is
 * of no laptop. */
static int laptops_split(struct mlm_machines *machines)
{
    const struct mlm_side whole = machines->sides[0];
    for (size_t i = 0; i < whole.count; i++)
        if (!whole.rows[i]->first->limits.laptop_bytes)
            return 0;
    mlm_auto_free const struct mlm_row *const **places = calloc(whole.count + 1, sizeof(void *));
    machines->rows = calloc(whole.count + 1, sizeof(void *));
    struct mlm_side *sides = calloc(whole.count + 1, sizeof *sides);
    if (!places || !machines->rows || !sides) {
        free(sides);
        return -ENOMEM;
    }
    for (size_t i = 0; i < whole.count; i++)
        places[i] = &whole.rows[i];
    qsort(places, whole.count, sizeof *places, compare_places);
    for (size_t i = 0; i < whole.count; i++)
        machines->rows[i] = *places[i];
    mlm_sides_free(machines->sides, machines->count);
    machines->sides = sides;
    machines->count = 0;
    for (size_t i = 0; i < whole.count; i++) {
        uint64_t bytes = machines->rows[i]->first->limits.laptop_bytes;
        char size[MLM_SIZE_TEXT];
        if (i && bytes == machines->rows[i - 1]->first->limits.laptop_bytes) {
            sides[machines->count - 1].count++;
            continue;
        }
        char *label = mlm_text_of("laptop of %s", mlm_size_spell(bytes, size));
        if (!label)
            return -ENOMEM;
        sides[machines->count++] =
            (struct mlm_side){.label = label, .table = whole.table, .rows = &machines->rows[i], .count = 1};
    }
    return 0;
}

int mlm_machines_compare(
    const struct mlm_table *table, size_t most, struct mlm_machines *ret_machines, struct mlm_error *error)
{
    static const struct mlm_compare_options options = {.mix_data = false};
    struct mlm_machines machines = {0};
    int r = mlm_sides_by_machine(table, &machines.sides, &machines.count, error);
    if (r == 0 && machines.count == 1 && laptops_split(&machines) < 0)
        r = mlm_error_errno(error, -ENOMEM, "laptops");
    if (r == 0 && machines.count > 1)
        r = mlm_compare(machines.sides, machines.count < most ? machines.count : most, &options,
            &machines.comparison, error);
    if (r == 0)
        *ret_machines = machines;
    else
        mlm_machines_release(&machines);
    return r;
}

void mlm_machines_release(struct mlm_machines *machines)
{
    mlm_comparison_free(machines->comparison);
    mlm_sides_free(machines->sides, machines->count);
    free(machines->rows);
    *machines = (struct mlm_machines){0};
}
