/* The prediction as one JSON object, in the order of the text. */
#include <inttypes.h>
#include <math.h>

#include "advise/predict/words.h"

static json_t *bytes(double value)
{
    return json_integer((json_int_t)llround(fmin(value, 0x1p62)));
}

static json_t *size_json(const struct mlm_predict_said *said, const struct mlm_predict_size *size)
{
    json_t *object = json_object();
    for (size_t i = 0; i < said->sizes; i++)
        (void)json_object_set_new(object, said->names[i], bytes(size->of[i]));
    return object;
}

static json_t *range_json(const struct mlm_predict_range *range)
{
    return json_pack("{s:o,s:o,s:o}", "needs_bytes",
        mlm_predict_is_open(range) ? json_null() : bytes(range->needs_bytes), "low_bytes",
        bytes(range->low_bytes), "high_bytes", bytes(range->high_bytes));
}

static json_t *point_json(const struct mlm_predict_said *said, size_t i, bool modelled)
{
    const struct mlm_predict_point *point = &said->predict.points[i];
    const double missed_bytes = modelled ? said->predict.fits[0].missed_bytes[i] : NAN;
    return json_pack("{s:o,s:o,s:o}", "size", size_json(said, &point->size), "needs_bytes",
        bytes(point->needs_bytes), "predicted_bytes",
        isnan(missed_bytes) ? json_null() : bytes(point->needs_bytes - missed_bytes));
}

static json_t *formula_json(const struct mlm_predict_said *said, const struct mlm_predict_fit *fit)
{
    static const char *const growths[] = {NULL, "n", "n log2 n", "n^2"};
    json_t *terms = json_array();
    for (size_t j = 1; j < fit->width; j++) {
        json_t *of = json_object();
        for (size_t i = 0; i < said->sizes; i++)
            if (fit->model->terms[j - 1].of[i] != MLM_GROWTH_NONE)
                (void)json_object_set_new(
                    of, said->names[i], json_string(growths[fit->model->terms[j - 1].of[i]]));
        (void)json_array_append_new(
            terms, json_pack("{s:o,s:f}", "grows", of, "bytes", fit->coefficients[j]));
    }
    return json_pack("{s:f,s:o}", "constant_bytes", fit->coefficients[0], "terms", terms);
}

static json_t *models_json(const struct mlm_predict_said *said, bool modelled)
{
    json_t *models = json_array();
    for (size_t i = 0; modelled && i < said->predict.fit_count; i++)
        (void)json_array_append_new(models, formula_json(said, &said->predict.fits[i]));
    return models;
}

static json_t *left_out_json(const struct mlm_predict_said *said)
{
    json_t *array = json_array();
    for (size_t i = 0; i < said->left_out_count; i++)
        (void)json_array_append_new(
            array, json_pack("{s:o,s:s}", "size", size_json(said, &said->left_out[i].size), "outcome",
                       mlm_outcome_name(said->left_out[i].outcome)));
    return array;
}

static json_t *laptops_json(const struct mlm_predict_said *said)
{
    json_t *array = json_array();
    for (size_t i = 0; said->state == MLM_PREDICT_TOLD && i < MLM_LAPTOPS_SOLD; i++)
        (void)json_array_append_new(
            array, json_pack("{s:o,s:o,s:s}", "ram_bytes", bytes((double)mlm_laptops_sold[i]), "left_bytes",
                       bytes(mlm_laptop_left_bytes((double)mlm_laptops_sold[i], said->desktop)), "fits",
                       mlm_predict_fits(said, mlm_laptops_sold[i])));
    return array;
}

static json_t *advice_json(const struct mlm_predict_said *said)
{
    if (said->state != MLM_PREDICT_TOLD || !said->advice.given)
        return json_null();
    return json_pack("{s:o,s:o,s:f}", "size", size_json(said, &said->advice.size), "needs_bytes",
        bytes(said->advice.needs_bytes), "width", said->advice.narrower);
}

json_t *mlm_predict_json(const struct mlm_predict_said *said)
{
    static const char *const states[] = {[MLM_PREDICT_TOLD] = "told",
        [MLM_PREDICT_JUMPS] = "jumps",
        [MLM_PREDICT_SCATTERS] = "scatters",
        [MLM_PREDICT_STARTS] = "starts",
        [MLM_PREDICT_FEW] = "few",
        [MLM_PREDICT_LINE] = "line"};
    static const char *const heaps[] = {[MLM_PREDICT_HEAP_SIZE] = "size",
        [MLM_PREDICT_HEAP_GROWTH] = "growth",
        [MLM_PREDICT_HEAP_OWN] = "own"};
    const bool modelled = said->predict.fit_count > 0 && said->state <= MLM_PREDICT_STARTS;
    json_t *points = json_array();
    for (size_t i = 0; i < said->predict.count; i++)
        (void)json_array_append_new(points, point_json(said, i, modelled));
    json_t *below = json_array();
    for (size_t i = 0; i < said->predict.below_count; i++)
        (void)json_array_append_new(
            below, json_pack("{s:o,s:o}", "size", size_json(said, &said->predict.below[i].size),
                       "needs_bytes", bytes(said->predict.below[i].needs_bytes)));
    return json_pack("{s:s,s:i,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:I,s:o,s:o,s:o,s:o}", "kind", "predict",
        "schema", 1, "job", said->job, "state", states[said->state], "malloc", heaps[said->heap], "full_size",
        size_json(said, &said->full), "prediction",
        said->state == MLM_PREDICT_TOLD ? range_json(&said->range) : json_null(), "points", points, "below",
        below, "left_out", left_out_json(said), "spared", (json_int_t)said->spared_count, "largest_predicted",
        modelled && said->trial.known ? range_json(&said->trial.range) : json_null(), "models",
        models_json(said, modelled), "laptops", laptops_json(said), "surer", advice_json(said));
}
