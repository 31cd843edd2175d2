/* Products of a sparse row with a vector.
 *
 *   CSR      the values and their columns
 *   2 of 4   of each four columns two values, and two bits each that say which. 16 columns are one group: the
 *            pick of place p of quad q is in bits 4q + 2p and 4q + 2p + 1 of its 16 bits. The values of a
 *            group are those of the quads 0, 2, 1, 3, as the vector registers want them. */
#pragma once

#include <stdint.h>

#include "data/clones.h"

#define PRUNED_GROUP UINT64_C(16) /* columns */
#define PRUNED_GROUP_KEPT UINT64_C(8)

/* The quad to which value `i` of a group belongs, and its pick. */
static inline unsigned pruned_quad(unsigned i)
{
    static const uint8_t quads[] = {0, 2, 1, 3};
    return quads[i / 2];
}

static inline unsigned pruned_column(uint16_t picks, unsigned i)
{
    unsigned quad = pruned_quad(i);
    return 4 * quad + ((unsigned)picks >> (4 * quad + 2 * (i % 2)) & 3u);
}

typedef float pruned_csr_dot(
    const float *values, const uint32_t *columns, uint64_t count, const float *vector);
typedef float pruned_2of4_dot(
    const float *values, const uint16_t *picks, uint64_t columns, const float *vector);

pruned_csr_dot *pruned_csr_dot_of(enum mlm_clone clone);
pruned_2of4_dot *pruned_2of4_dot_of(enum mlm_clone clone);
