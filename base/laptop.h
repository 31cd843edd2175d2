/* The RAM of a laptop that is in use before a job starts. `--laptop`, `estimate` and all sentences about
 * laptops share these rules.
 *
 *   system    what the kernel and firmware keep: a rule
 *   desktop   what the programs of a desktop and of a browser hold beside the job: measured, in laptop.c */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The kernel and firmware keep about a sixteenth of RAM plus 128 MiB: page structs, slabs, buffers, reserved
 * memory. */
static inline double mlm_laptop_system_bytes(double ram_bytes)
{
    return 128 * 0x1p20 + ram_bytes / 16;
}

/* The part of it that MemTotal of /proc/meminfo leaves out: firmware, the kernel's image, and a page struct
 * of 64 bytes for each page of 4 KiB. The rest shows as used memory. */
static inline double mlm_laptop_reserved_bytes(double ram_bytes)
{
    return 64 * 0x1p20 + ram_bytes / 64;
}

/* The cap that stands for it: what the kernel leaves, in whole MiB. */
static inline uint64_t mlm_laptop_cap_bytes(uint64_t ram_bytes)
{
    const double left_bytes = (double)ram_bytes - mlm_laptop_system_bytes((double)ram_bytes);
    return (uint64_t)left_bytes >> 20 << 20;
}

/* The RAM of the laptop that a cap stands for, in whole MiB: the inverse of the above. */
static inline uint64_t mlm_laptop_ram_bytes(uint64_t cap_bytes)
{
    const uint64_t sixteenths = (cap_bytes >> 20) + 128;
    return (sixteenths * 16 + 14) / 15 << 20;
}

/* Sizes of RAM that laptops are sold with, ascending. */
#define MLM_LAPTOPS_SOLD 6
extern const uint64_t mlm_laptops_sold[MLM_LAPTOPS_SOLD];

#define MLM_NO_BROWSER (-1)
#define MLM_TABS_USUAL 5

/* The programs beside the job. A zeroed struct is the usual one. */
struct mlm_desktop {
    enum mlm_desktop_kind {
        MLM_DESKTOP_USUAL, /* LXDE; with less RAM than laptops are sold with, smaller in proportion */
        MLM_DESKTOP_NONE,
        MLM_DESKTOP_LXDE,
        MLM_DESKTOP_OTHER, /* holds `bytes` */
    } kind;
    uint64_t bytes;
    bool tabs_said;
    int tabs; /* pages open in the browser, or MLM_NO_BROWSER; counts only if tabs_said */
};

/* The pages that are open in its browser: those that were said, otherwise MLM_TABS_USUAL beside LXDE. */
int mlm_desktop_tabs(const struct mlm_desktop *desktop);

/* What it holds on a laptop with this much RAM, in whole MiB. */
uint64_t mlm_desktop_bytes(const struct mlm_desktop *desktop, double ram_bytes);

/* "LXDE and a browser with 5 pages"; after `system`, which may be "": "its system, LXDE and a browser with 5
 * pages", "its system". */
#define MLM_DESKTOP_TEXT 128
const char *mlm_desktop_text(
    const struct mlm_desktop *desktop, const char *system, char text[static MLM_DESKTOP_TEXT]);

/* What a job can have on a laptop. Below 0: the desktop alone is too large for it. */
double mlm_laptop_left_bytes(double ram_bytes, const struct mlm_desktop *desktop);

/* The smallest laptop that is sold and leaves so much to a job, as an index; MLM_LAPTOPS_SOLD: none. */
unsigned mlm_laptop_smallest(double needs_bytes, const struct mlm_desktop *desktop);
