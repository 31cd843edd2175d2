/* Turns a prediction into a curve. */
#include "cli/predict_picture.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/place.h"
#include "cli/present.h"
#include "cli/say.h"
#include "report/plot/curve.h"

/* The place on the x axis: the size, or the product of two. */
static double x_of(const struct mlm_predict_size *size)
{
    return size->of[0] * size->of[1];
}

static void points_put(
    struct mlm_curve *curve, const struct mlm_predict_point *points, size_t count, bool unused)
{
    for (size_t i = 0; i < count && curve->point_count < MLM_CURVE_POINTS; i++) {
        const double bytes = points[i].needs_bytes;
        curve->unused[curve->point_count] = unused;
        curve->points[curve->point_count++] =
            (struct mlm_curve_place){x_of(&points[i].size), bytes, bytes, bytes};
    }
}

/* The curve leads from the smallest size to the full one; of two sizes, on the straight way on logarithmic
 * paper. */
static void steps_put(struct mlm_curve *curve, const struct mlm_predict_said *said)
{
    const struct mlm_predict *predict = &said->predict;
    const struct mlm_predict_size *from =
        predict->below_count ? &predict->below[0].size : &predict->points[0].size;
    for (size_t k = 0; k < MLM_CURVE_STEPS; k++) {
        const double share = (double)k / (MLM_CURVE_STEPS - 1);
        struct mlm_predict_size size = said->full;
        for (size_t i = 0; i < said->sizes && k + 1 < MLM_CURVE_STEPS; i++)
            size.of[i] = from->of[i] * pow(said->full.of[i] / from->of[i], share);
        const struct mlm_predict_range range = mlm_predict_at(predict, &size);
        curve->steps[curve->step_count++] =
            (struct mlm_curve_place){x_of(&size), range.needs_bytes, range.low_bytes, range.high_bytes};
    }
}

static int draw(const struct mlm_predict_said *said, struct mlm_curve *curve, const char *records_path,
    const char *plots_folder, struct mlm_error *error)
{
    struct mlm_place place;
    mlm_place_of(&records_path, 1, &place);
    points_put(curve, said->predict.below, said->predict.below_count, true);
    points_put(curve, said->predict.points, said->predict.count, false);
    steps_put(curve, said);
    for (size_t i = 0; i < MLM_LAPTOPS_SOLD; i++)
        curve->levels[i] = mlm_laptop_left_bytes((double)mlm_laptops_sold[i], said->desktop);
    int r = 0;
    for (size_t i = 0; i < MLM_PRESENT_FORMATS && r == 0; i++) {
        mlm_auto_free char *path =
            mlm_text_of("%s/%s-exec-predict.%s", place.folder, place.base, mlm_present_formats[i]);
        r = path ? mlm_curve_write(curve, plots_folder, mlm_present_formats[i], path, error)
                 : mlm_error_errno(error, -ENOMEM, "picture");
        if (r == 0 && i == 0)
            mlm_present_name(path);
    }
    return r;
}

int mlm_predict_picture(const struct mlm_predict_said *said, const char *records_path,
    const char *plots_folder, struct mlm_error *error)
{
    struct mlm_text formula;
    struct mlm_curve curve = {.step_count = 0};
    struct mlm_error why = {0};
    if (said->state != MLM_PREDICT_TOLD)
        return 0;
    FILE *out = mlm_text_begin(&formula);
    if (out)
        mlm_predict_put_formula(out, said, &said->predict.fits[0]);
    mlm_auto_free char *place = out ? mlm_text_end(&formula) : NULL;
    mlm_auto_free char *title = mlm_text_of("%s: memory needed, predicted from small sizes", said->job);
    mlm_auto_free char *x_title = mlm_text_of(
        "%s%s%s", said->names[0], said->sizes > 1 ? " × " : "", said->sizes > 1 ? said->names[1] : "");
    if (!place || !title || !x_title)
        return mlm_error_errno(error, -ENOMEM, "picture");
    curve.title = title;
    curve.place = place;
    curve.x_title = x_title;
    int r = draw(said, &curve, records_path, plots_folder, &why);
    if (r == -EINTR)
        return mlm_error_set(error, r, "%s", why.text);
    if (r < 0)
        mlm_say("mlmembench: %s", why.text);
    return 0;
}
