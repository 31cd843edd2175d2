/* The storage suite's kernels beside their peers, one thread: dense Xw beside a plain sum over the same
 * bytes, CSR Xw beside SuiteSparse:GraphBLAS and librsb on the same matrices, and how fast matrices are
 * filled; and where CSR stops being faster than dense.
 *
 *   kernels_bench [dense|csr|crossing|fill]
 *
 * Contestants take turns, and each one's best round counts, in CPU time: whatever else the machine does falls
 * on all alike and is left out as far as it can be. */
#include <GraphBLAS.h>
#include <errno.h>
#include <inttypes.h>
#include <rsb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "data/blas.h"
#include "data/memory.h"
#include "data/rows.h"
#include "storage/matrix.h"

#include "peer_sum.h"

#define ROUNDS 31
#define SEED 1

/* CPU time of this thread: time of other programs on the same core does not count. */
static double cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "kernels_bench: %s\n", what);
    exit(EXIT_FAILURE);
}

static void must(int r, const struct mlm_scoreboard *sb)
{
    if (r < 0)
        give_up(sb->message);
}

static void *must_map(uint64_t bytes)
{
    struct mlm_scoreboard sb = {0};
    void *data = mlm_map(bytes, "the bench", &sb);
    if (!data)
        give_up(sb.message);
    return data;
}

struct contestant {
    const char *name;
    void (*go)(void *context);
    void *context;
    double best_s;
};

static void take_turns(struct contestant *contestants, size_t count)
{
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++) {
            double begin = cpu_s();
            contestants[i].go(contestants[i].context);
            double took = cpu_s() - begin;
            if (round == 0 || took < contestants[i].best_s)
                contestants[i].best_s = took;
        }
}

/* A matrix as the suite builds it, and the CPU time for building it. */
struct subject {
    struct mlm_matrix matrix;
    double fill_s;
    void *x, *y;
};

static struct subject subject_make(
    const struct mlm_storage_format *format, struct mlm_layout layout, double density)
{
    struct mlm_scoreboard sb = {0};
    struct subject s = {0};
    struct mlm_rows *rows;
    struct mlm_data_row row;
    uint64_t index = 0, checksum = 0;
    must(mlm_rows_open_generated(layout.rows, layout.columns, density, SEED, &rows, &sb), &sb);
    must(mlm_matrix_open(format, &layout, &s.matrix, &sb), &sb);
    double begin = cpu_s();
    while (mlm_rows_next(rows, &row, &sb) > 0) {
        checksum += mlm_row_checksum(index, &row);
        must(format->place(&s.matrix, index++, &row, &sb), &sb);
    }
    s.fill_s = cpu_s() - begin;
    if (checksum == 0)
        give_up("a checksum of 0 is no checksum");
    mlm_rows_close(rows);
    size_t real = mlm_real_bytes(layout.value);
    s.x = must_map(layout.columns * real);
    s.y = must_map(layout.rows * real);
    for (uint64_t c = 0; c < layout.columns; c++)
        if (layout.value == MLM_F64)
            ((double *)s.x)[c] = (double)(c % 17) / 16;
        else
            ((float *)s.x)[c] = (float)(c % 17) / 16;
    memset(s.y, 0, layout.rows * real);
    return s;
}

static void subject_free(struct subject *s)
{
    size_t real = mlm_real_bytes(s->matrix.layout.value);
    mlm_unmap(s->x, s->matrix.layout.columns * real);
    mlm_unmap(s->y, s->matrix.layout.rows * real);
    mlm_matrix_close(&s->matrix);
}

static struct mlm_layout layout_of(uint64_t rows, uint64_t columns, double density, enum mlm_value value)
{
    struct mlm_shape shape = mlm_rows_generated_shape(rows, columns, density);
    return (struct mlm_layout){.rows = shape.rows,
        .columns = shape.columns,
        .nonzeros = shape.nonzeros,
        .widest_row = shape.widest_row,
        .value = value};
}

/* Multiplies in blocks of rows, as the suite's job does. */
#define BLOCK_ROWS 64

