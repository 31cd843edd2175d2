/* mlmembench-worker: runs one workload, in this process and no other. It knows ML and knows no cgroups; the
 * harness puts it into a cage before it starts.
 *
 *   mlmembench-worker [--scoreboard FD [--pressure MEMORY_FD,STORAGE_FD]] run SUITE/WORKLOAD [NAME=VALUE…]
 *   mlmembench-worker [--scoreboard FD] build SUITE/WORKLOAD [NAME=VALUE…] FD    writes a workload's dataset
 *   mlmembench-worker [--scoreboard FD] check SUITE/WORKLOAD [NAME=VALUE…] FD    is it what `build` writes?
 *   mlmembench-worker [--scoreboard FD] inspect FILE [NAME=VALUE…] [FD]          shape of a user's dataset
 *   mlmembench-worker [--scoreboard FD] copy FILE [NAME=VALUE…] FD               writes its plain copy
 *   mlmembench-worker [--scoreboard FD] compare FILE [NAME=VALUE…] FD            is it what `copy` writes?
 *   mlmembench-worker preload                                                    reads every module once
 *   mlmembench-worker [--scoreboard FD] preload SUITE/WORKLOAD                   what its script imports
 *
 * Without --scoreboard, when called by hand, it prints the content of the scoreboard at the end. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/python.h"
#include "data/library.h"
#include "data/plain/plain.h"
#include "phase.h"
#include "suites.h"
#include "workload.h"

enum { EXIT_USAGE = 2 };

/* Data that every verb receives beside its arguments. */
struct worker {
    struct mlm_scoreboard *sb;
    const char *scoreboard_fd, *pressure_fds, *python; /* as given on the command line; NULL: not given */
    struct mlm_pressure_fds pressure;
};

/* jemalloc keeps thread state in static TLS. glibc leaves too little of it for a library that is opened at
 * run time, unless this variable is set before the program starts; therefore main() starts the program
 * again. */
#define TUNABLES "GLIBC_TUNABLES"
#define MORE_TLS "glibc.rtld.optional_static_tls=16384"

/* -ERESTART: the library can be opened only by a process with more static TLS. */
static int library_open(const char *names)
{
    const char *why;
    if (mlm_library_open(names, RTLD_GLOBAL, &why))
        return 0;
    const char *tunables = getenv(TUNABLES);
    bool told = tunables && strstr(tunables, MORE_TLS);
    return why && strstr(why, "static TLS") && !told ? -ERESTART : -ENOENT;
}

/* Libraries read these variables when they are opened; without them they start one thread for each
 * processor. */
static void libraries_tell(const struct mlm_job *job)
{
    char threads[24];
    snprintf(threads, sizeof threads, "%" PRIu64, job->threads);
    (void)setenv("OMP_NUM_THREADS", threads, 1);
    (void)setenv("OPENBLAS_NUM_THREADS", threads, 1);
}

static int live(const struct mlm_workload *workload, const void *config, const struct worker *worker)
{
    struct mlm_scoreboard *sb = worker->sb;
    libraries_tell(config);
    int r = workload->library ? library_open(workload->library) : 0;
    if (r == -ERESTART)
        return r;
    if (r < 0)
        return mlm_fail(sb, -ENOTSUP, "%.*s is not installed; install the package %s",
            (int)strcspn(workload->library, " "), workload->library, workload->library_package);

    void *state = NULL;
    struct mlm_phase_watch watch;
    mlm_phase_begin(sb, MLM_PHASE_PREPARE, &worker->pressure, &watch);
    r = workload->prepare(config, sb, &state);
    mlm_phase_end(&watch);
    if (r == 0) {
        mlm_phase_begin(sb, MLM_PHASE_RUN, &worker->pressure, &watch);
        r = workload->run(state, sb);
        mlm_phase_end(&watch);
    }
    if (r == 0) {
        mlm_phase_begin(sb, MLM_PHASE_VERIFY, &worker->pressure, &watch);
        r = workload->verify ? workload->verify(state, sb) : 0;
        mlm_phase_end(&watch);
    }
    if (r == 0) {
        atomic_store_explicit(&sb->verdict, MLM_VERDICT_OK, memory_order_release);
        atomic_store_explicit(&sb->phase, MLM_PHASE_DONE, memory_order_release);
    }
    workload->destroy(state);
    return r;
}

