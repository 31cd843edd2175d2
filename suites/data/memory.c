#include "data/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "data/random.h"

void *mlm_map(size_t size, const char *what, struct mlm_scoreboard *sb)
{
    void *data = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) {
        (void)mlm_fail(sb, -ENOMEM, "the machine refused %zu bytes for %s", size, what);
        return NULL;
    }
    return data;
}

void mlm_unmap(void *data, size_t size)
{
    if (data)
        (void)munmap(data, size ? size : 1);
}

void mlm_touch_random(void *data, size_t size, uint64_t key)
{
    mlm_random_fill(key, data, size);
}
