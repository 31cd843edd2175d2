/* Measures the time that a heap costs, and how much more than the live bytes it holds. Every heap of
 * `pooling` replays one trace of tensors from about 1 KB to 4 MB, whose every page is touched, each in its
 * own process so that peaks and earlier allocations are separate. Time is compared with tcmalloc's, peak with
 * the live bytes of the trace. The best of several turns counts.
 *
 *   pooling_bench [DATA-MIB [STEPS [TURNS]]]     four times the live bytes; 1024, 96 and 5 by default */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pooling/pooling.h"

extern const struct mlm_suite mlm_suite; /* the suite that this program is linked with */

#define MORE_TLS "glibc.rtld.optional_static_tls=16384"
#define MAX_ROWS 16

struct result {
    double seconds;
    uint64_t peak_bytes; /* minus what the process held before */
    double answer[2];
    int error;
    char message[MLM_MESSAGE_SIZE];
};

struct row {
    const struct mlm_workload *workload;
    struct pooling_config config;
    char label[64];
    struct result best;
};

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Reads a line of /proc/self/status, in bytes. */
static uint64_t status_bytes(const char *key)
{
    char line[256];
    unsigned long long kib = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtoull(line + strlen(key), NULL, 10);
    if (file)
        (void)fclose(file);
    return kib * 1024;
}

static void measure(const struct row *row, struct result *ret_result)
{
    struct mlm_scoreboard sb = {0};
    void *state = NULL;
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    uint64_t before = status_bytes("VmHWM:");
    int r = row->workload->prepare(&row->config, &sb, &state);
    double begin = now();
    if (r == 0)
        r = row->workload->run(state, &sb);
    ret_result->seconds = now() - begin;
    ret_result->peak_bytes = status_bytes("VmHWM:") - before;
    if (r == 0)
        r = row->workload->verify(state, &sb);
    ret_result->error = r;
    memcpy(ret_result->answer, sb.answer, sizeof ret_result->answer);
    memcpy(ret_result->message, sb.message, sizeof ret_result->message);
}

/* Measures in a child, which returns its result through a shared page. */
static int measure_apart(const struct row *row, struct result *ret_result)
{
    struct result *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -errno;
    shared->error = -ECHILD;
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        measure(row, shared);
        _exit(0);
    }
    int status = 0;
    if (child > 0)
        (void)waitpid(child, &status, 0);
    *ret_result = *shared;
    (void)munmap(shared, sizeof *shared);
    return child < 0 ? -EAGAIN : 0;
}

static int row_add(
    struct row *rows, size_t *count, const struct mlm_workload *workload, const char *settings[][2])
{
    struct row *row = &rows[*count];
    struct mlm_error error = {0};
    row->workload = workload;
    row->best.seconds = 1e9;
    snprintf(row->label, sizeof row->label, "%s", workload->name);
    row->config.job = (struct mlm_job){.seed = 1, .threads = 1};
    mlm_config_init(workload, &row->config);
    int r = 0;
    for (size_t i = 0; r == 0 && settings[i][0]; i++) {
        r = mlm_config_set(workload, &row->config, settings[i][0], settings[i][1], &error);
        if (strcmp(settings[i][0], "growth") == 0)
            snprintf(row->label, sizeof row->label, "%s growth=%s", workload->name, settings[i][1]);
    }
    if (r == 0)
        r = workload->derive(&row->config, &error);
    if (r < 0)
        fprintf(stderr, "pooling_bench: %s: %s\n", workload->name, error.text);
    else
        ++*count;
    return r;
}

static void report(const struct row *rows, size_t count)
{
    const struct row *peer = NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].workload->name, "tcmalloc") == 0 && rows[i].best.error == 0)
            peer = &rows[i];
    uint64_t live = rows[0].workload->core_bytes(&rows[0].config);
    printf("%-20s %9s %10s %9s %9s\n", "heap", "seconds", "/ tcmalloc", "peak MiB", "/ live");
    for (size_t i = 0; i < count; i++) {
        const struct result *best = &rows[i].best;
        if (best->error) {
            printf("%-20s %s\n", rows[i].label, best->message);
            continue;
        }
        printf("%-20s %9.3f ", rows[i].label, best->seconds);
        if (peer)
            printf("%10.2f ", best->seconds / peer->best.seconds);
        else
            printf("%10s ", "-");
        bool same = best->answer[0] == rows[0].best.answer[0] && best->answer[1] == rows[0].best.answer[1];
        printf("%9.1f %9.3f%s\n", (double)best->peak_bytes / 0x1p20, (double)best->peak_bytes / (double)live,
            same ? "" : "  WRONG");
    }
}

int main(int argc, char **argv)
{
    /* jemalloc needs more static TLS than a process has by default, so start again. */
    if (!getenv("GLIBC_TUNABLES") && setenv("GLIBC_TUNABLES", MORE_TLS, 1) == 0)
        (void)execv("/proc/self/exe", argv);

    char data[32];
    snprintf(data, sizeof data, "%luM", argc > 1 ? strtoul(argv[1], NULL, 10) : 1024UL);
    const char *steps = argc > 2 ? argv[2] : "96";
    unsigned long turns = argc > 3 ? strtoul(argv[3], NULL, 10) : 5;
    struct row *rows = calloc(MAX_ROWS, sizeof *rows);
    size_t count = 0;
    const char *plain[][2] = {{"data", data}, {"steps", steps}, {NULL, NULL}};
    const char *grown[][2] = {{"data", data}, {"steps", steps}, {"growth", "4"}, {NULL, NULL}};
    int r = rows ? 0 : -ENOMEM;
    for (const struct mlm_workload *const *w = mlm_suite.workloads; r == 0 && *w; w++) {
        r = row_add(rows, &count, *w, plain);
        if (r == 0 && strcmp((*w)->name, "deferred") == 0)
            r = row_add(rows, &count, *w, grown);
    }
    if (r == 0)
        printf("tensors of %.1f MiB live at the peak, %s steps, %.1f GiB touched; best of %lu\n",
            (double)pooling_live_bytes(&rows[0].config) / 0x1p20, steps,
            (double)pooling_trace_bytes(&rows[0].config) / 0x1p30, turns);
    for (unsigned long turn = 0; r == 0 && turn < turns; turn++)
        for (size_t i = 0; r == 0 && i < count; i++) {
            struct result result;
            r = measure_apart(&rows[i], &result);
            if (r == 0 && (result.error || result.seconds < rows[i].best.seconds))
                rows[i].best = result;
        }
    if (r == 0)
        report(rows, count);
    free(rows);
    return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
