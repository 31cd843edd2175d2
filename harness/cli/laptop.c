/* --laptop: computes the cap and the background that represent a laptop, in whole MiB. */
#include "cli/laptop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "machine/memory.h"

#define MIB (UINT64_C(1) << 20)

#define TABS_MOST 1000

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static int laptop_parse(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    struct mlm_laptop laptop = {.own = strcmp(text, "own") == 0};
    int r = laptop.own ? 0 : mlm_size_parse(text, &laptop.ram_bytes, error);
    if (r < 0)
        return r;
    if (!laptop.own && laptop.ram_bytes < 256 * MIB)
        return mlm_error_set(error, -EINVAL, "%s is too small to run a desktop; give at least 256M", text);
    *(struct mlm_laptop *)field = laptop;
    return 0;
}

static int desktop_parse(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    struct mlm_desktop *desktop = field;
    desktop->kind = MLM_DESKTOP_OTHER;
    if (strcmp(text, "none") == 0)
        desktop->kind = MLM_DESKTOP_NONE;
    else if (strcmp(text, "lxde") == 0)
        desktop->kind = MLM_DESKTOP_LXDE;
    else if (mlm_size_parse(text, &desktop->bytes, NULL) < 0)
        return mlm_error_set(error, -EINVAL, "'%s' is not none, lxde or a size such as 900M", text);
    return 0;
}

static int tabs_parse(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    struct mlm_desktop *desktop = field;
    uint64_t tabs = 0;
    const bool none = strcmp(text, "none") == 0;
    int r = none ? 0 : mlm_option_number(option, text, &tabs, error);
    if (r < 0)
        return r;
    desktop->tabs_said = true;
    desktop->tabs = none ? MLM_NO_BROWSER : (int)tabs;
    return 0;
}

const struct mlm_option mlm_laptop_option_rows[] = {
    {"laptop", "SIZE|own", laptop_parse, 0,
        .help =
            "imitate a laptop with this much RAM: sets --cap to what its kernel leaves, --background to "
            "what its desktop and browser use, and shows the job such a laptop in /proc/meminfo (sysinfo(2) "
            "still reports this machine). own: this machine is the laptop; sets --cap to the memory that is "
            "available now, less a reserve of a tenth; it needs no background, because its own programs are open",
        .words = WORDS("own", "2G", "4G", "8G", "16G"), .shapes_plan = true},
    {0},
};

const struct mlm_option mlm_desktop_option_rows[] = {
    {"desktop", "none|lxde|SIZE", desktop_parse, 0,
        .help =
            "the desktop that is open beside the job on a laptop: none, lxde (measured), or one that holds "
            "this much",
        .otherwise = "lxde; with less than 2 GB of RAM smaller in proportion",
        .words = WORDS("none", "lxde", "500M", "1G", "2G"), .shapes_plan = true},
    {"tabs", "N|none", tabs_parse, 0,
        .help = "pages that are open in the browser beside the job on a laptop (measured); none: no browser",
        .otherwise = "5 beside lxde, otherwise none", .words = WORDS("none", "0", "1", "5", "10"),
        .most = TABS_MOST, .shapes_plan = true},
    {0},
};

static int own_resolve(struct mlm_laptop *laptop, struct mlm_error *error)
{
    struct mlm_memory_now memory = {0};
    char size[MLM_SIZE_TEXT];
    int r = mlm_memory_now(AT_FDCWD, &memory, error);
    if (r < 0)
        return r;
    laptop->ram_bytes = memory.total_bytes;
    if (!laptop->cap_bytes)
        laptop->cap_bytes = mlm_memory_usable_bytes(memory.available_bytes) / MIB * MIB;
    if (laptop->cap_bytes < MLM_CAP_MINIMUM_BYTES)
        return mlm_error_set(error, -EINVAL, "--laptop own: only %s are available now; close some programs",
            mlm_size_show((double)memory.available_bytes, size));
    return 0;
}

static int other_resolve(
    struct mlm_laptop *laptop, const struct mlm_desktop *desktop, struct mlm_error *error)
{
    char text[MLM_DESKTOP_TEXT], ram[MLM_SIZE_TEXT], held[MLM_SIZE_TEXT];
    laptop->cap_bytes = mlm_laptop_cap_bytes(laptop->ram_bytes);
    laptop->background_bytes = mlm_desktop_bytes(desktop, (double)laptop->ram_bytes);
    if (laptop->background_bytes + MLM_CAP_MINIMUM_BYTES > laptop->cap_bytes)
        return mlm_error_set(error, -EINVAL,
            "%s (%s) would leave no room for a job on a laptop with %s; give fewer --tabs, a smaller --desktop, or more RAM",
            mlm_desktop_text(desktop, "", text), mlm_size_spell(laptop->background_bytes, held),
            mlm_size_spell(laptop->ram_bytes, ram));
    return 0;
}

int mlm_laptop_resolve(struct mlm_laptop *laptop, const struct mlm_desktop *desktop,
    const struct mlm_parsed *parsed, struct mlm_limits *limits, struct mlm_caps *caps,
    struct mlm_error *error)
{
    if (!laptop->ram_bytes && !laptop->own)
        return 0;
    if ((caps && mlm_is_said(parsed, "cap")) || mlm_is_said(parsed, "background"))
        return mlm_error_set(error, -EINVAL, "--laptop already sets %s--background; leave %s out",
            caps ? "--cap and " : "", caps ? "these" : "it");
    int r = laptop->own ? own_resolve(laptop, error) : other_resolve(laptop, desktop, error);
    if (r < 0)
        return r;
    if (caps)
        *caps = (struct mlm_caps){.items = {laptop->cap_bytes}, .count = 1};
    /* Under caps that the verb chooses, nothing stands for this machine: its trials are like any other. */
    if (laptop->own && !caps)
        return 0;
    limits->laptop_bytes = laptop->ram_bytes;
    limits->laptop_own = laptop->own;
    limits->background_bytes = laptop->background_bytes;
    limits->background_active = laptop->background_bytes != 0;
    return 0;
}

void mlm_laptop_text(const struct mlm_laptop *laptop, char text[static MLM_LAPTOP_TEXT])
{
    char ram[MLM_SIZE_TEXT], cap[MLM_SIZE_TEXT], held[MLM_SIZE_TEXT];
    text[0] = 0;
    if (laptop->own)
        snprintf(text, MLM_LAPTOP_TEXT,
            "this laptop, with %s: --cap %s, which is available now; no background",
            mlm_size_show((double)laptop->ram_bytes, ram), mlm_size_spell(laptop->cap_bytes, cap));
    else if (laptop->ram_bytes && !laptop->background_bytes)
        snprintf(text, MLM_LAPTOP_TEXT, "a laptop of %s: --cap %s, no desktop",
            mlm_size_spell(laptop->ram_bytes, ram), mlm_size_spell(laptop->cap_bytes, cap));
    else if (laptop->ram_bytes)
        snprintf(text, MLM_LAPTOP_TEXT, "a laptop of %s: --cap %s --background %s:active",
            mlm_size_spell(laptop->ram_bytes, ram), mlm_size_spell(laptop->cap_bytes, cap),
            mlm_size_spell(laptop->background_bytes, held));
}
