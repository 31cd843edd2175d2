/* Results that are made from stored files are written beside the first file, with a name derived from it;
 * those of standard input are written to the current folder, as "records". */
#pragma once

#include <stddef.h>

struct mlm_place {
    char folder[4096];
    char base[256]; /* "NAME"; "NAME-and-2-more" for several files */
};

void mlm_place_of(const char *const *paths, size_t count, struct mlm_place *ret_place);
