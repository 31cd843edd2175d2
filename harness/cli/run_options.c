#include "cli/run_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define AT(field) offsetof(struct mlm_run_options, field)

const struct mlm_option mlm_run_option_table[] = {
    {"cap", "LIST", MLM_OPTION_TEXT, AT(caps),
        "memory caps to run under, comma-separated: sizes from 16M up, and none", "2G"},
    {"laptop", "SIZE", MLM_OPTION_TEXT, AT(laptop),
        "stand in for a laptop with that much RAM: short for the --cap that its kernel leaves and the "
        "--background that its desktop and browser take",
        NULL},
    {"suite", "LIST", MLM_OPTION_TEXT, AT(suites),
        "suites to run, comma-separated: `mlmembench list` shows them", "all but self"},
    {"all", NULL, MLM_OPTION_FLAG, AT(all), "every row, not the quick ones alone", NULL},
    {"filter", "REGEX", MLM_OPTION_TEXT, AT(filter),
        "only trials whose name matches, as storage/csr does; '-' in front leaves them out, and --dry-run "
        "shows all names",
        NULL},
    {"param", "NAME=LIST", MLM_OPTION_TEXTS, AT(params),
        "values of a workload's parameter in place of its own, comma-separated; may be given several times",
        NULL},
    {"data", "SIZE", MLM_OPTION_SIZE, AT(data_bytes), "how much data the suites hold",
        "1.25 × the middle cap"},
    {"dataset", "FILE", MLM_OPTION_TEXT, AT(dataset),
        "run storage and loading on your own data: .npy (two-dimensional), .csv, .tsv or .libsvm", NULL},
    {"swap", "LIMIT", MLM_OPTION_TEXT, AT(swap),
        "swap that a trial may use: max (what the machine has), none, or a size", "max"},
    {"repetitions", "N", MLM_OPTION_TIMES, AT(repetitions), "trials of each row under each cap", "3"},
    {"timeout", "TIME", MLM_OPTION_DURATION, AT(timeout_ns),
        "longest that a trial may take, as 20s, 500ms or 2min", "60s"},
    {"seed", "N", MLM_OPTION_NUMBER, AT(seed), "seed of the data and of the order of trials", "1"},
    {"threads", "N", MLM_OPTION_THREADS, AT(threads), "threads that compute, each on a core of its own", "1"},
    {"background", "SIZE[:idle|active]", MLM_OPTION_TEXT, AT(background),
        "a second process in the cage that holds that much, as open programs do; an active one keeps using "
        "it",
        "0"},
    {"out", "PATH", MLM_OPTION_TEXT, AT(out),
        "folder for the records and pictures (named by machine and time), or a file that ends in .jsonl",
        "results/"},
    {"resume", "FILE", MLM_OPTION_TEXT, AT(resume),
        "go on with a run that was cut off, by its own options: what is in the file is not run again", NULL},
    {"dry-run", NULL, MLM_OPTION_FLAG, AT(dry_run),
        "show the plan, its time and its disk space, and write nothing", NULL},
    {"quiet", NULL, MLM_OPTION_FLAG, AT(quiet), "no progress; the table alone", NULL},
    {NULL, NULL, MLM_OPTION_FLAG, 0, NULL, NULL},
};

const struct mlm_run_options mlm_run_defaults = {
    .swap = "max",
    .out = "results",
    .repetitions = 3,
    .timeout_ns = UINT64_C(60000000000),
    .seed = 1,
    .threads = 1,
};

bool mlm_run_option_describes_plan(const struct mlm_option *option)
{
    static const char *const names[] = {"cap", "laptop", "suite", "all", "filter", "param", "data", "dataset",
        "swap", "repetitions", "timeout", "seed", "threads", "background"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(option->name, names[i]) == 0)
            return true;
    return false;
}

void mlm_run_request_release(struct mlm_run_request *request)
{
    free(request->suite_words);
    mlm_params_release(&request->plan.sweeps);
}

