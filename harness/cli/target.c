/* Refuses output files that would destroy records. */
#include "cli/target.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

int mlm_target_check(const char *option, const char *path, const char *ending, const char *const *inputs,
    size_t input_count, struct mlm_error *error)
{
    if (ends_with(path, ".jsonl"))
        return mlm_error_set(error, -EINVAL,
            "%s: %s is the name of a file of records; name one that ends %s%s", option, path,
            ending ? "in " : "otherwise", ending ? ending : "");
    for (size_t i = 0; i < input_count; i++)
        if (mlm_same_file(path, inputs[i]))
            return mlm_error_set(
                error, -EINVAL, "%s: %s would overwrite the records in %s", option, path, inputs[i]);
    return 0;
}
