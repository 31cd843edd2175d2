/* Scope-exit cleanup: a marked variable releases what it holds when its scope ends. mlm_take_ptr() and
 * mlm_take_fd() move the value out, so that nothing is left to release. Every destructor here accepts an
 * empty value (NULL, -1). */
#pragma once

#include <dirent.h>
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

static inline void mlm_closedir_p(DIR **folder)
{
    if (*folder)
        (void)closedir(*folder);
}

#define mlm_auto_free mlm_cleanup(mlm_free_p)
#define mlm_auto_close mlm_cleanup(mlm_close_p)
#define mlm_auto_fclose mlm_cleanup(mlm_fclose_p)
#define mlm_auto_closedir mlm_cleanup(mlm_closedir_p)

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
