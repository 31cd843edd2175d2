/* Fuzzes with a dataset file that is inspected, then changed, then read by every workload that reads a user's
 * file. The blocks that the workloads use lie between guards. An input is
 *
 *   byte 0      format, type of values, mode
 *   byte 1      batch, buffer, depth, share
 *   bytes 2…4   the change: where in the file, how many bytes are removed, how many are inserted
 *   then        the inserted bytes, and the file
 *
 * Required: all workloads read an unchanged file, with one sum. A changed file is read by all workloads of
 * `loading` or by none, and each that refuses it says why; the same holds for `storage`. */
#include <errno.h>
#include <string.h>

#include "data/inspect.h"
#include "fuzz.h"
#include "suites.h"

/* Very wide arrays take long and test nothing new. */
#define COLUMNS_MAX 20000u

struct input {
    uint8_t flags, sizes;
    const uint8_t *put, *file;
    size_t at, taken, put_size, file_size;
};

static bool input_read(const uint8_t *data, size_t size, struct input *in)
{
    if (size < 6)
        return false;
    *in = (struct input){.flags = data[0], .sizes = data[1], .put = data + 5};
    size_t rest = size - 5;
    in->put_size = data[4] < rest ? data[4] : rest;
    in->file = in->put + in->put_size;
    in->file_size = rest - in->put_size;
    if (in->file_size == 0)
        return false;
    in->at = data[2] * in->file_size / 256;
    in->taken = data[3] < in->file_size - in->at ? data[3] : in->file_size - in->at;
    return true;
}

/* A folder for the file: its name must show the format, which a name in /proc/self/fd cannot. It is removed
 * when the program ends by itself. */
static char folder[256], path[300];