static void go_multiply(void *context)
{
    struct subject *s = context;
    for (uint64_t r = 0, rows = s->matrix.layout.rows; r < rows; r += BLOCK_ROWS)
        s->matrix.multiply(&s->matrix, r, r + BLOCK_ROWS < rows ? r + BLOCK_ROWS : rows, s->x, s->y);
}

static void go_transposed(void *context)
{
    struct subject *s = context;
    for (uint64_t r = 0, rows = s->matrix.layout.rows; r < rows; r += BLOCK_ROWS)
        s->matrix.multiply_transposed(
            &s->matrix, r, r + BLOCK_ROWS < rows ? r + BLOCK_ROWS : rows, s->y, s->x);
}

/* ---- Dense ---- */

struct bytes {
    const float *data;
    uint64_t bytes;
};

static void go_sum(void *context)
{
    const struct bytes *bytes = context;
    peer_sum(bytes->data, bytes->bytes);
}

static void bench_dense(void)
{
    static const struct {
        const char *name;
        enum mlm_value value;
    } types[] = {{"f32", MLM_F32}, {"f64", MLM_F64}, {"f16", MLM_F16}, {"i8", MLM_I8}};
    const uint64_t rows = 64000, columns = 4000;
    printf("dense, %" PRIu64 " × %" PRIu64 ": speed beside a sum over the same bytes (asked for: 0.9)\n",
        rows, columns);
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        struct subject s =
            subject_make(&mlm_storage_dense, layout_of(rows, columns, 0.01, types[t].value), 0.01);
        uint64_t size = mlm_matrix_core_bytes(&mlm_storage_dense, &s.matrix.layout);
        struct bytes bytes = {.data = s.matrix.values, .bytes = size};
        struct contestant all[] = {
            {"sum", go_sum, &bytes, 0}, {"Xw", go_multiply, &s, 0}, {"X'g", go_transposed, &s, 0}};
        take_turns(all, 3);
        double gigabytes = (double)size * 1e-9;
        printf("  %-4s sum %5.1f GB/s   Xw %5.1f GB/s  %.2f ×   Xᵀg %5.1f GB/s  %.2f ×\n", types[t].name,
            gigabytes / all[0].best_s, gigabytes / all[1].best_s, all[0].best_s / all[1].best_s,
            gigabytes / all[2].best_s, all[0].best_s / all[2].best_s);
        subject_free(&s);
    }
}

/* ---- CSR ---- */

struct graphblas {
    GrB_Matrix matrix;
    GrB_Vector x, y;
};

static void must_grb(GrB_Info info)
{
    if (info != GrB_SUCCESS)
        give_up("GraphBLAS failed");
}

static struct graphblas graphblas_make(const struct subject *s)
{
    const struct mlm_layout *layout = &s->matrix.layout;
    uint64_t n = layout->rows, p = layout->columns, z = layout->nonzeros;
    const uint32_t *starts = s->matrix.starts, *columns = s->matrix.indices;
    /* GraphBLAS takes ownership of these arrays. */
    GrB_Index *grb_starts = malloc((n + 1) * sizeof *grb_starts),
              *grb_columns = malloc(z * sizeof *grb_columns);
    float *values = malloc(z * sizeof *values);
    struct graphblas g;
    if (!grb_starts || !grb_columns || !values)
        give_up("out of memory");
    for (uint64_t i = 0; i <= n; i++)
        grb_starts[i] = starts[i];
    for (uint64_t i = 0; i < z; i++)
        grb_columns[i] = columns[i];
    memcpy(values, s->matrix.values, z * sizeof *values);
    must_grb(GrB_Matrix_new(&g.matrix, GrB_FP32, n, p));
    must_grb(GxB_Matrix_Option_set(g.matrix, GxB_FORMAT, GxB_BY_ROW));
    must_grb(GxB_Matrix_pack_CSR(g.matrix, &grb_starts, &grb_columns, (void **)&values,
        (n + 1) * sizeof *grb_starts, z * sizeof *grb_columns, z * sizeof *values, false, false, NULL));
    must_grb(GrB_Vector_new(&g.x, GrB_FP32, p));
    must_grb(GrB_Vector_new(&g.y, GrB_FP32, n));
    for (uint64_t c = 0; c < p; c++)
        must_grb(GrB_Vector_setElement_FP32(g.x, ((const float *)s->x)[c], c));
    must_grb(GrB_Vector_wait(g.x, GrB_MATERIALIZE));
    return g;
}

