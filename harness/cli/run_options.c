/* The options of `run`, and the plan that they ask for. */
#include "cli/run_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/python.h"

#define AT(field) offsetof(struct mlm_run_options, field)

/* More parts than anybody has machines. */
#define PARTS_MOST 100000

/* "2/8" */
static int parse_shard(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    unsigned long part, parts;
    int end = 0;
    if (strspn(text, "0123456789/") != strlen(text) ||
        sscanf(text, "%6lu/%6lu%n", &part, &parts, &end) != 2 || text[end] || !part || part > parts ||
        parts > PARTS_MOST)
        return mlm_error_set(error, -EINVAL,
            "'%s' is no part of a plan; give K/N, for example 2/8 for the second of eight", text);
    *(struct mlm_shard *)field = (struct mlm_shard){part - 1, parts};
    return 0;
}

/* Takes the character itself, too. */
static int separator_parse(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    for (uint32_t i = 1; text[0] && !text[1] && mlm_separator_words[i]; i++)
        if (text[0] == mlm_separator_bytes[i]) {
            *(uint32_t *)field = i;
            return 0;
        }
    return mlm_option_word(option, text, field, error);
}

const struct mlm_option mlm_run_option_rows[] = {
    {.group = mlm_cap_option_rows, .offset = AT(caps)},
    {.group = mlm_laptop_option_rows, .offset = AT(laptop)},
    {.group = mlm_desktop_option_rows, .offset = AT(desktop)},
    {"suite", "SUITES", mlm_option_list, AT(suites),
        .help = "run these suites, separated by commas; `mlmembench list` shows them",
        .otherwise = "all but self and frameworks", .shapes_plan = true},
    {"all", NULL, NULL, AT(all),
        .help = "run every row of these suites, not only the "
                "quick ones",
        .shapes_plan = true, .kept = true},
    {"filter", "REGEX", mlm_option_text, AT(filter),
        .help = "run only trials whose name matches, for example storage/csr; with '-' in front, run only "
                "the others; --dry-run shows all names",
        .shapes_plan = true, .kept = true},
    {"shard", "K/N", parse_shard, AT(shard),
        .help =
            "run the K-th of N parts of the plan, for N jobs that share the work; rows that do equal work stay "
            "together, and `cat` merges the records",
        .shapes_plan = true},
    {"dataset", "FILE", mlm_option_text, AT(dataset),
        .help = "run the suites storage and loading on this file: .npy (two-dimensional), .csv, .tsv or "
                ".libsvm, also packed (.gz); texts become codes, and dates become days",
        .shapes_plan = true},
    {"separator", "NAME", separator_parse, AT(reading.separator),
        .help = "what separates the fields of the dataset: the character or its name; auto finds it by the "
                "first lines",
        .standard = "auto", .words = mlm_separator_words, .shapes_plan = true, .kept = true},
    {"missing", "NAME", mlm_option_word, AT(reading.missing),
        .help =
            "read missing values of the dataset as zero, or refuse a file that has any and name the first",
        .standard = "zero", .words = mlm_missing_words, .shapes_plan = true, .kept = true},
    {.group = mlm_job_option_rows, .offset = AT(job)},
    {.group = mlm_cage_option_rows, .offset = AT(cage)},
    {"precision", "PERCENT", mlm_option_percent, AT(precision),
        .help = "repeat a row until the 95 % interval of its time reaches at most this far to each side",
        .standard = "5%", .words = (const char *const[]){"2%", "5%", "10%", NULL}, .shapes_plan = true},
    {"budget", "TIME", mlm_option_duration, AT(budget_ns),
        .help = "begin no repetition that would end after this; every row runs once in any case",
        .standard = "6min", .words = (const char *const[]){"2min", "6min", "20min", "2h", NULL},
        .shapes_plan = true},
    {.group = mlm_budget_option_rows, .offset = AT(budgets)},
    {.group = mlm_table_option_rows, .offset = AT(table)},
    {"preview", NULL, NULL, AT(preview),
        .help =
            "look first, in less than a minute: run each row once, under --cap 512M with --data 128M unless "
            "you give others, and say which command runs it all",
        .shapes_plan = true},
    {"resume", "FILE", mlm_option_text, AT(resume),
        .help = "finish a run that was cut off: FILE holds its options and its finished trials, which do not "
                "run again"},
    {"dry-run", NULL, NULL, AT(dry_run),
        .help = "show the plan, the time and the disk space that it takes, and run nothing"},
    {0},
};

void mlm_run_request_release(struct mlm_run_request *request)
{
    mlm_params_release(&request->plan.sweeps);
    free(request->dataset_notes);
}

