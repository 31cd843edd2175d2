/* Other people's libraries, opened at run time by the workloads that need them. */
#pragma once

/* Opens the first library of `names` that exists. `names` are sonames separated by blanks: releases of a
 * distribution have different versions. Uses RTLD_NOW with `mode`. Returns the handle of dlopen(); or NULL,
 * and then *ret_why (unless NULL) is the text of dlerror() for the last name. */
void *mlm_library_open(const char *names, int mode, const char **ret_why);
