/* Blocks of memory that are given back together, and the memory of OpenBLAS. */
#include <errno.h>
#include <stddef.h>

#include "classical/classical.h"
#include "data/memory.h"

void *classical_map(
    struct classical_memory *memory, uint64_t size, const char *what, struct mlm_scoreboard *sb)
{
    if (memory->count == sizeof memory->blocks / sizeof *memory->blocks) {
        mlm_fail(sb, -ENOMEM, "no block is left for %s", what);
        return NULL;
    }
    void *data = mlm_map(size, what, sb);
    if (data) {
        memory->blocks[memory->count].data = data;
        memory->blocks[memory->count++].size = size;
    }
    return data;
}

void classical_unmap(struct classical_memory *memory)
{
    for (size_t i = 0; i < memory->count; i++)
        mlm_unmap(memory->blocks[i].data, memory->blocks[i].size);
    memory->count = 0;
}

/* Measured: 0.3 MiB of tables; and of each operand a panel of at most so many rows, columns or terms. */
#define TABLES_BYTES (UINT64_C(300) << 10)
#define PANEL UINT64_C(512)

uint64_t classical_blas_bytes(uint64_t rows, uint64_t columns, uint64_t depth)
{
    return TABLES_BYTES + (classical_smaller(rows, PANEL) + classical_smaller(columns, PANEL)) *
                              classical_smaller(depth, PANEL) * sizeof(float);
}
