/* --laptop: computes the cap and the background that represent a laptop, in whole MiB. */
#include "cli/laptop.h"

#include <errno.h>

#include "base/laptop.h"
#include "base/size.h"

#define MIB (UINT64_C(1) << 20)

static int laptop_parse(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    uint64_t ram = 0;
    int r = mlm_size_parse(text, &ram, error);
    if (r < 0)
        return r;
    if (ram < 256 * MIB)
        return mlm_error_set(error, -EINVAL, "%s is too small to run a desktop; give at least 256M", text);
    *(struct mlm_laptop *)field = (struct mlm_laptop){
        .ram_bytes = ram,
        .cap_bytes = (uint64_t)((double)ram - mlm_laptop_system_bytes((double)ram)) / MIB * MIB,
        .background_bytes = (uint64_t)mlm_laptop_desktop_bytes((double)ram) / MIB * MIB,
    };
    return 0;
}

const struct mlm_option mlm_laptop_option_rows[] = {
    {"laptop", "SIZE", laptop_parse, 0,
        .help = "imitate a laptop with this much RAM: sets --cap to what its kernel leaves, and --background "
                "to what its desktop and browser use",
        .words = (const char *const[]){"2G", "4G", "8G", "16G", NULL}, .shapes_plan = true},
    {0},
};
