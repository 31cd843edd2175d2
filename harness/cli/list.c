/* list: what there is to run. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "cli/verbs.h"
#include "trial/catalogue.h"
#include "trial/plan.h"

struct list_options {
    const char *suite;
    uint64_t data_bytes;
};

static const struct mlm_option options[] = {
    {"suite", "NAME", MLM_OPTION_TEXT, offsetof(struct list_options, suite), "this suite alone", "all"},
    {"data", "SIZE", MLM_OPTION_SIZE, offsetof(struct list_options, data_bytes),
        "the size that core bytes are shown for", "2560M, which goes with --cap 2G"},
    {NULL, NULL, MLM_OPTION_FLAG, 0, NULL, NULL},
};

static void param_print(const struct mlm_param *param)
{
    printf("        %-12s %s; %s", param->name, param->help, param->sweep);
    if (param->quick && strcmp(param->quick, param->sweep) != 0)
        printf(" (quick: %s)", param->quick);
    putchar('\n');
}

/* Core bytes of the workload at its defaults. */
static void workload_print(
    const struct mlm_suite *suite, const struct mlm_workload *workload, uint64_t data_bytes)
{
    mlm_auto_free void *config = calloc(1, workload->config_size);
    struct mlm_scoreboard sb = {0};
    char core[MLM_SIZE_TEXT] = "-";
    if (config) {
        *(struct mlm_job *)config = (struct mlm_job){.data_bytes = data_bytes, .seed = 1, .threads = 1};
        mlm_config_init(workload, config);
        if ((!workload->derive || workload->derive(config, &sb) == 0) && workload->core_bytes)
            (void)mlm_size_show((double)workload->core_bytes(config), core);
    }
    printf("  %s/%-*s %-5s %10s  %s%s%s\n", suite->name, (int)(18 - strlen(suite->name)), workload->name,
        workload->flags & MLM_QUICK ? "quick" : "", core, workload->summary,
        workload->library ? "; needs " : "", workload->library ? workload->library_package : "");
    for (const struct mlm_param *p = workload->params; p && p->name; p++)
        param_print(p);
}

static int list_verb(int argc, char **argv, struct mlm_error *error)
{
    struct list_options said = {.data_bytes = UINT64_C(2560) << 20};
    struct mlm_parsed parsed;
    struct mlm_catalogue *catalogue = NULL;
    int r = mlm_options_parse(&mlm_verb_list, argc, argv, &said, NULL, &parsed, error);
    if (r < 0)
        return r;
    if (parsed.help) {
        mlm_options_help(&mlm_verb_list);
        return MLM_EXIT_OK;
    }
    r = mlm_catalogue_open(&catalogue, error);
    if (r < 0)
        return r;
    if (said.suite && !mlm_catalogue_suite(catalogue, said.suite))
        r = mlm_error_set(error, -EINVAL, "there is no suite '%s'; `mlmembench list` shows them", said.suite);
    for (size_t i = 0; r == 0 && i < catalogue->suite_count; i++) {
        const struct mlm_suite *suite = catalogue->suites[i];
        if (said.suite && strcmp(suite->name, said.suite) != 0)
            continue;
        printf("%s%s: %s%s\n", i && !said.suite ? "\n" : "", suite->name, suite->summary,
            suite->calibrates ? " (runs only with --suite self)" : "");
        for (const struct mlm_workload *const *w = suite->workloads; *w; w++)
            if (!((*w)->flags & MLM_HIDDEN))
                workload_print(suite, *w, said.data_bytes);
    }
    mlm_catalogue_close(catalogue);
    return r;
}

const struct mlm_verb mlm_verb_list = {
    .name = "list",
    .summary = "list suites, workloads, their parameters with the values swept, and core bytes",
    .details = "Core bytes are what the job's data needs in theory, at the first value of each parameter.",
    .example = "mlmembench list --suite storage",
    .options = options,
    .run = list_verb,
};
