/* Tests the suite loading as the harness runs it: the real worker builds and reads files. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/inspect.h"
#include "data/npy.h"
#include "loading/loading.h"

extern const struct mlm_suite mlm_suite;

static char folder[] = "/tmp/mlm-loading-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Runs the worker with the words of the line, a scoreboard, and perhaps a file as descriptor; returns the
 * scoreboard. */
static struct mlm_scoreboard worker_do(int dataset_fd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static struct mlm_scoreboard worker_do(int dataset_fd, const char *format, ...)
{
    char line[1024], *words[32] = {(char *)(uintptr_t)MLM_WORKER}, fd_text[16];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert_in_range(length, 1, sizeof line - 1);
    int board_fd = memfd_create("scoreboard", 0);
    assert_int_equal(ftruncate(board_fd, sizeof(struct mlm_scoreboard)), 0);
    snprintf(fd_text, sizeof fd_text, "%d", board_fd);
    int count = 1;
    words[count++] = (char *)(uintptr_t) "--scoreboard";
    words[count++] = fd_text;
    for (char *save, *word = strtok_r(line, " ", &save); word && count < 30;
         word = strtok_r(NULL, " ", &save))
        words[count++] = word;
    char dataset_text[16];
    if (dataset_fd >= 0) {
        snprintf(dataset_text, sizeof dataset_text, "%d", dataset_fd);
        words[count++] = dataset_text;
    }
    pid_t pid;
    assert_int_equal(posix_spawn(&pid, MLM_WORKER, NULL, NULL, words, environ), 0);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    struct mlm_scoreboard board;
    assert_int_equal(pread(board_fd, &board, sizeof board, 0), sizeof board);
    (void)close(board_fd);
    assert_int_equal(WEXITSTATUS(status), board.verdict == MLM_VERDICT_OK ? 0 : 1);
    return board;
}

static void build(const char *settings, const char *name)
{
    int fd = open(in_folder(name), O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    struct mlm_scoreboard board = worker_do(fd, "build loading/full %s", settings);
    if (board.verdict != MLM_VERDICT_OK)
        fail_msg("build %s: %s", settings, board.message);
    (void)close(fd);
}

static struct mlm_scoreboard run(const char *workload, const char *settings, const char *name)
{
    return worker_do(-1, "run loading/%s %s dataset=%s", workload, settings, in_folder(name));
}

static struct mlm_scoreboard run_ok(const char *workload, const char *settings, const char *name)
{
    struct mlm_scoreboard board = run(workload, settings, name);
    if (board.verdict != MLM_VERDICT_OK)
        fail_msg("%s %s: %s", workload, settings, board.message);
    assert_true(board.data_checksum != 0);
    assert_int_equal(board.progress_done, board.progress_total);
    return board;
}

static void assert_same_answer(const struct mlm_scoreboard *a, const struct mlm_scoreboard *b)
{
    assert_int_equal(a->answer_count, b->answer_count);
    assert_memory_equal(a->answer, b->answer, a->answer_count * sizeof *a->answer);
    assert_int_equal(a->data_checksum, b->data_checksum);
    assert_int_equal(a->items, b->items);
}

static const char *const names[] = {"npy", "csv", "libsvm"};

static void ordered_variants_agree_bit_for_bit(void **state)
{
    (void)state;
    static const char *const variants[][2] = {{"full", "batch=1000000"}, {"generator", ""},
        {"generator", "batch=1"}, {"generator", "batch=17"}, {"generator", "batch=100000"}, {"prefetch", ""},
        {"prefetch", "depth=1 batch=3"}, {"prefetch", "depth=64 batch=40"}, {"mmap", ""}, {"mmap", "batch=7"},
        {"split", ""}, {"split", "batch=5"}};
    for (int f = 0; f < 3; f++) {
        char settings[128];
        snprintf(
            settings, sizeof settings, "data=%s width=123 seed=5 format=%s", f ? "6M" : "400K", names[f]);
        build(settings, names[f]);
        struct mlm_scoreboard first = run_ok("full", settings, names[f]);
        assert_int_equal(first.items, f ? 798 : 832);
        assert_int_equal(first.answer_count, 4);
        for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
            char more[200];
            snprintf(more, sizeof more, "%s %s", settings, variants[v][1]);
            struct mlm_scoreboard board = run_ok(variants[v][0], more, names[f]);
            assert_same_answer(&board, &first);
        }
    }
}

static void dense_formats_hold_the_same_matrix(void **state)
{
    (void)state;
    build("data=400K width=50 seed=3 format=npy", "same.npy");
    build("data=6400K width=50 seed=3 format=csv", "same.csv");
    build("data=400K width=50 seed=4 format=npy", "other.npy");
    struct mlm_scoreboard npy = run_ok("generator", "data=400K width=50 seed=3 format=npy", "same.npy");
    struct mlm_scoreboard csv = run_ok("generator", "data=6400K width=50 seed=3 format=csv", "same.csv");
    struct mlm_scoreboard other = run_ok("generator", "data=400K width=50 seed=4 format=npy", "other.npy");
    assert_same_answer(&npy, &csv);
    assert_int_not_equal(npy.data_checksum, other.data_checksum);
}

/* Only the seed decides the content: pinned, because files of different machines must be the same. */
static void generated_files_are_pinned(void **state)
{
    (void)state;
    static const uint64_t sums[] = {
        UINT64_C(0x5a3abd476c62f22e), UINT64_C(0x5a3abd476c62f22e), UINT64_C(0x072e2ebfd6434adf)};
    for (int f = 0; f < 3; f++) {
        char settings[128];
        snprintf(settings, sizeof settings, "data=%s width=10 seed=1 format=%s", f ? "64K" : "4K", names[f]);
        build(settings, names[f]);
        assert_int_equal(run_ok("full", settings, names[f]).data_checksum, sums[f]);
    }
}

static void shuffling_keeps_every_row(void **state)
{
    (void)state;
    for (int f = 0; f < 3; f++) {
        char settings[128];
        snprintf(
            settings, sizeof settings, "data=%s width=123 seed=5 format=%s", f ? "6M" : "400K", names[f]);
        build(settings, names[f]);
        struct mlm_scoreboard ordered = run_ok("generator", settings, names[f]);
        static const char *const buffers[] = {"1", "2", "100", "1000000"};
        for (size_t b = 0; b < 4; b++) {
            char more[200];
            snprintf(more, sizeof more, "%s batch=37 buffer=%s", settings, buffers[b]);
            struct mlm_scoreboard board = run_ok("shuffle", more, names[f]);
            assert_int_equal(board.data_checksum, ordered.data_checksum);
            assert_int_equal(board.items, ordered.items);
            assert_int_equal(board.answer_count, 2);
            assert_memory_equal(board.answer, ordered.answer + 2, 2 * sizeof *board.answer);
        }
    }
}

static struct mlm_loading_state shuffled(const char *path, uint64_t buffer, uint64_t seed)
{
    struct mlm_scoreboard board = {0};
    struct mlm_loading_state state = {.pass.columns = 10,
        .config = {.columns = 10,
            .rows = 102,
            .batch = 10,
            .buffer = buffer,
            .job = {.dataset = path, .seed = seed}}};
    assert_int_equal(mlm_loading_shuffle(&state, &board), 0);
    return state;
}

static void shuffling_changes_the_order_by_the_seed(void **state)
{
    (void)state;
    build("data=4K width=10 seed=1", "npy");
    const char *path = in_folder("npy");
    struct mlm_loading_state none = shuffled(path, 1, 1), some = shuffled(path, 50, 1),
                             same = shuffled(path, 50, 1), other = shuffled(path, 50, 2);
    struct mlm_scoreboard ordered = run_ok("full", "data=4K width=10 seed=1", "npy");
    assert_true(
        ordered.answer[0] == (double)(none.pass.order >> 32)); /* a buffer of one row shuffles nothing */
    assert_int_not_equal(some.pass.order, none.pass.order);
    assert_int_equal(some.pass.order, same.pass.order);
    assert_int_not_equal(some.pass.order, other.pass.order);
    assert_int_equal(some.pass.sum, none.pass.sum);
}

static void all_ways_to_prepare_agree(void **state)
{
    (void)state;
    for (int f = 0; f < 3; f++) {
        char settings[128];
        snprintf(
            settings, sizeof settings, "data=%s width=123 seed=5 format=%s", f ? "6M" : "400K", names[f]);
        build(settings, names[f]);
        struct mlm_scoreboard plain = run_ok("full", settings, names[f]), first = {0};
        static const char *const modes[] = {
            "mode=inplace", "mode=copy", "mode=f64", "mode=stream", "mode=stream batch=7"};
        for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
            char more[160];
            snprintf(more, sizeof more, "%s %s", settings, modes[m]);
            struct mlm_scoreboard board = run_ok("prepare", more, names[f]);
            first = m ? first : board;
            assert_same_answer(&board, &first);
            assert_int_equal(board.data_checksum, plain.data_checksum);
            assert_true(board.answer[0] != plain.answer[0]);
        }
    }
}

