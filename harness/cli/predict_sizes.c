/* Reads sizes as numbers; the command gets them as they were typed. */
#include "cli/predict_sizes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advise/predict/words.h"
#include "base/cleanup.h"
#include "base/size.h"
#include "cli/run_options.h"

struct column {
    uint64_t values[MLM_TEXTS_MAX];
    size_t count;
};

static int value_parse(
    const char *option, const char *name, const char *text, uint64_t *ret_value, struct mlm_error *error)
{
    int r = mlm_amount_parse(text, ret_value, error);
    if (r == 0 && !*ret_value)
        r = mlm_error_set(error, -EINVAL, "a size is at least 1");
    return r < 0 ? mlm_error_wrap(error, -EINVAL, "--%s %s", option, name) : 0;
}

/* Reads the values of one parameter. One size in two spellings would be measured twice. */
static int column_read(const struct mlm_param_value *param, struct column *column, struct mlm_error *error)
{
    mlm_auto_free char *values = strdup(param->value);
    if (!values)
        return mlm_error_errno(error, -ENOMEM, "--param");
    char *rest = values;
    for (char *text; (text = strsep(&rest, ","));) {
        uint64_t value = 0;
        int r = value_parse("param", param->name, text, &value, error);
        if (r < 0)
            return r;
        for (size_t i = 0; i < column->count; i++)
            if (column->values[i] == value)
                return mlm_error_set(
                    error, -EINVAL, "--param %s: %s is a size that is named twice", param->name, text);
        if (column->count == MLM_TEXTS_MAX)
            return mlm_error_set(
                error, -EINVAL, "--param %s has more than %d sizes", param->name, MLM_TEXTS_MAX);
        column->values[column->count++] = value;
    }
    return 0;
}

static int count_check(
    const struct mlm_predict_sizes *sizes, size_t at, size_t count, struct mlm_error *error)
{
    const char *name = sizes->names[at];
    if (count >= MLM_PREDICT_LEAST)
        return 0;
    if (count == 1 && sizes->count > 1)
        return mlm_error_set(error, -EINVAL,
            "--param %s has one size, so all points lie on one line; give it %d sizes, or write it into the command "
            "and leave it out here",
            name, MLM_PREDICT_LEAST);
    return mlm_error_set(error, -EINVAL,
        "--param %s has %zu size%s, and predict needs at least %d; four that double are a good choice, such as "
        "10000,20000,40000,80000",
        name, count, count == 1 ? "" : "s", MLM_PREDICT_LEAST);
}

static const char *value_of(const struct mlm_params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return params->items[i].value;
    return NULL;
}

static int names_check(struct mlm_predict_sizes *sizes, struct mlm_error *error)
{
    if (!sizes->params.count)
        return mlm_error_set(error, -EINVAL,
            "predict needs small sizes to run: --param rows=10000,20000,40000,80000, with {rows} in the command");
    if (sizes->params.count > MLM_PREDICT_SIZES)
        return mlm_error_set(error, -EINVAL,
            "predict follows one parameter or two, not %zu; write the values of the others into the command",
            sizes->params.count);
    for (size_t i = 0; i < sizes->params.count; i++)
        if (strcmp(sizes->params.items[i].name, MLM_PREDICT_MALLOC) == 0)
            return mlm_error_set(error, -EINVAL,
                "--param " MLM_PREDICT_MALLOC
                ": records use this name for glibc's threshold; choose another one");
    sizes->count = sizes->params.count;
    for (size_t i = 0; i < sizes->count; i++)
        sizes->names[i] = sizes->params.items[i].name;
    if (!sizes->to.count)
        return mlm_error_set(error, -EINVAL, "predict needs the full size: --to %s=N, above those of --param",
            sizes->names[0]);
    for (size_t i = 0; i < sizes->to.count; i++)
        if (!value_of(&sizes->params, sizes->to.items[i].name))
            return mlm_error_set(error, -EINVAL, "--to %s: there is no --param %s with small sizes",
                sizes->to.items[i].name, sizes->to.items[i].name);
    for (size_t i = 0; i < sizes->count; i++)
        if (!value_of(&sizes->to, sizes->names[i]))
            return mlm_error_set(error, -EINVAL, "--to has no full size for %s; add --to %s=N",
                sizes->names[i], sizes->names[i]);
    return 0;
}

/* The full size is above the small ones; of two parameters, one may lie among its small sizes. */
static int full_check(
    const struct mlm_predict_sizes *sizes, const struct column *columns, struct mlm_error *error)
{
    bool larger = false;
    for (size_t i = 0; i < sizes->count; i++) {
        uint64_t least = UINT64_MAX, most = 0;
        for (size_t k = 0; k < columns[i].count; k++) {
            least = columns[i].values[k] < least ? columns[i].values[k] : least;
            most = columns[i].values[k] > most ? columns[i].values[k] : most;
        }
        larger |= sizes->full.of[i] > (double)most;
        if (sizes->full.of[i] < (double)least)
            return mlm_error_set(error, -EINVAL,
                "--to %s=%s is below all sizes of --param; give smaller ones", sizes->names[i],
                value_of(&sizes->to, sizes->names[i]));
    }
    if (!larger)
        return mlm_error_set(error, -EINVAL,
            "--to %s=%s is not above the sizes of --param; give a larger one, or measure it with `mlmembench exec`",
            sizes->names[0], value_of(&sizes->to, sizes->names[0]));
    return 0;
}

int mlm_predict_sizes_make(const struct mlm_texts *params, const struct mlm_texts *to,
    struct mlm_predict_sizes *ret_sizes, struct mlm_error *error)
{
    struct mlm_predict_sizes *sizes = ret_sizes;
    struct column columns[MLM_PREDICT_SIZES] = {{.count = 0}};
    int r = mlm_params_parse("param", params, &sizes->params, error);
    if (r == 0)
        r = mlm_params_parse("to", to, &sizes->to, error);
    if (r == 0)
        r = names_check(sizes, error);
    sizes->full.of[1] = 1;
    for (size_t i = 0; r == 0 && i < sizes->count; i++) {
        uint64_t full = 0;
        r = column_read(&sizes->params.items[i], &columns[i], error);
        if (r == 0)
            r = count_check(sizes, i, columns[i].count, error);
        if (r == 0)
            r = value_parse("to", sizes->names[i], value_of(&sizes->to, sizes->names[i]), &full, error);
        sizes->full.of[i] = (double)full;
    }
    return r == 0 ? full_check(sizes, columns, error) : r;
}

void mlm_predict_sizes_release(struct mlm_predict_sizes *sizes)
{
    mlm_params_release(&sizes->params);
    mlm_params_release(&sizes->to);
}

struct mlm_predict_size mlm_predict_size_of(
    const struct mlm_predict_sizes *sizes, const struct mlm_params *values)
{
    struct mlm_predict_size size = {{1, 1}};
    for (size_t i = 0; i < sizes->count; i++) {
        const char *text = value_of(values, sizes->names[i]);
        uint64_t value = 1;
        (void)(text && mlm_amount_parse(text, &value, NULL));
        size.of[i] = (double)value;
    }
    return size;
}
