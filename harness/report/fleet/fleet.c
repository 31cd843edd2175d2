/* Finds the jobs that machines have in common, and what each machine makes of them. */
#include "report/fleet/fleet.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "record/keymap.h"
#include "report/fleet/oddities.h"

static const char *machine_id(const struct mlm_side *side)
{
    const char *id = json_string_value(json_object_get(side->rows[0]->first->machine, "id"));
    return id ? id : "";
}

/* The RAM of a machine, or of the laptop that it stands for. */
static double ram_of(const struct mlm_side *side)
{
    const struct mlm_record *record = side->rows[0]->first;
    if (record->limits.laptop_bytes && !record->limits.laptop_own)
        return (double)record->limits.laptop_bytes;
    return (double)json_integer_value(json_object_get(record->machine, "memory_bytes"));
}

bool mlm_fleet_is(const struct mlm_side *sides, size_t side_count)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap machines = {0};
    if (side_count < MLM_FLEET_LEAST || side_count > MLM_FLEET_MOST)
        return false;
    for (size_t i = 0; i < side_count; i++) {
        size_t number;
        if (!sides[i].count || mlm_side_has_machines(&sides[i]))
            return false;
        char *key = mlm_text_of("%.0f %s", ram_of(&sides[i]), machine_id(&sides[i]));
        if (mlm_keymap_add(&machines, key, &number) < 0 || number < i)
            return false;
    }
    return true;
}

bool mlm_fleet_runs_all(const struct mlm_fleet *fleet, size_t machine)
{
    return fleet->ok_anywhere && fleet->machines[machine].ok == fleet->ok_anywhere;
}

void mlm_fleet_release(struct mlm_fleet *fleet)
{
    free(fleet->machines);
    free(fleet->jobs);
    free(fleet->cells);
    *fleet = (struct mlm_fleet){0};
}

/* Sides in the order of the fleet. */
struct place {
    const struct mlm_side *side;
    double ram_bytes;
};

static int compare_places(const void *p, const void *q)
{
    const struct place *a = p, *b = q;
    if (a->ram_bytes != b->ram_bytes)
        return a->ram_bytes < b->ram_bytes ? -1 : 1;
    return a->side < b->side ? -1 : a->side > b->side;
}

static struct place *places_make(const struct mlm_side *sides, size_t count)
{
    struct place *places = calloc(count + 1, sizeof *places);
    for (size_t i = 0; places && i < count; i++)
        places[i] = (struct place){.side = &sides[i], .ram_bytes = ram_of(&sides[i])};
    if (places)
        qsort(places, count, sizeof *places, compare_places);
    return places;
}

/* Numbers the rows of all sides by job: job_of[i] for the i-th row of all. Jobs keep the order in which the
 * records name them. */
static int jobs_number(
    const struct mlm_side *sides, size_t side_count, struct mlm_keymap *keys, size_t *job_of)
{
    size_t at = 0;
    for (size_t s = 0; s < side_count; s++)
        for (size_t i = 0; i < sides[s].count; i++) {
            int r = mlm_keymap_add(
                keys, mlm_record_work_key(sides[s].rows[i]->first, MLM_LIKE_LAPTOP, 0), &job_of[at++]);
            if (r < 0)
                return r;
        }
    return 0;
}

static void cells_fill(struct mlm_fleet *fleet, const struct mlm_side *sides, const struct place *places,
    const size_t *job_of, const size_t *begins)
{
    for (size_t m = 0; m < fleet->machine_count; m++) {
        const struct mlm_side *side = places[m].side;
        const size_t *jobs = &job_of[begins[side - sides]];
        for (size_t i = 0; i < side->count; i++) {
            struct mlm_fleet_cell *cell = mlm_fleet_cell(fleet, m, jobs[i]);
            if (cell->row)
                fleet->left_out++;
            else
                cell->row = side->rows[i];
        }
    }
}