/* What a laptop of that size has left. The kernel and firmware keep about a sixteenth and 128 MiB (page
 * structs, slabs, buffers, reserved memory); a desktop with a browser holds about 1.6 GiB, and on a small
 * machine, where people open less, two fifths of the RAM. */
static int laptop_resolve(struct mlm_run_request *request, struct mlm_error *error)
{
    uint64_t ram = 0;
    if (request->said.caps || request->said.background)
        return mlm_error_set(error, -EINVAL, "--laptop stands for --cap and --background; give either");
    if (mlm_size_parse(request->said.laptop, &ram, error) < 0)
        return mlm_error_wrap(error, -EINVAL, "--laptop"), -EINVAL;
    if (ram < UINT64_C(256) << 20)
        return mlm_error_set(error, -EINVAL, "--laptop %s is too small to run a desktop; give at least 256M",
            request->said.laptop);
    const uint64_t mib = UINT64_C(1) << 20;
    uint64_t desktop = ram / 5 * 2 < 1600 * mib ? ram / 5 * 2 : 1600 * mib;
    request->laptop_bytes = ram;
    request->limits.caps[0] = (ram - ram / 16 - 128 * mib) / mib * mib;
    request->limits.cap_count = 1;
    request->limits.background_bytes = desktop / mib * mib;
    request->limits.background_active = true;
    return 0;
}

static int suites_parse(struct mlm_run_request *request, struct mlm_error *error)
{
    if (!request->said.suites)
        return 0;
    request->suite_words = strdup(request->said.suites);
    if (!request->suite_words)
        return mlm_error_errno(error, -ENOMEM, "--suite");
    char *rest = request->suite_words;
    for (char *word; (word = strsep(&rest, ","));) {
        if (request->plan.suite_count == MLM_TEXTS_MAX)
            return mlm_error_set(error, -EINVAL, "--suite lists too many suites");
        request->suites[request->plan.suite_count++] = word;
    }
    request->plan.suites = request->suites;
    return 0;
}

int mlm_params_parse(const struct mlm_texts *texts, struct mlm_params *params, struct mlm_error *error)
{
    for (size_t i = 0; i < texts->count; i++) {
        const char *text = texts->items[i];
        const char *equals = strchr(text, '=');
        if (!equals || equals == text || !equals[1])
            return mlm_error_set(error, -EINVAL, "--param is NAME=VALUE or NAME=VALUE,VALUE, not '%s'", text);
        char name[64];
        (void)snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
        if (mlm_params_add(params, name, equals + 1) < 0)
            return mlm_error_errno(error, -ENOMEM, "--param");
    }
    return 0;
}

int mlm_run_request_resolve(struct mlm_run_request *request, struct mlm_error *error)
{
    const struct mlm_run_options *said = &request->said;
    request->plan.all = said->all;
    request->plan.filter = said->filter;
    request->plan.data_bytes = said->data_bytes;
    request->plan.dataset = said->dataset;
    request->plan.repetitions = said->repetitions;
    request->plan.timeout_ns = said->timeout_ns;
    request->plan.seed = said->seed;
    request->plan.threads = said->threads;
    struct mlm_limits *limits = &request->limits;
    int r = said->laptop ? laptop_resolve(request, error)
                         : mlm_caps_parse(said->caps ? said->caps : "2G", limits, error);
    if (r == 0 && said->background)
        r = mlm_background_parse(said->background, limits, error);
    if (r == 0)
        r = mlm_swap_limit_parse(said->swap, limits, error);
    request->plan.caps = limits->caps;
    request->plan.cap_count = limits->cap_count;
    request->plan.swap_limit_bytes = limits->swap_limit_bytes;
    request->plan.background_bytes = limits->background_bytes;
    request->plan.background_active = limits->background_active;
    if (r == 0)
        r = suites_parse(request, error);
    if (r == 0)
        r = mlm_params_parse(&said->params, &request->plan.sweeps, error);
    return r;
}
