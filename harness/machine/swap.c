/* Reads /proc/swaps and tells zram from disks: swap on zram takes memory itself. */
#include "machine/swap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "machine/root.h"

const char *mlm_swap_kind_name(enum mlm_swap_kind kind)
{
    static const char *const names[] = {"partition", "file", "zram"};
    return names[kind];
}

/* The kernel writes blanks and similar characters as \ooo. */
static void octal_unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; to++) {
        unsigned code;
        if (*from == '\\' && sscanf(from + 1, "%3o", &code) == 1 && code > 0 && code < 256) {
            *to = (char)code;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = 0;
}

static enum mlm_swap_kind kind_of(const char *path, const char *type)
{
    const char *slash = strrchr(path, '/');
    if (strncmp(slash ? slash + 1 : path, "zram", 4) == 0)
        return MLM_SWAP_ZRAM;
    return strcmp(type, "file") == 0 ? MLM_SWAP_FILE : MLM_SWAP_PARTITION;
}

static bool line_parse(const char *line, struct mlm_swap *ret_swap)
{
    struct mlm_swap swap;
    char type[32];
    uint64_t size_kib, used_kib;
    if (sscanf(line, "%511s %31s %" SCNu64 " %" SCNu64 " %d", swap.path, type, &size_kib, &used_kib,
            &swap.priority) != 5)
        return false;
    octal_unescape(swap.path);
    swap.kind = kind_of(swap.path, type);
    swap.size_bytes = size_kib * 1024;
    swap.used_bytes = used_kib * 1024;
    *ret_swap = swap;
    return true;
}

int mlm_swaps_read(int root_fd, struct mlm_swap *swaps, size_t size, struct mlm_error *error)
{
    mlm_auto_free char *text = NULL;
    ssize_t n = mlm_file_read(root_fd, mlm_root_path(root_fd, "/proc/swaps"), &text, error);
    if (n < 0)
        return (int)n;
    int count = 0;
    for (const char *line = strchr(text, '\n'); line; line = strchr(line + 1, '\n')) {
        struct mlm_swap swap;
        if (!line_parse(line + 1, &swap))
            continue;
        if ((size_t)count < size)
            swaps[count] = swap;
        count++;
    }
    return count;
}
