/* The contract between the two programs: what a suite is, what a workload is, what it can be told.
 *
 *   suite      a question with several answers (storage, batch, loading, pooling); one loadable module, whose
 *              only exported symbol is `mlm_suite`
 *   workload   one suite's job at one variant: storage/csr
 *   parameter  a knob of a workload: density=0.01
 *   config     a workload's parameters as a C struct; its first member is a struct mlm_job
 *   job        what every workload is told: how much data, which seed, how many threads
 *
 * The harness loads a module for its descriptors and formulas alone and calls nothing else in it; therefore a
 * module depends on libc, libm and pthreads only, and opens anything heavier (BLAS, a collector, another
 * malloc) with dlopen() when a trial needs it.
 *
 * Life of a worker: config from parameters → derive → prepare → run (timed) → verify → destroy. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

/* Modules and programs are built together; this catches a stale module. */
#define MLM_CONTRACT_VERSION 4

enum mlm_param_type {
    MLM_PARAM_SIZE,  /* uint64_t; bytes, suffixes allowed */
    MLM_PARAM_COUNT, /* uint64_t; plain or with suffix */
    MLM_PARAM_REAL,  /* double */
    MLM_PARAM_WORD,  /* uint32_t; index into `words` */
    MLM_PARAM_TEXT,  /* const char *, borrowed from the argument vector */
};

struct mlm_param {
    const char *name; /* NULL ends a table */
    const char *help;
    enum mlm_param_type type;
    size_t offset;            /* in the config */
    const char *sweep;        /* comma-separated values that --all takes; the first is the default */
    const char *quick;        /* values of the quick rows; NULL: the default alone */
    const char *const *words; /* MLM_PARAM_WORD: names, ended by NULL */
    double minimum, maximum;  /* inclusive; both 0: any */
    bool equal_work;          /* rows with different values do different work and are not compared */
    bool of_generated_data;   /* shapes the data that is generated; a user's file has its own shape */
};

struct mlm_workload;

/* First member of every config. The harness fills it; mlm_job_params names its fields on a command line. */
struct mlm_job {
    const struct mlm_workload *workload; /* whose config it is, by mlm_config_init() */
    uint64_t data_bytes;                 /* what --data says; each suite documents what it scales by it */
    uint64_t seed;
    uint64_t threads;
    const char *dataset; /* the user's file, or the cached one the workload asked for; NULL: none */
    /* The shape of the user's file, from `mlmembench-worker inspect`; all 0 for generated data. */
    uint64_t rows, columns, nonzeros, widest_row;
    uint64_t page_bytes; /* of the machine, by mlm_config_init(); formulas know pages from here alone */
};

extern const struct mlm_param mlm_job_params[];

enum mlm_workload_flag {
    MLM_QUICK = 1 << 0,       /* one of the default rows */
    MLM_READS_FILE = 1 << 1,  /* read() of a dataset: page cache can be given back and is not need */
    MLM_MAPS_FILE = 1 << 2,   /* mmap() of a dataset: the same, and RSS includes pages of the file */
    MLM_GROWS = 1 << 3,       /* grows until stopped (hog): never without a cap, never a reference */
    MLM_HIDDEN = 1 << 4,      /* serves the harness (background); never a row */
    MLM_USER_DATA = 1 << 5,   /* can run on --dataset FILE */
    MLM_FOREIGN_HEAP = 1 << 6 /* another program's allocator decides the peak: no formula */
};

/* A generated file that a workload reads: built once, outside any cage, and kept in the dataset cache. */
struct mlm_dataset {
    /* The file's name, unique for its content: format, shape, seed. */
    void (*name)(const void *config, char name[static 128]);
    uint64_t (*size_bytes)(const void *config); /* an upper bound, for the disk check */
    int (*build)(const void *config, int fd, struct mlm_scoreboard *sb);
    /* Does the file hold what build() writes, byte for byte? -EBADMSG through mlm_fail() says where not. */
    int (*check)(const void *config, int fd, struct mlm_scoreboard *sb);
};

