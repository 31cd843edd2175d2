/* The RAM of a laptop that is in use before a job starts. `--laptop` and `estimate` share these rules. */
#pragma once

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

/* A desktop with a browser holds about 1.6 GiB. On a small machine, where people open less, it is two fifths
 * of the RAM. */
static inline double mlm_laptop_desktop_bytes(double ram_bytes)
{
    double desktop_bytes = 1600 * 0x1p20, share_bytes = ram_bytes * 2 / 5;
    return share_bytes < desktop_bytes ? share_bytes : desktop_bytes;
}

/* The cap that stands for it: what the kernel leaves, in whole MiB. */
static inline uint64_t mlm_laptop_cap_bytes(uint64_t ram_bytes)
{
    const double left_bytes = (double)ram_bytes - mlm_laptop_system_bytes((double)ram_bytes);
    return (uint64_t)left_bytes >> 20 << 20;
}

/* What a job can have of it. */
static inline double mlm_laptop_left_bytes(double ram_bytes)
{
    return ram_bytes - mlm_laptop_system_bytes(ram_bytes) - mlm_laptop_desktop_bytes(ram_bytes);
}
