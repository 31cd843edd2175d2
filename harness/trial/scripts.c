/* Asks the Python of script workloads for its versions, and loads their libraries into the page cache, before
 * the first trial. */
#include "trial/scripts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/python.h"
#include "base/text.h"
#include "record/keymap.h"
#include "record/software.h"
#include "trial/worker.h"

/* Scripts with the same key import the same libraries. NULL: no memory. */
static char *imports_key(const struct mlm_workload *workload)
{
    return mlm_text_of("%s\n%s", workload->script, workload->library_package);
}

static bool runs_script(const struct mlm_plan_row *row)
{
    return row->wanted && !row->refused && row->workload->script;
}

/* Lets a worker look at the script of a row, outside any cage. */
static int worker_look(const struct mlm_session *session, const char *verb, const struct mlm_plan_row *row,
    struct mlm_scoreboard *ret_scoreboard, struct mlm_error *error)
{
    char name[160];
    snprintf(name, sizeof name, "%s/%s", row->suite->name, row->workload->name);
    const char *const arguments[] = {verb, name, NULL};
    const struct mlm_worker_order order = {.program = session->catalogue->worker,
        .arguments = arguments,
        .python = session->python,
        .pass_fd = -1};
    return mlm_worker_do(&order, &session->await, ret_scoreboard, error);
}

/* The facts of the machine, with the versions that the script told. */
static int facts_make(struct mlm_session *session, const char *versions, struct mlm_error *error)
{
    json_auto_t *software = mlm_software_of_text(versions);
    json_auto_t *facts = json_copy(session->machine_facts);
    if (!software || !facts || json_object_set(facts, "software", software) < 0)
        return mlm_error_errno(error, -ENOMEM, "versions");
    json_decref(session->script_facts);
    session->script_facts = mlm_take_ptr(facts);
    return 0;
}

int mlm_scripts_look(
    struct mlm_session *session, const struct mlm_plan *plan, const char *said, struct mlm_error *error)
{
    size_t first = 0;
    while (first < plan->row_count && !runs_script(&plan->rows[first]))
        first++;
    if (first == plan->row_count)
        return 0;
    int r = mlm_python_find(said, session->python, error);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    struct mlm_scoreboard told;
    r = worker_look(session, "versions", &plan->rows[first], &told, error);
    if (r < 0)
        return r == -EINTR ? r
                           : mlm_error_wrap(error, -EINVAL,
                                 "the Python %s cannot run the suite %s; name another one by --python PATH",
                                 session->python, plan->rows[first].suite->name);
    told.message[sizeof told.message - 1] = 0;
    return facts_make(session, told.message, error);
}

int mlm_scripts_preload(
    const struct mlm_session *session, const struct mlm_plan *plan, struct mlm_error *error)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap done = {0};
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct mlm_plan_row *row = &plan->rows[i];
        size_t number, before = done.count;
        if (!runs_script(row))
            continue;
        if (mlm_keymap_add(&done, imports_key(row->workload), &number) < 0)
            return mlm_error_errno(error, -ENOMEM, "preload");
        if (done.count == before)
            continue;
        struct mlm_error ignored;
        if (worker_look(session, "preload", row, NULL, &ignored) == -EINTR)
            return mlm_error_set(error, -EINTR, "interrupted");
    }
    return 0;
}
