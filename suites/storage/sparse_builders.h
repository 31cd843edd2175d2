/* Functions that build and convert the compressed formats, one set for each pair of types. */
#pragma once

#include "storage/matrix.h"

struct mlm_sparse_builders {
    /* Copies a row's values and columns to entry `at` and the following ones. */
    void (*place)(struct mlm_matrix *matrix, uint64_t at, const struct mlm_data_row *row);
    /* Stores `number` in element `at` of starts and the following ones, `count` in all. */
    void (*fill_starts)(struct mlm_matrix *matrix, uint64_t at, uint64_t count, uint64_t number);
    uint64_t (*start)(const struct mlm_matrix *matrix, uint64_t at);

    /* CSC from rows: starts hold each column's count, then where its next entry goes, then starts. */
    void (*csc_count)(struct mlm_matrix *matrix, const struct mlm_data_row *row);
    void (*csc_counted)(struct mlm_matrix *matrix);
    /* false: there are more entries behind a column's start than were counted */
    bool (*csc_place)(struct mlm_matrix *matrix, uint64_t index, const struct mlm_data_row *row);
    void (*csc_finish)(struct mlm_matrix *matrix);

    /* A row's entries and its padding. */
    void (*ell_place)(struct mlm_matrix *matrix, uint64_t index, const struct mlm_data_row *row);

    void (*coo_to_csr)(const struct mlm_matrix *coo, struct mlm_matrix *csr, struct mlm_scoreboard *sb);
    void (*csr_to_dense)(const struct mlm_matrix *csr, struct mlm_matrix *dense, struct mlm_scoreboard *sb);
};

/* value: MLM_F32 or MLM_F64. */
const struct mlm_sparse_builders *mlm_sparse_builders(enum mlm_value value, enum mlm_index index);
