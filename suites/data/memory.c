/* mmap() for data, and a variant with guard pages for builds with sanitizers. */
#include "data/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "data/random.h"

#ifdef MLM_MAP_GUARDED
#include <sanitizer/asan_interface.h>
#include <unistd.h>

static size_t pages_of(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return size ? (size + page - 1) / page * page : page;
}

/* The block lies between two inaccessible ranges, and the rest of its last page is poisoned. Code with
 * sanitizers fails at the first byte beyond the block, all other code at the end of the page. */
static void *pages_take(size_t size)
{
    if (size > SIZE_MAX / 2)
        return MAP_FAILED;
    size_t pages = pages_of(size);
    char *all = mmap(
        NULL, pages + 2 * MLM_MAP_GUARD_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED)
        return MAP_FAILED;
    char *data = all + MLM_MAP_GUARD_BYTES;
    if (mprotect(data, pages, PROT_READ | PROT_WRITE) < 0) {
        (void)munmap(all, pages + 2 * MLM_MAP_GUARD_BYTES);
        return MAP_FAILED;
    }
    ASAN_POISON_MEMORY_REGION(data + size, pages - size);
    return data;
}

static void pages_give_back(void *data, size_t size)
{
    size_t pages = pages_of(size);
    ASAN_UNPOISON_MEMORY_REGION(data, pages);
    (void)munmap((char *)data - MLM_MAP_GUARD_BYTES, pages + 2 * MLM_MAP_GUARD_BYTES);
}
#else
static void *pages_take(size_t size)
{
    return mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void pages_give_back(void *data, size_t size)
{
    (void)munmap(data, size ? size : 1);
}
#endif

void *mlm_map(size_t size, const char *what, struct mlm_scoreboard *sb)
{
    void *data = pages_take(size);
    if (data == MAP_FAILED) {
        mlm_fail(sb, -ENOMEM, "the machine refused %zu bytes for %s", size, what);
        return NULL;
    }
    return data;
}

void mlm_unmap(void *data, size_t size)
{
    if (data)
        pages_give_back(data, size);
}

void mlm_touch_random(void *data, size_t size, uint64_t key)
{
    mlm_random_fill(key, data, size);
}
