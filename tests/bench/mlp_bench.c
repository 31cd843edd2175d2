/* How much of a training step is not products? The step of `batch` with SGD, beside the same sgemm calls
 * bare, over the same memory: blocked as the step does them, and each product in one call. One thread, best
 * of several turns, which take turns so that a drift of the machine falls on all alike.
 *
 *   mlp_bench [DATA-MIB]     predicted peak of the model at batch 4096; 256 by default */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "batch/batch.h"

#define TURNS 7

extern const struct mlm_suite mlm_suite; /* the suite that this program is linked with */

/* CPU time, so that other programs on the machine do not count. */
static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void step(struct mlm_perceptron *model, uint64_t rows, struct mlm_scoreboard *sb)
{
    mlm_perceptron_compute(model, MLM_MLP_PASS, 0, rows, sb);
    mlm_perceptron_compute(model, MLM_MLP_STEP, 0, rows, sb);
}

static void products(const struct mlm_perceptron *model, uint64_t rows, uint64_t block)
{
    uint32_t layers = model->mlp.spec.shape.layers;
    for (uint32_t l = 1; l <= layers; l++)
        for (uint64_t from = 0; from < rows; from += block)
            mlm_perceptron_product_forward(model, l, from, rows - from < block ? rows - from : block);
    for (uint32_t l = layers; l >= 1; l--)
        for (uint64_t from = 0; from < rows; from += block) {
            uint64_t some = rows - from < block ? rows - from : block;
            mlm_perceptron_product_weights(model, l, from, some);
            if (l > 1)
                mlm_perceptron_product_delta(model, l, from, some);
        }
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* 6P flops for each sample, minus the delta of the input, which is not computed. */
static double flops(const struct mlm_mlp_shape *shape, uint64_t rows)
{
    double sum = 0;
    for (uint32_t l = 1; l <= shape->layers; l++)
        sum += (l > 1 ? 6.0 : 4.0) * mlm_mlp_width(shape, l - 1) * mlm_mlp_width(shape, l) * (double)rows;
    return sum;
}

static int compare(const char *data, const char *shape, const char *batch)
{
    struct mlm_scoreboard sb = {0};
    struct mlm_error error = {0};
    const struct mlm_workload *train = mlm_suite.workloads[0];
    struct batch_config config = {.job = {.seed = 1, .threads = 1}};
    mlm_config_init(train, &config);
    struct mlm_perceptron *model = NULL;
    int r = mlm_config_set(train, &config, "data", data, &error);
    if (r == 0)
        r = mlm_config_set(train, &config, "shape", shape, &error);
    if (r == 0)
        r = mlm_config_set(train, &config, "batch", batch, &error);
    if (r == 0)
        r = train->derive(&config, &error);
    if (r == 0)
        r = mlm_perceptron_open(&config.spec, config.rows, &config.job, &model, &sb);
    if (r < 0) {
        fprintf(stderr, "mlp_bench: %s%s\n", error.text, sb.message);
        return r;
    }
    double whole = 1e9, blocked = 1e9, single = 1e9;
    for (int turn = 0; turn <= TURNS; turn++) {
        double begin = now();
        step(model, config.rows, &sb);
        double after_step = now();
        products(model, config.rows, model->block_rows);
        double after_blocked = now();
        products(model, config.rows, config.rows);
        double end = now();
        if (turn == 0)
            continue; /* the first turn touches the memory */
        whole = least(whole, after_step - begin);
        blocked = least(blocked, after_blocked - after_step);
        single = least(single, end - after_blocked);
    }
    double gflop = flops(&config.spec.shape, config.rows) / 1e9;
    printf("%-5s %6s %7" PRIu32 " %9.2f %9.2f %9.2f %9.1f %11.3f %11.3f\n", shape, batch,
        config.spec.shape.layers, whole * 1e3, blocked * 1e3, single * 1e3, gflop / blocked, blocked / whole,
        single / whole);
    mlm_perceptron_close(model);
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const shapes[] = {"deep", "wide"};
    static const char *const batches[] = {"64", "512", "1024", "4096"};
    char data[32];
    snprintf(data, sizeof data, "%luM", argc > 1 ? strtoul(argv[1], NULL, 10) : 256UL);
    (void)setenv("OPENBLAS_NUM_THREADS", "1", 1);
    printf("MLP step with SGD against the bare sgemm calls in it; one thread, best of %d\n", TURNS);
    printf("shape  batch  layers   step ms  calls ms single ms  GFlop/s  calls/step single/step\n");
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
            if (compare(data, shapes[s], batches[b]) < 0)
                return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
