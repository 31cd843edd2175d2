/* Puts a fleet into sentences. */
#include "report/fleet/words.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/size.h"
#include "base/text.h"

void mlm_fleet_say_machine(FILE *out, const struct mlm_fleet_machine *machine)
{
    char size[MLM_SIZE_TEXT];
    fputs(machine->label, out);
    if (machine->ram_bytes > 0)
        fprintf(out, " (%s)", mlm_size_show(machine->ram_bytes, size));
}

const char *mlm_fleet_cell_text(const struct mlm_fleet_cell *cell, char text[static MLM_FLEET_CELL])
{
    char outcome[MLM_OUTCOME_TEXT];
    text[0] = 0;
    if (!cell->row || !mlm_row_ran(cell->row))
        return text;
    if (isnan(cell->ratio))
        snprintf(
            text, MLM_FLEET_CELL, "%.*s", MLM_FLEET_CELL - 1, mlm_row_outcome_text(cell->row, true, outcome));
    else
        snprintf(text, MLM_FLEET_CELL,
            cell->ratio < 0.095  ? "%.2f"
            : cell->ratio < 9.95 ? "%.1f"
                                 : "%.0f",
            cell->ratio);
    return text;
}

/* Of the jobs that are ok on some machine: the one that is not on most of the first `machines`; SIZE_MAX:
 * none. */
static size_t hardest(const struct mlm_fleet *fleet, size_t machines, size_t *ret_count)
{
    size_t hardest = SIZE_MAX, most = 0;
    for (size_t j = 0; j < fleet->job_count; j++) {
        size_t count = 0;
        for (size_t m = 0; m < machines && fleet->jobs[j].ok; m++) {
            const struct mlm_row *row = mlm_fleet_cell(fleet, m, j)->row;
            count += row && mlm_row_ran(row) && !mlm_row_all_ok(row);
        }
        if (count > most) {
            most = count;
            hardest = j;
        }
    }
    *ret_count = most;
    return hardest;
}

/* " Of the 5 machines with less RAM, 4 fail at storage/dense at 1G, the job that fails most often." */
static int say_hardest(FILE *out, const struct mlm_fleet *fleet, size_t machines, const char *which)
{
    size_t count, job = hardest(fleet, machines, &count);
    if (job == SIZE_MAX)
        return 0;
    mlm_auto_free char *name = mlm_fleet_job_name(fleet, job);
    if (!name)
        return -ENOMEM;
    if (machines == 1)
        fprintf(out, " The one machine%s fails at %s.", which, name);
    else
        fprintf(out, " Of the %zu machines%s, %zu fail%s at %s, the job that fails most often.", machines,
            which, count, count == 1 ? "s" : "", name);
    return 0;
}

/* "20 machines, 24 jobs. 9 jobs are ok nowhere. 2 machines did not run every job." */
static void say_size(FILE *out, const struct mlm_fleet *fleet)
{
    size_t nowhere = fleet->job_count - fleet->ok_anywhere, partly = 0;
    for (size_t m = 0; m < fleet->machine_count; m++)
        partly += fleet->machines[m].ran < fleet->run_anywhere;
    fprintf(out, "%zu machines, %zu job%s. ", fleet->machine_count, fleet->job_count,
        fleet->job_count == 1 ? "" : "s");
    if (nowhere)
        fprintf(out, "%zu job%s ok on none of them. ", nowhere, nowhere == 1 ? " is" : "s are");
    if (partly)
        fprintf(out, "%zu machine%s did not run every job. ", partly, partly == 1 ? "" : "s");
}

int mlm_fleet_say_able(FILE *out, const struct mlm_fleet *fleet)
{
    const struct mlm_fleet_machine *machines = fleet->machines;
    size_t first = 0, alike = 0, below;
    say_size(out, fleet);
    if (!fleet->ok_anywhere)
        return 0;
    const char *every = fleet->ok_anywhere < fleet->job_count ? "other " : "";
    if (!fleet->able) {
        fprintf(out, "No machine runs all %zu %sjobs.", fleet->ok_anywhere, every);
        return say_hardest(out, fleet, fleet->machine_count, "");
    }
    while (!mlm_fleet_runs_all(fleet, first))
        first++;
    for (size_t m = first; m < fleet->machine_count; m++)
        alike += mlm_fleet_runs_all(fleet, m) && machines[m].ram_bytes == machines[first].ram_bytes;
    fprintf(out, "%zu machine%s all %zu %sjobs; the one with the least RAM is ", fleet->able,
        fleet->able == 1 ? " runs" : "s run", fleet->ok_anywhere, every);
    mlm_fleet_say_machine(out, &machines[first]);
    if (alike > 1)
        fprintf(out, ", and %zu more ha%s as much", alike - 1, alike == 2 ? "s" : "ve");
    fputc('.', out);
    for (below = first; below && machines[below - 1].ram_bytes == machines[first].ram_bytes; below--)
        ;
    return say_hardest(out, fleet, below, " with less RAM");
}

