/* Reads /proc/meminfo and asks whether swap is really memory (zram, zswap), because then it does not extend
 * memory. */
#include "machine/memory.h"

#include <errno.h>

#include "base/file.h"
#include "machine/root.h"
#include "machine/swap.h"

enum { SWAPS = 32 };

static int kib_as_bytes(const char *meminfo, const char *key, uint64_t *ret_bytes)
{
    uint64_t kib;
    int r = mlm_keyed_number(meminfo, key, &kib);
    if (r == 0)
        *ret_bytes = kib * 1024;
    return r;
}

/* Kernels before 3.14 give no estimate. */
static uint64_t available_guess(const char *meminfo)
{
    uint64_t free_bytes = 0, cached_bytes = 0;
    kib_as_bytes(meminfo, "MemFree", &free_bytes);
    kib_as_bytes(meminfo, "Cached", &cached_bytes);
    return free_bytes + cached_bytes;
}

static bool any_zram(int root_fd)
{
    struct mlm_swap swaps[SWAPS];
    int count = mlm_swaps_read(root_fd, swaps, SWAPS, NULL);
    for (int i = 0; i < count && i < SWAPS; i++)
        if (swaps[i].kind == MLM_SWAP_ZRAM)
            return true;
    return false;
}

int mlm_memory_now(int root_fd, struct mlm_memory_now *ret_memory, struct mlm_error *error)
{
    char meminfo[8192], zswap[8];
    ssize_t n = mlm_root_text(root_fd, "/proc/meminfo", meminfo, sizeof meminfo);
    if (n < 0)
        return mlm_error_errno(error, (int)n, "cannot read /proc/meminfo");
    struct mlm_memory_now memory = {0};
    if (kib_as_bytes(meminfo, "MemTotal", &memory.total_bytes) < 0)
        return mlm_error_set(error, -EINVAL, "/proc/meminfo tells no MemTotal");
    if (kib_as_bytes(meminfo, "MemAvailable", &memory.available_bytes) < 0)
        memory.available_bytes = available_guess(meminfo);
    kib_as_bytes(meminfo, "SwapTotal", &memory.swap_total_bytes);
    kib_as_bytes(meminfo, "SwapFree", &memory.swap_free_bytes);
    if (memory.swap_total_bytes) {
        memory.swap_is_zram = any_zram(root_fd);
        mlm_root_value(root_fd, "/sys/module/zswap/parameters/enabled", zswap, sizeof zswap);
        memory.zswap = zswap[0] == 'Y';
    }
    *ret_memory = memory;
    return 0;
}
