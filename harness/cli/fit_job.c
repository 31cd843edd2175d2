/* Hides from `fit` whether its job is a command or a workload. */
#include "cli/fit_job.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/python.h"
#include "cli/run_options.h"
#include "trial/dataset.h"
#include "trial/planned.h"
#include "trial/scripts.h"

int mlm_fit_job_check(const struct mlm_fit_job_order *order, struct mlm_error *error)
{
    const struct mlm_parsed *parsed = order->parsed;
    size_t commands = (parsed->command ? 1 : 0) + parsed->operands.count;
    if (order->workload && commands)
        return mlm_error_set(error, -EINVAL, "fit takes a command or --workload, not both");
    if (order->workload && !strchr(order->workload, '/'))
        return mlm_error_set(error, -EINVAL,
            "--workload is SUITE/NAME, not '%s'; `mlmembench list` shows them", order->workload);
    static const char *const own[] = {"param", "data", "python"};
    for (size_t i = 0; !order->workload && i < sizeof own / sizeof *own; i++)
        if (mlm_is_said(parsed, own[i]))
            return mlm_error_set(error, -EINVAL, "--%s is for --workload; a command has its own", own[i]);
    if (order->names->count > 1)
        return mlm_error_set(error, -EINVAL, "--name is given %zu times for 1 command", order->names->count);
    if (!order->workload && !commands)
        return mlm_error_set(
            error, -EINVAL, "fit needs a command or a workload: mlmembench fit -- python3 train.py");
    if (commands > 1)
        return mlm_error_set(error, -EINVAL, "fit takes one command, behind -- or in quotes: what is '%s'?",
            parsed->operands.items[0]);
    return 0;
}

/* Makes a plan of one row. */
static int workload_make(const struct mlm_fit_job_order *order, const struct mlm_catalogue *catalogue,
    struct mlm_fit_job *job, struct mlm_error *error)
{
    static const uint64_t uncapped = MLM_NO_LIMIT;
    const char *slash = strchr(order->workload, '/');
    int r = order->job->python ? mlm_python_find(order->job->python, (char[4096]){0}, error) : 0;
    if (r < 0)
        return r;
    job->suite = strndup(order->workload, (size_t)(slash - order->workload));
    if (!job->suite)
        return mlm_error_errno(error, -ENOMEM, "--workload");
    r = mlm_params_parse("param", &order->job->params, &job->params, error);
    if (r < 0)
        return r;
    const struct mlm_plan_options plan = {
        .caps = &uncapped,
        .cap_count = 1,
        .suites = &job->suite,
        .suite_count = 1,
        .workload = slash + 1,
        .defaults = true,
        .sweeps = job->params,
        .data_bytes = order->job->data_bytes,
        .limits = *order->limits,
        .repetitions = 1,
        .seed = order->job->seed,
        .threads = order->job->threads,
    };
    r = mlm_plan_make(catalogue, &plan, &job->plan, error);
    if (r < 0)
        return mlm_error_wrap(error, r, "--workload %s", order->workload);
    if (job->plan->row_count > 1)
        return mlm_error_set(error, -EINVAL, "--param takes one value here: fit looks at one job at a time");
    const struct mlm_plan_row *row = &job->plan->rows[0];
    if (row->refused)
        return mlm_error_set(error, -EINVAL, "%s cannot be run: %s", order->workload, row->reason);
    job->name = order->workload;
    job->python = order->job->python;
    return 0;
}

int mlm_fit_job_make(const struct mlm_fit_job_order *order, const struct mlm_catalogue *catalogue,
    struct mlm_fit_job *ret_job, struct mlm_error *error)
{
    const struct mlm_parsed *parsed = order->parsed;
    const char *name = order->names->count ? order->names->items[0] : NULL;
    const struct mlm_params none = {0};
    int r;
    if (order->workload)
        return workload_make(order, catalogue, ret_job, error);
    if (parsed->command)
        r = mlm_program_of_words(parsed->command, name, &none, &ret_job->program, error);
    else
        r = mlm_program_of_line(parsed->operands.items[0], name, &none, &ret_job->program, error);
    ret_job->name = ret_job->program.name;
    return r;
}

void mlm_fit_job_release(struct mlm_fit_job *job)
{
    mlm_program_release(&job->program);
    mlm_plan_free(job->plan);
    mlm_params_release(&job->params);
    free((char *)job->suite);
}

int mlm_fit_job_prepare(
    const struct mlm_fit_job *job, struct mlm_measuring *measuring, struct mlm_error *error)
{
    if (!job->plan)
        return 0;
    const struct mlm_dataset_order order = {
        .catalogue = measuring->catalogue,
        .plan = job->plan,
        .folder = measuring->session.dataset_folder,
        .python = measuring->session.python,
        .held_fd = &measuring->session.datasets_fd,
        .await = mlm_measuring_await(measuring),
        .tell = mlm_progress_say_text,
        .context = &measuring->progress,
    };
    int r = mlm_scripts_look(&measuring->session, job->plan, job->python, error);
    r = r < 0 ? r : mlm_dataset_build(&order, error);
    return r < 0 ? r : mlm_scripts_preload(&measuring->session, job->plan, error);
}

int mlm_fit_job_trial(const struct mlm_fit_job *job, struct mlm_session *session,
    const struct mlm_program_order *order, struct mlm_record *record, struct mlm_timeline *ret_timeline,
    struct mlm_error *error)
{
    int status;
    if (!job->plan)
        return mlm_program_trial(session, &job->program, order, record, ret_timeline, &status, error);
    int r = mlm_program_make_ready(session, order, record, error);
    if (r < 0)
        return r;
    struct mlm_plan_trial trial = job->plan->trials[0];
    trial.limits = order->limits;
    trial.repetition = order->repetition;
    const struct mlm_planned_order planned = {.plan = job->plan, .trial = &trial};
    return mlm_planned_trial_run(session, &planned, record, ret_timeline, error);
}
