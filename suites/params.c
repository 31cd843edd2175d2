/* Parameters by name, and mlm_fail(): the code of the contract (workload.h) that both programs share. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "workload.h"

#define JOB(field) offsetof(struct mlm_job, field)

const struct mlm_param mlm_job_params[] = {
    {.name = "data", .type = MLM_PARAM_SIZE, .offset = JOB(data_bytes), .help = "how much data"},
    {.name = "seed", .type = MLM_PARAM_COUNT, .offset = JOB(seed), .help = "seed of all generated data"},
    {.name = "threads", .type = MLM_PARAM_COUNT, .offset = JOB(threads), .help = "threads that compute"},
    {.name = "dataset", .type = MLM_PARAM_TEXT, .offset = JOB(dataset), .help = "file to read"},
    {.name = "rows", .type = MLM_PARAM_COUNT, .offset = JOB(rows), .help = "rows of the user's file"},
    {.name = "columns",
        .type = MLM_PARAM_COUNT,
        .offset = JOB(columns),
        .help = "columns of the user's file"},
    {.name = "nonzeros",
        .type = MLM_PARAM_COUNT,
        .offset = JOB(nonzeros),
        .help = "values other than 0 in the user's file"},
    {.name = "widest_row",
        .type = MLM_PARAM_COUNT,
        .offset = JOB(widest_row),
        .help = "most values other than 0 in one of its rows"},
    {.name = NULL},
};

const char *const mlm_separator_words[] = {[MLM_SEPARATOR_AUTO] = "auto",
    [MLM_SEPARATOR_COMMA] = "comma",
    [MLM_SEPARATOR_SEMICOLON] = "semicolon",
    [MLM_SEPARATOR_TAB] = "tab",
    [MLM_SEPARATOR_SPACE] = "space",
    NULL};
const char mlm_separator_bytes[] = {[MLM_SEPARATOR_COMMA] = ',',
    [MLM_SEPARATOR_SEMICOLON] = ';',
    [MLM_SEPARATOR_TAB] = '\t',
    [MLM_SEPARATOR_SPACE] = ' '};
const char *const mlm_missing_words[] = {[MLM_MISSING_ZERO] = "zero", [MLM_MISSING_REFUSE] = "refuse", NULL};

static const struct mlm_param reading_params[] = {
    {.name = "separator",
        .type = MLM_PARAM_WORD,
        .offset = offsetof(struct mlm_reading, separator),
        .words = mlm_separator_words},
    {.name = "missing",
        .type = MLM_PARAM_WORD,
        .offset = offsetof(struct mlm_reading, missing),
        .words = mlm_missing_words},
    {.name = NULL},
};

int(mlm_fail)(struct mlm_scoreboard *sb, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(sb->message, sizeof sb->message, format, args);
    va_end(args);
    enum mlm_verdict verdict = code == -ENOMEM    ? MLM_VERDICT_NO_MEMORY
                               : code == -ENOTSUP ? MLM_VERDICT_SKIPPED
                               : code == -EBADMSG ? MLM_VERDICT_WRONG
                                                  : MLM_VERDICT_FAILED;
    atomic_store_explicit(&sb->verdict, verdict, memory_order_release);
    return code;
}

static const struct mlm_param *find(const struct mlm_param *params, const char *name)
{
    for (const struct mlm_param *p = params; p && p->name; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

const struct mlm_param *mlm_param_find(const struct mlm_workload *workload, const char *name)
{
    return find(workload->params, name);
}

/* Parses a whole number with an optional binary suffix, exact up to 64 bits. */
static int count_parse(const char *text, uint64_t *ret_value)
{
    static const char units[] = "KMGT";
    if (!isdigit((unsigned char)*text))
        return -EINVAL;
    errno = 0;
    char *rest;
    unsigned long long value = strtoull(text, &rest, 10);
    if (errno)
        return -ERANGE;
    if (*rest) {
        const char *unit = strchr(units, toupper((unsigned char)*rest));
        if (!unit || rest[1])
            return -EINVAL;
        int shift = 10 * (int)(unit - units + 1);
        if (value > UINT64_MAX >> shift)
            return -ERANGE;
        value <<= shift;
    }
    *ret_value = value;
    return 0;
}

static int real_parse(const char *text, double *ret_value)
{
    char *rest;
    double value = strtod(text, &rest);
    if (rest == text || *rest || !isfinite(value))
        return -EINVAL;
    *ret_value = value;
    return 0;
}

static int word_find(const char *const *words, const char *text, uint32_t *ret_index)
{
    for (uint32_t i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *ret_index = i;
            return 0;
        }
    return -EINVAL;
}

