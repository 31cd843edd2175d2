/* Outliers of a fleet, by two medians: one machine is slower than another, and one job takes longer than
 * another. What is left of a time when the median of its job and the median of its machine are taken out is
 * usually small. How small is learned from the fleet itself (the median of these rests), so one bad machine
 * does not hide itself. */
#include "report/fleet/oddities.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* So many times the usual rest is beyond it. For normal rests, 1.4826 × their median is the standard
 * deviation. */
#define DEVIATIONS 4
#define OF_NORMAL 1.4826

/* Smaller ones are never named, however steady the others are. */
#define CELL_LEAST 1.25
#define MACHINE_LEAST 1.5

/* Medians of fewer mean little. */
#define FEW 4

static const struct mlm_log_mean *time_of(const struct mlm_fleet *fleet, size_t machine, size_t job)
{
    const struct mlm_row *row = mlm_fleet_cell(fleet, machine, job)->row;
    if (!row || !mlm_row_all_ok(row))
        return NULL;
    const struct mlm_log_mean *time = &row->times[fleet->jobs[job].time_kind].log;
    return time->count ? time : NULL;
}

static double median_or_nan(double *values, size_t count)
{
    return count ? mlm_median(values, count) : NAN;
}

static void ratios_find(struct mlm_fleet *fleet, double *values)
{
    for (size_t j = 0; j < fleet->job_count; j++) {
        size_t count = 0;
        for (size_t m = 0; m < fleet->machine_count; m++) {
            const struct mlm_log_mean *time = time_of(fleet, m, j);
            if (time)
                values[count++] = time->mean;
        }
        double usual = fleet->jobs[j].usual_log = median_or_nan(values, count);
        for (size_t m = 0; m < fleet->machine_count; m++) {
            const struct mlm_log_mean *time = time_of(fleet, m, j);
            mlm_fleet_cell(fleet, m, j)->ratio = time ? exp(time->mean - usual) : NAN;
        }
    }
}

/* Collects the ratios of a machine, of jobs that enough machines ran. */
static size_t ratios_of(const struct mlm_fleet *fleet, size_t machine, double *values)
{
    size_t count = 0;
    for (size_t j = 0; j < fleet->job_count; j++) {
        double ratio = mlm_fleet_cell(fleet, machine, j)->ratio;
        if (!isnan(ratio) && fleet->jobs[j].ok >= FEW)
            values[count++] = ratio;
    }
    return count;
}

/* The interval takes the jobs of a machine as a sample of all jobs. */
static void pace_find(struct mlm_fleet *fleet, size_t m, double *values)
{
    struct mlm_fleet_machine *machine = &fleet->machines[m];
    size_t count = ratios_of(fleet, m, values);
    machine->pace = machine->pace_low = machine->pace_high = NAN;
    if (count) {
        const struct mlm_log_mean mean = mlm_log_mean(&(struct mlm_values){values, count});
        double margin = mlm_log_mean_margin(&mean, MLM_CONFIDENCE);
        machine->pace = exp(mean.mean);
        machine->pace_low = machine->pace / (1 + margin);
        machine->pace_high = machine->pace * (1 + margin);
    }
    double usual = median_or_nan(values, count);
    for (size_t j = 0; j < fleet->job_count; j++) {
        struct mlm_fleet_cell *cell = mlm_fleet_cell(fleet, m, j);
        cell->beyond = count >= FEW && fleet->jobs[j].ok >= FEW ? cell->ratio / usual : NAN;
    }
}

/* How far from 1 is beyond what is usual, as a logarithm. Overwrites the values. */
static double bound_of(double *values, size_t count, double least)
{
    if (!count)
        return INFINITY;
    for (size_t i = 0; i < count; i++)
        values[i] = fabs(log(values[i]));
    return fmax(DEVIATIONS * OF_NORMAL * mlm_median(values, count), log(least));
}

static enum mlm_fleet_oddity oddity_of(double low_log, double high_log, double bound)
{
    return low_log > bound ? MLM_FLEET_SLOW : high_log < -bound ? MLM_FLEET_FAST : MLM_FLEET_USUAL;
}

static void odd_times_find(struct mlm_fleet *fleet, double *values)
{
    size_t count = 0, cells = fleet->machine_count * fleet->job_count;
    for (size_t i = 0; i < cells; i++)
        if (!isnan(fleet->cells[i].beyond))
            values[count++] = fleet->cells[i].beyond;
    double bound = bound_of(values, count, CELL_LEAST);
    for (size_t m = 0; m < fleet->machine_count; m++)
        for (size_t j = 0; j < fleet->job_count; j++) {
            struct mlm_fleet_cell *cell = mlm_fleet_cell(fleet, m, j);
            const struct mlm_log_mean *time = time_of(fleet, m, j);
            if (isnan(cell->beyond) || !time || time->count < 2)
                continue;
            double margin = log1p(mlm_log_mean_margin(time, MLM_CONFIDENCE)), beyond = log(cell->beyond);
            cell->oddity = oddity_of(beyond - margin, beyond + margin, bound);
        }
}

static void odd_machines_find(struct mlm_fleet *fleet, double *values)
{
    size_t count = 0;
    for (size_t m = 0; m < fleet->machine_count; m++)
        if (!isnan(fleet->machines[m].pace))
            values[count++] = fleet->machines[m].pace;
    double bound = bound_of(values, count, MACHINE_LEAST);
    for (size_t m = 0; m < fleet->machine_count; m++) {
        struct mlm_fleet_machine *machine = &fleet->machines[m];
        if (!isnan(machine->pace_low))
            machine->oddity = oddity_of(log(machine->pace_low), log(machine->pace_high), bound);
    }
}

/* A job that is not ok here, but is on a machine that has no more RAM. Machines with less RAM come first. */
static void odd_endings_find(struct mlm_fleet *fleet)
{
    for (size_t j = 0; j < fleet->job_count; j++) {
        size_t witness = 0;
        while (witness < fleet->machine_count) {
            const struct mlm_row *row = mlm_fleet_cell(fleet, witness, j)->row;
            if (row && mlm_row_all_ok(row))
                break;
            witness++;
        }
        for (size_t m = 0; m < fleet->machine_count && witness < fleet->machine_count; m++) {
            struct mlm_fleet_cell *cell = mlm_fleet_cell(fleet, m, j);
            if (!cell->row || !mlm_row_ran(cell->row) || mlm_row_all_ok(cell->row))
                continue;
            if (!(fleet->machines[witness].ram_bytes <= fleet->machines[m].ram_bytes))
                continue;
            cell->oddity = MLM_FLEET_ENDED;
            cell->witness = witness;
        }
    }
}

int mlm_fleet_find_oddities(struct mlm_fleet *fleet)
{
    mlm_auto_free double *values =
        calloc(fleet->machine_count * fleet->job_count + fleet->machine_count + 1, sizeof *values);
    if (!values)
        return -ENOMEM;
    ratios_find(fleet, values);
    for (size_t m = 0; m < fleet->machine_count; m++)
        pace_find(fleet, m, values);
    odd_times_find(fleet, values);
    odd_machines_find(fleet, values);
    odd_endings_find(fleet);
    return 0;
}
