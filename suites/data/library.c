/* Tries several names of a shared library, because distributions number the same library differently. */
#include "data/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

void *mlm_library_open(const char *names, int mode, const char **ret_why)
{
    for (const char *at = names; *at;) {
        char name[64];
        size_t length = strcspn(at, " ");
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        void *library = dlopen(name, RTLD_NOW | mode);
        if (library)
            return library;
        at += length + strspn(at + length, " ");
    }
    if (ret_why)
        *ret_why = dlerror();
    return NULL;
}
