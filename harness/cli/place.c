/* Derives folder and name of a result from the files that it is made from. */
#include "cli/place.h"

#include <stdio.h>
#include <string.h>

void mlm_place_of(const char *const *paths, size_t count, struct mlm_place *ret_place)
{
    static const char ending[] = ".jsonl";
    struct mlm_place place;
    char more[32] = "";
    /* What comes from standard input has no name. */
    const char *first = strcmp(paths[0], "-") == 0 ? "records" : paths[0];
    const char *slash = strrchr(first, '/'), *name = slash ? slash + 1 : first;
    snprintf(
        place.folder, sizeof place.folder, "%.*s", slash ? (int)(slash - first) : 1, slash ? first : ".");
    if (!place.folder[0])
        strcpy(place.folder, "/");
    size_t length = strlen(name);
    if (length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0)
        length -= strlen(ending);
    if (count > 1)
        snprintf(more, sizeof more, "-and-%zu-more", count - 1);
    snprintf(place.base, sizeof place.base, "%.*s%s", length < 200 ? (int)length : 200, name, more);
    *ret_place = place;
}