static int value_set(const struct mlm_param *param, void *config, const char *value)
{
    void *field = (char *)config + param->offset;
    double number = 0;
    uint64_t count = 0;
    int r = 0;
    switch (param->type) {
    case MLM_PARAM_SIZE:
    case MLM_PARAM_COUNT:
        r = count_parse(value, &count);
        number = (double)count;
        break;
    case MLM_PARAM_REAL:
        r = real_parse(value, &number);
        break;
    case MLM_PARAM_WORD:
        return word_find(param->words, value, field);
    case MLM_PARAM_TEXT:
        memcpy(field, &value, sizeof value);
        return 0;
    }
    if (r < 0)
        return r;
    if ((param->minimum != 0 || param->maximum != 0) && (number < param->minimum || number > param->maximum))
        return -ERANGE;
    if (param->type == MLM_PARAM_REAL)
        memcpy(field, &number, sizeof number);
    else
        memcpy(field, &count, sizeof count);
    return 0;
}

static int param_set(const struct mlm_param *param, void *config, const char *value, struct mlm_error *error)
{
    const char *name = param->name;
    int r = value_set(param, config, value);
    if (r == -ERANGE && (param->minimum != 0 || param->maximum != 0)) {
        char most[32] = "";
        if (param->maximum < 0x1p60) /* a larger maximum only prevents overflow: do not print it */
            snprintf(most, sizeof most, " and at most %.12g", param->maximum);
        return mlm_error_set(
            error, r, "%s=%s is out of range: at least %.12g%s", name, value, param->minimum, most);
    }
    if (r < 0 && param->type == MLM_PARAM_WORD) {
        char words[256] = "";
        for (size_t i = 0, n = 0; param->words[i] && n < sizeof words; i++)
            n += (size_t)snprintf(words + n, sizeof words - n, "%s%s", i ? ", " : "", param->words[i]);
        return mlm_error_set(error, r, "'%s' is not a value of %s; there are %s", value, name, words);
    }
    if (r < 0)
        return mlm_error_set(error, r, "'%s' is not a value of %s (%s)", value, name, param->help);
    return 0;
}

int mlm_config_set(const struct mlm_workload *workload, void *config, const char *name, const char *value,
    struct mlm_error *error)
{
    const struct mlm_param *param = find(workload->params, name);
    if (!param)
        param = find(mlm_job_params, name);
    if (!param)
        return mlm_error_set(error, -ENOENT, "%s has no parameter '%s'", workload->name, name);
    return param_set(param, config, value, error);
}

int mlm_reading_set(struct mlm_reading *reading, const char *name, const char *value, struct mlm_error *error)
{
    const struct mlm_param *param = find(reading_params, name);
    if (!param)
        return mlm_error_set(error, -ENOENT, "the reader has no parameter '%s'", name);
    return param_set(param, reading, value, error);
}

static const char *value_text(const struct mlm_param *param, const void *config, char text[static 32])
{
    const void *field = (const char *)config + param->offset;
    switch (param->type) {
    case MLM_PARAM_REAL:
        snprintf(text, 32, "%.17g", *(const double *)field);
        return text;
    case MLM_PARAM_WORD:
        return param->words[*(const uint32_t *)field];
    case MLM_PARAM_TEXT:
        return *(const char *const *)field;
    default:
        snprintf(text, 32, "%" PRIu64, *(const uint64_t *)field);
        return text;
    }
}

int mlm_config_tell(const struct mlm_workload *workload, const void *config,
    int (*tell)(void *context, const char *name, const char *value), void *context)
{
    char text[32];
    int r = 0;
    for (const struct mlm_param *p = workload->params; r == 0 && p && p->name; p++)
        r = tell(context, p->name, value_text(p, config, text));
    for (const struct mlm_param *p = mlm_job_params; r == 0 && p->offset < JOB(dataset); p++)
        r = tell(context, p->name, value_text(p, config, text));
    return r;
}

void mlm_config_init(const struct mlm_workload *workload, void *config)
{
    struct mlm_job *job = config;
    job->workload = workload;
    job->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    for (const struct mlm_param *p = workload->params; p && p->name; p++) {
        char first[64];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(p->sweep, ","), p->sweep);
        if (p->type != MLM_PARAM_TEXT)
            (void)value_set(p, config, first);
    }
}

int mlm_config_make(const struct mlm_workload *workload, const struct mlm_job *job,
    const char *const *settings, void **ret_config, struct mlm_error *error)
{
    void *config = calloc(1, workload->config_size);
    if (!config)
        return mlm_error_set(error, -ENOMEM, "out of memory");
    *(struct mlm_job *)config = *job;
    mlm_config_init(workload, config);
    for (; *settings; settings += 2) {
        int r = mlm_config_set(workload, config, settings[0], settings[1], error);
        if (r < 0) {
            free(config);
            return r;
        }
    }
    *ret_config = config;
    return 0;
}

int mlm_config_derive(void *config, struct mlm_error *error)
{
    const struct mlm_workload *workload = ((const struct mlm_job *)config)->workload;
    return workload->derive ? workload->derive(config, error) : 0;
}
