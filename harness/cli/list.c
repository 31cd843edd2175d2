/* The verb list: shows the suites, workloads and parameters that can be run. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "cli/say.h"
#include "cli/verbs.h"
#include "cli/wrap.h"
#include "trial/catalogue.h"
#include "trial/plan.h"

#define VALUES_COLUMN 14

struct list_options {
    const char *suite;
    uint64_t data_bytes;
};

static const struct mlm_option options[] = {
    {"suite", "SUITE", mlm_option_text, offsetof(struct list_options, suite), .help = "show this suite only",
        .otherwise = "all"},
    {"data", "SIZE", mlm_option_size, offsetof(struct list_options, data_bytes),
        .help = "show core bytes for this size of data", .otherwise = "2560M, which goes with --cap 2G",
        .words = (const char *const[]){"256M", "640M", "1G", "2560M", "5G", NULL}},
    {0},
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "listed"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "a suite cannot be loaded: install mlmembench again"},
    {0, NULL},
};

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Writes the core bytes of the workload with its default parameters. */
static void core_text(
    const struct mlm_workload *workload, uint64_t data_bytes, char text[static MLM_SIZE_TEXT])
{
    static const char *const no_settings[] = {NULL};
    const struct mlm_job job = {.data_bytes = data_bytes, .seed = 1, .threads = 1};
    mlm_auto_free void *config = NULL;
    snprintf(text, MLM_SIZE_TEXT, "-");
    if (mlm_config_make(workload, &job, no_settings, &config, NULL) == 0 &&
        mlm_config_derive(config, NULL) == 0 && workload->core_bytes)
        mlm_size_show((double)workload->core_bytes(config), text);
}

static void workloads_print(const struct mlm_suite *suite, uint64_t data_bytes)
{
    int widest = 8;
    for (const struct mlm_workload *const *w = suite->workloads; *w; w++)
        widest = (int)strlen((*w)->name) > widest ? (int)strlen((*w)->name) : widest;
    widest += (int)strlen(suite->name) + 1;
    printf("\n  %-*s  rows   core bytes  what it does\n", widest, "workload");
    for (const struct mlm_workload *const *w = suite->workloads; *w; w++) {
        char core[MLM_SIZE_TEXT], text[512];
        if ((*w)->flags & MLM_HIDDEN)
            continue;
        core_text(*w, data_bytes, core);
        snprintf(text, sizeof text, "%s%s%s", (*w)->summary, (*w)->library_package ? "; needs " : "",
            (*w)->library_package ? (*w)->library_package : "");
        int column = printf("  %s/%-*s  %-5s  %10s  ", suite->name, widest - (int)strlen(suite->name) - 1,
            (*w)->name, (*w)->flags & MLM_QUICK ? "quick" : "", core);
        mlm_wrap(text, column, column);
    }
}

/* A parameter of one workload. */
struct knob {
    const struct mlm_workload *workload;
    const struct mlm_param *param;
};

#define KNOBS_MOST 256

static size_t knobs_collect(const struct mlm_suite *suite, struct knob knobs[static KNOBS_MOST])
{
    size_t count = 0;
    for (const struct mlm_workload *const *w = suite->workloads; *w; w++)
        for (const struct mlm_param *p = (*w)->params; p && p->name && !((*w)->flags & MLM_HIDDEN); p++)
            if (count < KNOBS_MOST)
                knobs[count++] = (struct knob){*w, p};
    return count;
}

static bool same_knob(const struct mlm_param *a, const struct mlm_param *b)
{
    return same(a->name, b->name) && same(a->help, b->help);
}

static bool same_values(const struct mlm_param *a, const struct mlm_param *b)
{
    return same_knob(a, b) && same(a->sweep, b->sweep) && same(a->quick, b->quick);
}

/* "csr, csc: f32,f64 (quick: f32)"; the workloads are named where not all have these values. */
static void values_print(
    const struct knob *knobs, size_t count, const struct mlm_param *param, bool name_them)
{
    char text[1024] = "";
    size_t n = 0;
    for (size_t i = 0; name_them && i < count; i++)
        if (same_values(knobs[i].param, param) && n < sizeof text)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "", knobs[i].workload->name);
    const char *quick = param->quick && !same(param->quick, param->sweep) ? param->quick : NULL;
    if (n < sizeof text)
        snprintf(text + n, sizeof text - n, "%s%s%s%s%s", n ? ": " : "", param->sweep,
            quick ? " (quick: " : "", quick ? quick : "", quick ? ")" : "");
    printf("%*s", VALUES_COLUMN, "");
    mlm_wrap(text, VALUES_COLUMN + 2, VALUES_COLUMN);
}

