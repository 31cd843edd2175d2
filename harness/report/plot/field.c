/* The figures that can be drawn, one function for each. */
#include "report/plot/field.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "report/table/group.h"
#include "report/table/ratio.h"

static struct mlm_plot_value single(double value)
{
    return (struct mlm_plot_value){.value = value, .low = NAN, .high = NAN};
}

static double or_nan(int64_t value)
{
    return value == MLM_NULL ? NAN : (double)value;
}

static double reading(const struct mlm_row *row, enum mlm_metric metric)
{
    return or_nan(row->readings.values[metric]);
}

static struct mlm_plot_value needs(const struct mlm_subject *subject)
{
    struct mlm_plot_value figure = single(mlm_row_needs(subject->row));
    figure.bound = subject->row->cut_off;
    return figure;
}

static struct mlm_plot_value uncapped_needs(const struct mlm_subject *subject)
{
    const struct mlm_row *row = subject->row;
    bool known = row->cut_off && row->reference && !row->reference->cut_off;
    return single(known ? mlm_row_needs(row->reference) : NAN);
}

static struct mlm_plot_value full_needs(const struct mlm_subject *subject)
{
    if (subject->row->outcome == MLM_OUTCOME_WRONG)
        return single(NAN);
    return subject->row->cut_off ? uncapped_needs(subject) : needs(subject);
}

static struct mlm_plot_value swap(const struct mlm_subject *subject)
{
    return single(reading(subject->row, MLM_swap_peak_bytes));
}

static struct mlm_plot_value core(const struct mlm_subject *subject)
{
    return single(reading(subject->row, MLM_core_bytes));
}

static struct mlm_plot_value predicted(const struct mlm_subject *subject)
{
    return single(reading(subject->row, MLM_predicted_peak_bytes));
}

static struct mlm_plot_value over_core(const struct mlm_subject *subject)
{
    double bytes = reading(subject->row, MLM_core_bytes);
    return single(bytes > 0 ? full_needs(subject).value / bytes : NAN);
}

/* `scale` divided by the time (inverse), or the time divided by `scale`. */
static struct mlm_plot_value timed(const struct mlm_row *row, double scale, bool inverse)
{
    if (row->outcome != MLM_OUTCOME_OK || !row->time.count || row->time.minimum <= 0)
        return single(NAN);
    double median = row->time.median, minimum = row->time.minimum, maximum = row->time.maximum;
    struct mlm_plot_value figure =
        inverse ? (struct mlm_plot_value){scale / median, scale / maximum, scale / minimum, false}
                : (struct mlm_plot_value){median / scale, minimum / scale, maximum / scale, false};
    if (row->time.count < 2)
        figure.low = figure.high = NAN;
    return figure;
}

static struct mlm_plot_value time_of(const struct mlm_subject *subject)
{
    return timed(subject->row, 1, false);
}

static struct mlm_plot_value uncapped_time(const struct mlm_subject *subject)
{
    const struct mlm_row *reference = subject->row->reference;
    return single(reference ? timed(reference, 1, false).value : NAN);
}

static struct mlm_plot_value slowdown(const struct mlm_subject *subject)
{
    const struct mlm_ratio *slowdown = &subject->row->slowdown;
    if (subject->row->outcome != MLM_OUTCOME_OK)
        return single(NAN);
    return (struct mlm_plot_value){.value = slowdown->ratio, .low = slowdown->low, .high = slowdown->high};
}

static struct mlm_plot_value rate(const struct mlm_subject *subject)
{
    double items = reading(subject->row, MLM_items);
    return items > 0 ? timed(subject->row, 1e9 * items, true) : single(NAN);
}

/* Medians of parts do not add up to the median of the time; therefore their own sum is the whole. */
static struct mlm_plot_value part(const struct mlm_row *row, enum mlm_metric metric)
{
    static const enum mlm_metric parts[] = {
        MLM_run_cpu_user_ns, MLM_run_cpu_system_ns, MLM_run_queue_ns, MLM_blocked_ns};
    double whole = 0;
    if (row->outcome != MLM_OUTCOME_OK || isnan(reading(row, MLM_run_queue_ns)))
        return single(NAN);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!isnan(reading(row, parts[i])))
            whole += reading(row, parts[i]);
    return single(whole > 0 ? reading(row, metric) / whole : NAN);
}

static struct mlm_plot_value user(const struct mlm_subject *subject)
{
    return part(subject->row, MLM_run_cpu_user_ns);
}

static struct mlm_plot_value system_part(const struct mlm_subject *subject)
{
    return part(subject->row, MLM_run_cpu_system_ns);
}

static struct mlm_plot_value run_queue(const struct mlm_subject *subject)
{
    return part(subject->row, MLM_run_queue_ns);
}

static struct mlm_plot_value blocked_memory(const struct mlm_subject *subject)
{
    return part(subject->row, MLM_blocked_memory_ns);
}

static struct mlm_plot_value blocked_storage(const struct mlm_subject *subject)
{
    return part(subject->row, MLM_blocked_storage_ns);
}

static struct mlm_plot_value blocked_rest(const struct mlm_subject *subject)
{
    return part(subject->row, MLM_blocked_rest_ns);
}

