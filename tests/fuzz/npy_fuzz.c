/* Fuzzes the decoder of .npy files. */
#include "decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return decode_each_way(MLM_FORMAT_NPY, data, size);
}
