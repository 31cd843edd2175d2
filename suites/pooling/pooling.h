/* pooling: which allocator, which policy? Every workload replays the same trace, the tensors of the training
 * loop that `batch` computes, through another heap.
 *
 *   trace     the program of data/mlp.h at a batch size that changes from step to step; ALLOC writes to every
 *             page of a tensor, FREE reads them again; nothing is computed
 *   heap      an allocator together with a policy of when memory is given back; a table of functions
 *   slot      a tensor's place in the replay, used again by the same tensor of the next step
 *   lasting   a tensor that stays for all steps (weights, gradient)
 *   survivor  a small tensor that outlives its step by SURVIVOR_STEPS: they lie scattered among what is freed
 *   leak      a tensor that is dropped without being freed; a collector, or an arena's reset, finds it all
 * the same
 *
 * --data is four times the bytes that are live at the trace's peak. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/mlp.h"
#include "workload.h"

/* Sonames for mlm_library_open(). */
#define BOEHM_LIBRARY "libgc.so.1"
#define MIMALLOC_LIBRARY "libmimalloc.so.3 libmimalloc.so.2"
#define JEMALLOC_LIBRARY "libjemalloc.so.2"
#define TCMALLOC_LIBRARY "libtcmalloc_minimal.so.4"

/* Distance of the words that are written and read: one in every page of every machine, and the same on all of
 * them. */
#define TOUCH_BYTES 4096u
#define SURVIVOR_STEPS 2u
#define SURVIVOR_LAYERS 4u /* one layer in so many leaves a survivor */
#define SURVIVOR_WIDTH 16u

enum pooling_life {
    LIFE_LASTING,    /* until the end */
    LIFE_ACTIVATION, /* until its layer's backward pass: freed in reverse order */
    LIFE_DELTA,      /* from one layer to the next */
    LIFE_SURVIVOR,   /* until the end of step `dies` */
    LIFE_LEAK,       /* until its step ends: nobody points to it any more */
};

struct pooling_tensor {
    void *memory;
    uint64_t size;
    uint64_t serial; /* number of the allocation in the trace; seeds its content */
    uint32_t slot;
    uint32_t tag;  /* for the heap's own use */
    uint32_t dies; /* survivor: the step at whose end it dies */
    enum pooling_life life;
    _Atomic uint32_t references; /* for the reference-counting heap */
};

struct pooling_heap;

struct pooling_config {
    struct mlm_job job;
    uint64_t survivors;  /* 0 or 1 */
    uint64_t leak_bytes; /* bytes leaked in each step */
    uint64_t steps;
    uint64_t every; /* malloc_trim: steps between trims */
    double growth;  /* deferred: the heap's size in relation to the live bytes that starts a collection */
    /* Derived by pooling_derive(). */
    const struct pooling_heap *heap;
    struct mlm_mlp_spec spec;
    uint64_t rows; /* the largest batch */
};

struct pooling_heap {
    const char *library, *alloc_name, *free_name; /* for mlm_library_open() and dlsym() */
    uint64_t page_ns;                             /* rough time to get and touch a page, for time estimates */
    /* `dry`: keeps the books without any memory, so that resident() can be asked. */
    int (*open)(const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb);
    /* Sets tensor->memory; NULL where there is no memory. */
    void (*alloc)(void *heap, struct pooling_tensor *tensor);
    void (*free)(void *heap, struct pooling_tensor *tensor);
    /* Called around every instruction that uses the tensor; NULL: this heap keeps no counts. */
    void (*hold)(void *heap, struct pooling_tensor *tensor);
    void (*drop)(void *heap, struct pooling_tensor *tensor);
    /* The last pointer to the tensor was dropped without FREE; NULL: its memory stays allocated. */
    void (*lose)(void *heap, struct pooling_tensor *tensor);
    void (*step_end)(void *heap, uint32_t step); /* may be NULL */
    uint64_t (*resident)(const void *heap); /* most bytes that it held, with its books; NULL: no formula */
    void (*close)(void *heap);              /* accepts NULL */
};

extern const struct pooling_heap pooling_heap_malloc, pooling_heap_malloc_fixed, pooling_heap_malloc_trim,
    pooling_heap_mimalloc, pooling_heap_jemalloc, pooling_heap_tcmalloc, pooling_heap_boehm,
    pooling_heap_arena, pooling_heap_pool, pooling_heap_refcount, pooling_heap_deferred;

/* trace.c: numbers about the trace. Steps count from 0. */
uint64_t pooling_step_rows(const struct pooling_config *config, uint64_t step);
uint64_t pooling_survivors_a_step(const struct pooling_config *config);
uint64_t pooling_survivor_bytes(uint64_t rows);
uint64_t pooling_leak_bytes(const struct pooling_config *config);  /* in each step, rounded up to 64 */
uint64_t pooling_live_bytes(const struct pooling_config *config);  /* at the trace's peak */
uint64_t pooling_trace_bytes(const struct pooling_config *config); /* of all allocations together */
uint32_t pooling_slots(const struct pooling_config *config);

/* replay.c: the interpreter. */
struct pooling_replay;

enum pooling_touch {
    TOUCH_PAGES,  /* write and read memory */
    TOUCH_RECKON, /* the same checksum, without memory */
    TOUCH_NOTHING,
};

int pooling_replay_open(const struct pooling_config *config, enum pooling_touch touch,
    struct pooling_replay **ret_replay, struct mlm_scoreboard *sb);
int pooling_replay_run(struct pooling_replay *replay, struct mlm_scoreboard *sb);
uint64_t pooling_replay_checksum(const struct pooling_replay *replay); /* of all memory read at FREE */
uint64_t pooling_replay_tensors(const struct pooling_replay *replay);
uint64_t pooling_replay_resident(const struct pooling_replay *replay); /* after a dry run: the heap's peak */
uint64_t pooling_replay_bytes(const struct pooling_config *config);    /* bytes of the replay itself */
void pooling_replay_close(struct pooling_replay *replay);              /* accepts NULL */