static struct mlm_plot_value blocked(const struct mlm_subject *subject)
{
    bool split = !isnan(reading(subject->row, MLM_blocked_memory_ns));
    return split ? single(NAN) : part(subject->row, MLM_blocked_ns);
}

static struct mlm_plot_value memory_now(const struct mlm_subject *subject)
{
    return single(or_nan(subject->moment->memory_bytes));
}

static struct mlm_plot_value swap_now(const struct mlm_subject *subject)
{
    return single(or_nan(subject->moment->swap_bytes));
}

static struct mlm_plot_value time_ratio(const struct mlm_subject *subject)
{
    const struct mlm_contrast *time = &subject->pair->contrasts[MLM_FIGURE_TIME];
    return (struct mlm_plot_value){.value = time->ratio, .low = time->low, .high = time->high};
}

/* clang-format off */
const struct mlm_plot_field
    mlm_plot_field_needs          = {"needs",          "memory and swap", MLM_QUANTITY_BYTES, needs},
    mlm_plot_field_full_needs     = {"full_needs",     "measured",        MLM_QUANTITY_BYTES, full_needs},
    mlm_plot_field_uncapped_needs = {"uncapped_needs", "needs uncapped",  MLM_QUANTITY_BYTES, uncapped_needs},
    mlm_plot_field_swap           = {"swap",           "swap",            MLM_QUANTITY_BYTES, swap},
    mlm_plot_field_core           = {"core",           "core bytes",      MLM_QUANTITY_BYTES, core},
    mlm_plot_field_predicted      = {"predicted",      "predicted",       MLM_QUANTITY_BYTES, predicted},
    mlm_plot_field_over_core      = {"over_core",      "peak over live",  MLM_QUANTITY_RATIO, over_core},
    mlm_plot_field_time           = {"time",           "time",            MLM_QUANTITY_NS,    time_of},
    mlm_plot_field_uncapped_time  = {"uncapped_time",  "time uncapped",   MLM_QUANTITY_NS,    uncapped_time},
    mlm_plot_field_user           = {"user",           "computing",       MLM_QUANTITY_SHARE, user},
    mlm_plot_field_system         = {"system",         "in the kernel",   MLM_QUANTITY_SHARE, system_part},
    mlm_plot_field_run_queue      = {"run_queue",      "waits for CPU",   MLM_QUANTITY_SHARE, run_queue},
    mlm_plot_field_blocked_memory = {"blocked_memory", "for memory",      MLM_QUANTITY_SHARE, blocked_memory},
    mlm_plot_field_blocked_storage = {"blocked_storage", "for storage",   MLM_QUANTITY_SHARE, blocked_storage},
    mlm_plot_field_blocked_rest   = {"blocked_rest",   "for others",      MLM_QUANTITY_SHARE, blocked_rest},
    mlm_plot_field_blocked        = {"blocked",        "waits",           MLM_QUANTITY_SHARE, blocked},
    mlm_plot_field_slowdown       = {"slowdown",       "slowdown",        MLM_QUANTITY_RATIO, slowdown},
    mlm_plot_field_rate           = {"rate",           "items a second",  MLM_QUANTITY_PER_SECOND, rate},
    mlm_plot_field_memory_now     = {"memory_now",     "memory",          MLM_QUANTITY_BYTES, memory_now},
    mlm_plot_field_swap_now       = {"swap_now",       "swap",            MLM_QUANTITY_BYTES, swap_now},
    mlm_plot_field_time_ratio     = {"time_ratio",     "time",            MLM_QUANTITY_RATIO, time_ratio};
/* clang-format on */

const char *mlm_plot_place_show(double x, char text[static MLM_PLOT_VALUE_TEXT])
{
    snprintf(text, MLM_PLOT_VALUE_TEXT, x < 99.5 ? "%.2g" : "%.0f", x);
    return text;
}

const char *mlm_plot_value_show(
    const struct mlm_plot_value *figure, enum mlm_quantity quantity, char text[static MLM_PLOT_VALUE_TEXT])
{
    text[0] = 0;
    if (isnan(figure->value))
        return text;
    char ratio[MLM_RATIO_TEXT];
    char *end = figure->bound ? stpcpy(text, "> ") : text;
    switch (quantity) {
    case MLM_QUANTITY_BYTES:
        mlm_size_show(figure->value, end);
        break;
    case MLM_QUANTITY_NS:
        mlm_duration_show(figure->value, end);
        break;
    case MLM_QUANTITY_RATIO:
        snprintf(end, MLM_PLOT_VALUE_TEXT - 2, "%s ×", mlm_ratio_number(figure->value, ratio));
        break;
    case MLM_QUANTITY_SHARE:
        snprintf(end, MLM_PLOT_VALUE_TEXT - 2, "%.0f %%", 100 * figure->value);
        break;
    case MLM_QUANTITY_PER_SECOND:
        snprintf(end, MLM_PLOT_VALUE_TEXT - 2, figure->value < 999.5 ? "%.3g" : "%.0f", figure->value);
        break;
    }
    return text;
}