/* Explains each parameter once, because most workloads of a suite share their parameters. */
static void params_print(const struct mlm_suite *suite)
{
    struct knob knobs[KNOBS_MOST];
    size_t count = knobs_collect(suite, knobs), workloads = 0;
    for (const struct mlm_workload *const *w = suite->workloads; *w; w++)
        workloads += (*w)->flags & MLM_HIDDEN ? 0 : 1;
    if (count)
        printf("\n  parameter%*swhat it is, and its values\n", VALUES_COLUMN - 11, "");
    for (size_t i = 0; i < count; i++) {
        const struct mlm_param *param = knobs[i].param;
        bool seen = false;
        size_t alike = 0;
        for (size_t k = 0; k < count; k++) {
            seen |= k < i && same_knob(knobs[k].param, param);
            alike += same_values(knobs[k].param, param) ? 1 : 0;
        }
        if (seen)
            continue;
        printf("  %-*s", VALUES_COLUMN - 2, param->name);
        mlm_wrap(param->help, VALUES_COLUMN, VALUES_COLUMN);
        for (size_t k = i; k < count; k++) {
            bool shown = !same_knob(knobs[k].param, param);
            for (size_t j = i; j < k; j++)
                shown |= same_values(knobs[j].param, knobs[k].param);
            if (!shown)
                values_print(knobs, count, knobs[k].param, alike < workloads);
        }
    }
}

static void suite_print(const struct mlm_suite *suite, uint64_t data_bytes)
{
    printf("%s: %s", suite->name, suite->summary);
    if (suite->on_request)
        printf(" (runs only with --suite %s)", suite->name);
    putchar('\n');
    workloads_print(suite, data_bytes);
    params_print(suite);
}

static void explain(uint64_t data_bytes)
{
    char size[MLM_SIZE_TEXT], text[512];
    snprintf(text, sizeof text,
        "Core bytes are for `--data %s` and the first value of each parameter. A run takes the quick rows, "
        "with that value or those after 'quick:'; `run --all` takes every row and value.",
        mlm_size_spell(data_bytes, size));
    putchar('\n');
    mlm_wrap(text, 0, 0);
}

static int list_verb(int argc, char **argv, struct mlm_error *error)
{
    struct list_options said = {.data_bytes = UINT64_C(2560) << 20};
    struct mlm_parsed parsed;
    struct mlm_catalogue *catalogue = NULL;
    int r = mlm_options_parse(&mlm_verb_list, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    r = mlm_catalogue_open(&catalogue, error);
    if (r < 0)
        return r;
    const char *broken = said.suite ? mlm_catalogue_broken(catalogue, said.suite) : NULL;
    if (broken)
        r = mlm_error_set(error, -ENOEXEC, "%s", broken);
    else if (said.suite && !mlm_catalogue_suite(catalogue, said.suite))
        r = mlm_error_set(error, -EINVAL, "there is no suite '%s'; `mlmembench list` shows them", said.suite);
    for (size_t i = 0; r == 0 && i < catalogue->suite_count; i++) {
        const struct mlm_suite *suite = catalogue->suites[i];
        if (said.suite && strcmp(suite->name, said.suite) != 0)
            continue;
        if (i && !said.suite)
            putchar('\n');
        suite_print(suite, said.data_bytes);
    }
    if (r == 0)
        explain(said.data_bytes);
    if (r == 0 && !said.suite && mlm_say_broken(catalogue))
        r = MLM_EXIT_NOT_RUN;
    mlm_catalogue_close(catalogue);
    return r;
}

const struct mlm_verb mlm_verb_list = {
    .name = "list",
    .summary = "list suites, workloads with their core bytes, and parameters",
    .details =
        "Core bytes are what the data of the job needs in theory, with the first value of each parameter. "
        "`run` takes the rows that are marked quick, with the values after 'quick:', or else with the first "
        "value. `run --all` takes every row and every value.",
    .exits = exits,
    .example = "mlmembench list --suite storage",
    .options = options,
    .run = list_verb,
};
