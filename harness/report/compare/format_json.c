/* One JSON object; results/compare.schema.json describes the keys. */
#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "report/compare/facts.h"
#include "report/compare/format_fleet.h"
#include "report/compare/formats.h"
#include "report/compare/gate_words.h"
#include "report/compare/verdict.h"
#include "report/export/json_text.h"
#include "report/export/names.h"

/* The names of these values in the output. */
static const char *const changes[] = {[MLM_CHANGE_NONE] = "none",
    [MLM_CHANGE_WORSE] = "worse",
    [MLM_CHANGE_BETTER] = "better",
    [MLM_CHANGE_OTHER] = "other"};
static const char *const verdicts[] = {[MLM_CONTRAST_NONE] = "none",
    [MLM_CONTRAST_TOO_FEW] = "too_few",
    [MLM_CONTRAST_EVEN] = "even",
    [MLM_CONTRAST_LESS] = "less",
    [MLM_CONTRAST_MORE] = "more"};
static const char *const tests[] = {
    [MLM_TEST_NONE] = "none", [MLM_TEST_RANK] = "rank", [MLM_TEST_T] = "t", [MLM_TEST_IDLE] = "idle"};
static const char *const speeds[] = {[MLM_SPEED_UNKNOWN] = "unknown",
    [MLM_SPEED_EVEN] = "even",
    [MLM_SPEED_FASTER] = "faster",
    [MLM_SPEED_SLOWER] = "slower"};

static json_t *contrast_of(const struct mlm_contrast *contrast)
{
    json_auto_t *object = json_object();
    bool failed = !object;
    failed = failed || mlm_json_put(object, "old", mlm_json_number(contrast->old_median)) ||
             mlm_json_put(object, "new", mlm_json_number(contrast->new_median)) ||
             mlm_json_put(object, "ratio", mlm_json_number(contrast->ratio)) ||
             mlm_json_put(object, "low", mlm_json_number(contrast->low)) ||
             mlm_json_put(object, "high", mlm_json_number(contrast->high)) ||
             mlm_json_put(object, "test", json_string(tests[contrast->test])) ||
             mlm_json_put(object, "p", mlm_json_number(contrast->adjusted_p)) ||
             mlm_json_put(object, "verdict", json_string(verdicts[contrast->verdict]));
    return failed ? NULL : json_incref(object);
}

/* The units in the keys are those of records. */
static const char *const figure_keys[MLM_FIGURE_COUNT] = {
    [MLM_FIGURE_TIME] = "time_ns", [MLM_FIGURE_NEEDS] = "needs_bytes"};

static json_t *pair_of(const struct mlm_pair *pair, const struct mlm_trip *trip, const char *name)
{
    char old[MLM_OUTCOME_TEXT], new[MLM_OUTCOME_TEXT], reason[2 * MLM_WORDS_SIZE];
    json_auto_t *object = json_object();
    mlm_row_outcome_text(pair->old_row, false, old);
    mlm_row_outcome_text(pair->new_row, false, new);
    bool failed = !object || mlm_json_put(object, "name", json_string(name)) ||
                  mlm_json_put(object, "old_outcome", json_string(old)) ||
                  mlm_json_put(object, "new_outcome", json_string(new)) ||
                  mlm_json_put(object, "change", json_string(changes[pair->change]));
    for (int f = 0; f < MLM_FIGURE_COUNT && !failed; f++)
        failed = mlm_json_put(object, figure_keys[f], contrast_of(&pair->contrasts[f]));
    failed = failed ||
             mlm_json_put(object, "fails", trip ? json_string(mlm_trip_reason(trip, reason)) : json_null());
    return failed ? NULL : json_incref(object);
}

static json_t *speed_of(const struct mlm_speed *speed)
{
    json_auto_t *object = json_object();
    bool failed = !object || mlm_json_put(object, "verdict", json_string(speeds[speed->verdict])) ||
                  mlm_json_put(object, "times_as_fast", mlm_json_number(speed->ratio)) ||
                  mlm_json_put(object, "low", mlm_json_number(speed->low)) ||
                  mlm_json_put(object, "high", mlm_json_number(speed->high)) ||
                  mlm_json_put(object, "rows", json_integer((json_int_t)speed->row_count));
    return failed ? NULL : json_incref(object);
}

static json_t *names_of(const struct mlm_row_names *names, const struct mlm_side *side,
    const struct mlm_row *const *rows, size_t count)
{
    json_auto_t *list = json_array();
    for (size_t i = 0; i < count && list; i++)
        if (json_array_append_new(list, json_string(mlm_row_name_of(names, side->table, rows[i]))) < 0)
            return NULL;
    return list ? json_incref(list) : NULL;
}

