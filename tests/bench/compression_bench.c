/* Do weights of fewer bits cost time, and does checkpointing cost what its formula says? One thread, CPU
 * time, best of several turns, which take turns so that a drift of the machine falls on all alike.
 *
 *   products      compression/quantised, one sample at a time, in each format, beside OpenBLAS's sgemv on the
 *                 same f32 weights
 *   checkpointed  a training step that keeps every activation, every fourth and every √L-th; the formula
 *                 counts products: 3 for a layer, and one more for a layer that is computed again
 *
 *   compression_bench [DATA-MIB]     --data of both, 256 by default: more than a cache holds */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compression/compression.h"
#include "data/memory.h"
#include "data/mlp.h"
#include "suites.h"

#define TURNS 7

extern const struct mlm_suite mlm_suite; /* the suite that this program is linked with */

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "compression_bench: %s\n", what);
    exit(EXIT_FAILURE);
}

struct contestant {
    const struct mlm_workload *workload;
    void *state;
    struct mlm_scoreboard sb;
    double best_s;
};

static void contestant_open(
    struct contestant *contestant, const char *name, const char *data, const char *param, const char *value)
{
    struct mlm_error error = {0};
    const struct mlm_job job = {.seed = 1, .threads = 1};
    const char *const settings[] = {"data", data, param, value, NULL};
    void *config = NULL;
    *contestant = (struct contestant){.workload = mlm_workload_find(&mlm_suite, name), .best_s = 1e9};
    if (!contestant->workload || mlm_config_make(contestant->workload, &job, settings, &config, &error) < 0 ||
        mlm_config_derive(config, &error) < 0)
        give_up(error.text);
    if (contestant->workload->prepare(config, &contestant->sb, &contestant->state) < 0)
        give_up(contestant->sb.message);
    free(config);
}

static void contestant_run(struct contestant *contestant)
{
    double begin = now();
    if (contestant->workload->run(contestant->state, &contestant->sb) < 0)
        give_up(contestant->sb.message);
    double took = now() - begin;
    contestant->best_s = took < contestant->best_s ? took : contestant->best_s;
}

static void products(const char *data)
{
    static const char *const formats[] = {"f32", "f16", "i8", "i4"};
    enum { FORMATS = sizeof formats / sizeof *formats };
    struct contestant all[FORMATS];
    struct mlm_scoreboard sb = {0};
    struct mlm_blas blas;
    double sgemv_s = 1e9;
    for (size_t i = 0; i < FORMATS; i++)
        contestant_open(&all[i], "quantised", data, "weights", formats[i]);
    const struct quantised_state *f32 = all[0].state;
    int width = (int)f32->config.width;
    const float *weights = (const float *)(const void *)f32->weights;
    float *x = mlm_map(2 * (size_t)width * sizeof *x, "vectors", &sb);
    if (!x || mlm_blas_open(1, &blas, &sb) < 0)
        give_up(sb.message);
    for (int turn = 0; turn < TURNS; turn++) {
        double begin = now();
        for (uint64_t sample = 0; sample < f32->config.samples; sample++)
            for (size_t layer = 0; layer < COMPRESSION_LAYERS; layer++)
                blas.sgemv(CblasRowMajor, CblasNoTrans, width, width, 1,
                    weights + layer * (size_t)width * (size_t)width, width, x, 1, 0, x + width, 1);
        double took = now() - begin;
        sgemv_s = took < sgemv_s ? took : sgemv_s;
        for (size_t i = 0; i < FORMATS; i++)
            contestant_run(&all[i]);
    }
    double count = (double)compression_weight_count(&f32->config) * (double)f32->config.samples;
    printf("products of %d × %d weights with a vector, %s in f32\n", width, width, data);
    printf("  sgemv %8.1f ms %6.2f G weights/s\n", sgemv_s * 1e3, count / sgemv_s * 1e-9);
    for (size_t i = 0; i < FORMATS; i++) {
        printf("  %-5s %8.1f ms %6.2f G weights/s  %.2f × the time of sgemv, %.2f × that of f32\n",
            formats[i], all[i].best_s * 1e3, count / all[i].best_s * 1e-9, all[i].best_s / sgemv_s,
            all[i].best_s / all[0].best_s);
        all[i].workload->destroy(all[i].state);
    }
    mlm_unmap(x, 2 * (size_t)width * sizeof *x);
}

static void checkpointed(const char *data)
{
    static const char *const everies[] = {"1", "4", "0"};
    enum { EVERIES = sizeof everies / sizeof *everies };
    struct contestant all[EVERIES];
    for (size_t i = 0; i < EVERIES; i++)
        contestant_open(&all[i], "checkpointed", data, "every", everies[i]);
    for (int turn = 0; turn < TURNS; turn++)
        for (size_t i = 0; i < EVERIES; i++)
            contestant_run(&all[i]);
    printf("a training step with checkpoints, %s with all activations\n", data);
    for (size_t i = 0; i < EVERIES; i++) {
        /* run() counts a product of each sample as a step of its progress. */
        double formula = (double)all[i].sb.progress_total / (double)all[0].sb.progress_total;
        double measured = all[i].best_s / all[0].best_s;
        printf("  every=%s %8.1f ms  %.3f × the time of every=1; by the formula %.3f ×: %+.1f %%\n",
            everies[i], all[i].best_s * 1e3, measured, formula, 100 * (measured / formula - 1));
        all[i].workload->destroy(all[i].state);
    }
}

int main(int argc, char **argv)
{
    char data[32];
    snprintf(data, sizeof data, "%luM", argc > 1 ? strtoul(argv[1], NULL, 10) : 256UL);
    products(data);
    checkpointed(data);
    return EXIT_SUCCESS;
}
