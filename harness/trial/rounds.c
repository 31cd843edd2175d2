/* Keeps the sums of each cell that its margin is computed from. */
#include "trial/rounds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "record/student.h"

#define CONFIDENCE 0.95

/* Ooms without swap that are enough. */
#define OOMS_ENOUGH 2

/* Waiting for memory above this share of the time means that the cap was felt. */
#define WAITED_SHARE 0.01

/* Fewer pages that are read again show nothing: programs share libraries. */
#define REFAULTS_LEAST 256

/* Mean and squares of logarithms, updated by each value (Welford 1962). */
struct sums {
    size_t count;
    double mean, squares;
};

struct cell {
    size_t count;     /* trials that count */
    size_t disturbed; /* trials that do not */
    size_t ok, ooms;  /* ooms: without swap */
    bool closed;      /* it is not to be repeated */
    bool cut;         /* the budget did not allow a repetition that it needed */
    struct sums times[MLM_TIME_KIND_COUNT];
    uint64_t spent_ns; /* of the latest trial */
};

struct mlm_rounds {
    const struct mlm_plan *plan;
    struct cell *cells;
    bool *costs; /* by row: a cap can cost it something */
    uint64_t last_round;
    size_t trials, disturbed;
};

void mlm_rounds_free(struct mlm_rounds *rounds)
{
    if (!rounds)
        return;
    free(rounds->cells);
    free(rounds->costs);
    free(rounds);
}

int mlm_rounds_make(const struct mlm_plan *plan, struct mlm_rounds **ret_rounds, struct mlm_error *error)
{
    struct mlm_rounds *rounds = calloc(1, sizeof *rounds);
    if (rounds) {
        rounds->plan = plan;
        rounds->cells = calloc(plan->cell_count + 1, sizeof *rounds->cells);
        rounds->costs = calloc(plan->row_count + 1, sizeof *rounds->costs);
    }
    if (!rounds || !rounds->cells || !rounds->costs) {
        mlm_rounds_free(rounds);
        return mlm_error_errno(error, -ENOMEM, "rounds");
    }
    *ret_rounds = rounds;
    return 0;
}

static void sums_add(struct sums *sums, int64_t ns)
{
    if (ns == MLM_NULL || ns <= 0)
        return;
    double value = log((double)ns), step = value - sums->mean;
    sums->count++;
    sums->mean += step / (double)sums->count;
    sums->squares += step * (value - sums->mean);
}

/* Own times, where they are known of all trials. NAN: not known. */
static double margin_of(const struct cell *cell)
{
    const struct sums *sums = &cell->times[MLM_TIME_OWN];
    if (sums->count < cell->times[MLM_TIME_WALL].count)
        sums = &cell->times[MLM_TIME_WALL];
    if (sums->count < 2)
        return NAN;
    const double count = (double)sums->count;
    const struct mlm_log_mean mean = {sums->mean, sums->squares / (count - 1) / count, sums->count};
    return mlm_log_mean_margin(&mean, CONFIDENCE);
}

static bool waited_for_memory(const struct mlm_record *record)
{
    const int64_t *values = record->readings.values;
    double run_ns = (double)values[MLM_run_ns];
    int64_t blocked_ns = values[MLM_blocked_memory_ns], stall_ns = values[MLM_stall_some_ns];
    return values[MLM_swap_peak_bytes] > 0 || values[MLM_refaults] > REFAULTS_LEAST ||
           (blocked_ns != MLM_NULL && (double)blocked_ns > WAITED_SHARE * run_ns) ||
           (stall_ns != MLM_NULL && (double)stall_ns > WAITED_SHARE * run_ns);
}

static bool cap_can_cost(const struct mlm_record *record)
{
    int64_t needs_bytes = record->readings.values[MLM_needs_peak_bytes];
    return record->outcome != MLM_OUTCOME_OK || needs_bytes == MLM_NULL ||
           (double)needs_bytes > MLM_NEAR_CAP * (double)record->limits.cap_bytes || waited_for_memory(record);
}

void mlm_rounds_tell(struct mlm_rounds *rounds, const struct mlm_plan_trial *trial,
    const struct mlm_record *record, uint64_t spent_ns)
{
    struct cell *cell = &rounds->cells[trial->cell];
    const int64_t *values = record->readings.values;
    rounds->trials++;
    if (trial->repetition > rounds->last_round)
        rounds->last_round = trial->repetition;
    if (spent_ns)
        cell->spent_ns = spent_ns;
    const bool disturbed = record->marks & MLM_MARK_BIT(disturbed);
    bool never_runs = !mlm_outcome_ran(record->outcome);
    cell->closed |= never_runs || (record->outcome == MLM_OUTCOME_TIMEOUT && !disturbed);
    if (!never_runs && record->limits.cap_bytes != MLM_NO_LIMIT && cap_can_cost(record))
        rounds->costs[trial->row] = true;
    if (disturbed) {
        cell->disturbed++;
        rounds->disturbed++;
        return;
    }
    cell->count++;
    cell->ooms += record->outcome == MLM_OUTCOME_OOM && values[MLM_swap_peak_bytes] == 0;
    if (record->outcome != MLM_OUTCOME_OK)
        return;
    cell->ok++;
    for (int kind = 0; kind < MLM_TIME_KIND_COUNT; kind++)
        sums_add(&cell->times[kind], values[mlm_time_metric((enum mlm_time_kind)kind)]);
}

/* Returns true if the cell needs another trial, whatever it takes. */
static bool is_open(const struct mlm_rounds *rounds, const struct cell *cell)
{
    const struct mlm_plan_options *options = &rounds->plan->options;
    if (cell->closed || cell->disturbed > MLM_ROUNDS_AGAIN)
        return false;
    if (options->repetitions)
        return cell->count + cell->disturbed < options->repetitions;
    if (!cell->ok && cell->ooms >= OOMS_ENOUGH)
        return false;
    if (cell->count < MLM_ROUNDS_LEAST)
        return true;
    return cell->count < MLM_ROUNDS_MOST && cell->ok && !(margin_of(cell) <= options->precision);
}

bool mlm_rounds_wants(struct mlm_rounds *rounds, const struct mlm_plan_trial *trial, uint64_t spent_ns)
{
    const struct mlm_plan_options *options = &rounds->plan->options;
    struct cell *cell = &rounds->cells[trial->cell];
    if (!is_open(rounds, cell) || (trial->reference && !rounds->costs[trial->row]))
        return false;
    bool first = !cell->count && !cell->disturbed && !trial->reference;
    if (first || options->repetitions)
        return true;
    uint64_t expected_ns = cell->spent_ns ? cell->spent_ns : trial->rough_ns;
    bool fits = spent_ns + expected_ns <= options->budget_ns;
    cell->cut = !fits;
    return fits;
}

struct mlm_rounds_summary mlm_rounds_summary(const struct mlm_rounds *rounds)
{
    struct mlm_rounds_summary summary = {.rounds = rounds->trials ? rounds->last_round + 1 : 0,
        .trials = rounds->trials,
        .disturbed = rounds->disturbed,
        .widest_margin = NAN};
    for (size_t i = 0; i < rounds->plan->cell_count; i++) {
        const struct cell *cell = &rounds->cells[i];
        double margin = margin_of(cell);
        summary.budget_used_up |= cell->cut;
        if (!cell->ok || margin <= rounds->plan->options.precision)
            continue;
        summary.unsure++;
        summary.widest_margin = fmax(summary.widest_margin, margin);
    }
    return summary;
}