/* Whatever a cache has room for, each epoch sees every row once. */
static void every_cache_sees_every_row(void **state)
{
    (void)state;
    for (int f = 0; f < 3; f++) {
        char settings[128];
        snprintf(
            settings, sizeof settings, "data=%s width=123 seed=5 format=%s", f ? "6M" : "400K", names[f]);
        build(settings, names[f]);
        struct mlm_scoreboard plain = run_ok("full", settings, names[f]), first = {0};
        static const char *const caches[] = {"share=0", "share=0.1 batch=7", "share=0.5 batch=16",
            "share=0.9 batch=1", "share=1 batch=7", "share=0.5 batch=7 visits=sequential", "share=1"};
        for (size_t c = 0; c < sizeof caches / sizeof *caches; c++) {
            char more[160];
            snprintf(more, sizeof more, "%s %s", settings, caches[c]);
            struct mlm_scoreboard board = run_ok("cache", more, names[f]);
            first = c ? first : board;
            assert_same_answer(&board, &first);
            assert_int_equal(board.data_checksum, plain.data_checksum);
            assert_int_equal(board.items, 3 * plain.items);
        }
    }
}

static void file_write(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(in_folder(name), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Columns with mean 2, 100000 and 5, deviation 1, 2 and 0: scaled by hand. */
static void scaling_is_right(void **state)
{
    (void)state;
    static const char csv[] = "1,100002,5\n3,99998,5\n1,100002,5\n3,99998,5\n";
    static const char scaled[] = "-1,1,0\n1,-1,0\n-1,1,0\n1,-1,0\n";
    static const char shape[] = "rows=4 columns=3 nonzeros=12 widest_row=3";
    /* Sparse columns are only divided: deviations 1 and 0. */
    static const char svm[] = "1 1:3 2:8\n0 1:1 2:8\n", svm_scaled[] = "1 1:3 2:8\n0 1:1 2:8\n";
    file_write("a.csv", csv, sizeof csv - 1);
    file_write("b.csv", scaled, sizeof scaled - 1);
    struct mlm_scoreboard a = run_ok("prepare", shape, "a.csv"), b = run_ok("full", shape, "b.csv");
    assert_memory_equal(a.answer, b.answer, 4 * sizeof *a.answer);
    file_write("a.svm", svm, sizeof svm - 1);
    file_write("b.svm", svm_scaled, sizeof svm_scaled - 1);
    a = run_ok("prepare", "rows=2 columns=2 nonzeros=4 widest_row=2", "a.svm");
    b = run_ok("full", "rows=2 columns=2 nonzeros=4 widest_row=2", "b.svm");
    assert_memory_equal(a.answer, b.answer, 4 * sizeof *a.answer);
    static const char half[] = "1 1:4 2:2\n0 2:-2\n", half_scaled[] = "1 1:2 2:1\n0 2:-1\n";
    file_write("a.svm", half, sizeof half - 1);
    file_write("b.svm", half_scaled, sizeof half_scaled - 1);
    a = run_ok("prepare", "rows=2 columns=2 nonzeros=3 widest_row=2", "a.svm");
    b = run_ok("full", "rows=2 columns=2 nonzeros=3 widest_row=2", "b.svm");
    assert_memory_equal(a.answer, b.answer, 4 * sizeof *a.answer);
}

static const char *const all_variants[] = {
    "full", "generator", "prefetch", "mmap", "split", "shuffle", "cache", "prepare"};

static void a_users_file_is_read_in_its_own_format(void **state)
{
    (void)state;
    static const char csv[] = "a;b\n1;0\n0;2.5\n-3;4\n", svm[] = "0 1:1\n0 2:2.5\n0 1:-3 2:4\n";
    static const char shape[] = "rows=3 columns=2 nonzeros=4 widest_row=2";
    static const double doubles[] = {1, 0, 0, 2.5, -3, 4};
    char f8[80 + sizeof doubles] =
        "\x93NUMPY\x01\0\x46\0{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }";
    memcpy(f8 + 80, doubles, sizeof doubles);
    for (char *at = memchr(f8 + 10, 0, 70); at && at < f8 + 80; at++)
        *at = ' ';
    float floats[6];
    for (int i = 0; i < 6; i++)
        floats[i] = (float)doubles[i];
    char f4[MLM_NPY_HEADER_BYTES + sizeof floats];
    mlm_npy_header_write(3, 2, f4);
    memcpy(f4 + MLM_NPY_HEADER_BYTES, floats, sizeof floats);
    file_write("user.csv", csv, sizeof csv - 1);
    file_write("user.svm", svm, sizeof svm - 1);
    file_write("f8.npy", f8, sizeof f8);
    file_write("f4.npy", f4, sizeof f4);
    static const char *const files[] = {"user.csv", "user.svm", "f8.npy", "f4.npy"};
    for (size_t v = 0; v < 7; v++) {
        struct mlm_scoreboard first = run_ok(all_variants[v], shape, files[0]);
        for (size_t f = 1; f < 4; f++) {
            struct mlm_scoreboard board = run_ok(all_variants[v], shape, files[f]);
            assert_same_answer(&board, &first);
        }
    }
}

static void a_file_of_another_shape_is_refused(void **state)
{
    (void)state;
    static const char csv[] = "1,2\n3,4\n5,6\n7,8\n", svm[] = "0 1:1\n0 2:2.5\n0 1:-3 2:4\n1 1:1 2:2\n";
    char npy[MLM_NPY_HEADER_BYTES + 32] = {0};
    mlm_npy_header_write(4, 2, npy);
    file_write("user.csv", csv, sizeof csv - 1);
    file_write("user.svm", svm, sizeof svm - 1);
    file_write("user.npy", npy, sizeof npy);
    static const char *const files[] = {"user.csv", "user.svm", "user.npy"};
    static const char *const shapes[] = {"rows=3 columns=2 nonzeros=6 widest_row=2",
        "rows=5 columns=2 nonzeros=10 widest_row=2", "rows=4 columns=1 nonzeros=4 widest_row=1",
        "rows=4 columns=3 nonzeros=12 widest_row=3"};
    for (size_t v = 0; v < 8; v++)
        for (size_t f = 0; f < 3; f++)
            for (size_t s = 0; s < 4; s++) {
                if (f == 1 && s == 3)
                    continue; /* a sparse file may leave its last column empty */
                char settings[128];
                snprintf(settings, sizeof settings, "%s batch=%d", shapes[s], s % 2 ? 100 : 2);
                struct mlm_scoreboard board = run(all_variants[v], settings, files[f]);
                if (board.verdict != MLM_VERDICT_WRONG || !strstr(board.message, files[f]) ||
                    !strstr(board.message, "has changed since it was inspected: ") ||
                    !strstr(board.message, "; run again"))
                    fail_msg("%s of %s as %s: %u '%s'", all_variants[v], files[f], shapes[s], board.verdict,
                        board.message);
            }
}

static void assert_changed(const char *settings, const char *file, const char *says)
{
    for (size_t v = 0; v < 8; v++)
        for (int batch = 1; batch <= 1000; batch *= 10) {
            char more[160];
            snprintf(more, sizeof more, "%s batch=%d", settings, batch);
            struct mlm_scoreboard board = run(all_variants[v], more, file);
            if (board.verdict != MLM_VERDICT_WRONG || !strstr(board.message, says))
                fail_msg(
                    "%s %s: %u '%s', not '%s'", all_variants[v], more, board.verdict, board.message, says);
        }
}

/* The same number of rows and values, in rows of other lengths: nothing may be written beyond the room for
 * the widest row of the inspection. */
static void a_wider_row_than_there_was_is_refused(void **state)
{
    (void)state;
    static const char svm[] = "0 1:1\n1 2:2\n0 3:1 4:1 5:1 6:1\n1 1:1 8:1\n";
    file_write("user.svm", svm, sizeof svm - 1);
    (void)run_ok("shuffle", "rows=4 columns=8 nonzeros=8 widest_row=4", "user.svm");
    assert_changed(
        "rows=4 columns=8 nonzeros=8 widest_row=2", "user.svm", "line 3 has more than the 2 values");
    assert_changed(
        "rows=4 columns=8 nonzeros=0 widest_row=0", "user.svm", "line 1 has more than the 0 values");
    assert_changed(
        "rows=4 columns=7 nonzeros=8 widest_row=4", "user.svm", "line 4 has a column 8 where there");
    assert_changed(
        "rows=4 columns=8 nonzeros=9 widest_row=4", "user.svm", "it has 8 values other than 0 where");
    assert_changed("rows=4 columns=8 nonzeros=7 widest_row=4", "user.svm", "more than the 7 values");

    /* A row that is wider by far more than a page. */
    char *bytes = malloc(1 << 20), *at = bytes;
    assert_non_null(bytes);
    for (int row = 0; row < 100; row++) {
        at += sprintf(at, "%d", row % 2);
        for (int i = 1; i <= (row == 70 ? 5000 : 2); i++)
            at += sprintf(at, " %d:1", i);
        *at++ = '\n';
    }
    file_write("user.svm", bytes, (size_t)(at - bytes));
    free(bytes);
    assert_changed(
        "rows=100 columns=5000 nonzeros=5198 widest_row=2", "user.svm", "line 71 has more than the 2 values");
}

/* Peak of the inspector, which runs outside any cage, and its message. */
static uint64_t inspect_peak(const char *name, struct mlm_scoreboard *ret_board)
{
    struct rusage usage;
    *ret_board = worker_do(-1, "inspect %s", in_folder(name));
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
    return (uint64_t)usage.ru_maxrss * 1024;
}

static void sparse_file_write(const char *name, uint64_t rows, uint64_t columns)
{
    char header[MLM_NPY_HEADER_BYTES];
    mlm_npy_header_write(rows, columns, header);
    file_write(name, header, sizeof header);
    assert_int_equal(truncate(in_folder(name), (off_t)(sizeof header + rows * columns * 4)), 0);
}

static void inspection_is_bounded(void **state)
{
    (void)state;
    struct mlm_scoreboard board;
    sparse_file_write("wide.npy", 1, UINT64_C(2500000000));
    uint64_t peak = inspect_peak("wide.npy", &board);
    assert_int_equal(board.verdict, MLM_VERDICT_FAILED);
    assert_non_null(strstr(board.message, "a row of more than 16777216 cannot be held"));
    sparse_file_write("wide.npy", 1, MLM_ROW_VALUES_MAX);
    uint64_t widest = inspect_peak("wide.npy", &board);
    assert_int_equal(board.verdict, MLM_VERDICT_OK);
    assert_true(board.answer[1] == (double)MLM_ROW_VALUES_MAX);

    size_t size = 2 * MLM_ROW_VALUES_MAX + 2;
    char *line = malloc(size);
    assert_non_null(line);
    for (size_t i = 0; i < size; i += 2)
        memcpy(line + i, i + 2 < size ? "1," : "1\n", 2);
    file_write("wide.csv", line, size);
    free(line);
    uint64_t text = inspect_peak("wide.csv", &board);
    assert_int_equal(board.verdict, MLM_VERDICT_FAILED);
    assert_non_null(strstr(board.message, "wide.csv, line 1: a row of more than 16777216 values cannot"));

    /* As many columns of text as a table can have: three lines of "x,x,x…". */
    size = (size_t)3 * 2 * (1 << 19);
    line = malloc(size);
    assert_non_null(line);
    for (size_t i = 0; i < size; i += 2)
        memcpy(line + i, (i + 2) % (size / 3) ? "x," : "x\n", 2);
    file_write("odd.csv", line, size);
    free(line);
    uint64_t odd = inspect_peak("odd.csv", &board);
    assert_int_equal(board.verdict, MLM_VERDICT_FAILED);
    assert_non_null(strstr(board.message, "the different texts of its columns take 64 MiB"));
#if !defined(__SANITIZE_ADDRESS__)
    assert_in_range(odd, 0, MLM_INSPECT_BYTES_MAX);
    assert_in_range(peak, 0, MLM_INSPECT_BYTES_MAX / 4);
    assert_in_range(widest, 0, MLM_INSPECT_BYTES_MAX);
    assert_in_range(text, 0, MLM_INSPECT_BYTES_MAX);
#else
    (void)peak, (void)widest, (void)text, (void)odd;
#endif
}

/* A pipe without a writer must not block the worker. */
static void a_pipe_is_no_dataset(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(in_folder("pipe.csv"), 0600), 0);
    struct mlm_scoreboard board = worker_do(-1, "inspect %s", in_folder("pipe.csv"));
    assert_int_equal(board.verdict, MLM_VERDICT_FAILED);
    assert_non_null(strstr(board.message, "is not a regular file"));
}

static void damage_is_named(void **state)
{
    (void)state;
    build("data=64K width=10 seed=1 format=csv", "damaged.csv");
    int fd = open(in_folder("damaged.csv"), O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "x", 1, 1000), 1);
    (void)close(fd);
    build("data=4K width=10 seed=1", "damaged.npy");
    assert_int_equal(truncate(in_folder("damaged.npy"), 3001), 0);
    for (size_t v = 0; v < 8; v++) {
        struct mlm_scoreboard board =
            run(all_variants[v], "data=64K width=10 seed=1 format=csv", "damaged.csv");
        assert_int_equal(board.verdict, MLM_VERDICT_FAILED);
        assert_non_null(strstr(board.message, "damaged.csv, line 1"));
        board = run(all_variants[v], "data=4K width=10 seed=1", "damaged.npy");
        assert_int_equal(board.verdict, MLM_VERDICT_FAILED);
        assert_non_null(strstr(board.message, "damaged.npy ends at byte 3001"));
        board = run(all_variants[v], "data=4K width=10 seed=1", "not-there");
        assert_int_equal(board.verdict, MLM_VERDICT_FAILED);
        assert_non_null(strstr(board.message, "cannot open"));
        board = worker_do(-1, "run loading/%s data=4K width=10", all_variants[v]);
        assert_int_equal(board.verdict, MLM_VERDICT_FAILED);
        assert_non_null(strstr(board.message, "dataset=FILE"));
    }
}