static int outlier_add(struct mlm_fleet_outlier **items, size_t *count, size_t *capacity,
    const struct mlm_fleet_outlier *outlier)
{
    int r = mlm_grow(items, *count, capacity, sizeof **items);
    if (r == 0)
        (*items)[(*count)++] = *outlier;
    return r;
}

/* An unexpected end comes before an unexpected time; machines as a whole come first. */
static double weight_of(const struct mlm_fleet_cell *cell)
{
    return cell->oddity == MLM_FLEET_ENDED ? INFINITY : fabs(log(cell->beyond));
}

static int compare_outliers(const void *p, const void *q)
{
    const struct mlm_fleet_outlier *a = p, *b = q;
    if ((a->job == SIZE_MAX) != (b->job == SIZE_MAX))
        return a->job == SIZE_MAX ? -1 : 1;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return a->machine != b->machine ? (a->machine < b->machine ? -1 : 1)
           : a->job < b->job        ? -1
                                    : a->job > b->job;
}

int mlm_fleet_outliers(const struct mlm_fleet *fleet, struct mlm_fleet_outlier **ret_items, size_t *ret_count)
{
    mlm_auto_free struct mlm_fleet_outlier *items = NULL;
    size_t count = 0, capacity = 0;
    int r = 0;
    for (size_t m = 0; m < fleet->machine_count && r == 0; m++) {
        if (fleet->machines[m].oddity != MLM_FLEET_USUAL)
            r = outlier_add(&items, &count, &capacity,
                &(struct mlm_fleet_outlier){m, SIZE_MAX, fabs(log(fleet->machines[m].pace))});
        for (size_t j = 0; j < fleet->job_count && r == 0; j++) {
            const struct mlm_fleet_cell *cell = mlm_fleet_cell(fleet, m, j);
            if (cell->oddity != MLM_FLEET_USUAL)
                r = outlier_add(
                    &items, &count, &capacity, &(struct mlm_fleet_outlier){m, j, weight_of(cell)});
        }
    }
    if (r < 0)
        return r;
    if (count)
        qsort(items, count, sizeof *items, compare_outliers);
    *ret_items = mlm_take_ptr(items);
    *ret_count = count;
    return 0;
}

static void say_pace(FILE *out, const struct mlm_fleet_machine *machine)
{
    bool slow = machine->oddity == MLM_FLEET_SLOW;
    mlm_fleet_say_machine(out, machine);
    fprintf(out, " is %s than the others: its jobs take %.3g × the usual time (%.3g to %.3g).",
        slow ? "slower" : "faster", machine->pace, machine->pace_low, machine->pace_high);
}

int mlm_fleet_say_outlier(FILE *out, const struct mlm_fleet *fleet, const struct mlm_fleet_outlier *outlier)
{
    const struct mlm_fleet_machine *machine = &fleet->machines[outlier->machine];
    if (outlier->job == SIZE_MAX) {
        say_pace(out, machine);
        return 0;
    }
    const struct mlm_fleet_cell *cell = mlm_fleet_cell(fleet, outlier->machine, outlier->job);
    mlm_auto_free char *name = mlm_fleet_job_name(fleet, outlier->job);
    if (!name)
        return -ENOMEM;
    char outcome[MLM_OUTCOME_TEXT];
    mlm_fleet_say_machine(out, machine);
    if (cell->oddity == MLM_FLEET_ENDED) {
        fprintf(out, ": %s ended %s, but is ok on ", name, mlm_row_outcome_text(cell->row, true, outcome));
        mlm_fleet_say_machine(out, &fleet->machines[cell->witness]);
        fputc('.', out);
    } else {
        fprintf(out, ": %s takes %.3g × the time that the other jobs of this machine suggest.", name,
            cell->beyond);
    }
    return 0;
}

char *mlm_fleet_sentence(const struct mlm_fleet *fleet, const struct mlm_fleet_outlier *outlier)
{
    struct mlm_text said;
    if (!mlm_text_begin(&said))
        return NULL;
    int r = outlier ? mlm_fleet_say_outlier(said.out, fleet, outlier) : mlm_fleet_say_able(said.out, fleet);
    mlm_auto_free char *text = mlm_text_end(&said);
    return r < 0 ? NULL : mlm_take_ptr(text);
}
