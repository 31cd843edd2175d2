/* A fleet as JSON; results/compare.schema.json describes the keys. */
#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "report/compare/format_fleet.h"
#include "report/export/json_text.h"
#include "report/fleet/words.h"

static const char *const oddities[] = {[MLM_FLEET_USUAL] = "usual",
    [MLM_FLEET_SLOW] = "slow",
    [MLM_FLEET_FAST] = "fast",
    [MLM_FLEET_ENDED] = "ended"};

static json_t *count_of(size_t count)
{
    return json_integer((json_int_t)count);
}

static json_t *machine_of(const struct mlm_fleet *fleet, size_t m)
{
    const struct mlm_fleet_machine *machine = &fleet->machines[m];
    json_auto_t *object = json_object();
    bool failed = !object || mlm_json_put(object, "name", json_string(machine->label)) ||
                  mlm_json_put(object, "ram_bytes",
                      mlm_json_number(machine->ram_bytes > 0 ? machine->ram_bytes : (double)NAN)) ||
                  mlm_json_put(object, "ran", count_of(machine->ran)) ||
                  mlm_json_put(object, "ok", count_of(machine->ok)) ||
                  mlm_json_put(object, "runs_all", json_boolean(mlm_fleet_runs_all(fleet, m))) ||
                  mlm_json_put(object, "ratio", mlm_json_number(machine->pace)) ||
                  mlm_json_put(object, "low", mlm_json_number(machine->pace_low)) ||
                  mlm_json_put(object, "high", mlm_json_number(machine->pace_high)) ||
                  mlm_json_put(object, "oddity", json_string(oddities[machine->oddity]));
    return failed ? NULL : json_incref(object);
}

static json_t *cell_of(const struct mlm_fleet_cell *cell)
{
    char outcome[MLM_OUTCOME_TEXT];
    json_auto_t *object = json_object();
    bool failed =
        !object ||
        mlm_json_put(object, "outcome",
            cell->row ? json_string(mlm_row_outcome_text(cell->row, false, outcome)) : json_null()) ||
        mlm_json_put(object, "ratio", mlm_json_number(cell->row ? cell->ratio : (double)NAN)) ||
        mlm_json_put(object, "oddity", json_string(oddities[cell->oddity]));
    return failed ? NULL : json_incref(object);
}

static json_t *job_of(const struct mlm_fleet *fleet, size_t job)
{
    mlm_auto_free char *name = mlm_fleet_job_name(fleet, job);
    json_auto_t *object = json_object(), *cells = json_array();
    bool failed = !object || !cells || !name;
    for (size_t m = 0; m < fleet->machine_count && !failed; m++)
        failed = json_array_append_new(cells, cell_of(mlm_fleet_cell(fleet, m, job))) < 0;
    failed = failed || mlm_json_put(object, "name", json_string(name)) ||
             mlm_json_put(object, "ran", count_of(fleet->jobs[job].ran)) ||
             mlm_json_put(object, "ok", count_of(fleet->jobs[job].ok)) ||
             json_object_set(object, "on", cells) < 0;
    return failed ? NULL : json_incref(object);
}

static json_t *outlier_of(const struct mlm_fleet *fleet, const struct mlm_fleet_outlier *outlier)
{
    const bool whole = outlier->job == SIZE_MAX;
    mlm_auto_free char *text = mlm_fleet_sentence(fleet, outlier);
    mlm_auto_free char *name = whole ? NULL : mlm_fleet_job_name(fleet, outlier->job);
    json_auto_t *object = json_object();
    bool failed = !object || !text || (!whole && !name) ||
                  mlm_json_put(object, "machine", json_string(fleet->machines[outlier->machine].label)) ||
                  mlm_json_put(object, "job", whole ? json_null() : json_string(name)) ||
                  mlm_json_put(object, "text", json_string(text));
    return failed ? NULL : json_incref(object);
}

static json_t *outliers_of(const struct mlm_fleet *fleet)
{
    mlm_auto_free struct mlm_fleet_outlier *items = NULL;
    size_t count = 0;
    json_auto_t *list = json_array();
    bool failed = !list || mlm_fleet_outliers(fleet, &items, &count) < 0;
    for (size_t i = 0; i < count && !failed; i++)
        failed = json_array_append_new(list, outlier_of(fleet, &items[i])) < 0;
    return failed ? NULL : json_incref(list);
}

json_t *mlm_fleet_json(const struct mlm_comparison *comparison)
{
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet = {0};
    if (!mlm_comparison_is_fleet(comparison))
        return json_null();
    if (mlm_fleet_make(comparison->sides, comparison->pairing_count + 1, &fleet, NULL) < 0)
        return NULL;
    mlm_auto_free char *verdict = mlm_fleet_sentence(&fleet, NULL);
    json_auto_t *object = json_object(), *machines = json_array(), *jobs = json_array();
    bool failed = !object || !machines || !jobs || !verdict;
    for (size_t m = 0; m < fleet.machine_count && !failed; m++)
        failed = json_array_append_new(machines, machine_of(&fleet, m)) < 0;
    for (size_t j = 0; j < fleet.job_count && !failed; j++)
        failed = json_array_append_new(jobs, job_of(&fleet, j)) < 0;
    failed = failed || mlm_json_put(object, "verdict", json_string(verdict)) ||
             mlm_json_put(object, "stands_out", outliers_of(&fleet)) ||
             json_object_set(object, "machines", machines) < 0 || json_object_set(object, "jobs", jobs) < 0;
    return failed ? NULL : json_incref(object);
}
