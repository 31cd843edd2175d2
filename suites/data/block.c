/* Memory for rows: a few arrays straight from the kernel (data/memory.h), which grow only when the caller
 * asks. */
#include "data/block.h"

#include <errno.h>
#include <string.h>

#include "data/memory.h"

int mlm_block_open(struct mlm_block *block, bool sparse, uint64_t rows, uint64_t values, const char *what,
    struct mlm_scoreboard *sb)
{
    if (values > SIZE_MAX / 16 || rows > SIZE_MAX / 16) {
        mlm_fail(sb, -ENOMEM, "no machine has the memory for %s", what);
        return -ENOMEM;
    }
    struct mlm_block b = {.capacity_rows = rows, .capacity_values = values};
    b.values = mlm_map(values * sizeof *b.values, what, sb);
    if (sparse) {
        b.indices = mlm_map(values * sizeof *b.indices, what, sb);
        b.starts = mlm_map((rows + 1) * sizeof *b.starts, what, sb);
        b.labels = mlm_map(rows * sizeof *b.labels, what, sb);
    }
    if (!b.values || (sparse && (!b.indices || !b.starts || !b.labels))) {
        mlm_block_close(&b);
        return -ENOMEM;
    }
    *block = b;
    return 0;
}

int mlm_block_grow(struct mlm_block *block, uint64_t values, struct mlm_scoreboard *sb)
{
    if (values <= block->capacity_values)
        return 0;
    struct mlm_block larger = {0};
    int r = mlm_block_open(&larger, block->indices, block->capacity_rows, values, "a row", sb);
    if (r < 0)
        return r;
    larger.rows = block->rows;
    larger.count = block->count;
    memcpy(larger.values, block->values, block->count * sizeof *block->values);
    if (block->indices) {
        memcpy(larger.indices, block->indices, block->count * sizeof *block->indices);
        memcpy(larger.starts, block->starts, (block->rows + 1) * sizeof *block->starts);
        memcpy(larger.labels, block->labels, block->capacity_rows * sizeof *block->labels);
    }
    mlm_block_close(block);
    *block = larger;
    return 0;
}

void mlm_block_close(struct mlm_block *block)
{
    mlm_unmap(block->values, block->capacity_values * sizeof *block->values);
    mlm_unmap(block->indices, block->capacity_values * sizeof *block->indices);
    mlm_unmap(block->starts, (block->capacity_rows + 1) * sizeof *block->starts);
    mlm_unmap(block->labels, block->capacity_rows * sizeof *block->labels);
    *block = (struct mlm_block){0};
}
