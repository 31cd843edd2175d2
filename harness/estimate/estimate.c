/* From a request to the sum, and to the caps and machines that are large enough for it. */
#include "estimate/estimate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/laptop.h"
#include "base/size.h"

static const struct mlm_runtime *const runtimes[MLM_RUNTIMES] = {
    [MLM_RUNTIME_C] = &mlm_runtime_c,
    [MLM_RUNTIME_NUMPY] = &mlm_runtime_numpy,
    [MLM_RUNTIME_SKLEARN] = &mlm_runtime_sklearn,
    [MLM_RUNTIME_XGBOOST] = &mlm_runtime_xgboost,
    [MLM_RUNTIME_PYTORCH] = &mlm_runtime_pytorch,
    [MLM_RUNTIME_PANDAS] = &mlm_runtime_pandas,
    [MLM_RUNTIME_LLAMA] = &mlm_runtime_llama,
};

/* Finds the figures of the library's version, and makes the title. */
static void version_choose(struct mlm_estimate *estimate)
{
    struct mlm_estimate_request *request = &estimate->request;
    const char *name = mlm_libraries[request->runtime].name;
    estimate->version = mlm_version_find(request->runtime, request->library, &estimate->known);
    request->version = estimate->version;
    if (!request->library)
        request->library = estimate->version->number;
    estimate->tolerance = estimate->known ? estimate->runtime->tolerance : MLM_UNKNOWN_TOLERANCE;
    /* Of "1.13.0a0+gitunknown" the numbers. */
    const char *number = request->library;
    const size_t digits = strspn(number, "0123456789.");
    snprintf(estimate->title, sizeof estimate->title, *number ? "%s %.*s" : "%s", name,
        digits ? (int)digits : 40, number);
}

/* Some models belong to one runtime. */
static int model_check(const struct mlm_estimate_request *request, struct mlm_error *error)
{
    const bool llm = request->model == MLM_MODEL_LLM;
    if (llm != (request->runtime == MLM_RUNTIME_LLAMA))
        return mlm_estimate_no_model(request, llm ? "give --runtime llama.cpp" : "llama.cpp has llm", error);
    if (request->model == MLM_MODEL_TRANSFORMER && request->runtime != MLM_RUNTIME_PYTORCH)
        return mlm_estimate_no_model(request, "give --runtime pytorch", error);
    return 0;
}

int mlm_estimate_make(
    const struct mlm_estimate_request *request, struct mlm_estimate *ret_estimate, struct mlm_error *error)
{
    struct mlm_estimate estimate = {.request = *request};
    int r = mlm_estimate_request_complete(&estimate.request, error);
    if (r < 0)
        return r;
    estimate.runtime = runtimes[estimate.request.runtime];
    r = model_check(&estimate.request, error);
    if (r < 0)
        return r;
    version_choose(&estimate);
    mlm_estimate_symbols(&estimate.request, &estimate.ledger);
    r = estimate.runtime->reckon(&estimate.request, &estimate.ledger, error);
    if (r == 0)
        r = mlm_ledger_close(&estimate.ledger, error);
    if (r < 0)
        return r;
    estimate.peak = mlm_ledger_peak(&estimate.ledger);
    estimate.needs_bytes = estimate.ledger.phase_bytes[estimate.peak];
    for (size_t phase = 0; phase < estimate.ledger.phase_count; phase++)
        estimate.least_bytes = fmax(estimate.least_bytes, estimate.ledger.phase_least_bytes[phase]);
    *ret_estimate = estimate;
    return 0;
}

double mlm_estimate_system_bytes(const struct mlm_estimate_beside *beside, double ram_bytes)
{
    return beside->system_bytes != MLM_NO_LIMIT ? (double)beside->system_bytes
                                                : mlm_laptop_system_bytes(ram_bytes);
}

const uint64_t mlm_fitting_sizes[MLM_FITTINGS] = {UINT64_C(512) << 20, UINT64_C(1) << 30, UINT64_C(2) << 30,
    UINT64_C(4) << 30, UINT64_C(8) << 30, UINT64_C(16) << 30, UINT64_C(32) << 30, UINT64_C(64) << 30};

static struct mlm_fitting fit(
    const struct mlm_estimate *estimate, double size_bytes, double room_bytes, double cached_bytes)
{
    double off = estimate->tolerance;
    struct mlm_fitting fitting = {.size_bytes = size_bytes,
        .room_bytes = room_bytes,
        .spare_bytes = room_bytes - mlm_estimate_at_speed_bytes(estimate)};
    const double mapped_bytes = estimate->ledger.mapped_bytes;
    fitting.fits = estimate->needs_bytes * (1 + off) + mapped_bytes + cached_bytes <= room_bytes
                       ? MLM_FITS_YES
                   : estimate->least_bytes * (1 - off) > room_bytes                         ? MLM_FITS_NO
                   : mapped_bytes > 0 && mlm_estimate_at_speed_bytes(estimate) > room_bytes ? MLM_FITS_SLOW
                                                                                            : MLM_FITS_CLOSE;
    return fitting;
}

struct mlm_fitting mlm_estimate_fit_cap(const struct mlm_estimate *estimate, double cap_bytes)
{
    return fit(estimate, cap_bytes, cap_bytes, 0);
}

struct mlm_fitting mlm_estimate_fit_machine(
    const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside, double ram_bytes)
{
    double room = ram_bytes - mlm_estimate_system_bytes(beside, ram_bytes) -
                  (double)mlm_desktop_bytes(&beside->desktop, ram_bytes);
    return fit(estimate, ram_bytes, fmax(room, 0), estimate->version->cached_bytes);
}

double mlm_estimate_smallest_machine(
    const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside)
{
    double ram = (double)mlm_fitting_sizes[MLM_FITTINGS_UNSOLD];
    /* Stop at 2^62 bytes: no machine has more. */
    while (ram < 0x1p62 && mlm_estimate_fit_machine(estimate, beside, ram).fits != MLM_FITS_YES)
        ram *= 2;
    return ram;
}