int mlm_params_parse(
    const char *option, const struct mlm_texts *texts, struct mlm_params *params, struct mlm_error *error)
{
    for (size_t i = 0; i < texts->count; i++) {
        const char *text = texts->items[i];
        const char *equals = strchr(text, '=');
        if (!equals || equals == text || !equals[1])
            return mlm_error_set(
                error, -EINVAL, "--%s is NAME=VALUE or NAME=VALUE,VALUE, not '%s'", option, text);
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
        int r = mlm_params_add(params, name, equals + 1);
        if (r == -EEXIST)
            return mlm_error_set(
                error, -EINVAL, "--%s %s is given twice; give all its values in one", option, name);
        if (r < 0)
            return mlm_error_errno(error, r, "--%s", option);
    }
    return 0;
}

/* Nobody asked for the limit of an inherited cage, and others may live under it: the data stays well below.
 * 0: the usual default. */
static uint64_t inherited_data(const struct mlm_run_options *said)
{
    const uint64_t limit = said->caps.items[0], usual = UINT64_C(256) << 20, mib = UINT64_C(1) << 20;
    if (!said->cage.limits.inherited_cage || said->dataset)
        return 0;
    return limit / 4 < usual ? limit / 4 / mib * mib + (limit / 4 < mib) * mib : usual;
}

/* Small enough that all of it takes no minute, and that every laptop has as much memory. */
static const uint64_t preview_cap_bytes = UINT64_C(512) << 20, preview_data_bytes = UINT64_C(128) << 20;

void mlm_run_request_size(const struct mlm_run_request *request, bool preview, struct mlm_plan_options *plan)
{
    const struct mlm_run_options *said = &request->said;
    const bool has_caps = mlm_is_said(&request->parsed, "cap") || mlm_is_said(&request->parsed, "laptop") ||
                          said->cage.limits.inherited_cage;
    plan->caps = preview && !has_caps ? &preview_cap_bytes : said->caps.items;
    plan->cap_count = preview && !has_caps ? 1 : said->caps.count;
    plan->data_bytes = said->job.data_bytes ? said->job.data_bytes : inherited_data(said);
    if (preview && (!plan->data_bytes || (!said->job.data_bytes && plan->data_bytes > preview_data_bytes)))
        plan->data_bytes = preview_data_bytes;
    plan->repetitions = preview ? 1 : said->cage.repetitions;
}

/* Only as a part of a laptop that is imitated can a desktop change a run. */
static int desktop_check(const struct mlm_run_request *request, struct mlm_error *error)
{
    const bool said = mlm_is_said(&request->parsed, "desktop") || mlm_is_said(&request->parsed, "tabs");
    return said && !request->said.laptop.ram_bytes
               ? mlm_error_set(error, -EINVAL,
                     "--desktop and --tabs describe a laptop that is imitated; give --laptop SIZE, too")
               : 0;
}

/* Only a dataset has fields. */
static int reading_check(const struct mlm_run_request *request, struct mlm_error *error)
{
    const bool said = mlm_is_said(&request->parsed, "separator") || mlm_is_said(&request->parsed, "missing");
    return said && !request->said.dataset
               ? mlm_error_set(error, -EINVAL,
                     "--separator and --missing say how --dataset is read; give --dataset FILE, too")
               : 0;
}

int mlm_run_request_resolve(struct mlm_run_request *request, struct mlm_error *error)
{
    struct mlm_run_options *said = &request->said;
    int r = desktop_check(request, error);
    if (r == 0)
        r = reading_check(request, error);
    if (r == 0)
        r = mlm_laptop_resolve(
            &said->laptop, &said->desktop, &request->parsed, &said->cage.limits, &said->caps, error);
    if (r == 0)
        r = mlm_inherit_resolve(&request->parsed, &said->cage, &said->caps, request->cage_text, error);
    if (r == 0)
        r = mlm_budgets_check(&said->budgets, error);
    if (r == 0 && said->job.python)
        r = mlm_python_find(said->job.python, (char[4096]){0}, error);
    if (r == 0)
        r = mlm_params_parse("param", &said->job.params, &request->plan.sweeps, error);
    if (r == 0 && said->preview && mlm_is_said(&request->parsed, "repetitions"))
        r = mlm_error_set(
            error, -EINVAL, "--preview runs each row once; leave out --repetitions, or leave out --preview");
    if (r < 0)
        return r;
    struct mlm_params sweeps = request->plan.sweeps;
    request->plan = (struct mlm_plan_options){
        .suites = said->suites.items,
        .suite_count = said->suites.count,
        .all = said->all,
        .filter = said->filter,
        .shard = said->shard,
        .sweeps = sweeps,
        .dataset = said->dataset,
        .dataset_reading = said->reading,
        .limits = said->cage.limits,
        .precision = said->precision,
        .budget_ns = said->budget_ns,
        .seed = said->job.seed,
        .threads = said->job.threads,
    };
    mlm_run_request_size(request, said->preview, &request->plan);
    return 0;
}
