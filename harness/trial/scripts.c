#include "trial/scripts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "trial/worker.h"

/* Scripts with the same package import the same. */
static bool same_imports(const struct mlm_workload *a, const struct mlm_workload *b)
{
    return a->script && b->script && strcmp(a->script, b->script) == 0 &&
           strcmp(a->library_package, b->library_package) == 0;
}

int mlm_scripts_preload(const struct mlm_catalogue *catalogue, const struct mlm_plan *plan, int interrupt_fd,
    struct mlm_error *error)
{
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct mlm_plan_row *row = &plan->rows[i];
        bool done = !row->wanted || !row->workload->script;
        for (size_t k = 0; k < i && !done; k++)
            done = plan->rows[k].wanted && same_imports(plan->rows[k].workload, row->workload);
        if (done)
            continue;
        char name[160];
        (void)snprintf(name, sizeof name, "%s/%s", row->suite->name, row->workload->name);
        const char *const arguments[] = {"preload", name, NULL};
        struct mlm_worker_order order = {.program = catalogue->worker, .arguments = arguments, .pass_fd = -1};
        struct mlm_error ignored;
        if (mlm_worker_do(&order, interrupt_fd, NULL, &ignored) == -EINTR)
            return mlm_error_set(error, -EINTR, "interrupted");
    }
    return 0;
}