static const struct mlm_workload *workload_of(const char *name)
{
    for (const struct mlm_workload *const *w = mlm_suite.workloads; *w; w++)
        if (strcmp((*w)->name, name) == 0)
            return *w;
    fail_msg("no workload %s", name);
    return NULL;
}

/* Makes the config that the harness would make of these settings. */
static struct mlm_loading_config config_of(const char *workload, const char *settings)
{
    static char kept[8][256];
    static unsigned next;
    char *text = kept[next++ % 8];
    snprintf(text, sizeof kept[0], "%s", settings);
    struct mlm_error error = {0};
    struct mlm_loading_config config = {0};
    const struct mlm_workload *w = workload_of(workload);
    mlm_config_init(w, &config);
    for (char *save, *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *equals = strchr(word, '=');
        assert_non_null(equals);
        *equals = 0;
        assert_int_equal(mlm_config_set(w, &config, word, equals + 1, &error), 0);
    }
    assert_int_equal(w->derive(&config, &error), 0);
    return config;
}

static uint64_t core(const char *workload, const char *settings)
{
    struct mlm_loading_config config = config_of(workload, settings);
    return workload_of(workload)->core_bytes(&config);
}

static void core_bytes_are_the_designs(void **state)
{
    (void)state;
    /* 268435456 / 4000 rows, rounded down to even. */
    const uint64_t rows = 67108, row = 4000;
    assert_int_equal(core("full", "data=256M"), rows * row);
    assert_int_equal(core("split", "data=256M"), rows * row);
    assert_int_equal(core("prepare", "data=256M mode=copy"), rows * row);
    assert_int_equal(core("prepare", "data=256M mode=stream"), 256 * row);
    assert_int_equal(core("cache", "data=256M share=0"), 256 * row);
    assert_int_equal(core("cache", "data=256M share=0.5"), UINT64_C(131) * 256 * row); /* of 263 batches */
    assert_int_equal(core("cache", "data=256M share=1"), rows * row);
    assert_int_equal(core("generator", "data=256M"), 256 * row);
    assert_int_equal(core("generator", "data=256M batch=16"), 16 * row);
    assert_int_equal(core("prefetch", "data=256M depth=5"), 256 * row * (5 + 1 + 1));
    assert_int_equal(core("mmap", "data=256M"), 0); /* the data is in the page cache */
    assert_int_equal(core("mmap", "data=256M format=csv"), 256 * row);
    assert_int_equal(core("shuffle", "data=256M buffer=1000"), 256 * row + 1000 * row);
    assert_int_equal(core("shuffle", "data=256M buffer=10000000"), 256 * row + rows * row);
    assert_int_equal(core("full", "data=256M format=csv"), 4194 * row);
    /* CSR with labels: 8 bytes a value, 12 a row, and the end of the last. */
    assert_int_equal(core("full", "data=256M format=libsvm"), 4194 * 100 * 8 + 4194 * 12 + 8);
}

