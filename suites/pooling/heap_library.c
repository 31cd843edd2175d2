/* Allocators in shared libraries (mimalloc, jemalloc), opened at run time; each has its own names for malloc
 * and free. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "data/library.h"
#include "pooling/pooling.h"

struct heap {
    void *library;
    void *(*alloc)(size_t size);
    void (*free)(void *memory);
};

static int library_open(
    const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb)
{
    (void)dry;
    struct heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    /* Never closed: these libraries have thread-specific data, whose destructors run when the thread ends. */
    const char *why = "it lacks a function";
    heap->library = mlm_library_open(config->heap->library, RTLD_LOCAL, &why);
    void *alloc = heap->library ? dlsym(heap->library, config->heap->alloc_name) : NULL;
    void *release = heap->library ? dlsym(heap->library, config->heap->free_name) : NULL;
    if (!alloc || !release) {
        free(heap);
        return mlm_fail(sb, -ENOTSUP, "%s cannot be used: %s", config->heap->library, why);
    }
    /* ISO C has no conversion from object to function pointers; POSIX guarantees the same representation. */
    memcpy(&heap->alloc, &alloc, sizeof alloc);
    memcpy(&heap->free, &release, sizeof release);
    *ret_heap = heap;
    return 0;
}

static void library_alloc(void *p, struct pooling_tensor *tensor)
{
    tensor->memory = ((struct heap *)p)->alloc(tensor->size);
}

static void library_free(void *p, struct pooling_tensor *tensor)
{
    ((struct heap *)p)->free(tensor->memory);
}

#define LIBRARY(soname, alloc_, free_)                                                                       \
    {                                                                                                        \
        .library = (soname), .alloc_name = (alloc_), .free_name = (free_), .page_ns = 60,                    \
        .open = library_open, .alloc = library_alloc, .free = library_free, .close = free                    \
    }

const struct pooling_heap pooling_heap_mimalloc = LIBRARY(MIMALLOC_LIBRARY, "mi_malloc", "mi_free");
const struct pooling_heap pooling_heap_jemalloc = LIBRARY(JEMALLOC_LIBRARY, "malloc", "free");
const struct pooling_heap pooling_heap_tcmalloc = LIBRARY(TCMALLOC_LIBRARY, "tc_malloc", "tc_free");
