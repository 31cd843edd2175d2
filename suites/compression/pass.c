/* What quantised, pruned and lowrank share: the shape of the perceptron, the samples that pass it, and the
 * numbers that stand for its outputs. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "compression/compression.h"
#include "data/memory.h"
#include "data/parallel.h"
#include "data/random.h"

enum { STREAM_INPUTS = 0x636f6d, STREAM_SIGNS };

/* Samples of a run, where a batch is smaller. */
#define SAMPLES_LEAST 16u
#define QUARTERS (MLM_ANSWER_MAX / 2)
#define WIDTH_MOST (UINT64_C(1) << 20)

int compression_derive(struct compression_config *config, struct mlm_error *error)
{
    uint64_t weights = config->job.data_bytes / (COMPRESSION_LAYERS * sizeof(float)), width = 0;
    if (config->job.threads < 1 || config->job.threads > MLM_THREADS_MAX)
        return mlm_error_set(error, -ERANGE, "threads must lie in 1..%d", MLM_THREADS_MAX);
    while (width < WIDTH_MOST && (width + MLM_GROUP) * (width + MLM_GROUP) <= weights)
        width += MLM_GROUP;
    if (width == 0)
        return mlm_error_set(
            error, -ERANGE, "a perceptron of %" PRIu64 " layers needs data=2M at least", COMPRESSION_LAYERS);
    config->width = width;
    config->samples = (SAMPLES_LEAST + config->batch - 1) / config->batch * config->batch;
    return 0;
}

float compression_unit(double variance, uint64_t terms)
{
    double energy = variance * (double)terms;
    float unit = 1;
    while (energy > 4) {
        energy /= 4;
        unit /= 2;
    }
    return unit;
}

uint64_t compression_pass_bytes(const struct compression_config *config)
{
    return 2 * config->batch * config->width * sizeof(float);
}

int compression_pass_open(
    const struct compression_config *config, struct compression_pass *ret_pass, struct mlm_scoreboard *sb)
{
    float *both = mlm_map(compression_pass_bytes(config), "the samples", sb);
    if (!both)
        return -ENOMEM;
    *ret_pass = (struct compression_pass){.width = config->width,
        .batch = config->batch,
        .samples = config->samples,
        .input_key = mlm_random_key(config->job.seed, STREAM_INPUTS),
        .in = both,
        .out = both + config->batch * config->width};
    return 0;
}

/* The two halves take turns, and the block begins with the lower one. */
void compression_pass_close(struct compression_pass *pass)
{
    float *block = pass->in < pass->out ? pass->in : pass->out;
    mlm_unmap(block, 2 * pass->batch * pass->width * sizeof(float));
    pass->in = pass->out = NULL;
}

static void relu(float *values, uint64_t count)
{
#pragma omp simd
    for (uint64_t i = 0; i < count; i++)
        values[i] = values[i] > 0 ? values[i] : 0;
}

/* A width is a multiple of 256. So it has quarters, and 64 signs come from one random number. */
static void outputs_add(struct compression_pass *pass, const float *outputs, uint64_t sample)
{
    uint64_t key = mlm_random_key(sample, STREAM_SIGNS), quarter = pass->width / QUARTERS;
    for (uint64_t i = 0; i < pass->width; i += 64) {
        uint64_t signs = mlm_random_u64(key, i);
        double squares = 0, projection = 0;
        for (uint64_t k = 0; k < 64; k++) {
            double value = (double)outputs[i + k];
            squares += value * value;
            projection += signs >> k & 1 ? value : -value;
        }
        pass->squares[i / quarter] += squares;
        pass->projections[i / quarter] += projection;
    }
}

int compression_pass_run(
    struct compression_pass *pass, compression_product *product, void *state, struct mlm_scoreboard *sb)
{
    for (uint64_t first = 0; first < pass->samples; first += pass->batch) {
        mlm_random_fill_floats(pass->input_key, first * pass->width, pass->in, pass->batch * pass->width);
        for (uint64_t layer = 0; layer < COMPRESSION_LAYERS; layer++) {
            int r = product(state, layer, pass->in, pass->batch, pass->out, sb);
            if (r < 0)
                return r;
            if (layer + 1 < COMPRESSION_LAYERS)
                relu(pass->out, pass->batch * pass->width);
            float *in = pass->in;
            pass->in = pass->out;
            pass->out = in;
        }
        for (uint64_t sample = 0; sample < pass->batch; sample++)
            outputs_add(pass, pass->in + sample * pass->width, first + sample);
        sb->items += pass->batch;
    }
    return 0;
}

/* A projection is about one norm in size. Four norms are added to it, so that a relative tolerance has a
 * meaning. */
void compression_pass_answer(const struct compression_pass *pass, struct mlm_scoreboard *sb)
{
    for (size_t i = 0; i < QUARTERS; i++) {
        double norm = sqrt(pass->squares[i]);
        mlm_answer_add(sb, norm);
        mlm_answer_add(sb, pass->projections[i] + 4 * norm);
    }
}

uint64_t compression_checksum(uint64_t sum, const float *values, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        sum = sum * UINT64_C(0x9e3779b97f4a7c15) + bits;
    }
    return sum;
}