static void too_little_data_is_refused(void **state)
{
    (void)state;
    struct mlm_error error = {0};
    struct mlm_loading_config config = {.job.data_bytes = 7999, .columns = 1000, .batch = 1};
    assert_int_equal(workload_of("full")->derive(&config, &error), -EINVAL);
    assert_non_null(strstr(error.text, "data=8000"));
    config.job.data_bytes = 8000;
    assert_int_equal(workload_of("full")->derive(&config, &error), 0);
    assert_int_equal(config.rows, 2);
}

static void the_peak_is_as_predicted(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"full", ""}, {"generator", ""}, {"generator", "batch=4096"},
        {"prefetch", ""}, {"prefetch", "depth=16"}, {"split", ""}, {"shuffle", ""},
        {"prepare", "mode=inplace"}, {"prepare", "mode=copy"}, {"prepare", "mode=f64"},
        {"prepare", "mode=stream"}, {"cache", "share=0"}, {"cache", "share=0.5"},
        {"cache", "share=1 batch=64"}};
    for (int f = 0; f < 3; f++) {
        char settings[128];
        snprintf(settings, sizeof settings, "data=96M seed=5 format=%s", names[f]);
        build(settings, names[f]);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            char more[200];
            snprintf(more, sizeof more, "%s %s", settings, rows[i][1]);
            struct mlm_loading_config config = config_of(rows[i][0], more);
            double predicted = (double)workload_of(rows[i][0])->peak_bytes(&config);
            struct mlm_scoreboard board = run_ok(rows[i][0], more, names[f]);
            double measured = (double)board.phases[MLM_PHASE_RUN].peak_rss_bytes;
            double allowed = 0.05 * measured + (double)(2 << 20);
#if defined(__SANITIZE_ADDRESS__)
            allowed += (double)(64 << 20); /* the sanitizer's shadow memory counts in RSS */
#endif
            if (fabs(predicted - measured) > allowed)
                fail_msg("%s %s: predicted %.0f, measured %.0f", rows[i][0], more, predicted, measured);
        }
    }
}

