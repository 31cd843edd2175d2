/* Prints tables of formats, and finds formats by their names. */
#include "cli/formats.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/nearest.h"
#include "cli/wrap.h"

#define PURPOSE_COLUMN 27

void mlm_formats_print(const struct mlm_format_list *list)
{
    printf("Formats:\n");
    for (size_t i = 0; i < list->count; i++) {
        printf("  %-*s", PURPOSE_COLUMN - 2, list->names[i]);
        mlm_wrap(list->purposes[i], PURPOSE_COLUMN, PURPOSE_COLUMN);
    }
}

int mlm_format_find(const struct mlm_format_list *list, const char *verb, const char *name, size_t *ret_index,
    struct mlm_error *error)
{
    const char *nearest = NULL;
    size_t edits = mlm_slip_edits(strlen(name)) + 1;
    for (size_t i = 0; i < list->count; i++) {
        size_t distance = mlm_word_distance(name, strlen(name), list->names[i]);
        if (distance == 0) {
            *ret_index = i;
            return 0;
        }
        if (distance < edits) {
            nearest = list->names[i];
            edits = distance;
        }
    }
    if (nearest)
        return mlm_error_set(error, -EINVAL, "there is no format '%s'; did you mean %s?", name, nearest);
    return mlm_error_set(
        error, -EINVAL, "there is no format '%s'; `mlmembench %s --help` shows them", name, verb);
}
