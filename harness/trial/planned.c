/* Starts a trial of the plan: evicts its dataset, starts the worker, and checks afterwards that the file did
 * not change. */
#include "trial/planned.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "machine/machine.h"
#include "trial/dataset.h"

/* Makes the worker the kernel's first choice when memory runs out in the cage. */
#define WORKER_OOM_SCORE_ADJ 1000

struct planned {
    const struct mlm_session *session;
    const struct mlm_plan *plan;
    const struct mlm_plan_row *row;
    char dataset[4096]; /* path; "": none */
};

static int worker_start(const void *context, struct mlm_cage *cage, const struct mlm_view *view,
    struct mlm_worker *ret_worker, struct mlm_error *error)
{
    const struct planned *planned = context;
    const struct mlm_plan_row *row = planned->row;
    const struct mlm_plan_options *options = &planned->plan->options;
    const struct mlm_job *job = row->config;
    struct mlm_text words;
    FILE *out = mlm_text_begin(&words);
    if (!out)
        return mlm_error_errno(error, -ENOMEM, "worker");
    fprintf(out, "run%c%s/%s%c", 0, row->suite->name, row->workload->name, 0);
    fprintf(out, "data=%llu%c", (unsigned long long)options->data_bytes, 0);
    fprintf(out, "seed=%llu%c", (unsigned long long)options->seed, 0);
    fprintf(out, "threads=%llu%c", (unsigned long long)row->threads, 0);
    if (planned->dataset[0])
        fprintf(out, "dataset=%s%c", planned->dataset, 0);
    if (options->dataset)
        fprintf(out, "rows=%llu%ccolumns=%llu%cnonzeros=%llu%cwidest_row=%llu%c",
            (unsigned long long)job->rows, 0, (unsigned long long)job->columns, 0,
            (unsigned long long)job->nonzeros, 0, (unsigned long long)job->widest_row, 0);
    for (size_t i = 0; i < row->params.count; i++)
        fprintf(out, "%s=%s%c", row->params.items[i].name, row->params.items[i].value, 0);
    mlm_auto_free char *text = mlm_text_end(&words);
    if (!text)
        return mlm_error_errno(error, -ENOMEM, "worker");
    const char *arguments[48] = {0};
    size_t count = 0;
    for (const char *next = text; next < text + words.size && count < 47; next += strlen(next) + 1)
        arguments[count++] = next;
    cpu_set_t affinity;
    int r = mlm_machine_affinity(
        planned->session->machine, row->threads + row->workload->extra_threads, &affinity, error);
    if (r < 0)
        return r;
    struct mlm_worker_order order = {
        .program = planned->session->catalogue->worker,
        .cage = cage,
        .arguments = arguments,
        .python = planned->session->python,
        .pass_fd = -1,
        .affinity = view->has_processors ? &view->processors : &affinity,
        .mounts = &view->mounts,
        .scratch = view->scratch,
        .oom_score_adj = WORKER_OOM_SCORE_ADJ,
    };
    return mlm_worker_start(&order, ret_worker, error);
}

/* A trial whose file changed is `wrong`: it did not do the job of its record. The worker's own message, if
 * any, has the details. */
static int changed_say(struct mlm_record *record, const char *path, const struct mlm_file_state *now,
    const char *since, struct mlm_error *error)
{
    char reason[MLM_MESSAGE_SIZE];
    const char *said = record->reason ? record->reason : "";
    if (strstr(said, "has changed since it was"))
        return 0;
    snprintf(reason, sizeof reason, "%.250s %s since it was %s%s%.120s; %srun again", path,
        now->inode ? "has changed" : "is gone", since, said[0] ? ": " : "", said,
        now->inode ? "" : "put it back and ");
    free(record->reason);
    record->reason = NULL;
    return mlm_trial_ended_before(record, MLM_OUTCOME_WRONG, reason, error);
}

int mlm_planned_trial_run(struct mlm_session *session, const struct mlm_planned_order *order,
    struct mlm_record *record, struct mlm_timeline *ret_timeline, struct mlm_error *error)
{
    const struct mlm_plan *plan = order->plan;
    const struct mlm_plan_trial *trial = order->trial;
    const struct mlm_plan_row *row = &plan->rows[trial->row];
    const struct mlm_plan_options *options = &plan->options;
    struct planned planned = {.session = session, .plan = plan, .row = row};
    ret_timeline->count = 0;
    int r = mlm_trial_describe(session, record, error);
    if (r < 0)
        return r;
    json_decref(record->machine);
    record->machine = json_incref(mlm_session_machine(session, row->workload));
    if (mlm_plan_describe(plan, trial, record) < 0)
        return mlm_error_errno(error, -ENOMEM, "record");
    r = mlm_record_check(record, error);
    if (r < 0)
        return r;
    if (row->refused)
        return mlm_trial_ended_before(record, MLM_OUTCOME_SKIPPED, row->reason, error);
    r = mlm_dataset_path(session->dataset_folder, row, options, planned.dataset, error);
    if (r < 0)
        return r;
    struct mlm_file_state file = {0};
    const bool copied = options->dataset_shape.plain_bytes > 0, own = options->dataset && !copied;
    if (copied)
        record->marks |= MLM_MARK_BIT(plain_copy);
    if (planned.dataset[0]) {
        bool evicted = false;
        mlm_file_state_take(planned.dataset, &file);
        if (own && !mlm_file_state_same(&file, &options->dataset_shape.file))
            return changed_say(record, planned.dataset, &file, "inspected", error);
        /* A script whose package is missing has made no file; it says so itself. */
        bool none = !file.inode && row->workload->dataset && !row->workload->dataset->build;
        r = none ? 0 : mlm_dataset_evict(planned.dataset, &evicted, error);
        if (!evicted && !none)
            record->marks |= MLM_MARK_BIT(cache_not_evicted);
    }
    if (r < 0)
        return r;
    const struct mlm_trial_order trial_order = {
        .limits = trial->limits,
        .fills_bytes = row->peak_bytes ? row->peak_bytes : row->core_bytes * 2,
        .threads = row->threads + row->workload->extra_threads,
        /* Every workload reads a user's file, and its page cache is no need. */
        .flags = row->workload->flags | (options->dataset ? MLM_READS_FILE : 0u),
        .tree = row->workload->script != NULL,
        .scratch = row->workload->script != NULL,
        .oom_grace_ns = MLM_OOM_GRACE_NS,
        .start = worker_start,
        .context = &planned,
    };
    r = mlm_trial_run(session, &trial_order, &order->watcher, record, ret_timeline, error);
    if (r < 0 || !planned.dataset[0] || record->outcome == MLM_OUTCOME_REFUSED)
        return r;
    struct mlm_file_state after;
    mlm_file_state_take(planned.dataset, &after);
    if (mlm_file_state_same(&file, &after))
        return 0;
    return changed_say(record, planned.dataset, &after, own ? "inspected" : "built", error);
}
