/* Boehm's collector: FREE only drops the pointer. The collector scans for pointers and does not know the
 * replay's own table; therefore live pointers are kept in a table in memory that it scans. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pooling/pooling.h"

struct heap {
    void *(*alloc)(size_t size); /* kept alive only by pointers to the first byte */
    void (*release)(void *memory);
    void **roots; /* one pointer for each slot */
};

static void quiet(char *message, uintptr_t argument)
{
    (void)message, (void)argument;
}

static int boehm_open(
    const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb)
{
    (void)dry;
    void *library = dlopen(BOEHM_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return mlm_fail(sb, -ENOTSUP, "%s cannot be used: %s", BOEHM_LIBRARY, dlerror());
    void (*init)(void);
    void (*set_warn_proc)(void (*warn)(char *message, uintptr_t argument));
    void *(*alloc_uncollectable)(size_t size);
    struct heap found = {0};
    const struct {
        const char *name;
        void *function;
    } symbols[] = {
        {"GC_init", &init},
        {"GC_set_warn_proc", &set_warn_proc},
        {"GC_malloc_uncollectable", &alloc_uncollectable},
        {"GC_malloc_atomic_ignore_off_page", &found.alloc},
        {"GC_free", &found.release},
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (!symbol)
            return mlm_fail(sb, -ENOTSUP, "%s cannot be used: %s", BOEHM_LIBRARY, dlerror());
        /* ISO C has no conversion from object to function pointers; POSIX guarantees the same
         * representation. */
        memcpy(symbols[i].function, &symbol, sizeof symbol);
    }
    init();
    set_warn_proc(quiet); /* silence the collector's warnings about large blocks: all of ours are large */
    struct heap *heap = malloc(sizeof *heap);
    found.roots = alloc_uncollectable(pooling_slots(config) * sizeof(void *));
    if (!heap || !found.roots) {
        free(heap);
        return mlm_fail(sb, -ENOMEM, "out of memory");
    }
    *heap = found;
    *ret_heap = heap;
    return 0;
}

static void boehm_alloc(void *p, struct pooling_tensor *tensor)
{
    struct heap *heap = p;
    tensor->memory = heap->roots[tensor->slot] = heap->alloc(tensor->size);
}

static void boehm_forget(void *p, struct pooling_tensor *tensor)
{
    ((struct heap *)p)->roots[tensor->slot] = NULL;
}

static void boehm_close(void *p)
{
    struct heap *heap = p;
    if (heap)
        heap->release((void *)heap->roots);
    free(heap);
}

const struct pooling_heap pooling_heap_boehm = {.page_ns = 150,
    .open = boehm_open,
    .alloc = boehm_alloc,
    .free = boehm_forget,
    .lose = boehm_forget,
    .close = boehm_close};
