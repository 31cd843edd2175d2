/* Looks up LAPACK's functions in the library that has BLAS. */
#include "data/lapack.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int mlm_lapack_open(struct mlm_lapack *ret_lapack, struct mlm_scoreboard *sb)
{
    struct mlm_lapack lapack;
    const struct {
        const char *name;
        void *function;
    } symbols[] = {
        {"sgesdd_", &lapack.sgesdd},
        {"dsyev_", &lapack.dsyev},
    };
    void *library = dlopen(MLM_BLAS_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *symbol = library ? dlsym(library, symbols[i].name) : NULL;
        if (!symbol)
            return mlm_fail(sb, -ENOTSUP, "%s has no %s; install the package %s", MLM_BLAS_LIBRARY,
                symbols[i].name, MLM_BLAS_PACKAGE);
        /* ISO C has no conversion from object to function pointers; POSIX guarantees the same representation.
         */
        memcpy(symbols[i].function, &symbol, sizeof symbol);
    }
    *ret_lapack = lapack;
    return 0;
}
