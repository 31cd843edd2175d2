/* Calls the source of a row stream, and computes the checksum of a row. */
#include "data/rows.h"

#include <string.h>

#include "data/random.h"
#include "data/rows_source.h"

int mlm_rows_next(struct mlm_rows *rows, struct mlm_data_row *ret_row, struct mlm_scoreboard *sb)
{
    return rows->source->next(rows, ret_row, sb);
}

int mlm_rows_seek(struct mlm_rows *rows, uint64_t index, struct mlm_scoreboard *sb)
{
    return rows->source->seek(rows, index, sb);
}

void mlm_rows_close(struct mlm_rows *rows)
{
    if (rows)
        rows->source->close(rows);
}

static uint32_t float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

uint64_t mlm_row_checksum(uint64_t row_index, const struct mlm_data_row *row)
{
    /* The sum of one well-mixed number for each element. The order of rows and of elements has no influence,
     * so a format that stores columns together finds the same sum. */
    uint64_t key = mlm_random_key(row_index, 0);
    uint64_t sum = mlm_mix64(~key ^ float_bits(row->label));
    for (uint32_t i = 0; i < row->count; i++)
        if (row->values[i] != 0)
            sum += mlm_mix64(key ^ ((uint64_t)row->columns[i] << 32 | float_bits(row->values[i])));
    return sum;
}