/* Makes sure that every error leaves a verdict, also where a workload returned one without a message. */
static int end(struct mlm_scoreboard *sb, int r)
{
    if (r < 0 && atomic_load_explicit(&sb->verdict, memory_order_relaxed) == MLM_VERDICT_NONE)
        mlm_fail(sb, r, "%s", strerror(-r));
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int suites_folder(char folder[static 4096], struct mlm_scoreboard *sb)
{
    ssize_t n = readlink("/proc/self/exe", folder, 4096 - sizeof "/suites");
    if (n < 0)
        return mlm_fail(sb, -errno, "cannot read /proc/self/exe");
    folder[n] = 0;
    char *slash = strrchr(folder, '/');
    strcpy(slash ? slash : folder, "/suites");
    return 0;
}

/* Passes on the error of code that both programs share. */
static int passed_on(struct mlm_scoreboard *sb, int r, const struct mlm_error *error)
{
    return r < 0 ? mlm_fail(sb, r, "%s", error->text) : r;
}

/* Loads the module of SUITE/WORKLOAD. */
static int workload_open(
    const char *full_name, const struct mlm_workload **ret_workload, struct mlm_scoreboard *sb)
{
    char folder[4096], suite_name[64];
    int r = suites_folder(folder, sb);
    if (r < 0)
        return r;
    const char *slash = strchr(full_name, '/');
    if (!slash || snprintf(suite_name, sizeof suite_name, "%.*s", (int)(slash - full_name), full_name) >=
                      (int)sizeof suite_name)
        return mlm_fail(sb, -EINVAL, "'%s' is not SUITE/WORKLOAD", full_name);
    const struct mlm_suite *suite;
    struct mlm_error error = {0};
    r = mlm_suite_open(folder, suite_name, &suite, &error);
    if (r < 0)
        return passed_on(sb, r, &error);
    const struct mlm_workload *workload = mlm_workload_find(suite, slash + 1);
    if (!workload)
        return mlm_fail(sb, -ENOENT, "suite %s has no workload '%s'", suite_name, slash + 1);
    *ret_workload = workload;
    return 0;
}

#define SETTINGS_MOST 64

/* Loads SUITE/WORKLOAD and makes its config of the NAME=VALUE arguments. */
static int configure(const char *full_name, char *const *settings, int count,
    const struct mlm_workload **ret_workload, void **ret_config, struct mlm_scoreboard *sb)
{
    const struct mlm_workload *workload;
    int r = workload_open(full_name, &workload, sb);
    if (r < 0)
        return r;
    const char *pairs[2 * SETTINGS_MOST + 1] = {NULL};
    if (count > SETTINGS_MOST)
        return mlm_fail(sb, -E2BIG, "more than %d settings", SETTINGS_MOST);
    const char **next = pairs;
    for (int i = 0; i < count; i++) {
        char *equals = strchr(settings[i], '=');
        if (!equals)
            return mlm_fail(sb, -EINVAL, "'%s' is not NAME=VALUE", settings[i]);
        *equals = 0;
        *next++ = settings[i];
        *next++ = equals + 1;
    }
    const struct mlm_job job = {.threads = 1};
    void *config = NULL;
    struct mlm_error error = {0};
    r = mlm_config_make(workload, &job, pairs, &config, &error);
    for (int i = 0; i < count; i++)
        settings[i][strlen(settings[i])] = '=';
    if (r == 0)
        r = mlm_config_derive(config, &error);
    if (r < 0) {
        free(config);
        return passed_on(sb, r, &error);
    }
    *ret_workload = workload;
    *ret_config = config;
    return 0;
}

/* An argument vector without separate allocations: exec() discards it, so nothing needs freeing. */
struct words {
    char *items[64];
    size_t count, used;
    char text[12288];
};

static int words_add(struct words *words, const char *begin, const char *middle, const char *end)
{
    size_t left = sizeof words->text - words->used;
    int n = snprintf(words->text + words->used, left, "%s%s%s", begin, middle, end);
    if (n < 0 || (size_t)n >= left || words->count + 1 == sizeof words->items / sizeof *words->items)
        return -E2BIG;
    words->items[words->count++] = words->text + words->used;
    words->used += (size_t)n + 1;
    return 0;
}

static int words_add_setting(void *context, const char *name, const char *value)
{
    return words_add(context, name, "=", value);
}

/* Runs a workload that is a script: Python replaces this process and inherits the cage and the scoreboard.
 * It ignores the user's home and PYTHON… variables (-E, -s) and writes no files (-B). config NULL: no
 * settings. */
static int script_become(const char *verb, const char *full_name, const struct mlm_workload *workload,
    const void *config, const struct worker *worker)
{
    struct words words = {.count = 0};
    char folder[4096], python[4096];
    struct mlm_error error = {0};
    int r = suites_folder(folder, worker->sb);
    if (r < 0)
        return r;
    r = mlm_python_find(worker->python, python, &error);
    if (r < 0)
        return passed_on(worker->sb, r == -ENOENT ? -ENOTSUP : r, &error);
    /* Python finds its packages by the path that it is called by. */
    const char *const first[] = {python, "-E", "-s", "-B"};
    for (size_t i = 0; r == 0 && i < sizeof first / sizeof *first; i++)
        r = words_add(&words, first[i], "", "");
    if (r == 0)
        r = words_add(&words, folder, "/", workload->script);
    if (r == 0 && worker->scoreboard_fd && (r = words_add(&words, "--scoreboard", "", "")) == 0)
        r = words_add(&words, worker->scoreboard_fd, "", "");
    if (r == 0 && worker->pressure_fds && (r = words_add(&words, "--pressure", "", "")) == 0)
        r = words_add(&words, worker->pressure_fds, "", "");
    if (r == 0 && (r = words_add(&words, verb, "", "")) == 0)
        r = words_add(&words, full_name, "", "");
    if (r == 0 && config)
        r = mlm_config_tell(workload, config, words_add_setting, &words);
    const char *dataset = config ? ((const struct mlm_job *)config)->dataset : NULL;
    if (r == 0 && dataset)
        r = words_add(&words, "dataset", "=", dataset);
    if (r < 0)
        return mlm_fail(worker->sb, r, "too many words for %s", workload->script);
    if (config)
        libraries_tell(config);
    (void)execv(python, words.items);
    return mlm_fail(worker->sb, -EINVAL, "cannot start %s: %s", python, strerror(errno));
}

static int verb_run(int argc, char **argv, const struct worker *worker)
{
    const struct mlm_workload *workload;
    void *config;
    int r = configure(argv[0], argv + 1, argc - 1, &workload, &config, worker->sb);
    if (r < 0)
        return r;
    r = workload->script ? script_become("run", argv[0], workload, config, worker)
                         : live(workload, config, worker);
    free(config);
    return r;
}

/* Builds or checks a workload's dataset through the descriptor. A script opens the file that it belongs to.
 */
static int dataset_do(const char *verb, int argc, char **argv, const struct worker *worker)
{
    struct mlm_scoreboard *sb = worker->sb;
    const struct mlm_workload *workload;
    void *config;
    if (argc < 2)
        return mlm_fail(sb, -EINVAL, "a workload and a file descriptor are needed");
    int r = configure(argv[0], argv + 1, argc - 2, &workload, &config, sb);
    if (r < 0)
        return r;
    bool check = strcmp(verb, "check") == 0;
    int fd = atoi(argv[argc - 1]);
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!workload->dataset) {
        r = mlm_fail(sb, -EINVAL, "%s reads no dataset", argv[0]);
    } else if (!workload->dataset->build) {
        ((struct mlm_job *)config)->dataset = path;
        r = script_become(verb, argv[0], workload, config, worker);
    } else {
        r = (check ? workload->dataset->check : workload->dataset->build)(config, fd, sb);
    }
    /* Dirty pages cannot be evicted, and a file appears only when its content is safe. */
    if (r == 0 && !check && fsync(fd) < 0)
        r = mlm_fail(sb, -errno, "%s", strerror(errno));
    if (r == 0)
        atomic_store_explicit(&sb->verdict, MLM_VERDICT_OK, memory_order_release);
    free(config);
    return r;
}

