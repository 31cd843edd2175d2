/* Fuzzes the reader of GGUF headers, and the estimate for what it accepted. A header comes from anywhere, so
 * its numbers may be anything; the sums must be finite all the same, and no text may control a terminal. */
#include <math.h>
#include <string.h>

#include "estimate/estimate.h"
#include "fuzz.h"
#include "printable.h"

static void check_error(const struct mlm_error *error)
{
    fuzz_assert(error->code < 0 && error->text[0]);
    check_line(error->text, strlen(error->text));
}

static void check_gguf(const struct mlm_gguf *gguf)
{
    fuzz_assert(gguf->layers > 0 && gguf->layers <= 4096 && gguf->heads > 0 && gguf->width > 0);
    fuzz_assert(gguf->vocabulary > 0 && gguf->vocabulary <= INT32_MAX && gguf->kv_heads >= 0);
    check_line(gguf->architecture, strlen(gguf->architecture));
    for (int i = 0; i < MLM_TENSOR_TYPES; i++)
        fuzz_assert(gguf->elements[i] < UINT64_C(1) << 63);
}

static void check_estimate(const struct mlm_gguf *gguf)
{
    struct mlm_estimate_request request;
    struct mlm_estimate estimate;
    struct mlm_error error = {0};
    mlm_knobs_init(&request);
    request.model = MLM_MODEL_LLM;
    request.gguf = gguf;
    for (request.load = 0; request.load <= MLM_LOAD_REPACK; request.load++)
        if (mlm_estimate_make(&request, &estimate, &error) == 0)
            fuzz_assert(isfinite(estimate.needs_bytes) && estimate.needs_bytes > 0 &&
                        mlm_estimate_at_speed_bytes(&estimate) >= estimate.needs_bytes);
        else
            check_error(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    bool accepted[2];
    for (int header_only = 0; header_only < 2; header_only++) {
        struct mlm_gguf gguf;
        struct mlm_error error = {0};
        accepted[header_only] = mlm_gguf_read(path, header_only, &gguf, &error) == 0;
        if (accepted[header_only])
            check_gguf(&gguf);
        else
            check_error(&error);
        if (accepted[header_only])
            check_estimate(&gguf);
    }
    fuzz_assert(!accepted[0] || accepted[1]);
    return 0;
}
