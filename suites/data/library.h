/* Libraries of others, opened at run time by the workloads that need them. */
#pragma once

/* Opens the first library that is there of `names`, sonames with a blank between them (releases of a
 * distribution differ in their versions). RTLD_NOW with `mode`. Returns the handle of dlopen(); or NULL,
 * where *ret_why (unless NULL) is what dlerror() says of the last one. */
void *mlm_library_open(const char *names, int mode, const char **ret_why);
