/* Opens OpenBLAS with dlopen() and looks up the few functions that are used. */
#include "data/blas.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TABLES_BYTES (UINT64_C(300) << 10)
#define PACKED_MOST UINT64_C(512)

uint64_t mlm_blas_bytes(uint64_t threads, uint64_t depth, uint64_t wide, uint64_t narrow)
{
    depth = depth < PACKED_MOST ? depth : PACKED_MOST;
    wide = wide < PACKED_MOST ? wide : PACKED_MOST;
    return TABLES_BYTES + threads * (wide + narrow) * depth * sizeof(float);
}

static int find(void *library, const char *name, void *ret_function, struct mlm_scoreboard *sb)
{
    void *symbol = dlsym(library, name);
    if (!symbol)
        return mlm_fail(
            sb, -ENOTSUP, "%s has no %s; install the package %s", MLM_BLAS_LIBRARY, name, MLM_BLAS_PACKAGE);
    /* ISO C has no conversion from object to function pointers; POSIX guarantees the same representation. */
    memcpy(ret_function, &symbol, sizeof symbol);
    return 0;
}

int mlm_blas_open(uint64_t threads, struct mlm_blas *ret_blas, struct mlm_scoreboard *sb)
{
    /* On loading, OpenBLAS would start a thread for each core. set_threads() then starts as many as asked
     * for. */
    (void)setenv("OPENBLAS_NUM_THREADS", "1", 1);
    void *library = dlopen(MLM_BLAS_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return mlm_fail(
            sb, -ENOTSUP, "%s is not installed; install the package %s", MLM_BLAS_LIBRARY, MLM_BLAS_PACKAGE);
    struct mlm_blas blas;
    const struct {
        const char *name;
        void *function;
    } symbols[] = {
        {"cblas_sgemm", &blas.sgemm},
        {"cblas_sgemv", &blas.sgemv},
        {"cblas_dgemv", &blas.dgemv},
        {"cblas_saxpy", &blas.saxpy},
        {"cblas_sdot", &blas.sdot},
        {"openblas_set_num_threads", &blas.set_threads},
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        int r = find(library, symbols[i].name, symbols[i].function, sb);
        if (r < 0) {
            (void)dlclose(library);
            return r;
        }
    }
    blas.set_threads((int)threads);
    *ret_blas = blas;
    return 0;
}