static int verb_build(int argc, char **argv, const struct worker *worker)
{
    return dataset_do("build", argc, argv, worker);
}

static int verb_check(int argc, char **argv, const struct worker *worker)
{
    return dataset_do("check", argc, argv, worker);
}

/* Reads the words behind a user's file: how it is read, and a descriptor. *ret_fd -1: there is none. */
static int reading_parse(
    int argc, char **argv, struct mlm_plain_order *ret_order, int *ret_fd, struct mlm_scoreboard *sb)
{
    struct mlm_plain_order order = {.path = argv[0]};
    *ret_fd = -1;
    for (int i = 1; i < argc; i++) {
        char name[32];
        struct mlm_error error = {0};
        const char *equals = strchr(argv[i], '=');
        if (!equals) {
            *ret_fd = atoi(argv[i]);
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)(equals - argv[i]), argv[i]);
        int r = mlm_reading_set(&order.reading, name, equals + 1, &error);
        if (r < 0)
            return passed_on(sb, r, &error);
    }
    *ret_order = order;
    return 0;
}

/* Returns the shape in the answer, as the four job parameters in the order of struct mlm_shape; the fifth
 * number is the size of the plain copy. The descriptor gets the notes. */
static int verb_inspect(int argc, char **argv, const struct worker *worker)
{
    struct mlm_scoreboard *sb = worker->sb;
    struct mlm_plain_order order;
    struct mlm_plain plain;
    int fd;
    int r = reading_parse(argc, argv, &order, &fd, sb);
    if (r < 0)
        return r;
    order.notes = fd >= 0 ? fdopen(fd, "w") : NULL;
    r = mlm_plain_look(&order, &plain, sb);
    if (order.notes && fclose(order.notes) != 0 && r == 0)
        r = mlm_fail(sb, -EIO, "cannot write what is to be said of %s", argv[0]);
    if (r < 0)
        return r;
    mlm_answer_add(sb, (double)plain.shape.rows);
    mlm_answer_add(sb, (double)plain.shape.columns);
    mlm_answer_add(sb, (double)plain.shape.nonzeros);
    mlm_answer_add(sb, (double)plain.shape.widest_row);
    mlm_answer_add(sb, (double)plain.bytes);
    atomic_store_explicit(&sb->verdict, MLM_VERDICT_OK, memory_order_release);
    return 0;
}

