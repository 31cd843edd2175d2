/* How fast stored runs are read, compared with a bare jansson parse of the same lines:
 *
 *   store_bench MLMEMBENCH [FOLDER [TRIALS]]     measures; FOLDER (/tmp/mlmembench-store by default) keeps
 * the stores for the next time: 2.5 GB store_bench make FILE TRIALS SEED MACHINES   writes one such store and
 * ends
 *
 * A store of 100,000 trials (TRIALS) and one of a tenth as many, each with a timeline of 200 points behind
 * it: five machines, four suites, caps and no cap, 3 to 5 repetitions, in the order of a run. For the verbs
 * that compare, two stores of one machine each, of the same size. The verbs must take, for the larger stores,
 * at most this many times the CPU time that json_loadb() takes for the lines of the trials alone, read in the
 * same way, with timelines skipped by their first bytes:
 *
 *   show 1.5, compare 2, report 4 (with the gnuplot that it starts)
 *
 * Each must take less than 400 MiB, and at most 12 × the time for the smaller stores.
 *
 * Contestants take turns, each in its own process (this one stays small, because a child's peak begins with
 * its parent's), and the best round of each counts. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "record/record_json.h"

#define ROUNDS 5
#define TRIALS 100000
#define SMALLER 10
#define MIB ((uint64_t)1 << 20)

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "store_bench: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(EXIT_FAILURE);
}

static void *must(void *made)
{
    if (!made)
        give_up("making a store");
    return made;
}

/* ---- The store ---- */

static const char *const machines[] = {
    "{\"id\":\"4f1c2a90b7d1\",\"host\":\"thinkpad\",\"kernel\":\"6.1.0-18-amd64\",\"cpu\":\"Intel(R) "
    "Core(TM) i5-7200U CPU @ 2.50GHz\",\"memory_bytes\":8187281408,\"swap\":[],",
    "{\"id\":\"99d0e1aa0355\",\"host\":\"netbook\",\"kernel\":\"4.19.0-26-amd64\",\"cpu\":\"Intel(R) "
    "Celeron(R) N4020 CPU @ 1.10GHz\",\"memory_bytes\":4026531840,\"swap\":[{\"path\":\"/dev/sda5\",\"kind\":\"partition\",\"size_bytes\":4294967296}],",
    "{\"id\":\"eb2733458f5b\",\"host\":\"vm\",\"kernel\":\"6.18.44-fc\",\"cpu\":\"AMD "
    "EPYC\",\"memory_bytes\":25276510208,"
    "\"swap\":[],",
    "{\"id\":\"0c71d5e3f2aa\",\"host\":\"desktop\",\"kernel\":\"6.8.0-45-generic\",\"cpu\":\"AMD Ryzen 5 "
    "2600 Six-Core Processor\",\"memory_bytes\":16777216000,\"swap\":[{\"path\":\"/swapfile\",\"kind\":\"file\",\"size_bytes\":2147483648}],",
    "{\"id\":\"7aa3c4d90e11\",\"host\":\"board\",\"kernel\":\"6.6.31-rpi\",\"cpu\":\"Cortex-A76\",\"memory_"
    "bytes\":4147483648,"
    "\"swap\":[{\"path\":\"/dev/zram0\",\"kind\":\"zram\",\"size_bytes\":1073741824}],",
};

/* The part of the description that all machines share. */
static const char machine_rest[] =
    "\"architecture\":\"x86_64\",\"distribution\":\"Debian GNU/Linux 12 "
    "(bookworm)\",\"cores\":4,\"threads\":8,"
    "\"usable_cores\":4,\"caches\":[{\"level\":1,\"size_bytes\":49152,\"count\":4},{\"level\":2,\"size_"
    "bytes\":1048576,"
    "\"count\":4},{\"level\":3,\"size_bytes\":33554432,\"count\":1}],\"numa_nodes\":1,\"swappiness\":60,"
    "\"overcommit_memory\":0,\"zswap\":false,\"psi\":true,\"thp\":\"madvise\",\"worker_thp\":\"disabled\","
    "\"governor\":null,"
    "\"scaling_driver\":null,\"boost\":null,\"on_battery\":false,\"virtualization\":\"kvm\",\"container\":"
    "null,\"compiler\":\"GNU 12.2.0\",\"flags\":\"-O2 "
    "-g\",\"version\":\"0.1.0\",\"commit\":\"a96ee42285e9\",\"cgroup_version\":2,\"cgroup_hybrid\":false}";

