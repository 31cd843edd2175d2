/* Eight floats as a vector, for kernels that are compiled for several instruction sets (clones.h). */
#pragma once

#include <string.h>

#include "data/clones.h"

/* Without AVX it is two vectors, for which gcc says that functions compiled with and without AVX pass them
 * differently; all of these are inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"
typedef float mlm_eight __attribute__((vector_size(32)));

MLM_INLINE mlm_eight mlm_eight_load(const float *from)
{
    mlm_eight loaded;
    memcpy(&loaded, from, sizeof loaded);
    return loaded;
}

/* By address: with sanitizers, gcc has a note for each vector that is a parameter. */
MLM_INLINE float mlm_eight_sum(const mlm_eight *lanes)
{
    const mlm_eight a = *lanes;
    return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}