static void go_graphblas(void *context)
{
    struct graphblas *g = context;
    must_grb(GrB_mxv(g->y, NULL, NULL, GrB_PLUS_TIMES_SEMIRING_FP32, g->matrix, g->x, NULL));
    must_grb(GrB_Vector_wait(g->y, GrB_MATERIALIZE));
}

static void graphblas_free(struct graphblas *g)
{
    (void)GrB_Matrix_free(&g->matrix);
    (void)GrB_Vector_free(&g->x);
    (void)GrB_Vector_free(&g->y);
}

struct rsb {
    struct rsb_mtx_t *matrix;
    const float *x;
    float *y;
};

static const float one = 1, zero = 0;

static struct rsb rsb_make(const struct subject *s, bool tuned)
{
    const struct mlm_layout *layout = &s->matrix.layout;
    const uint32_t *starts = s->matrix.starts;
    rsb_coo_idx_t *rows = malloc(layout->nonzeros * sizeof *rows);
    if (!rows)
        give_up("out of memory");
    for (uint64_t r = 0; r < layout->rows; r++)
        for (uint32_t i = starts[r]; i < starts[r + 1]; i++)
            rows[i] = (rsb_coo_idx_t)r;
    rsb_err_t error = RSB_ERR_NO_ERROR;
    struct rsb rsb = {.x = s->x, .y = must_map(layout->rows * sizeof(float))};
    rsb.matrix = rsb_mtx_alloc_from_coo_const(s->matrix.values, rows, s->matrix.indices,
        (rsb_nnz_idx_t)layout->nonzeros, RSB_NUMERICAL_TYPE_FLOAT, (rsb_coo_idx_t)layout->rows,
        (rsb_coo_idx_t)layout->columns, 1, 1, RSB_FLAG_NOFLAGS, &error);
    free(rows);
    if (tuned && error == RSB_ERR_NO_ERROR)
        error = rsb_tune_spmm(&rsb.matrix, NULL, NULL, 0, 5, RSB_TRANSPOSITION_N, &one, NULL, 1,
            RSB_FLAG_WANT_COLUMN_MAJOR_ORDER, NULL, 0, &zero, NULL, 0);
    if (error != RSB_ERR_NO_ERROR)
        give_up("librsb failed");
    return rsb;
}

static void go_rsb(void *context)
{
    struct rsb *rsb = context;
    if (rsb_spmv(RSB_TRANSPOSITION_N, &one, rsb->matrix, rsb->x, 1, &zero, rsb->y, 1) != RSB_ERR_NO_ERROR)
        give_up("librsb failed");
}

static void rsb_free(struct rsb *rsb, uint64_t rows)
{
    (void)rsb_mtx_free(rsb->matrix);
    mlm_unmap(rsb->y, rows * sizeof(float));
}

/* All must compute the same result, otherwise the times mean nothing. */
static void agree(struct subject *s, const struct graphblas *g, const struct rsb *rsb)
{
    uint64_t rows = s->matrix.layout.rows;
    memset(s->y, 0, rows * sizeof(float));
    go_multiply(s);
    for (uint64_t r = 0; r < rows; r++) {
        float ours = ((const float *)s->y)[r], theirs = 0;
        must_grb(GrB_Vector_extractElement_FP32(&theirs, g->y, r));
        float most = 1e-3f * (1 + (ours < 0 ? -ours : ours));
        if (ours - theirs > most || theirs - ours > most || ours - rsb->y[r] > most ||
            rsb->y[r] - ours > most)
            give_up("the products differ");
    }
}

/* The same matrix in the suite's CSR and in the peers'. */
enum { OURS, TRANSPOSED, GRAPHBLAS, RSB, RSB_TUNED, CSR_COUNT };

