/* Options that several verbs share, with the parsers that only they use. */
#include "cli/cage_options.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "trial/plan.h"

/* No Linux kernel supports more processors. */
#define THREADS_MOST 8192

static int caps_parse(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    struct mlm_caps caps = {.count = 0};
    mlm_auto_free char *words = strdup(text);
    if (!words)
        return mlm_error_errno(error, -ENOMEM, "%s", text);
    char *rest = words;
    for (char *word; (word = strsep(&rest, ","));) {
        uint64_t cap = 0;
        if (caps.count == MLM_TEXTS_MAX)
            return mlm_error_set(error, -EINVAL, "more than %d caps", MLM_TEXTS_MAX);
        int r = mlm_limit_parse(word, &cap, error);
        if (r < 0)
            return r;
        if (cap < MLM_CAP_MINIMUM_BYTES)
            return mlm_error_set(error, -EINVAL,
                "%s is below 16M, the least that a worker needs; 512M to 8G are what caps are for", word);
        for (size_t i = 0; i < caps.count; i++)
            if (caps.items[i] == cap)
                return mlm_error_set(error, -EINVAL, "%s is named twice", word);
        caps.items[caps.count++] = cap;
    }
    *(struct mlm_caps *)field = caps;
    return 0;
}

static int swap_parse(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    if (strcmp(text, "none") != 0)
        return mlm_limit_parse(text, field, error);
    *(uint64_t *)field = 0;
    return 0;
}

static int background_parse(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    struct mlm_limits *limits = field;
    char size[64];
    const char *mode = strchr(text, ':');
    snprintf(size, sizeof size, "%.*s", (int)(mode ? mode - text : (ptrdiff_t)strlen(text)), text);
    int r = mlm_size_parse(size, &limits->background_bytes, error);
    if (r < 0)
        return r;
    limits->background_active = mode && strcmp(mode, ":active") == 0;
    if (mode && !limits->background_active && strcmp(mode, ":idle") != 0)
        return mlm_error_set(error, -EINVAL, "'%s' is not SIZE, SIZE:idle or SIZE:active", text);
    return 0;
}

