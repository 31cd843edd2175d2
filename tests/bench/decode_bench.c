/* Do language models run at the speed of memory? A token of the suite inference in each format of weights,
 * beside a plain sum over the same bytes. One thread, pages of 4 KiB, best of several turns, which take turns
 * so that a drift of the machine falls on all alike.
 *
 *   decode_bench [DATA-MIB [FOLDER]]     size of the weights as f16, 256 by default; FOLDER (/tmp by default)
 *                                        holds their file while the bench runs */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "inference/inference.h"

#include "peer_sum.h"

#define TURNS 31
#define POSITION 504 /* as far as the suite comes by default */

extern const struct mlm_suite mlm_suite; /* the suite that this program is linked with */

/* CPU time, so that other programs on the machine do not count. */
static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "decode_bench: %s\n", what);
    exit(EXIT_FAILURE);
}

static void config_make(
    const char *format, const char *load, const char *data, struct mlm_inference_config *config)
{
    const char *const settings[][2] = {{"data", data}, {"weights", format}, {"load", load}, {"kv", "f16"}};
    const struct mlm_workload *decode = mlm_suite.workloads[0];
    struct mlm_error error = {0};
    *config = (struct mlm_inference_config){.job = {.seed = 1, .threads = 1, .page_bytes = 4096}};
    mlm_config_init(decode, config);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (mlm_config_set(decode, config, settings[i][0], settings[i][1], &error) < 0)
            give_up(error.text);
    if (decode->derive(config, &error) < 0)
        give_up(error.text);
}

/* A file without a name, which goes with the process. */
static void file_make(const char *folder, struct mlm_inference_config *config, char path[static 64])
{
    struct mlm_scoreboard sb = {0};
    char name[4096];
    snprintf(name, sizeof name, "%s/decode_bench-XXXXXX", folder);
    int fd = mkstemp(name);
    if (fd < 0)
        give_up("cannot make a file");
    (void)unlink(name);
    if (mlm_inference_dataset.build(config, fd, &sb) < 0)
        give_up(sb.message);
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    config->job.dataset = path;
}

static void measure(const char *format, const char *load, const char *data, const char *folder)
{
    struct mlm_scoreboard sb = {0};
    struct mlm_inference_config config;
    struct mlm_weights weights;
    struct mlm_decoder_run *run = NULL;
    char path[64];
    config_make(format, load, data, &config);
    file_make(folder, &config, path);
    if (mlm_weights_open(&config, &weights, &sb) < 0 ||
        mlm_decoder_run_open(&config, &weights, &run, &sb) < 0)
        give_up(sb.message);
    mlm_decoder_fill(run, POSITION);
    const void *bytes = weights.repacked ? weights.repacked : weights.bytes;
    double sum_s = 1e9, token_s = 1e9;
    for (int turn = 0; turn <= TURNS; turn++) {
        double begin = now_s();
        peer_sum(bytes, weights.size);
        double middle = now_s();
        if (mlm_decoder_step(run, POSITION, 1, &sb) < 0)
            give_up(sb.message);
        double end = now_s();
        if (turn == 0)
            continue; /* the first turn touches the memory */
        sum_s = middle - begin < sum_s ? middle - begin : sum_s;
        token_s = end - middle < token_s ? end - middle : token_s;
    }
    double gigabytes = (double)weights.size * 1e-9;
    printf("%-5s %-7s %8.1f %12.1f %12.1f %11.1f %8.2f\n", format, load, (double)weights.size / 1048576,
        gigabytes / sum_s, gigabytes / token_s, 1 / token_s, sum_s / token_s);
    fflush(stdout);
    mlm_decoder_run_close(run);
    mlm_weights_close(&weights);
    (void)close(atoi(path + strlen("/proc/self/fd/")));
}

static void shape_print(const char *data)
{
    struct mlm_inference_config config;
    config_make("f16", "mmap", data, &config);
    const struct mlm_decoder_shape *s = &config.shape;
    printf("width=%" PRIu64 " layers=%" PRIu64 " heads=%" PRIu64 " kv_heads=%" PRIu64 " head_size=%" PRIu64
           " ffn=%" PRIu64 " vocabulary=%" PRIu64 "\n",
        s->width, s->layers, s->heads, s->kv_heads, s->head_size, s->ffn, s->vocabulary);
}

int main(int argc, char **argv)
{
    static const char *const formats[] = {"f32", "f16", "q8_0", "q4_0", "q4_k"};
    static const char *const loads[] = {"mmap", "read", "repack"};
    char data[32];
    snprintf(data, sizeof data, "%luM", argc > 1 ? strtoul(argv[1], NULL, 10) : 256UL);
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    shape_print(data);
    printf("weights load         MiB  sum in GB/s decode in GB/s    tokens/s  decode/sum\n");
    for (size_t l = 0; l < sizeof loads / sizeof *loads; l++)
        for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
            measure(formats[f], loads[l], data, argc > 2 ? argv[2] : "/tmp");
    return EXIT_SUCCESS;
}
