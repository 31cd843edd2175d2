/* Fills memory from the random stream. */
#include "data/random.h"

#include <endian.h>
#include <string.h>

void mlm_random_fill(uint64_t key, void *data, size_t size)
{
    unsigned char *bytes = data;
    uint64_t index = 0;
    for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t), bytes += sizeof(uint64_t)) {
        uint64_t word = htole64(mlm_random_u64(key, index++));
        memcpy(bytes, &word, sizeof word);
    }
    uint64_t word = htole64(mlm_random_u64(key, index));
    memcpy(bytes, &word, size);
}

void mlm_random_fill_floats(uint64_t key, uint64_t first_index, float *values, size_t count)
{
    /* The 24 high bits become a float in [-1, 1) exactly. */
    for (size_t i = 0; i < count; i++)
        values[i] = (float)((int32_t)(mlm_random_u64(key, first_index + i) >> 40) - (1 << 23)) * 0x1p-23f;
}