static json_t *pairs_of(const struct mlm_compared *compared, const struct mlm_pairing *pairing,
    const struct mlm_row_names *names, size_t *next)
{
    json_auto_t *list = json_array();
    for (size_t i = 0; i < pairing->pair_count && list; i++) {
        const struct mlm_pair *pair = &pairing->pairs[i];
        const struct mlm_trip *trip = compared->trips ? mlm_trip_of(compared->trips, pair, next) : NULL;
        const char *name = mlm_row_name_of(names, pairing->new_side->table, pair->new_row);
        if (json_array_append_new(list, pair_of(pair, trip, name)) < 0)
            return NULL;
    }
    return list ? json_incref(list) : NULL;
}

static json_t *pairing_of(const struct mlm_compared *compared, size_t index, size_t *next)
{
    const struct mlm_pairing *pairing = &compared->comparison->pairings[index];
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names old_names = {0};
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names new_names = {0};
    mlm_auto_free char *verdict = mlm_verdict_make(compared->comparison, index);
    json_auto_t *object = json_object();
    bool failed =
        !object || !verdict || mlm_row_names_make(pairing->old_side->table, &old_names, NULL) < 0 ||
        mlm_row_names_make(pairing->new_side->table, &new_names, NULL) < 0 ||
        mlm_json_put(object, "old", json_string(pairing->old_side->label)) ||
        mlm_json_put(object, "new", json_string(pairing->new_side->label)) ||
        mlm_json_put(object, "verdict", json_string(verdict)) ||
        mlm_json_put(object, "speed", speed_of(&pairing->speed)) ||
        mlm_json_put(object, "rows", pairs_of(compared, pairing, &new_names, next)) ||
        mlm_json_put(object, "only_old",
            names_of(&old_names, pairing->old_side, pairing->old_alone, pairing->old_alone_count)) ||
        mlm_json_put(object, "only_new",
            names_of(&new_names, pairing->new_side, pairing->new_alone, pairing->new_alone_count));
    return failed ? NULL : json_incref(object);
}

static json_t *gate_of(const struct mlm_compared *compared)
{
    const struct mlm_gate *gate = compared->gate;
    if (!gate)
        return json_null();
    mlm_auto_free char *line = mlm_gate_line(gate, compared->trips);
    mlm_auto_free char *limits = mlm_gate_limits(gate, compared->trips);
    json_auto_t *object = json_object(), *figures = json_array();
    bool failed = !object || !figures || !line || !limits;
    for (int f = 0; f < MLM_FIGURE_COUNT && !failed; f++)
        failed = gate->figures[f] && json_array_append_new(figures, json_string(mlm_figures[f].name)) < 0;
    failed = failed || mlm_json_put(object, "verdict", json_string(line)) ||
             mlm_json_put(object, "fails", json_integer((json_int_t)compared->trips->count)) ||
             mlm_json_put(object, "above", mlm_json_number(gate->above)) ||
             json_object_set(object, "figures", figures) < 0 ||
             mlm_json_put(object, "not_judged", *limits ? json_string(limits) : json_null());
    return failed ? NULL : json_incref(object);
}

static json_t *differs_of(const struct mlm_comparison *comparison)
{
    mlm_cleanup(mlm_facts_release) struct mlm_facts facts = {0};
    const size_t side_count = comparison->pairing_count + 1;
    json_auto_t *list = json_array();
    bool failed = !list || mlm_facts_find(comparison->sides, side_count, &facts, NULL) < 0;
    for (size_t i = 0; i < facts.count && !failed; i++) {
        json_auto_t *fact = json_object(), *values = json_array();
        failed = !fact || !values;
        for (size_t s = 0; s < side_count && !failed; s++)
            failed = json_array_append_new(values, json_string(facts.items[i].values[s])) < 0;
        failed = failed || mlm_json_put(fact, "name", json_string(facts.items[i].name)) ||
                 json_object_set(fact, "values", values) < 0 || json_array_append(list, fact) < 0;
    }
    return failed ? NULL : json_incref(list);
}

int mlm_compare_json(const struct mlm_compared *compared, FILE *out, struct mlm_error *error)
{
    json_auto_t *object = json_object(), *list = json_array();
    size_t next = 0;
    bool failed = !object || !list;
    for (size_t i = 0; i < compared->comparison->pairing_count && !failed; i++)
        failed = json_array_append_new(list, pairing_of(compared, i, &next)) < 0;
    failed = failed || mlm_json_put(object, "kind", json_string("comparison")) ||
             mlm_json_put(object, "schema", json_integer(1)) ||
             mlm_json_put(object, "gate", gate_of(compared)) ||
             mlm_json_put(object, "fleet", mlm_fleet_json(compared->comparison)) ||
             json_object_set(object, "comparisons", list) < 0 ||
             mlm_json_put(object, "differs", differs_of(compared->comparison));
    if (failed)
        return mlm_error_errno(error, -ENOMEM, "writing a comparison");
    mlm_json_write_lines(out, object, 2);
    fputc('\n', out);
    return 0;
}
