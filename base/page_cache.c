/* Asks mincore(2), piece by piece, so that our own memory does not grow with the file. */
#include "base/page_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/page.h"

/* To anybody else mincore() says that every page is there. */
static bool is_told(int fd)
{
    char path[64];
    struct stat status;
    if (geteuid() == 0 || (fstat(fd, &status) == 0 && status.st_uid == geteuid()))
        return true;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

int mlm_page_cache_bytes(int fd, uint64_t size_bytes, uint64_t *ret_bytes)
{
    unsigned char map[4096];
    const size_t page = mlm_page_bytes(), piece = sizeof map * page;
    *ret_bytes = 0;
    if (!is_told(fd))
        return -EPERM;
    for (uint64_t at = 0; at < size_bytes; at += piece) {
        size_t here = size_bytes - at < piece ? (size_t)(size_bytes - at) : piece;
        void *data = mmap(NULL, here, PROT_READ, MAP_SHARED, fd, (off_t)at);
        if (data == MAP_FAILED)
            return -errno;
        int r = mincore(data, here, map) < 0 ? -errno : 0;
        (void)munmap(data, here);
        if (r < 0)
            return r;
        for (size_t i = 0; i < (here + page - 1) / page; i++)
            *ret_bytes += map[i] & 1 ? page : 0;
    }
    return 0;
}