static const struct suite {
    const char *name, *parameter; /* the parameter that separates groups of equal work */
    const char *workloads[5];
} suites[] = {
    {"storage", "density", {"dense", "csr", "csc", "coo", "ell"}},
    {"batch", "width", {"sgd", "momentum", "adam", "accumulate", "infer"}},
    {"loading", "width", {"full", "generator", "prefetch", "mmap", "shuffle"}},
    {"pooling", "data", {"malloc", "arena", "pool", "refcount", "deferred"}},
};

static const uint64_t caps[] = {512 * MIB, 1024 * MIB, 2048 * MIB, 4096 * MIB, MLM_NO_LIMIT};

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TYPES 5            /* values of a workload's second parameter */
#define MEAN_REPETITIONS 4 /* 3, 4 or 5 */

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* A trial that is still to be written. */
struct plan {
    uint32_t suite, workload, type, group, cap, repetition;
};

static char *text_make(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *text_make(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int r = vasprintf(&text, format, args);
    va_end(args);
    return must(r < 0 ? NULL : text);
}

static void param_add(struct mlm_params *params, const char *name, uint64_t value)
{
    mlm_auto_free char *text = text_make("%lu", (unsigned long)value);
    if (mlm_params_add(params, name, text) < 0)
        give_up("making a store");
}

static void figures_set(struct mlm_record *record, const struct plan *plan, uint64_t *random)
{
    int64_t *values = record->readings.values;
    uint64_t needs = (256 + 32 * plan->group % 4096 + 100 * plan->workload) * MIB + next_random(random) % MIB;
    uint64_t ns = 100000000 + 50000000 * plan->workload + 1000003 * plan->group;
    bool fits = needs < record->limits.cap_bytes;
    uint64_t held = fits ? needs : record->limits.cap_bytes;
    ns += next_random(random) % (ns / 50);
    record->outcome = fits ? MLM_OUTCOME_OK : MLM_OUTCOME_OOM;
    record->phase = text_make("%s", fits ? "done" : "run");
    record->progress = fits ? 1 : (double)(next_random(random) % 1000) / 1000;
    for (int i = 0; i < MLM_METRIC_COUNT; i++)
        values[i] = (int64_t)(next_random(random) % 100000000);
    values[MLM_refaults] = values[MLM_swapped_in_pages] = values[MLM_swapped_out_pages] = MLM_NULL;
    values[MLM_core_bytes] = (int64_t)(needs - 20 * MIB);
    values[MLM_needs_peak_bytes] = values[MLM_peak_rss_bytes] = values[MLM_cage_peak_bytes] = (int64_t)held;
    values[MLM_swap_peak_bytes] = 0;
    values[MLM_run_ns] = fits ? (int64_t)ns : MLM_NULL;
    if (!fits) {
        record->marks = MLM_MARK_BIT(peak_rss_lower_bound);
        return;
    }
    record->answer_count = 4;
    for (size_t i = 0; i < 4; i++)
        record->answer[i] = 2971804314 + 1000.0 * plan->group + (double)i;
}

static struct mlm_record record_make(
    const struct plan *plan, json_t *machine, json_t *command, size_t number, uint64_t *random)
{
    const struct suite *suite = &suites[plan->suite];
    struct mlm_record record;
    mlm_record_init(&record);
    const char *id = json_string_value(json_object_get(machine, "id"));
    record.run_id = text_make("%s-20261121T132502Z", id);
    record.time = text_make("2026-11-%02zuT%02zu:%02zu:%02zu.%03uZ", 1 + number / 86400 % 28,
        number / 3600 % 24, number / 60 % 60, number % 60, (unsigned)(next_random(random) % 1000));
    record.machine = json_incref(machine);
    record.command = json_incref(command);
    record.suite = text_make("%s", suite->name);
    record.workload = text_make("%s/%s", suite->name, suite->workloads[plan->workload]);
    param_add(&record.params, suite->parameter, 100 + plan->group);
    param_add(&record.params, "type", 8u << plan->type);
    param_add(&record.params, "batch", 256);
    record.equal_work = text_make("%s data=1280M seed=1 %s=%u", suite->name, suite->parameter, plan->group);
    record.limits.cap_bytes = caps[plan->cap];
    record.data_bytes = 1280 * MIB;
    record.seed = 1;
    record.limits.timeout_ns = 60000000000;
    record.repetition = plan->repetition;
    record.has_checksum = true;
    record.data_checksum = UINT64_C(0x05cad08f5884c73c) + plan->group;
    figures_set(&record, plan, random);
    return record;
}

/* Makes all trials of one machine, shuffled. */
static struct plan *plan_make(size_t groups, uint64_t *random, size_t *ret_count)
{
    size_t rows = COUNT(suites) * COUNT(suites->workloads) * TYPES * groups * COUNT(caps), count = 0;
    struct plan *plan = must(calloc(rows * 5, sizeof *plan));
    for (size_t row = 0; row < rows; row++) {
        size_t rest = row;
        struct plan trial = {0};
        trial.suite = (uint32_t)(rest % COUNT(suites)), rest /= COUNT(suites);
        trial.workload = (uint32_t)(rest % COUNT(suites->workloads)), rest /= COUNT(suites->workloads);
        trial.type = (uint32_t)(rest % TYPES), rest /= TYPES;
        trial.cap = (uint32_t)(rest % COUNT(caps)), rest /= COUNT(caps);
        trial.group = (uint32_t)rest;
        for (; trial.repetition < 3 + row % 3; trial.repetition++)
            plan[count++] = trial;
    }
    for (size_t i = count; i > 1; i--) {
        size_t other = next_random(random) % i;
        struct plan swapped = plan[i - 1];
        plan[i - 1] = plan[other];
        plan[other] = swapped;
    }
    *ret_count = count;
    return plan;
}

static void line_write(FILE *file, json_t *json)
{
    if (json_dumpf(json, file, JSON_COMPACT) < 0 || fputc('\n', file) == EOF)
        give_up("writing a store");
    json_decref(json);
}

static void trial_write(FILE *file, const struct mlm_record *record, uint64_t *random)
{
    struct mlm_timeline timeline = {.interval_ns = 5000000, .count = MLM_TIMELINE_MAX};
    int64_t peak = record->readings.values[MLM_needs_peak_bytes], at_ns = 0;
    for (size_t i = 0; i < timeline.count; i++) {
        at_ns += (int64_t)(4000000 + next_random(random) % 2000000);
        timeline.points[i] =
            (struct mlm_timeline_point){at_ns, peak / 4096 * (int64_t)(i + 1) / 200 * 4096, 0, MLM_NULL};
    }
    json_t *json = NULL;
    struct mlm_error error;
    if (mlm_record_to_json(record, &json, &error) < 0)
        give_up(error.text);
    line_write(file, json);
    if (mlm_timeline_to_json(record, &timeline, &json, &error) < 0)
        give_up(error.text);
    line_write(file, json);
}

static void store_make(const char *path, size_t trials, uint64_t seed, size_t machine_count)
{
    size_t rows_a_group = machine_count * COUNT(suites) * COUNT(suites->workloads) * TYPES * COUNT(caps);
    size_t groups = trials / (rows_a_group * MEAN_REPETITIONS);
    uint64_t random = seed;
    mlm_auto_free char *part = text_make("%s.part", path);
    FILE *file = must(fopen(part, "we"));
    json_t *command = must(json_pack("[sss]", "run", "--cap", "512M,1G,2G,4G"));
    size_t total = 0;
    for (size_t m = 0; m < machine_count; m++) {
        mlm_auto_free char *text = text_make("%s%s", machines[m], machine_rest);
        json_t *machine = must(json_loads(text, 0, NULL));
        size_t count;
        mlm_auto_free struct plan *plan = plan_make(groups ? groups : 1, &random, &count);
        for (size_t i = 0; i < count; i++) {
            struct mlm_record record = record_make(&plan[i], machine, command, total++, &random);
            trial_write(file, &record, &random);
            mlm_record_release(&record);
        }
        json_decref(machine);
    }
    json_decref(command);
    if (fflush(file) != 0 || fsync(fileno(file)) < 0 || fclose(file) != 0 || rename(part, path) < 0)
        give_up("writing a store");
    printf("%s: %zu trials\n", path, total);
}

/* ---- The peer ---- */

static size_t lines_parse(const char *begin, const char *end)
{
    const char *line = begin;
    for (const char *newline; (newline = memchr(line, '\n', (size_t)(end - line))); line = newline + 1) {
        if (strncmp(line, MLM_TIMELINE_BEGIN, sizeof MLM_TIMELINE_BEGIN - 1) == 0)
            continue;
        json_t *json = json_loadb(line, (size_t)(newline - line), 0, NULL);
        if (!json)
            give_up("a line is no JSON");
        json_decref(json);
    }
    return (size_t)(line - begin);
}

static void file_parse(const char *path)
{
    size_t size = (size_t)256 << 10, held = 0;
    mlm_auto_free char *buffer = must(malloc(size));
    mlm_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;
    while ((n = read(fd, buffer + held, size - held)) > 0) {
        held += (size_t)n;
        size_t used = lines_parse(buffer, buffer + held);
        held -= used;
        memmove(buffer, buffer + used, held);
    }
    if (n < 0 || held)
        give_up(path);
}

/* ---- The contest ---- */

/* MANY: several machines; OLD and NEW: one machine, before and after. */
enum { MANY, OLD, NEW, STORES };

struct contest {
    const char *program, *folder;
    char *stores[2][STORES]; /* smaller and larger */
    char *page;
};

struct cost {
    double cpu_s, wall_s;
    double peak_mib;
};

static const struct contestant {
    const char *verb; /* NULL: the bare parse */
    int first, last;  /* of the stores */
    int bare;         /* the contestant that it is compared with */
    double limit;     /* allowed multiple of that contestant's time */
} contestants[] = {
    {NULL, MANY, MANY, 0, 1},
    {"show", MANY, MANY, 0, 1.5},
    {"report", MANY, MANY, 0, 4},
    {NULL, OLD, NEW, 3, 1},
    {"compare", OLD, NEW, 3, 2},
};

static _Noreturn void child_run(
    const struct contest *contest, const struct contestant *contestant, size_t size)
{
    char *const *stores = contest->stores[size];
    const char *arguments[8] = {contest->program, contestant->verb};
    int count = 2;
    for (int i = contestant->first; i <= contestant->last; i++) {
        arguments[count++] = stores[i];
        if (!contestant->verb)
            file_parse(stores[i]);
    }
    if (!contestant->verb)
        _exit(EXIT_SUCCESS);
    if (strcmp(contestant->verb, "report") == 0) {
        arguments[count++] = "--out";
        arguments[count] = contest->page;
    }
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
        give_up("/dev/null");
    (void)execv(contest->program, (char *const *)(uintptr_t)arguments);
    give_up(contest->program);
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static struct cost cost_of(const struct contest *contest, const struct contestant *contestant, size_t size)
{
    struct timespec begin, end;
    (void)fflush(NULL);
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t child = fork();
    if (child < 0)
        give_up("fork");
    if (child == 0)
        child_run(contest, contestant, size);
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child || status != 0) {
        errno = 0;
        give_up(contestant->verb ? contestant->verb : "the bare parse");
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    return (struct cost){
        .cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime),
        .wall_s = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) * 1e-9,
        .peak_mib = (double)usage.ru_maxrss / 1024,
    };
}