/* Adds up what ran and what is ok. A job's own time counts only where it is known everywhere. */
static void count_all(struct mlm_fleet *fleet)
{
    for (size_t j = 0; j < fleet->job_count; j++)
        fleet->jobs[j].time_kind = MLM_TIME_OWN;
    for (size_t m = 0; m < fleet->machine_count; m++)
        for (size_t j = 0; j < fleet->job_count; j++) {
            const struct mlm_row *row = mlm_fleet_cell(fleet, m, j)->row;
            struct mlm_fleet_job *job = &fleet->jobs[j];
            if (!row || !mlm_row_ran(row))
                continue;
            bool ok = mlm_row_all_ok(row);
            fleet->machines[m].ran++;
            fleet->machines[m].ok += ok;
            job->ran++;
            job->ok += ok;
            if (ok && row->time_kind != MLM_TIME_OWN)
                job->time_kind = MLM_TIME_WALL;
        }
    for (size_t j = 0; j < fleet->job_count; j++) {
        fleet->run_anywhere += fleet->jobs[j].ran > 0;
        fleet->ok_anywhere += fleet->jobs[j].ok > 0;
    }
    for (size_t m = 0; m < fleet->machine_count; m++)
        fleet->able += mlm_fleet_runs_all(fleet, m);
}

/* Names each job after the first row that has it, in the order of the records. */
static void jobs_name(
    struct mlm_fleet *fleet, const struct mlm_side *sides, size_t side_count, const size_t *job_of)
{
    size_t at = 0;
    for (size_t s = 0; s < side_count; s++)
        for (size_t i = 0; i < sides[s].count; i++, at++)
            if (!fleet->jobs[job_of[at]].row)
                fleet->jobs[job_of[at]].row = sides[s].rows[i];
}

static int fill(struct mlm_fleet *fleet, const struct mlm_side *sides, size_t side_count)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap keys = {0};
    mlm_auto_free size_t *begins = calloc(side_count + 1, sizeof *begins);
    mlm_auto_free struct place *places = places_make(sides, side_count);
    if (!begins || !places)
        return -ENOMEM;
    for (size_t s = 0; s < side_count; s++)
        begins[s + 1] = begins[s] + sides[s].count;
    mlm_auto_free size_t *job_of = calloc(begins[side_count] + 1, sizeof *job_of);
    int r = job_of ? jobs_number(sides, side_count, &keys, job_of) : -ENOMEM;
    if (r < 0)
        return r;
    fleet->machine_count = side_count;
    fleet->job_count = keys.count;
    fleet->machines = calloc(side_count + 1, sizeof *fleet->machines);
    fleet->jobs = calloc(keys.count + 1, sizeof *fleet->jobs);
    fleet->cells = calloc(side_count * keys.count + 1, sizeof *fleet->cells);
    if (!fleet->machines || !fleet->jobs || !fleet->cells)
        return -ENOMEM;
    for (size_t m = 0; m < side_count; m++)
        fleet->machines[m] =
            (struct mlm_fleet_machine){.label = places[m].side->label, .ram_bytes = places[m].ram_bytes};
    cells_fill(fleet, sides, places, job_of, begins);
    jobs_name(fleet, sides, side_count, job_of);
    count_all(fleet);
    return mlm_fleet_find_oddities(fleet);
}

int mlm_fleet_make(
    const struct mlm_side *sides, size_t side_count, struct mlm_fleet *ret_fleet, struct mlm_error *error)
{
    struct mlm_fleet fleet = {0};
    int r = fill(&fleet, sides, side_count);
    if (r < 0) {
        mlm_fleet_release(&fleet);
        return mlm_error_errno(error, r, "fleet of %zu machines", side_count);
    }
    *ret_fleet = fleet;
    return 0;
}

/* Returns true if names without the size of the data are equal. */
static bool same_name(const struct mlm_row *a, const struct mlm_row *b)
{
    return a->first->limits.cap_bytes == b->first->limits.cap_bytes &&
           strcmp(a->first->workload, b->first->workload) == 0 && strcmp(a->params, b->params) == 0;
}

char *mlm_fleet_job_name(const struct mlm_fleet *fleet, size_t job)
{
    const struct mlm_row *row = fleet->jobs[job].row;
    mlm_auto_free char *name = mlm_row_name(row, false);
    char size[MLM_SIZE_TEXT];
    for (size_t j = 0; name && j < fleet->job_count; j++)
        if (j != job && same_name(row, fleet->jobs[j].row))
            return mlm_text_of("%s, data %s", name, mlm_size_show((double)row->first->data_bytes, size));
    return mlm_take_ptr(name);
}
