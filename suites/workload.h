/* The contract between the two programs: what a suite is, what a workload is, what it can be told.
 *
 *   suite      a question with several answers (storage, batch, loading, pooling, parallel, …); one loadable
 *              module, whose only exported symbol is `mlm_suite`
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

#include "base/error.h"
#include "scoreboard.h"

/* Modules and programs are built together; this catches a stale module. */
#define MLM_CONTRACT_VERSION 7

enum mlm_param_type {
    MLM_PARAM_SIZE,  /* uint64_t; bytes, with optional suffix */
    MLM_PARAM_COUNT, /* uint64_t; plain or with suffix */
    MLM_PARAM_REAL,  /* double */
    MLM_PARAM_WORD,  /* uint32_t; index into `words` */
    MLM_PARAM_TEXT,  /* const char *, borrowed from the argument vector */
};

struct mlm_param {
    const char *name; /* NULL ends a table */
    const char *help;
    enum mlm_param_type type;
    size_t offset;            /* offset in the config */
    const char *sweep;        /* comma-separated values for --all; the first is the default */
    const char *quick;        /* values of the quick rows; NULL: only the default */
    const char *const *words; /* MLM_PARAM_WORD: names, ended by NULL */
    double minimum, maximum;  /* inclusive; both 0: no bounds */
    bool equal_work;          /* rows with different values do different work and are not compared */
    bool of_generated_data;   /* describes generated data only; a user's file has its own shape */
};

struct mlm_workload;

/* First member of every config. The harness fills it; mlm_job_params names its fields on a command line. */
struct mlm_job {
    const struct mlm_workload *workload; /* the workload of this config, set by mlm_config_init() */
    uint64_t data_bytes;                 /* value of --data; each suite documents what it scales */
    uint64_t seed;
    uint64_t threads;
    const char *dataset; /* the user's file, or the workload's cached one; NULL: none */
    /* Shape of the user's file, from `mlmembench-worker inspect`; all 0 for generated data. */
    uint64_t rows, columns, nonzeros, widest_row;
    uint64_t page_bytes; /* page size of the machine, set by mlm_config_init(); formulas use only this */
};

extern const struct mlm_param mlm_job_params[];

enum mlm_workload_flag {
    MLM_QUICK = 1 << 0,       /* one of the default rows */
    MLM_READS_FILE = 1 << 1,  /* read() of a dataset: its page cache is reclaimable and not counted as need */
    MLM_MAPS_FILE = 1 << 2,   /* mmap() of a dataset: the same, and RSS includes pages of the file */
    MLM_GROWS = 1 << 3,       /* grows until stopped (hog): never without a cap, never a reference */
    MLM_HIDDEN = 1 << 4,      /* serves the harness (background); never a row */
    MLM_USER_DATA = 1 << 5,   /* can run on --dataset FILE */
    MLM_FOREIGN_HEAP = 1 << 6 /* another program's allocator decides the peak: no formula */
};

/* A generated file that a workload reads: built once, outside any cage, and kept in the dataset cache. */
struct mlm_dataset {
    /* Gives the file's name, which is unique for its content: format, shape, seed. */
    void (*name)(const void *config, char name[static 128]);
    uint64_t (*size_bytes)(const void *config); /* an upper bound, for the disk check */
    /* NULL: the workload's script builds the file and checks it. A package that it needs may be missing; then
     * there is no file, and the workload is skipped. */
    int (*build)(const void *config, int fd, struct mlm_scoreboard *sb);
    /* Checks that the file holds what build() writes, byte for byte. -EBADMSG through mlm_fail() names the
     * difference. */
    int (*check)(const void *config, int fd, struct mlm_scoreboard *sb);
};

struct mlm_workload {
    const char *name, *summary;
    unsigned flags;                 /* enum mlm_workload_flag */
    const struct mlm_param *params; /* the workload's own; NULL: none */
    size_t config_size;
    uint64_t max_threads;   /* most threads it can use; 0: no limit */
    uint64_t extra_threads; /* helper threads beside job.threads (a prefetching reader: 1) */
    const char *work;    /* the kind of job, where a suite has several (train, infer): only rows with the same
                            kind are compared; NULL: the suite has one job */
    const char *rate_of; /* the items, where people judge such a job by their number a second:
                            "tokens"; NULL: they look at its time */
    double answer_tolerance;     /* relative; 0: bit for bit */
    const void *variant;         /* the variant, for suites whose workloads share their functions */
    const char *library;         /* soname that must exist, or several (mlm_library_open()), or NULL */
    const char *library_package; /* Debian package of the library */
    const char *script; /* path of a Python program beside the modules that does the job: the worker executes
                           it. NULL: the functions below do the job */
    const struct mlm_dataset *dataset; /* NULL: the workload reads no generated file */

    /* Fills the fields that follow from the parameters (rows from data_bytes) and refuses impossible values:
     * negative errno through mlm_fail(). Cheap; both programs call it before any formula. May be NULL. */
    int (*derive)(void *config, struct mlm_error *error);