struct race {
    struct subject subject;
    struct graphblas graphblas;
    struct rsb plain, tuned;
};

static void race_make(struct race *race, struct contestant all[static CSR_COUNT], uint64_t rows,
    uint64_t columns, double density)
{
    race->subject = subject_make(&mlm_storage_csr, layout_of(rows, columns, density, MLM_F32), density);
    race->graphblas = graphblas_make(&race->subject);
    race->plain = rsb_make(&race->subject, false);
    race->tuned = rsb_make(&race->subject, true);
    all[OURS] = (struct contestant){"ours", go_multiply, &race->subject, 0};
    all[TRANSPOSED] = (struct contestant){"ours, Xᵀg", go_transposed, &race->subject, 0};
    all[GRAPHBLAS] = (struct contestant){"GraphBLAS", go_graphblas, &race->graphblas, 0};
    all[RSB] = (struct contestant){"librsb", go_rsb, &race->plain, 0};
    all[RSB_TUNED] = (struct contestant){"librsb, tuned", go_rsb, &race->tuned, 0};
    go_rsb(&race->plain);
    go_graphblas(&race->graphblas);
    agree(&race->subject, &race->graphblas, &race->plain);
}

static void race_free(struct race *race)
{
    uint64_t rows = race->subject.matrix.layout.rows;
    graphblas_free(&race->graphblas);
    rsb_free(&race->plain, rows);
    rsb_free(&race->tuned, rows);
    subject_free(&race->subject);
}

static void peers_open(void)
{
    must_grb(GrB_init(GrB_NONBLOCKING));
    must_grb(GxB_Global_Option_set(GxB_NTHREADS, 1));
    if (rsb_lib_init(RSB_NULL_INIT_OPTIONS) != RSB_ERR_NO_ERROR)
        give_up("librsb failed");
}

static void bench_csr(void)
{
    static const struct {
        uint64_t rows, columns;
        double density;
    } cases[] = {{20000, 4096, 0.01}, {20000, 4096, 0.05}, {20000, 4096, 0.1}, {20000, 4096, 0.2},
        {1000000, 100000, 0.0005}};
    printf("CSR Xw, f32, 32-bit indices: ns a nonzero, and speed beside the faster peer (asked for: 1.4)\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct race race;
        struct contestant all[CSR_COUNT];
        race_make(&race, all, cases[i].rows, cases[i].columns, cases[i].density);
        take_turns(all, CSR_COUNT);
        double scale = 1e9 / (double)race.subject.matrix.layout.nonzeros, peer = all[GRAPHBLAS].best_s;
        for (int c = RSB; c < CSR_COUNT; c++)
            peer = all[c].best_s < peer ? all[c].best_s : peer;
        printf("  %7" PRIu64 " × %-6" PRIu64 " %5.2f %% ", cases[i].rows, cases[i].columns,
            100 * cases[i].density);
        for (int c = 0; c < CSR_COUNT; c++)
            printf("  %s %.3f", all[c].name, all[c].best_s * scale);
        printf("   %.2f ×\n", peer / all[OURS].best_s);
        race_free(&race);
    }
}

/* A dense matrix of floats, as a library multiplies it. */
struct library {
    const struct subject *subject;
    struct mlm_blas blas;
};

static void go_library(void *context)
{
    const struct library *library = context;
    const struct mlm_matrix *m = &library->subject->matrix;
    const int rows = (int)m->layout.rows, columns = (int)m->layout.columns;
    library->blas.sgemv(CblasRowMajor, CblasNoTrans, rows, columns, 1, m->values, columns,
        library->subject->x, 1, 1, library->subject->y, 1);
}

/* Finds the density above which CSR takes more time than dense, for a matrix that fits into caches and for
 * one that does not: the CSR of libraries beside a library's dense product, and ours beside ours. */
