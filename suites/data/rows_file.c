#include <errno.h>

#include "data/rows.h"

int mlm_rows_open_file(const char *path, uint64_t seed, struct mlm_rows **ret_rows, struct mlm_scoreboard *sb)
{
    (void)seed, (void)ret_rows;
    return mlm_fail(sb, -ENOTSUP, "%s", path);
}
