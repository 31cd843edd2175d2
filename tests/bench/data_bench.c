/* How fast data is made and read, beside a peer of the same run, one thread:
 *
 *   data_bench [FOLDER]     FOLDER takes 256 MiB for a while; /tmp by default
 *
 *   fill        random bytes and floats, GB/s                                  (at least 1 a core)
 *   generator   loading/generator over a hot .npy beside read() and a sum of the same file
 *                                                                             (at least 0.9 of it)
 *   text        CSV and libsvm decoded by the same generator, MB of file a second
 *
 * Contestants take turns, and each one's best round counts, in CPU time of its thread: whatever else the
 * machine does falls on all alike and is left out as far as it can be. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data/memory.h"
#include "data/random.h"
#include "loading/loading.h"

#define ROUNDS 25
#define DATA_BYTES (UINT64_C(256) << 20)
#define WIDTH 1000
#define BATCH 256

extern const struct mlm_suite mlm_suite;

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "data_bench: %s\n", what);
    exit(EXIT_FAILURE);
}

static void must(int r, const struct mlm_scoreboard *sb)
{
    if (r < 0)
        give_up(sb->message);
}

static void best_keep(double *best, double seconds)
{
    if (*best == 0 || seconds < *best)
        *best = seconds;
}

static void fill_bench(void)
{
    struct mlm_scoreboard sb = {0};
    const size_t size = (size_t)32 << 20;
    float *data = mlm_map(size, "data", &sb);
    if (!data)
        give_up(sb.message);
    double bytes = 0, floats = 0;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        double begin = now_s();
        mlm_random_fill(round, data, size);
        double middle = now_s();
        mlm_random_fill_floats(round, 0, data, size / sizeof *data);
        double end = now_s();
        if (round) { /* the first turn pays for the page faults */
            best_keep(&bytes, middle - begin);
            best_keep(&floats, end - middle);
        }
    }
    mlm_unmap(data, size);
    printf("fill random bytes   %6.2f GB/s\n", (double)size / bytes / 1e9);
    printf("fill random floats  %6.2f GB/s\n", (double)size / floats / 1e9);
}

typedef float vector __attribute__((vector_size(16)));
enum { SUMS = 8, VECTOR_FLOATS = sizeof(vector) / sizeof(float) };

static float sum_of(const float *values, size_t count)
{
    vector sums[SUMS] = {0};
    size_t i = 0;
    for (; i + (size_t)SUMS * VECTOR_FLOATS <= count; i += (size_t)SUMS * VECTOR_FLOATS) {
#pragma GCC unroll 8
        for (size_t s = 0; s < SUMS; s++) {
            vector four;
            memcpy(&four, values + i + s * VECTOR_FLOATS, sizeof four);
            sums[s] += four;
        }
    }
    float sum = 0;
    for (size_t s = 0; s < SUMS; s++)
        sum += sums[s][0] + sums[s][1] + sums[s][2] + sums[s][3];
    for (; i < count; i++)
        sum += values[i];
    return sum;
}

/* The peer for the generator: one buffer, read() and a sum, with opening and closing. Returns seconds. */
static double read_and_sum(const char *path, size_t size, float *sum)
{
    struct mlm_scoreboard sb = {0};
    double begin = now_s();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *buffer = mlm_map(size, "buffer", &sb);
    if (fd < 0 || !buffer)
        give_up(fd < 0 ? strerror(errno) : sb.message);
    for (ssize_t n; (n = read(fd, buffer, size)) > 0;)
        *sum += sum_of(buffer, (size_t)n / sizeof(float));
    mlm_unmap(buffer, size);
    (void)close(fd);
    return now_s() - begin;
}

static struct mlm_loading_config config_of(enum mlm_format format, const char *path, uint64_t rows)
{
    struct mlm_error error = {0};
    struct mlm_loading_config config = {.format = format, .columns = WIDTH, .batch = BATCH, .buffer = 1};
    config.job = (struct mlm_job){.data_bytes = rows * WIDTH * sizeof(float), .seed = 1, .dataset = path};
    if (format != MLM_FORMAT_NPY)
        config.job.data_bytes *= 16;
    if (mlm_suite.workloads[0]->derive(&config, &error) < 0)
        give_up(error.text);
    return config;
}

static void file_build(const struct mlm_loading_config *config)
{
    struct mlm_scoreboard sb = {0};
    int fd = open(config->job.dataset, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        give_up(strerror(errno));
    double begin = now_s();
    must(mlm_loading_dataset.build(config, fd, &sb), &sb);
    double seconds = now_s() - begin;
    struct stat status;
    (void)fstat(fd, &status);
    (void)close(fd);
    printf("build the file      %6.0f MB/s\n", (double)status.st_size / seconds / 1e6);
}

static double generator(const struct mlm_loading_config *config, uint64_t *order)
{
    struct mlm_scoreboard sb = {0};
    struct mlm_loading_state state = {.config = *config, .pass.columns = config->columns};
    double begin = now_s();
    must(mlm_loading_generator(&state, &sb), &sb);
    *order += state.pass.order;
    return now_s() - begin;
}

/* Uses pieces of one size for both: a smaller piece stays in a core's own cache, for either reader. */
static void npy_bench(const char *path)
{
    static const uint64_t batches[] = {64, 256, 1024};
    enum { BATCHES = sizeof batches / sizeof *batches };
    struct mlm_loading_config config = config_of(MLM_FORMAT_NPY, path, DATA_BYTES / WIDTH / sizeof(float));
    file_build(&config);
    double own[BATCHES] = {0}, peer[BATCHES] = {0}, bytes = (double)config.rows * WIDTH * sizeof(float);
    float sum = 0;
    uint64_t order = 0;
    for (int round = 0; round < ROUNDS; round++)
        for (int b = 0; b < BATCHES; b++) {
            config.batch = batches[b];
            best_keep(&peer[b], read_and_sum(path, batches[b] * WIDTH * sizeof(float), &sum));
            best_keep(&own[b], generator(&config, &order));
        }
    for (int b = 0; b < BATCHES; b++)
        printf("batches of %4d rows  read() and sum %6.2f GB/s  loading/generator %6.2f GB/s  ratio %.2f\n",
            (int)batches[b], bytes / peer[b] / 1e9, bytes / own[b] / 1e9, peer[b] / own[b]);
    /* Uses the results, so that no compiler removes the work. */
    fprintf(stderr, "(%g %llx)\n", (double)sum, (unsigned long long)order);
}

static void text_bench(const char *path, enum mlm_format format, const char *name)
{
    struct mlm_loading_config config = config_of(format, path, DATA_BYTES / 16 / WIDTH / sizeof(float));
    file_build(&config);
    struct stat status;
    if (stat(path, &status) < 0)
        give_up(strerror(errno));
    double best = 0;
    uint64_t order = 0;
    for (int round = 0; round < ROUNDS; round++)
        best_keep(&best, generator(&config, &order));
    printf("decode %-8s     %6.0f MB/s of file\n", name, (double)status.st_size / best / 1e6);
}

int main(int argc, char **argv)
{
    /* The worker turns huge pages off as well. */
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    char path[4096];
    snprintf(path, sizeof path, "%s/mlm-data-bench-XXXXXX", argc > 1 ? argv[1] : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0)
        give_up("cannot make a file there");
    (void)close(fd);
    fill_bench();
    npy_bench(path);
    text_bench(path, MLM_FORMAT_CSV, "CSV");
    text_bench(path, MLM_FORMAT_LIBSVM, "libsvm");
    (void)unlink(path);
    return EXIT_SUCCESS;
}