struct mlm_workload {
    const char *name, *summary;
    unsigned flags;                 /* enum mlm_workload_flag */
    const struct mlm_param *params; /* the workload's own; NULL: none */
    size_t config_size;
    uint64_t max_threads;   /* 0: as many as told */
    uint64_t extra_threads; /* helpers beside job.threads (a prefetching reader: 1) */
    const char *work;       /* which job it does, where a suite has several (train, infer): only rows with the
                             * same are compared; NULL: the suite's one job */
    double answer_tolerance; /* relative; 0: bit for bit */
    const void *variant; /* what the suite's functions know it by, in a suite whose workloads share them */
    const char *library; /* soname that must be there, or several (mlm_library_open()), or NULL */
    const char *library_package; /* Debian's package that brings it */
    const char *script;          /* a program in Python that is the workload, by its place beside the modules:
                                  * the worker becomes it. NULL: the functions below */
    const struct mlm_dataset *dataset; /* NULL: reads no generated file */

    /* Fills what follows from the parameters (rows from data_bytes) and refuses what cannot be: negative
     * errno through mlm_fail(). Cheap; both programs call it before any formula. May be NULL. */
    int (*derive)(void *config, struct mlm_scoreboard *sb);

    /* Theory, closed formulas. core: the bytes that the job's data needs. peak: everything the process must
     * hold at its peak, with MLM_BASELINE_BYTES; 0 or NULL: no formula. rough_ns: prepare and run on a
     * middling laptop with enough memory, for time estimates alone. */
    uint64_t (*core_bytes)(const void *config);
    uint64_t (*peak_bytes)(const void *config);
    uint64_t (*rough_ns)(const void *config);

    /* Each returns 0 or a negative errno through mlm_fail(). `run` is what is timed. `verify` adds the answer
     * (mlm_answer_add) and returns -EBADMSG where the work does not check out. destroy takes NULL. */
    int (*prepare)(const void *config, struct mlm_scoreboard *sb, void **ret_state);
    int (*run)(void *state, struct mlm_scoreboard *sb);
    int (*verify)(const void *state, struct mlm_scoreboard *sb);
    void (*destroy)(void *state);
};

struct mlm_suite {
    unsigned contract; /* MLM_CONTRACT_VERSION */
    const char *name;
    const char *summary; /* the question it answers, one line */
    const char *item;    /* what `items` counts: "samples" */
    bool calibrates;     /* tests the harness */
    bool on_request;     /* runs only when --suite names it, as what calibrates does */
    const struct mlm_workload *const *workloads; /* ended by NULL */
};

/* What a worker holds before its workload does anything: stack, heap, relocated pages, kernel memory.
 * Measured on self/null; part of every predicted peak. With pages of 16 KiB it is as much, but seen through
 * the 64 pages, 1 MiB then, that a processor charges at a time: a cage of null peaks at 1.03 or 2.0 MiB. */
#define MLM_BASELINE_BYTES (UINT64_C(1) << 20)

/* Page tables of so much memory: an entry of 8 bytes a page. */
static inline uint64_t mlm_page_table_bytes(const struct mlm_job *job, uint64_t bytes)
{
    return bytes / (job->page_bytes / 8);
}

#define MLM_SUITE_SYMBOL "mlm_suite"
#define MLM_EXPORT __attribute__((visibility("default")))

/* Parameters by name, shared by both programs (params.c). A config starts as zeros. */

/* Sets every parameter of the workload to its default, and in the job the workload and this machine's page
 * size. */
void mlm_config_init(const struct mlm_workload *workload, void *config);

/* Makes a config for the job, with settings (name, value, name, value, …, NULL); free() it. -ENOMEM, or fails
 * as mlm_config_set() does. What follows from the parameters is still to be derived. */
int mlm_config_make(const struct mlm_workload *workload, const struct mlm_job *job,
    const char *const *settings, void **ret_config, struct mlm_scoreboard *sb);

/* Calls the workload's derive(), if it has one. */
int mlm_config_derive(void *config, struct mlm_scoreboard *sb);

/* Sets one parameter, of the job or of the workload. -ENOENT: no such parameter; -EINVAL, -ERANGE: no such
 * value. The text must outlive the config (MLM_PARAM_TEXT borrows it). */
int mlm_config_set(const struct mlm_workload *workload, void *config, const char *name, const char *value,
    struct mlm_scoreboard *sb);

/* Calls `tell` with every parameter of the workload, and of the job what all workloads are told (data, seed,
 * threads), as text that mlm_config_set() takes. Stops at an error, which it returns. */
int mlm_config_tell(const struct mlm_workload *workload, const void *config,
    int (*tell)(void *context, const char *name, const char *value), void *context);

/* Finds a parameter of the workload (not of the job); NULL: none. */
const struct mlm_param *mlm_param_find(const struct mlm_workload *workload, const char *name);
