/* Opens what records are read from. */
#include "record/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

const char *mlm_source_name(const char *path)
{
    return is_standard_input(path) ? "standard input" : path;
}

/* Copies all of standard input. */
static int copy_make(int fd)
{
    char block[65536];
    for (;;) {
        ssize_t n = read(STDIN_FILENO, block, sizeof block);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        int r = mlm_write_all(fd, block, (size_t)n);
        if (r < 0)
            return r;
    }
}

/* Standard input can be read only once, so its copy stays until the program ends. */
static int copy_find(struct mlm_error *error)
{
    static int copy_fd = -1;
    if (copy_fd >= 0)
        return copy_fd;
    mlm_auto_close int fd = memfd_create("records", MFD_CLOEXEC);
    int r = fd < 0 ? -errno : copy_make(fd);
    if (r < 0)
        return mlm_error_errno(error, r, "cannot read standard input");
    return copy_fd = mlm_take_fd(&fd);
}

/* O_NONBLOCK: waiting for the writer of a pipe could last for ever. */
static int file_open(const char *path, int *ret_fd, bool *ret_returns, struct mlm_error *error)
{
    mlm_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return mlm_error_errno(error, -errno, "cannot open %s", path);
    struct stat status;
    if (fstat(fd, &status) < 0)
        return mlm_error_errno(error, -errno, "cannot read %s", path);
    if (S_ISDIR(status.st_mode))
        return mlm_error_errno(error, -EISDIR, "cannot read %s", path);
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
        return mlm_error_set(error, -ENOTSUP, "cannot read %s: it is no regular file", path);
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
        return mlm_error_errno(error, -errno, "cannot read %s", path);
    *ret_returns = S_ISREG(status.st_mode);
    *ret_fd = mlm_take_fd(&fd);
    return 0;
}

int mlm_source_open(const char *path, int *ret_fd, bool *ret_returns, struct mlm_error *error)
{
    if (!is_standard_input(path))
        return file_open(path, ret_fd, ret_returns, error);
    int copy_fd = copy_find(error);
    if (copy_fd < 0)
        return copy_fd;
    /* A new opening has an offset of its own. */
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", copy_fd);
    return file_open(name, ret_fd, ret_returns, error);
}
