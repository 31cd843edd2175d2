/* The kernel and firmware keep about a sixteenth of RAM and 128 MiB (page structs, slabs, buffers, reserved
 * memory). A desktop with a browser holds about 1.6 GiB; on a small machine, where people open less, two
 * fifths of the RAM. */
#include "cli/laptop.h"

#include <errno.h>

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
    uint64_t desktop = ram / 5 * 2 < 1600 * MIB ? ram / 5 * 2 : 1600 * MIB;
    *(struct mlm_laptop *)field = (struct mlm_laptop){
        .ram_bytes = ram,
        .cap_bytes = (ram - ram / 16 - 128 * MIB) / MIB * MIB,
        .background_bytes = desktop / MIB * MIB,
    };
    return 0;
}

const struct mlm_option mlm_laptop_option_rows[] = {
    {"laptop", "SIZE", laptop_parse, 0,
        .help = "stand in for a laptop with that much RAM: sets --cap to what its kernel leaves, and "
                "--background to what its "
                "desktop and browser take",
        .words = (const char *const[]){"2G", "4G", "8G", "16G", NULL}, .shapes_plan = true},
    {0},
};