/* Writes or checks the plain copy of a user's file through the descriptor. */
static int copy_do(int argc, char **argv, bool compare, struct mlm_scoreboard *sb)
{
    struct mlm_plain_order order;
    int fd;
    int r = reading_parse(argc, argv, &order, &fd, sb);
    if (r == 0 && fd < 0)
        r = mlm_fail(sb, -EINVAL, "a file descriptor is needed");
    if (r == 0)
        r = mlm_plain_copy(&order, fd, compare, sb);
    /* Dirty pages cannot be evicted, and a file appears only when its content is safe. */
    if (r == 0 && !compare && fsync(fd) < 0)
        r = mlm_fail(sb, -errno, "%s", strerror(errno));
    if (r == 0)
        atomic_store_explicit(&sb->verdict, MLM_VERDICT_OK, memory_order_release);
    return r;
}

static int verb_copy(int argc, char **argv, const struct worker *worker)
{
    return copy_do(argc, argv, false, worker->sb);
}

static int verb_compare(int argc, char **argv, const struct worker *worker)
{
    return copy_do(argc, argv, true, worker->sb);
}

static int script_look(const char *verb, const char *full_name, const struct worker *worker)
{
    const struct mlm_workload *workload;
    int r = workload_open(full_name, &workload, worker->sb);
    if (r < 0)
        return r;
    if (!workload->script)
        return mlm_fail(worker->sb, -EINVAL, "%s is no script", full_name);
    return script_become(verb, full_name, workload, NULL, worker);
}

/* Leaves the versions of Python and of the frameworks that it has in the message, a line for each. */
static int verb_versions(int argc, char **argv, const struct worker *worker)
{
    (void)argc;
    return script_look("versions", argv[0], worker);
}

/* Loads all that trials will load, so that the file pages are in memory and no trial's cage is charged for
 * them. */
static int verb_preload(int argc, char **argv, const struct worker *worker)
{
    if (argc > 0)
        return script_look("preload", argv[0], worker);
    struct mlm_scoreboard *sb = worker->sb;
    struct mlm_error error = {0};
    char folder[4096];
    char **names = NULL;
    size_t count = 0;
    bool restart = false;
    int r = suites_folder(folder, sb);
    if (r == 0)
        r = passed_on(sb, mlm_suite_names(folder, &names, &count, &error), &error);
    for (size_t i = 0; i < count; i++) {
        /* Skip a module that cannot be loaded: no trial uses it, and the harness has reported it. */
        const struct mlm_suite *suite;
        if (mlm_suite_open(folder, names[i], &suite, NULL) < 0)
            continue;
        for (const struct mlm_workload *const *w = suite->workloads; *w; w++)
            if ((*w)->library)
                restart |= library_open((*w)->library) == -ERESTART;
    }
    mlm_suite_names_free(names, count);
    if (r < 0)
        return r;
    if (restart)
        return -ERESTART;
    /* dlopen() only maps; read the pages here that a trial will touch first. */
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[4600];
    while (maps && fgets(line, sizeof line, maps)) {
        uintptr_t from, to;
        char mode[5];
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, mode) == 3 && mode[0] == 'r' &&
            strchr(line, '/'))
            (void)madvise((void *)from, to - from, MADV_POPULATE_READ);
    }
    if (maps)
        (void)fclose(maps);
    atomic_store_explicit(&sb->verdict, MLM_VERDICT_OK, memory_order_release);
    return 0;
}