static void files_remove(void)
{
    static const char *const endings[] = {"npy", "csv", "svm"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/file.%s", folder, endings[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static void file_write(const struct input *in, bool changed)
{
    static const char *const endings[] = {"npy", "csv", "svm"};
    static bool made;
    if (!made) {
        const char *place = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/mlm-fuzz-XXXXXX", place ? place : "/tmp");
        fuzz_assert(mkdtemp(folder) && atexit(files_remove) == 0);
        made = true;
    }
    snprintf(path, sizeof path, "%s/file.%s", folder, endings[in->flags % 3]);
    /* Make a new file, because some file systems write a truncated one to the disk at once. */
    (void)unlink(path);
    FILE *file = fopen(path, "we");
    fuzz_assert(file);
    size_t from = in->at + (changed ? in->taken : 0), written = fwrite(in->file, 1, in->at, file);
    if (changed)
        written += fwrite(in->put, 1, in->put_size, file);
    written += fwrite(in->file + from, 1, in->file_size - from, file);
    fuzz_assert(written == in->at + (changed ? in->put_size : 0) + in->file_size - from);
    fuzz_assert(fclose(file) == 0);
}

/* A module has its own copy of everything, and lies beside this program as it lies beside the worker. */
static const struct mlm_suite *suite_of(const char *name)
{
    char modules[4096];
    struct mlm_error error = {0};
    const struct mlm_suite *suite = NULL;
    ssize_t n = readlink("/proc/self/exe", modules, sizeof modules - 64);
    fuzz_assert(n > 0);
    modules[n] = 0;
    strcpy(strrchr(modules, '/'), "/../../suites");
    if (mlm_suite_open(modules, name, &suite, &error) < 0)
        fprintf(stderr, "%s\n", error.text);
    fuzz_assert(suite);
    return suite;
}

struct end {
    int result;
    uint64_t checksum;
};

static void set(const struct mlm_workload *workload, void *config, const char *name, const char *value)
{
    struct mlm_error error = {0};
    if (mlm_param_find(workload, name))
        (void)mlm_config_set(workload, config, name, value, &error); /* not all know all values */
}

static void config_fill(
    const struct mlm_workload *workload, const struct input *in, const struct mlm_shape *shape, void *config)
{
    static const char *const modes[] = {"inplace", "copy", "f64", "stream"};
    static const char *const shares[] = {"0", "0.3", "0.7", "1"};
    char batch[16], buffer[16], depth[16];
    struct mlm_job *job = config;
    job->seed = job->threads = 1;
    job->dataset = path;
    job->rows = shape->rows;
    job->columns = shape->columns;
    job->nonzeros = shape->nonzeros;
    job->widest_row = shape->widest_row;
    snprintf(batch, sizeof batch, "%u", 1u + (in->sizes & 7u));
    snprintf(buffer, sizeof buffer, "%u", 1u + (in->sizes >> 3 & 3u));
    snprintf(depth, sizeof depth, "%u", 1u + (in->sizes >> 5 & 1u));
    set(workload, config, "batch", batch);
    set(workload, config, "buffer", buffer);
    set(workload, config, "depth", depth);
    set(workload, config, "mode", modes[in->flags >> 6]);
    set(workload, config, "share", shares[in->sizes >> 6]);
    set(workload, config, "visits", in->flags & 8 ? "sequential" : "shuffled");
    set(workload, config, "value", in->flags & 32 ? "f64" : "f32");
    set(workload, config, "index", in->flags & 16 ? "64" : "32");
    set(workload, config, "epochs", "2");
    if (strcmp(workload->name, "dense") == 0)
        set(workload, config, "value", in->flags & 32 ? "f16" : "i8"); /* densify has the others */
}

static struct end live(
    const struct mlm_workload *workload, const struct input *in, const struct mlm_shape *shape)
{
    struct mlm_error error = {0};
    struct mlm_scoreboard board = {0};
    void *config = calloc(1, workload->config_size), *state = NULL;
    fuzz_assert(config);
    mlm_config_init(workload, config);
    config_fill(workload, in, shape, config);
    int r = workload->derive(config, &error);
    if (r == 0)
        r = workload->prepare(config, &board, &state);
    if (r == 0)
        r = workload->run(state, &board);
    if (r == 0)
        r = workload->verify(state, &board);
    workload->destroy(state);
    free(config);
    bool said = error.text[0] || board.message[0];
    if (r < 0 && !said)
        fprintf(stderr, "%s: %d without a word\n", workload->name, r);
    fuzz_assert(r == 0 || said);
    return (struct end){.result = r, .checksum = board.data_checksum};
}

/* All variants of a suite that could run must end alike; *ret_end is their common end. */
static void suite_live(
    const struct mlm_suite *suite, const struct input *in, const struct mlm_shape *shape, struct end *ret_end)
{
    bool first = true;
    for (const struct mlm_workload *const *w = suite->workloads; *w; w++) {
        if (!((*w)->flags & MLM_USER_DATA))
            continue;
        struct end end = live(*w, in, shape);
        if (end.result == -ENOTSUP || end.result == -ENOMEM)
            continue;
        if (!first && (end.result == 0) != (ret_end->result == 0))
            fprintf(stderr, "%s/%s: %d, others %d\n", suite->name, (*w)->name, end.result, ret_end->result);
        fuzz_assert(first || (end.result == 0) == (ret_end->result == 0));
        fuzz_assert(first || end.result < 0 || end.checksum == ret_end->checksum);
        *ret_end = end;
        first = false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mlm_suite *loading, *storage;
    struct mlm_scoreboard board = {0};
    struct mlm_shape shape;
    struct input in;
    if (!loading) {
        loading = suite_of("loading");
        storage = suite_of("storage");
    }
    if (!input_read(data, size, &in))
        return 0;
    file_write(&in, false);
    if (mlm_dataset_inspect(path, &shape, &board) < 0) {
        fuzz_assert(board.message[0]);
        return 0;
    }
    if (shape.columns > COLUMNS_MAX)
        return 0;
    struct end end = {0};
    suite_live(loading, &in, &shape, &end);
    fuzz_assert(end.result == 0);
    file_write(&in, true);
    suite_live(loading, &in, &shape, &end);
    suite_live(storage, &in, &shape, &end);
    return 0;
}
