/* Derives folder and name of a result from the files that it is made from. */
#include "cli/place.h"

#include <stdio.h>
#include <string.h>

void mlm_place_of(const char *const *paths, size_t count, struct mlm_place *ret_place)
{
    static const char ending[] = ".jsonl";
    struct mlm_place place;
    char more[32] = "";
    const char *slash = strrchr(paths[0], '/'), *name = slash ? slash + 1 : paths[0];
    snprintf(place.folder, sizeof place.folder, "%.*s", slash ? (int)(slash - paths[0]) : 1,
        slash ? paths[0] : ".");
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