static void scoreboard_print(const struct mlm_scoreboard *sb)
{
    static const char *const phases[] = {"start", "prepare", "run", "verify", "done"};
    for (int p = MLM_PHASE_PREPARE; p < MLM_PHASE_DONE; p++) {
        const struct mlm_phase_reading *reading = &sb->phases[p];
        if (reading->complete)
            printf("%-8s %9.3f ms  user %9.3f ms  system %9.3f ms  peak RSS %" PRIu64 " KiB\n", phases[p],
                (double)(reading->end_ns - reading->begin_ns) / 1e6, (double)reading->cpu_user_ns / 1e6,
                (double)reading->cpu_system_ns / 1e6, reading->peak_rss_bytes / 1024);
    }
    printf("items %" PRIu64 "  data checksum %016" PRIx64 "  answer", sb->items, sb->data_checksum);
    for (uint32_t i = 0; i < sb->answer_count; i++)
        printf(" %.17g", sb->answer[i]);
    printf("\n");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int minimum;
        int (*run)(int argc, char **argv, const struct worker *worker);
    } verbs[] = {
        {"run", 1, verb_run},
        {"build", 2, verb_build},
        {"check", 2, verb_check},
        {"inspect", 1, verb_inspect},
        {"copy", 2, verb_copy},
        {"compare", 2, verb_compare},
        {"preload", 0, verb_preload},
        {"versions", 1, verb_versions},
    };
    struct mlm_scoreboard *sb = NULL;
    struct worker worker = {.pressure = {-1, -1}};
    int next = 1;
    if (argc > 2 && strcmp(argv[1], "--scoreboard") == 0) {
        worker.scoreboard_fd = argv[2];
        int fd = atoi(argv[2]);
        void *page = mmap(NULL, sizeof *sb, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (page == MAP_FAILED) {
            fprintf(stderr, "mlmembench-worker: --scoreboard %s is not a scoreboard\n", argv[2]);
            return EXIT_USAGE;
        }
        sb = page; /* the descriptor stays open for a restart */
        next = 3;
    }
    if (argc > next + 1 && strcmp(argv[next], "--pressure") == 0) {
        worker.pressure_fds = argv[next + 1];
        if (sscanf(argv[next + 1], "%d,%d", &worker.pressure.memory, &worker.pressure.storage) != 2) {
            fprintf(stderr, "mlmembench-worker: --pressure %s is not MEMORY_FD,STORAGE_FD\n", argv[next + 1]);
            return EXIT_USAGE;
        }
        next += 2;
    }
    if (argc > next + 1 && strcmp(argv[next], "--python") == 0) {
        worker.python = argv[next + 1];
        next += 2;
    }
    /* Turn huge pages off for every workload: they change a figure by 2 to 6 times and depend on the
     * machine's setting. */
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    static struct mlm_scoreboard own;
    bool by_hand = !sb;
    if (by_hand)
        sb = &own;
    worker.sb = sb;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (next < argc && strcmp(argv[next], verbs[i].name) == 0 && argc - next - 1 >= verbs[i].minimum) {
            int r = verbs[i].run(argc - next - 1, argv + next + 1, &worker);
            if (r == -ERESTART && setenv(TUNABLES, MORE_TLS, 1) == 0)
                (void)execv("/proc/self/exe", argv);
            int status = end(sb, r);
            if (by_hand) {
                scoreboard_print(sb);
                if (status)
                    fprintf(stderr, "mlmembench-worker: %s\n", sb->message);
            }
            return status;
        }
    fprintf(stderr,
        "usage: mlmembench-worker [--scoreboard FD [--pressure MEMORY_FD,STORAGE_FD]] [--python PATH]\n"
        "                         run SUITE/WORKLOAD [NAME=VALUE…]\n"
        "                         build|check SUITE/WORKLOAD [NAME=VALUE…] FD\n"
        "                         inspect FILE [NAME=VALUE…] [FD] | copy|compare FILE [NAME=VALUE…] FD\n"
        "                         preload [SUITE/WORKLOAD] | versions SUITE/WORKLOAD\n");
    return EXIT_USAGE;
}