static void best_keep(struct cost *best, struct cost cost)
{
    best->cpu_s = best->cpu_s > 0 ? fmin(best->cpu_s, cost.cpu_s) : cost.cpu_s;
    best->wall_s = best->wall_s > 0 ? fmin(best->wall_s, cost.wall_s) : cost.wall_s;
    best->peak_mib = fmax(best->peak_mib, cost.peak_mib);
}

static const char *verdict(double value, double limit)
{
    return value <= limit ? "" : "  TOO MUCH";
}

static void contest_hold(const struct contest *contest)
{
    struct cost best[2][COUNT(contestants)] = {0};
    for (int round = 0; round < ROUNDS; round++)
        for (size_t size = 0; size < 2; size++)
            for (size_t c = 0; c < COUNT(contestants); c++)
                best_keep(&best[size][c], cost_of(contest, &contestants[c], size));
    printf("%-10s %8s %8s %8s %10s %8s\n", "", "CPU s", "wall s", "× bare", "growth", "peak MiB");
    for (size_t c = 0; c < COUNT(contestants); c++) {
        const struct contestant *contestant = &contestants[c];
        const struct cost *cost = &best[1][c];
        double ratio = cost->cpu_s / best[1][contestant->bare].cpu_s;
        double growth = cost->cpu_s / best[0][c].cpu_s;
        printf("%-10s %8.3f %8.3f %8.2f %10.1f %8.0f", contestant->verb ? contestant->verb : "bare parse",
            cost->cpu_s, cost->wall_s, ratio, growth, cost->peak_mib);
        printf(
            "%s%s%s\n", verdict(ratio, contestant->limit), verdict(growth, 12), verdict(cost->peak_mib, 400));
    }
}

