/* The scoreboard: one shared page that a worker writes and the harness reads, both while the worker runs and
 * after it died. So even a worker that the kernel kills has reported how far it came. A worker passes nothing
 * else back but its exit status.
 *
 * Only the worker writes. It stores `phase`, and `complete` of each phase, last and with release order: a
 * reader that sees them also sees the fields that they announce. 64-bit fields are never torn on the
 * supported machines. Times are CLOCK_MONOTONIC nanoseconds. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MLM_ANSWER_MAX 8
#define MLM_MESSAGE_SIZE 512
#define MLM_WAIT_UNKNOWN UINT64_MAX

enum mlm_phase {
    MLM_PHASE_START,   /* exec() is done, nothing else */
    MLM_PHASE_PREPARE, /* builds the data; not timed */
    MLM_PHASE_RUN,     /* the timed job */
    MLM_PHASE_VERIFY,  /* derives the answer; not timed */
    MLM_PHASE_DONE,
    MLM_PHASE_COUNT,
};

/* The worker's own view of its end. A worker that died without writing one leaves MLM_VERDICT_NONE. */
enum mlm_verdict {
    MLM_VERDICT_NONE,
    MLM_VERDICT_OK,
    MLM_VERDICT_WRONG,     /* the result is not correct */
    MLM_VERDICT_SKIPPED,   /* cannot run here (a library is missing, data does not fit the type) */
    MLM_VERDICT_NO_MEMORY, /* the kernel refused an allocation */
    MLM_VERDICT_FAILED,    /* any other error; `message` says which */
};

/* Readings that the worker took of itself over one phase. A wait that is not known is MLM_WAIT_UNKNOWN. */
struct mlm_phase_reading {
    uint64_t begin_ns, end_ns;
    uint64_t cpu_user_ns, cpu_system_ns; /* all threads and ended children, this phase alone */
    uint64_t run_queue_ns;               /* threads were ready to run and had no processor */
    uint64_t memory_wait_ns;             /* waiting for pages from swap, and for memory to be freed */
    uint64_t storage_wait_ns;            /* waiting for block devices, swap included */
    uint64_t peak_rss_bytes;             /* VmHWM, reset at the begin of the phase */
    uint64_t read_bytes, written_bytes;  /* /proc/self/io: bytes that really went to storage in this phase */
    _Atomic uint32_t complete;           /* 1 when everything above is filled */
    uint32_t io_known;                   /* 0 where /proc/self/io could not be read */
};

struct mlm_scoreboard {
    _Atomic uint32_t phase;          /* enum mlm_phase */
    _Atomic uint32_t verdict;        /* enum mlm_verdict */
    _Atomic uint64_t progress_done;  /* work done in the current phase, in any unit */
    _Atomic uint64_t progress_total; /* 0: not known */
    struct mlm_phase_reading phases[MLM_PHASE_COUNT];
    uint64_t items;         /* work done in run, in the suite's unit (samples, rows, tensors) */
    uint64_t data_checksum; /* of the data as generated or read; 0: the job has no data */
    uint32_t answer_count;
    double answer[MLM_ANSWER_MAX];
    char message[MLM_MESSAGE_SIZE]; /* the reason, for every verdict but OK */
};

/* Fills `message`, sets the verdict and returns `code` (a negative errno), so that `return mlm_fail(...)`
 * reads well. -ENOMEM gives MLM_VERDICT_NO_MEMORY, -ENOTSUP MLM_VERDICT_SKIPPED, -EBADMSG MLM_VERDICT_WRONG,
 * any other code MLM_VERDICT_FAILED. */
int mlm_fail(struct mlm_scoreboard *sb, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The analyzer cannot see that the code is negative and would take a failure for a success. params.c has the
 * name in parentheses, so that it stays a function there. */
#ifdef __clang_analyzer__
#define mlm_fail(...) ((void)mlm_fail(__VA_ARGS__), -1)
#endif

static inline void mlm_progress_begin(struct mlm_scoreboard *sb, uint64_t total)
{
    atomic_store_explicit(&sb->progress_done, 0, memory_order_relaxed);
    atomic_store_explicit(&sb->progress_total, total, memory_order_relaxed);
}

static inline void mlm_progress_add(struct mlm_scoreboard *sb, uint64_t steps)
{
    /* There is one writer, so a load and a store are enough: no locked instruction inside measured loops. */
    uint64_t done = atomic_load_explicit(&sb->progress_done, memory_order_relaxed);
    atomic_store_explicit(&sb->progress_done, done + steps, memory_order_relaxed);
}

static inline void mlm_answer_add(struct mlm_scoreboard *sb, double number)
{
    if (sb->answer_count < MLM_ANSWER_MAX)
        sb->answer[sb->answer_count++] = number;
}
