/* Scope-exit cleanup: a variable marked so releases what it holds when its scope ends; mlm_take() moves the
 * value out, leaving nothing to release. Every destructor here takes "nothing" (NULL, -1) without complaint.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define mlm_cleanup(function) __attribute__((cleanup(function)))

static inline void mlm_free_p(void *p)
{
    free(*(void **)p);
}

static inline void mlm_close_p(const int *fd)
{
    if (*fd >= 0) {
        int saved = errno;
        (void)close(*fd);
        errno = saved;
    }
}

static inline void mlm_fclose_p(FILE **file)
{
    if (*file)
        (void)fclose(*file);
}

#define mlm_auto_free mlm_cleanup(mlm_free_p)
#define mlm_auto_close mlm_cleanup(mlm_close_p)
#define mlm_auto_fclose mlm_cleanup(mlm_fclose_p)

#define mlm_take_ptr(p)                                                                                      \
    ({                                                                                                       \
        __auto_type taken_ = (p);                                                                            \
        (p) = NULL;                                                                                          \
        taken_;                                                                                              \
    })

static inline int mlm_take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}