static int processors_parse(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    uint64_t number = 0;
    cpu_set_t own;
    int r = mlm_option_number(option, text, &number, error);
    if (r == 0 && sched_getaffinity(0, sizeof own, &own) == 0 && number > (uint64_t)CPU_COUNT(&own))
        r = mlm_error_set(error, -EINVAL, "'%s' is too many; this program may use %d", text, CPU_COUNT(&own));
    if (r == 0)
        *(uint64_t *)field = number;
    return r;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define AT(field) offsetof(struct mlm_cage_options, field)

const struct mlm_option mlm_cage_option_rows[] = {
    {"cage", "KIND", mlm_option_word, AT(kind),
        .help =
            "own: each trial has its own cgroup; inherit: the job stays in the cgroup that mlmembench was "
            "started in, without a cap of its own; auto: inherit only where no cap is asked for and no "
            "cgroup can be made",
        .standard = "auto", .words = WORDS("auto", "own", "inherit"), .shapes_plan = true},
    {"swap", "LIMIT", swap_parse, AT(limits.swap_limit_bytes),
        .help = "swap that a trial may use: max (all that the machine has), none, or a size",
        .standard = "max", .words = WORDS("max", "none", "1G", "2G", "4G"), .shapes_plan = true},
    {"background", "SIZE[:idle|active]", background_parse, AT(limits),
        .help = "a second process holds this much memory under the same cap, as open programs do: idle (the "
                "default) only holds it, active keeps using it",
        .standard = "0", .words = WORDS("512M", "1G", "1600M", "2G"), .shapes_plan = true},
    {"cpus", "N", processors_parse, AT(limits.processors),
        .help =
            "run the job on N processors, and show it only these (/proc/stat still shows all of this machine's)",
        .otherwise = "all that it can use", .words = WORDS("1", "2", "4"), .least = 1, .most = THREADS_MOST,
        .shapes_plan = true},
    {"private-tmp", NULL, NULL, AT(limits.private_tmp),
        .help =
            "give the job of each trial its own empty /tmp and /dev/shm, which are removed after the trial; "
            "its programs and files must lie elsewhere",
        .shapes_plan = true},
    {"background-reclaim", NULL, NULL, AT(limits.background_reclaim),
        .help = "free memory beside the job when little is left under the cap, as a laptop's kernel does; "
                "does nothing without a cap; needs cgroup v2 and Linux 5.19 or later",
        .shapes_plan = true},
    {"timeout", "TIME", mlm_option_duration, AT(limits.timeout_ns),
        .help = "end a trial that takes longer than this, for example 20s, 5min or 2h", .standard = "24h",
        .words = WORDS("20s", "60s", "5min"), .shapes_plan = true},
    {"repetitions", "N", mlm_option_number, AT(repetitions), .help = "run each trial N times",
        .standard = "1", .least = 1, .most = MLM_TIMES_MOST, .shapes_plan = true},
    {"out", "PATH", mlm_option_text, AT(out),
        .help =
            "write the records to this .jsonl file, or to a new file in this folder; '-': to standard output, and "
            "everything else to standard error",
        .standard = "results/"},
    {"quiet", NULL, NULL, AT(quiet), .help = "show no progress"},
    {0},
};

#undef AT

const struct mlm_option mlm_cap_option_rows[] = {
    {"cap", "LIST", caps_parse, 0,
        .help = "run under these memory caps, separated by commas: sizes from 16M on, or none (M is MiB)",
        .standard = "none", .words = WORDS("512M", "1G", "2G", "4G", "8G", "none"), .shapes_plan = true},
    {0},
};

#define AT(field) offsetof(struct mlm_program_options, field)

const struct mlm_option mlm_program_option_rows[] = {
    {"prepare", "COMMAND", mlm_option_text, AT(prepare),
        .help = "run this in a shell before each trial, outside its cgroup", .kept = true},
    {"evict", "FILE", mlm_option_texts, AT(evict),
        .help = "drop FILE from the page cache before each trial, because pages already cached do not count "
                "against the cap; may be given several times"},
    {"cleanup", "COMMAND", mlm_option_text, AT(cleanup),
        .help = "run this in a shell after the last trial, outside any cgroup of a trial", .kept = true},
    {"oom-grace", "TIME", mlm_option_duration, AT(oom_grace_ns),
        .help = "end a trial as oom when the kernel killed one of its processes and the others did nothing "
                "for this long",
        .standard = "10s", .words = WORDS("2s", "10s", "60s"), .kept = true},
    {"name", "NAME", mlm_option_texts, AT(names),
        .help = "name of the command in records and tables; with several commands, give it once for each, in "
                "their order",
        .otherwise = "the name of its script or program; a command in quotes is its own name"},
    {"output", "FILE", mlm_option_text, AT(output), .help = "write the command's standard output to FILE",
        .otherwise = "standard output"},
    {0},
};

#undef AT
#define AT(field) offsetof(struct mlm_job_options, field)

const struct mlm_option mlm_job_option_rows[] = {
    {"param", "NAME=LIST", mlm_option_texts, AT(params),
        .help = "give this parameter of a workload these values, separated by commas; may be given several "
                "times",
        .shapes_plan = true, .kept = true},
    {"data", "SIZE", mlm_option_size, AT(data_bytes), .help = "how much data the workloads hold",
        .otherwise = "256M", .words = WORDS("256M", "640M", "1G", "2560M", "5G"), .shapes_plan = true},
    {"seed", "N", mlm_option_number, AT(seed), .help = "seed of the data and of the order of trials",
        .standard = "1", .shapes_plan = true},
    {"threads", "N", mlm_option_number, AT(threads),
        .help = "threads that compute, each on a core of its own", .standard = "1", .least = 1,
        .most = THREADS_MOST, .shapes_plan = true, .kept = true},
    {"python", "PATH", mlm_option_text, AT(python),
        .help =
            "run the suite frameworks with this Python: an interpreter, or the folder of a virtual or conda "
            "environment",
        .otherwise = "that of the active environment, else the distribution's", .shapes_plan = true,
        .kept = true},
    {0},
};

static int columns_parse(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    return mlm_columns_parse(text, field, error);
}

const struct mlm_option mlm_table_option_rows[] = {
    {"columns", "LIST", columns_parse, offsetof(struct mlm_table_options, columns),
        .help = "show these columns of the table, separated by commas, or all; the man page explains them",
        .otherwise = "time,slowdown,needs,at-speed,swap,vs-best", .words = mlm_column_words},
    {0},
};
