/* The suite loading: how should a dataset larger than memory be read? One file, one ordered pass over its
 * rows (pass.h), and several ways to bring the rows from the file to the pass.
 *
 *   dense file    .npy or CSV; rows of `columns` f32 in memory
 *   sparse file   libsvm; rows as CSR with labels in memory
 *   batch         rows that the pass takes at once
 *
 * --data is the size of a .npy file. CSV and libsvm files hold as many rows as a sixteenth of it would be as
 * dense f32. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/block.h"
#include "data/reader.h"
#include "loading/pass.h"
#include "workload.h"

/* A longer queue would hold a dataset rather than prefetch it. */
#define MLM_LOADING_DEPTH_MAX 64u

enum mlm_loading_mode {
    MLM_LOADING_IN_PLACE,
    MLM_LOADING_COPY,
    MLM_LOADING_F64,    /* a copy in f64 */
    MLM_LOADING_STREAM, /* the file is read twice, a batch at a time */
};

enum mlm_loading_visits { MLM_LOADING_SHUFFLED, MLM_LOADING_SEQUENTIAL };

struct mlm_loading_config {
    struct mlm_job job;
    uint32_t format; /* enum mlm_format */
    uint32_t mode;   /* prepare: enum mlm_loading_mode */
    uint32_t visits; /* cache: enum mlm_loading_visits */
    double share;    /* cache: of the batches that it holds */
    uint64_t columns;
    uint64_t batch;  /* in rows */
    uint64_t depth;  /* prefetch: batches in the queue */
    uint64_t buffer; /* shuffle: size of the buffer in rows */
    /* Derived by loading_derive(). */
    bool sparse;
    uint64_t rows, nonzeros, widest_row;
};

struct mlm_loading_state {
    struct mlm_loading_config config;
    struct mlm_loading_pass pass;
    uint64_t checksum; /* prepare, cache: of the data as read; otherwise the pass computes it */
    uint64_t hits;     /* cache: batches that were in it */
};

/* Opens the job's file. Rows beyond the job's shape, which the inspection found, are refused before they
 * reach the variant. */
int mlm_loading_open(const struct mlm_loading_config *config, enum mlm_reader_mode mode,
    struct mlm_reader *ret_reader, struct mlm_scoreboard *sb);

/* Makes room for that many of the file's rows, even the longest ones; pages that are not needed stay
 * untouched. */
int mlm_loading_block_open(const struct mlm_loading_config *config, uint64_t rows, const char *what,
    struct mlm_block *ret_block, struct mlm_scoreboard *sb);

/* Reads on until the block is full. Refuses rows of another width than the job's, and rows beyond their
 * number. */
int mlm_loading_fill(const struct mlm_loading_config *config, struct mlm_reader *reader,
    struct mlm_block *block, struct mlm_scoreboard *sb);

/* Empties the block and fills it with the next rows. Returns 1; 0: the file has no more rows; or a negative
 * errno. */
static inline int mlm_loading_next(const struct mlm_loading_config *config, struct mlm_reader *reader,
    struct mlm_block *block, struct mlm_scoreboard *sb)
{
    mlm_block_clear(block);
    int r = mlm_loading_fill(config, reader, block, sb);
    return r < 0 ? r : block->rows > 0;
}

/* Refuses a file that held more or fewer rows and values than the job says. */
int mlm_loading_end(
    const struct mlm_loading_config *config, const struct mlm_reader *reader, struct mlm_scoreboard *sb);

/* Reads the whole file into one block, a batch at a time so that progress is visible. `ret_sum`, unless NULL,
 * gets the order-independent sum of the rows, computed while they are in cache. */
int mlm_loading_whole_read(struct mlm_loading_state *state, struct mlm_block *ret_block, uint64_t *ret_sum,
    struct mlm_scoreboard *sb);

/* Passes over a block, a batch at a time. */
void mlm_loading_block_pass(
    struct mlm_loading_state *state, const struct mlm_block *block, struct mlm_scoreboard *sb);

/* Batches of the file, and those that a cache has room for. */
#define MLM_LOADING_EPOCHS UINT64_C(3)
uint64_t mlm_loading_batches(const struct mlm_loading_config *config);
uint64_t mlm_loading_cached(const struct mlm_loading_config *config);
uint64_t mlm_loading_cache_list_bytes(const struct mlm_loading_config *config);

/* The variants: whole.c, prepare.c, stream.c, cache.c, shuffle.c, prefetch.c. */
int mlm_loading_full(void *state, struct mlm_scoreboard *sb);
int mlm_loading_split(void *state, struct mlm_scoreboard *sb);
int mlm_loading_prepare(void *state, struct mlm_scoreboard *sb);
int mlm_loading_cache(void *state, struct mlm_scoreboard *sb);
int mlm_loading_generator(void *state, struct mlm_scoreboard *sb);
int mlm_loading_mmap(void *state, struct mlm_scoreboard *sb);
int mlm_loading_shuffle(void *state, struct mlm_scoreboard *sb);
int mlm_loading_prefetch(void *state, struct mlm_scoreboard *sb);

/* dataset.c: the generated file. */
extern const struct mlm_dataset mlm_loading_dataset;

/* strings.c: a column of texts. */
extern const struct mlm_workload mlm_loading_strings;

/* Share of nonzeros in a row of the generated libsvm file. */
#define MLM_LOADING_DENSITY 0.1
