/* Loads the libraries of script workloads into the page cache before the first trial. */
#include "trial/scripts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/keymap.h"
#include "trial/worker.h"

/* Scripts with the same key import the same libraries. NULL: no memory. */
static char *imports_key(const struct mlm_workload *workload)
{
    return mlm_text_of("%s\n%s", workload->script, workload->library_package);
}

int mlm_scripts_preload(const struct mlm_catalogue *catalogue, const struct mlm_plan *plan,
    const struct mlm_await *await, struct mlm_error *error)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap done = {0};
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct mlm_plan_row *row = &plan->rows[i];
        size_t number, before = done.count;
        if (!row->wanted || !row->workload->script)
            continue;
        if (mlm_keymap_add(&done, imports_key(row->workload), &number) < 0)
            return mlm_error_errno(error, -ENOMEM, "preload");
        if (done.count == before)
            continue;
        char name[160];
        snprintf(name, sizeof name, "%s/%s", row->suite->name, row->workload->name);
        const char *const arguments[] = {"preload", name, NULL};
        struct mlm_worker_order order = {.program = catalogue->worker, .arguments = arguments, .pass_fd = -1};
        struct mlm_error ignored;
        if (mlm_worker_do(&order, await, NULL, &ignored) == -EINTR)
            return mlm_error_set(error, -EINTR, "interrupted");
    }
    return 0;
}