static void a_dataset_has_a_name_of_its_own_and_a_bound(void **state)
{
    (void)state;
    static const char *const settings[] = {"data=640K width=10 seed=1", "data=640K width=10 seed=2",
        "data=640K width=20 seed=1", "data=320K width=10 seed=1", "data=640K width=10 seed=1 format=csv",
        "data=640K width=10 seed=1 format=libsvm", "data=640K width=5000 seed=1 format=libsvm"};
    enum { COUNT = sizeof settings / sizeof *settings };
    char seen[COUNT][128];
    for (int i = 0; i < COUNT; i++) {
        struct mlm_loading_config config = config_of("full", settings[i]);
        const struct mlm_dataset *dataset = workload_of("full")->dataset;
        dataset->name(&config, seen[i]);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(seen[i], seen[k]);
        build(settings[i], "sized");
        struct stat status;
        assert_int_equal(stat(in_folder("sized"), &status), 0);
        assert_in_range(status.st_size, dataset->size_bytes(&config) * 3 / 4, dataset->size_bytes(&config));
        /* Every workload reads the same file name. */
        for (size_t v = 0; v < 8; v++) {
            char other[128];
            struct mlm_loading_config same = config_of(all_variants[v], settings[i]);
            workload_of(all_variants[v])->dataset->name(&same, other);
            assert_string_equal(other, seen[i]);
        }
    }
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY);
    assert_true(fd >= 0);
    struct mlm_scoreboard board = worker_do(fd, "build loading/full data=4M");
    (void)close(fd);
    assert_int_equal(board.verdict, MLM_VERDICT_FAILED);
    assert_non_null(strstr(board.message, "No space left on device"));
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
    (void)state;
    static const char *const files[] = {"npy", "csv", "libsvm", "same.npy", "same.csv", "other.npy", "a.csv",
        "b.csv", "a.svm", "b.svm", "user.csv", "user.svm", "user.npy", "f8.npy", "f4.npy", "damaged.csv",
        "damaged.npy", "sized", "wide.npy", "wide.csv", "odd.csv", "pipe.csv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        (void)unlink(in_folder(files[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordered_variants_agree_bit_for_bit),
        cmocka_unit_test(dense_formats_hold_the_same_matrix),
        cmocka_unit_test(generated_files_are_pinned),
        cmocka_unit_test(shuffling_keeps_every_row),
        cmocka_unit_test(shuffling_changes_the_order_by_the_seed),
        cmocka_unit_test(all_ways_to_prepare_agree),
        cmocka_unit_test(every_cache_sees_every_row),
        cmocka_unit_test(scaling_is_right),
        cmocka_unit_test(a_users_file_is_read_in_its_own_format),
        cmocka_unit_test(a_file_of_another_shape_is_refused),
        cmocka_unit_test(inspection_is_bounded), /* runs first, while this program is small: a child's peak
                                                    begins with its parent's */
        cmocka_unit_test(a_wider_row_than_there_was_is_refused),
        cmocka_unit_test(a_pipe_is_no_dataset),
        cmocka_unit_test(damage_is_named),
        cmocka_unit_test(core_bytes_are_the_designs),
        cmocka_unit_test(too_little_data_is_refused),
        cmocka_unit_test(the_peak_is_as_predicted),
        cmocka_unit_test(a_dataset_has_a_name_of_its_own_and_a_bound),
        cmocka_unit_test(a_full_disk_is_said),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