static void bench_crossing(void)
{
    struct mlm_scoreboard sb = {0};
    static const uint64_t rows[] = {512, 16384};
    static const double densities[] = {0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6};
    const uint64_t columns = 4096;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double ratios[CSR_COUNT] = {0}, crossings[CSR_COUNT] = {0}, before = 0;
        const char *names[CSR_COUNT];
        struct subject dense =
            subject_make(&mlm_storage_dense, layout_of(rows[i], columns, 0.5, MLM_F32), 0.5);
        struct library library = {.subject = &dense};
        must(mlm_blas_open(1, &library.blas, &sb), &sb);
        printf("Xw, f32, 32-bit indices, %" PRIu64 " × %" PRIu64 " (%" PRIu64
               " MiB dense): time of CSR over that of dense\n",
            rows[i], columns, rows[i] * columns * sizeof(float) >> 20);
        for (size_t d = 0; d < sizeof densities / sizeof *densities; d++) {
            struct race race;
            enum { DENSE = CSR_COUNT, DENSE_OF_LIBRARY, COUNT };
            struct contestant all[COUNT];
            race_make(&race, all, rows[i], columns, densities[d]);
            all[DENSE] = (struct contestant){"dense", go_multiply, &dense, 0};
            all[DENSE_OF_LIBRARY] = (struct contestant){"OpenBLAS", go_library, &library, 0};
            take_turns(all, COUNT);
            printf("  %2.0f %%", 100 * densities[d]);
            for (int c = 0; c < CSR_COUNT; c++) {
                if (c == TRANSPOSED)
                    continue;
                double ratio = all[c].best_s / all[c == OURS ? DENSE : DENSE_OF_LIBRARY].best_s;
                if (crossings[c] <= 0 && ratio >= 1)
                    crossings[c] =
                        d ? before + (densities[d] - before) * (1 - ratios[c]) / (ratio - ratios[c])
                          : densities[d];
                ratios[c] = ratio;
                names[c] = all[c].name;
                printf("  %s %.2f", names[c], ratio);
            }
            putchar('\n');
            before = densities[d];
            race_free(&race);
        }
        printf("  they cross at ");
        for (int c = 0; c < CSR_COUNT; c++)
            if (crossings[c] > 0)
                printf("  %s %.0f %%", names[c], 100 * crossings[c]);
            else if (c != TRANSPOSED)
                printf("  %s nowhere", names[c]);
        printf("  (published: 20 to 30 %%)\n");
        subject_free(&dense);
    }
}

/* Measures filling: rows are generated, summed and stored, including fresh pages. */
static void bench_fill(void)
{
    static const struct {
        const char *name;
        const struct mlm_storage_format *format;
        double density;
    } cases[] = {{"dense", &mlm_storage_dense, 0.01}, {"dense", &mlm_storage_dense, 0.5},
        {"csr", &mlm_storage_csr, 0.01}, {"csr", &mlm_storage_csr, 0.1}, {"csr", &mlm_storage_csr, 0.5}};
    printf("filling, f32, of one core's time (asked for: 1 GB/s)\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double best = 0;
        for (int round = 0; round < 5; round++) {
            struct mlm_layout layout = layout_of(64000, 4000, cases[i].density, MLM_F32);
            struct subject s = subject_make(cases[i].format, layout, cases[i].density);
            double speed = (double)mlm_matrix_core_bytes(cases[i].format, &layout) * 1e-9 / s.fill_s;
            best = speed > best ? speed : best;
            subject_free(&s);
        }
        printf("  %-5s at density %.2f: %.2f GB/s\n", cases[i].name, cases[i].density, best);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*bench)(void);
    } benches[] = {
        {"dense", bench_dense}, {"csr", bench_csr}, {"crossing", bench_crossing}, {"fill", bench_fill}};
    /* As in the worker: pages of 4 KiB for all, and one thread. */
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    const char *threads = getenv("OMP_NUM_THREADS");
    if (!threads || strcmp(threads, "1") != 0) {
        /* The peers' OpenMP has read the variable already, so start again. */
        (void)setenv("OMP_NUM_THREADS", "1", 1);
        (void)execv("/proc/self/exe", argv);
        give_up("cannot start again with OMP_NUM_THREADS=1");
    }
    peers_open();
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++)
        if (argc < 2 || strcmp(argv[1], benches[i].name) == 0)
            benches[i].bench();
    return 0;
}
