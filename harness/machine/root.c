/* Reads files below a root descriptor, so that tests can use recorded trees in place of "/". */
#include "machine/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

const char *mlm_root_path(int root_fd, const char *path)
{
    return root_fd == AT_FDCWD ? path : path + 1;
}

bool mlm_root_exists(int root_fd, const char *path)
{
    return faccessat(root_fd, mlm_root_path(root_fd, path), F_OK, 0) == 0;
}

ssize_t mlm_root_text(int root_fd, const char *path, char *text, size_t size)
{
    text[0] = 0;
    ssize_t n = mlm_file_read_into(root_fd, mlm_root_path(root_fd, path), text, size);
    if (n < 0)
        text[0] = 0;
    return n;
}

ssize_t mlm_root_value(int root_fd, const char *path, char *text, size_t size)
{
    ssize_t n = mlm_root_text(root_fd, path, text, size);
    if (n > 0 && text[n - 1] == '\n')
        text[--n] = 0;
    return n;
}

int mlm_root_number(int root_fd, const char *path, uint64_t *ret_value)
{
    return mlm_file_read_number(root_fd, mlm_root_path(root_fd, path), ret_value, NULL);
}

int mlm_root_each(int root_fd, const char *path, const char *prefix,
    void (*visit)(const char *name, void *data), void *data)
{
    struct dirent **entries;
    int count = scandirat(root_fd, mlm_root_path(root_fd, path), &entries, NULL, versionsort);
    if (count < 0)
        return -errno;
    int visited = 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (name[0] != '.' && strncmp(name, prefix, strlen(prefix)) == 0) {
            visit(name, data);
            visited++;
        }
        free(entries[i]);
    }
    free(entries);
    return visited;
}