/* Runs in its own process: its peak would otherwise be the minimum for every later child. */
static char *store_of(const char *folder, size_t trials, int store)
{
    char *path = text_make("%s/%zu-%d.jsonl", folder, trials, store);
    if (access(path, R_OK) == 0)
        return path;
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        store_make(path, trials, (uint64_t)store, store == MANY ? COUNT(machines) : 1);
        (void)fflush(NULL);
        _exit(EXIT_SUCCESS);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        exit(EXIT_FAILURE);
    return path;
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "make") == 0) {
        size_t machine_count = strtoul(argv[5], NULL, 10);
        machine_count = machine_count < 1                 ? 1
                        : machine_count > COUNT(machines) ? COUNT(machines)
                                                          : machine_count;
        store_make(argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10), machine_count);
        return EXIT_SUCCESS;
    }
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: store_bench MLMEMBENCH [FOLDER [TRIALS]] | make FILE TRIALS SEED MACHINES\n");
        return 2;
    }
    struct contest contest = {.program = argv[1], .folder = argc > 2 ? argv[2] : "/tmp/mlmembench-store"};
    size_t trials = argc > 3 ? strtoul(argv[3], NULL, 10) : TRIALS;
    if (mkdir(contest.folder, 0777) < 0 && errno != EEXIST)
        give_up(contest.folder);
    contest.page = text_make("%s/report.html", contest.folder);
    for (size_t size = 0; size < 2; size++)
        for (int store = 0; store < STORES; store++)
            contest.stores[size][store] = store_of(contest.folder, size ? trials : trials / SMALLER, store);
    contest_hold(&contest);
    for (size_t i = 0; i < (size_t)2 * STORES; i++)
        free(contest.stores[i / STORES][i % STORES]);
    free(contest.page);
    return EXIT_SUCCESS;
}
