/* --laptop: computes the cap and the background that represent a laptop, in whole MiB. */
#include "cli/laptop.h"

#include <errno.h>
#include <stdio.h>

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
        .cap_bytes = mlm_laptop_cap_bytes(ram),
        .background_bytes = (uint64_t)mlm_laptop_desktop_bytes((double)ram) / MIB * MIB,
    };
    return 0;
}

const struct mlm_option mlm_laptop_option_rows[] = {
    {"laptop", "SIZE", laptop_parse, 0,
        .help =
            "imitate a laptop with this much RAM: sets --cap to what its kernel leaves, --background to "
            "what its desktop and browser use, and shows the job such a laptop in /proc/meminfo (sysinfo(2) "
            "still reports this machine)",
        .words = (const char *const[]){"2G", "4G", "8G", "16G", NULL}, .shapes_plan = true},
    {0},
};

int mlm_laptop_resolve(const struct mlm_laptop *laptop, const struct mlm_parsed *parsed,
    struct mlm_limits *limits, struct mlm_caps *caps, struct mlm_error *error)
{
    if (!laptop->ram_bytes)
        return 0;
    if (mlm_is_said(parsed, "cap") || mlm_is_said(parsed, "background"))
        return mlm_error_set(error, -EINVAL, "--laptop already sets %s--background; leave %s out",
            caps ? "--cap and " : "", caps ? "these" : "it");
    if (caps)
        *caps = (struct mlm_caps){.items = {laptop->cap_bytes}, .count = 1};
    limits->laptop_bytes = laptop->ram_bytes;
    limits->background_bytes = laptop->background_bytes;
    limits->background_active = true;
    return 0;
}

void mlm_laptop_text(const struct mlm_laptop *laptop, char text[static MLM_LAPTOP_TEXT])
{
    char ram[MLM_SIZE_TEXT], cap[MLM_SIZE_TEXT], held[MLM_SIZE_TEXT];
    text[0] = 0;
    if (laptop->ram_bytes)
        snprintf(text, MLM_LAPTOP_TEXT, "a laptop of %s: --cap %s --background %s:active",
            mlm_size_spell(laptop->ram_bytes, ram), mlm_size_spell(laptop->cap_bytes, cap),
            mlm_size_spell(laptop->background_bytes, held));
}
