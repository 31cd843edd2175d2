/* Compares the machines of one table, if there are several. */
#include "report/compare/machines.h"

#include "base/cleanup.h"
#include "report/compare/compare.h"

int mlm_machines_compare(
    const struct mlm_table *table, size_t most, struct mlm_machines *ret_machines, struct mlm_error *error)
{
    static const struct mlm_compare_options options = {.mix_data = false};
    struct mlm_machines machines = {0};
    int r = mlm_sides_by_machine(table, &machines.sides, &machines.count, error);
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
    *machines = (struct mlm_machines){0};
}
