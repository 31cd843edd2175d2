/* The estimate as one JSON object, in the order of the text: request, phases, what it fits in, changes. */
#include "estimate/json.h"

#include <math.h>

static json_t *bytes(double value)
{
    return json_integer((json_int_t)llround(value));
}

static json_t *widths_json(const struct mlm_estimate_request *request)
{
    json_t *widths = request->width_count ? json_array() : NULL;
    for (size_t i = 0; i < request->width_count; i++)
        (void)json_array_append_new(widths, json_integer(request->widths[i]));
    return widths;
}

/* Writes every option by its name. Unset ones are left out, and the density is given as the number of
 * nonzeros. */
static json_t *request_json(const struct mlm_estimate_request *request)
{
    json_t *object = json_object();
    for (const struct mlm_knob *knob = mlm_knobs; knob < mlm_knobs + MLM_KNOB_TOTAL; knob++) {
        const void *field = mlm_knob_field(knob, request);
        json_t *value = NULL;
        if (!mlm_knob_belongs(knob, request))
            continue;
        if (knob->kind == MLM_KNOB_WORD)
            value = json_string(knob->words[*(const uint32_t *)field]);
        else if (mlm_knob_switches(knob) && *(const bool *)field)
            value = json_true();
        else if (mlm_knob_counts(knob) && *(const uint64_t *)field)
            value = json_integer((json_int_t) * (const uint64_t *)field);
        else if (knob->kind == MLM_KNOB_LIST)
            value = widths_json(request);
        if (value)
            (void)json_object_set_new(object, knob->option, value);
    }
    if (!mlm_estimate_has_shape(request) && request->runtime != MLM_RUNTIME_PANDAS)
        (void)json_object_set_new(object, "nonzeros", bytes(mlm_estimate_nonzeros(request)));
    return object;
}

static json_t *symbols_json(const struct mlm_symbols *symbols)
{
    json_t *object = json_object();
    for (size_t i = 0; i < symbols->count; i++)
        (void)json_object_set_new(object, symbols->items[i].name,
            json_pack("{s:f,s:s}", "value", symbols->items[i].value, "meaning", symbols->items[i].meaning));
    return object;
}

static json_t *line_json(const struct mlm_ledger_line *line, double line_bytes)
{
    return json_pack("{s:s,s:o,s:s?,s:s}", "name", line->name, "bytes", bytes(line_bytes), "formula",
        line->formula[0] ? line->formula : NULL, "source", line->source);
}

static json_t *phase_json(const struct mlm_ledger *ledger, size_t phase)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < ledger->line_count; i++)
        if (mlm_ledger_in_phase(&ledger->lines[i], phase))
            (void)json_array_append_new(
                lines, line_json(&ledger->lines[i], mlm_ledger_line_bytes(ledger, &ledger->lines[i], phase)));
    return json_pack("{s:s,s:o,s:o}", "name", ledger->phases[phase], "bytes",
        bytes(ledger->phase_bytes[phase]), "lines", lines);
}

static json_t *mapped_json(const struct mlm_ledger *ledger)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < ledger->line_count; i++)
        if (ledger->lines[i].mapped)
            (void)json_array_append_new(lines, line_json(&ledger->lines[i], ledger->lines[i].bytes));
    return lines;
}

static json_t *fitting_json(const struct mlm_fitting *fitting)
{
    static const char *const words[] = {
        [MLM_FITS_NO] = "no", [MLM_FITS_SLOW] = "slow", [MLM_FITS_CLOSE] = "close", [MLM_FITS_YES] = "yes"};
    return json_pack("{s:o,s:o,s:o,s:s}", "size_bytes", bytes(fitting->size_bytes), "room_bytes",
        bytes(fitting->room_bytes), "spare_bytes", bytes(fitting->spare_bytes), "fits", words[fitting->fits]);
}

static json_t *changes_json(const struct mlm_estimate *estimate)
{
    struct mlm_estimate_change changes[MLM_CHANGES];
    size_t count = mlm_estimate_changes(estimate, changes);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        bool flag = mlm_knob_switches(changes[i].knob);
        bool on = flag && *(const bool *)mlm_knob_field(changes[i].knob, &changes[i].request);
        json_t *to = flag ? json_boolean(on) : json_string(changes[i].to);
        json_t *from = flag ? json_boolean(!on) : json_string(changes[i].from);
        (void)json_array_append_new(
            array, json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:s}", "option", changes[i].knob->option, "value", to,
                       "instead_of", from, "saves_bytes", bytes(changes[i].saves_bytes), "needs_bytes",
                       bytes(changes[i].needs_bytes), "at_speed_bytes", bytes(changes[i].at_speed_bytes),
                       "cost", changes[i].knob->cost));
    }
    return array;
}

static json_t *measured_json(const struct mlm_estimate_measured *measured)
{
    if (!measured)
        return json_null();
    return json_pack("{s:s,s:o,s:s,s:o,s:o}", "workload", measured->workload, "cap_bytes",
        measured->cap_bytes > 0 ? bytes(measured->cap_bytes) : json_null(), "outcome", measured->outcome,
        "estimate_bytes", bytes(measured->estimate_bytes), "needs_bytes",
        measured->needs_bytes > 0 ? bytes(measured->needs_bytes) : json_null());
}

json_t *mlm_estimate_json(const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside,
    const struct mlm_estimate_measured *measured)
{
    const struct mlm_ledger *ledger = &estimate->ledger;
    json_t *phases = json_array(), *caps = json_array(), *machines = json_array();
    for (size_t phase = 0; phase < ledger->phase_count; phase++)
        (void)json_array_append_new(phases, phase_json(ledger, phase));
    for (size_t i = 0; i < MLM_FITTINGS; i++) {
        struct mlm_fitting cap = mlm_estimate_fit_cap(estimate, (double)mlm_fitting_sizes[i]);
        (void)json_array_append_new(caps, fitting_json(&cap));
    }
    for (size_t i = MLM_FITTINGS_UNSOLD; i < MLM_FITTINGS; i++) {
        struct mlm_fitting machine = mlm_estimate_fit_machine(estimate, beside, (double)mlm_fitting_sizes[i]);
        (void)json_array_append_new(machines, fitting_json(&machine));
    }
    double ram = mlm_estimate_smallest_machine(estimate, beside);
    json_t *of_machine = json_pack("{s:o,s:o,s:o,s:o}", "ram_bytes", bytes(ram), "system_bytes",
        bytes(mlm_estimate_system_bytes(beside, ram)), "background_bytes",
        bytes((double)mlm_desktop_bytes(&beside->desktop, ram)), "cached_bytes",
        bytes(estimate->version->cached_bytes));
    return json_pack("{s:s,s:i,s:s,s:b,s:s,s:f,s:o,s:o,s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "kind",
        "estimate", "schema", 1, "reckoned_for", estimate->title, "known", estimate->known, "figures_of",
        estimate->version->number, "tolerance", estimate->tolerance, "request",
        request_json(&estimate->request), "symbols", symbols_json(&ledger->symbols), "phases", phases,
        "mapped", mapped_json(ledger), "peak_phase", ledger->phases[estimate->peak], "needs_bytes",
        bytes(estimate->needs_bytes), "least_bytes", bytes(estimate->least_bytes), "at_speed_bytes",
        bytes(mlm_estimate_at_speed_bytes(estimate)), "smallest_machine", of_machine, "caps", caps,
        "machines", machines, "changes", changes_json(estimate), "measured", measured_json(measured));
}
