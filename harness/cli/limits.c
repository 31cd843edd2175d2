#include "cli/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "trial/plan.h"

int mlm_caps_parse(const char *list, struct mlm_limits *limits, struct mlm_error *error)
{
    mlm_auto_free char *words = strdup(list);
    if (!words)
        return mlm_error_errno(error, -ENOMEM, "--cap");
    size_t count = 0;
    char *rest = words;
    for (char *word; (word = strsep(&rest, ","));) {
        uint64_t cap = 0;
        if (count == MLM_TEXTS_MAX)
            return mlm_error_set(error, -EINVAL, "--cap lists more than %d caps", MLM_TEXTS_MAX);
        if (mlm_limit_parse(word, &cap, error) < 0)
            return mlm_error_wrap(error, -EINVAL, "--cap"), -EINVAL;
        if (cap < MLM_CAP_MINIMUM_BYTES)
            return mlm_error_set(error, -EINVAL,
                "--cap %s is below 16M, the least that a worker needs; 512M to 8G are what caps are for",
                word);
        for (size_t i = 0; i < count; i++)
            if (limits->caps[i] == cap)
                return mlm_error_set(error, -EINVAL, "--cap names %s twice", word);
        limits->caps[count++] = cap;
    }
    limits->cap_count = count;
    return 0;
}

int mlm_swap_limit_parse(const char *text, struct mlm_limits *limits, struct mlm_error *error)
{
    if (strcmp(text, "none") == 0) {
        limits->swap_limit_bytes = 0;
        return 0;
    }
    if (mlm_limit_parse(text, &limits->swap_limit_bytes, error) < 0)
        return mlm_error_wrap(error, -EINVAL, "--swap"), -EINVAL;
    return 0;
}

int mlm_background_parse(const char *text, struct mlm_limits *limits, struct mlm_error *error)
{
    char size[64];
    const char *mode = strchr(text, ':');
    (void)snprintf(size, sizeof size, "%.*s", (int)(mode ? mode - text : (ptrdiff_t)strlen(text)), text);
    if (mlm_size_parse(size, &limits->background_bytes, error) < 0)
        return mlm_error_wrap(error, -EINVAL, "--background"), -EINVAL;
    if (!mode || strcmp(mode, ":idle") == 0)
        return 0;
    if (strcmp(mode, ":active") != 0)
        return mlm_error_set(
            error, -EINVAL, "--background is SIZE, SIZE:idle or SIZE:active, not '%s'", text);
    limits->background_active = true;
    return 0;
}
