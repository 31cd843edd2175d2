/* Reads and writes small files whole, without stdio. Files under /proc and /sys report no size, so reading
 * goes on until the end; a limit of 1 MiB guards against a file that does not end. */
#include "base/file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/size.h"

#define FILE_LIMIT_BYTES (1u << 20)

static ssize_t read_until_full(int fd, char *buffer, size_t size)
{
    size_t length = 0;
    while (length < size) {
        ssize_t n = read(fd, buffer + length, size - length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        length += (size_t)n;
    }
    return (ssize_t)length;
}

ssize_t mlm_file_read_into(int dir_fd, const char *name, char *buffer, size_t size)
{
    mlm_auto_close int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = read_until_full(fd, buffer, size - 1);
    if (n >= 0)
        buffer[n] = 0;
    return n;
}

ssize_t mlm_file_read(int dir_fd, const char *name, char **ret_text, struct mlm_error *error)
{
    mlm_auto_close int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return mlm_error_errno(error, -errno, "cannot open %s", name);
    size_t size = 4096, length = 0;
    mlm_auto_free char *text = malloc(size);
    if (!text)
        return mlm_error_errno(error, -ENOMEM, "reading %s", name);
    for (;;) {
        ssize_t n = read_until_full(fd, text + length, size - 1 - length);
        if (n < 0)
            return mlm_error_errno(error, (int)n, "cannot read %s", name);
        length += (size_t)n;
        if (length < size - 1)
            break;
        if (size >= FILE_LIMIT_BYTES)
            return mlm_error_errno(error, -EFBIG, "reading %s", name);
        size *= 2;
        char *larger = realloc(text, size);
        if (!larger)
            return mlm_error_errno(error, -ENOMEM, "reading %s", name);
        text = larger;
    }
    text[length] = 0;
    *ret_text = mlm_take_ptr(text);
    return (ssize_t)length;
}

/* Accepts digits only, followed by white space or the end. */
static int number_parse(const char *text, uint64_t *ret_value)
{
    if (!isdigit((unsigned char)*text))
        return -EINVAL;
    errno = 0;
    char *rest;
    unsigned long long value = strtoull(text, &rest, 10);
    if (errno)
        return -ERANGE;
    if (*rest && !isspace((unsigned char)*rest))
        return -EINVAL;
    *ret_value = value;
    return 0;
}

int mlm_file_read_number(int dir_fd, const char *name, uint64_t *ret_value, struct mlm_error *error)
{
    char text[64] = "";
    ssize_t n = mlm_file_read_into(dir_fd, name, text, sizeof text);
    if (n < 0)
        return mlm_error_errno(error, (int)n, "cannot read %s", name);
    if (strncmp(text, "max", 3) == 0 && (!text[3] || text[3] == '\n')) {
        *ret_value = MLM_NO_LIMIT;
        return 0;
    }
    int r = number_parse(text, ret_value);
    return r < 0 ? mlm_error_set(error, r, "%s holds no number", name) : 0;
}

int mlm_file_write(int dir_fd, const char *name, const char *text, struct mlm_error *error)
{
    mlm_auto_close int fd = openat(dir_fd, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return mlm_error_errno(error, -errno, "cannot open %s for writing", name);
    size_t size = strlen(text);
    ssize_t n = write(fd, text, size);
    if (n < 0 || (size_t)n != size)
        return mlm_error_errno(error, n < 0 ? -errno : -EIO, "cannot write '%s' to %s", text, name);
    return 0;
}

int mlm_keyed_number(const char *text, const char *key, uint64_t *ret_value)
{
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        if (strncmp(line, key, length) != 0)
            continue;
        const char *value = line + length;
        if (*value == ':')
            value++;
        else if (*value != ' ' && *value != '\t')
            continue;
        value += strspn(value, " \t");
        return number_parse(value, ret_value);
    }
    return -ENOENT;
}

int mlm_write_all(int fd, const void *data, size_t size)
{
    const char *next = data;
    while (size) {
        ssize_t n = write(fd, next, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        next += n;
        size -= (size_t)n;
    }
    return 0;
}

bool mlm_same_file(const char *path, const char *other)
{
    struct stat one, two;
    return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev &&
           one.st_ino == two.st_ino;
}

void mlm_inherited_fds(int ret_fds[static MLM_INHERITED_FDS_MAX + 1])
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    for (struct dirent *entry; folder && count < MLM_INHERITED_FDS_MAX && (entry = readdir(folder));) {
        int fd = (int)strtol(entry->d_name, NULL, 10); /* gives 0 for "." and ".." */
        int flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : -1;
        if (flags >= 0 &&
            !(flags & FD_CLOEXEC)) /* the folder's own descriptor has FD_CLOEXEC and is left out */
            ret_fds[count++] = fd;
    }
    if (folder)
        (void)closedir(folder);
    ret_fds[count] = -1;
}