    /* Closed formulas. core: bytes that the job's data needs. peak: bytes that all processes of the job
     * together must hold at its peak, with MLM_BASELINE_BYTES; what they share counts once; 0 or NULL: no
     * formula. The harness compares it with the needs of the cage. rough_ns: time of prepare and run on a
     * middling laptop with enough memory, only for time estimates. */
    uint64_t (*core_bytes)(const void *config);
    uint64_t (*peak_bytes)(const void *config);
    uint64_t (*rough_ns)(const void *config);

    /* prepare, run and verify return 0 or a negative errno through mlm_fail(). Only `run` is timed. `verify`
     * adds the answer (mlm_answer_add) and returns -EBADMSG where the result is not correct. destroy accepts
     * NULL. */
    int (*prepare)(const void *config, struct mlm_scoreboard *sb, void **ret_state);
    int (*run)(void *state, struct mlm_scoreboard *sb);
    int (*verify)(const void *state, struct mlm_scoreboard *sb);
    void (*destroy)(void *state);
};

struct mlm_suite {
    unsigned contract; /* MLM_CONTRACT_VERSION */
    const char *name;
    const char *summary; /* the question that the suite answers, one line */
    const char *item;    /* the unit of `items`: "samples" */
    bool calibrates;     /* it tests the harness */
    bool on_request;     /* runs only when --suite names it, as a calibrating suite does */
    const struct mlm_workload *const *workloads; /* ended by NULL */
};

/* Memory of a worker before its workload does anything: stack, heap, relocated pages, kernel memory. Measured
 * on self/null; part of every predicted peak. With pages of 16 KiB it is the same, but a processor charges 64
 * pages (then 1 MiB) at a time, so a cage of null peaks at 1.03 or 2.0 MiB. */
#define MLM_BASELINE_BYTES (UINT64_C(1) << 20)

/* Page tables for `bytes` of memory: an entry of 8 bytes for each page. */
static inline uint64_t mlm_page_table_bytes(const struct mlm_job *job, uint64_t bytes)
{
    return bytes / (job->page_bytes / 8);
}

#define MLM_SUITE_SYMBOL "mlm_suite"
#define MLM_EXPORT __attribute__((visibility("default")))

/* ---- Parameters by name, shared by both programs (params.c); a config starts as zeros ---- */

/* Sets every parameter of the workload to its default, and the workload and this machine's page size in the
 * job. */
void mlm_config_init(const struct mlm_workload *workload, void *config);

/* Makes a config for the job, with settings (name, value, name, value, …, NULL); the caller calls free().
 * -ENOMEM, or the errors of mlm_config_set(). mlm_config_derive() must follow. */
int mlm_config_make(const struct mlm_workload *workload, const struct mlm_job *job,
    const char *const *settings, void **ret_config, struct mlm_error *error);

/* Calls the workload's derive(), if it has one. */
int mlm_config_derive(void *config, struct mlm_error *error);

/* Sets one parameter, of the job or of the workload. -ENOENT: unknown parameter; -EINVAL, -ERANGE: invalid
 * value. The text must outlive the config (MLM_PARAM_TEXT borrows it). */
int mlm_config_set(const struct mlm_workload *workload, void *config, const char *name, const char *value,
    struct mlm_error *error);

/* Calls `tell` for every parameter of the workload, and for those of the job that all workloads have (data,
 * seed, threads), with text that mlm_config_set() accepts. Stops at an error and returns it. */
int mlm_config_tell(const struct mlm_workload *workload, const void *config,
    int (*tell)(void *context, const char *name, const char *value), void *context);

/* Finds a parameter of the workload (not of the job); NULL: none. */
const struct mlm_param *mlm_param_find(const struct mlm_workload *workload, const char *name);

/* ---- How a user's file is read, where it can be read in several ways ---- */

enum mlm_separator {
    MLM_SEPARATOR_AUTO, /* found by the first lines */
    MLM_SEPARATOR_COMMA,
    MLM_SEPARATOR_SEMICOLON,
    MLM_SEPARATOR_TAB,
    MLM_SEPARATOR_SPACE,
};
enum mlm_missing { MLM_MISSING_ZERO, MLM_MISSING_REFUSE };

struct mlm_reading {
    uint32_t separator; /* enum mlm_separator */
    uint32_t missing;   /* enum mlm_missing */
};

/* The words for both, ended by NULL, and the character of each separator; that of MLM_SEPARATOR_AUTO is 0. */
extern const char *const mlm_separator_words[];
extern const char mlm_separator_bytes[];
extern const char *const mlm_missing_words[];

/* Sets `separator` or `missing` by its word. -ENOENT, -EINVAL: there is no such name, or no such word. */
int mlm_reading_set(
    struct mlm_reading *reading, const char *name, const char *value, struct mlm_error *error);
