/* The machine's files below a descriptor that stands for "/": AT_FDCWD is this machine, any other one a
 * recorded tree. Paths begin with '/'. Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Converts the path to the form that the *at() calls need. */
const char *mlm_root_path(int root_fd, const char *path);

bool mlm_root_exists(int root_fd, const char *path);

/* Reads the first size-1 bytes of a file and returns their number, or a negative errno. On failure `text` is
 * "". */
ssize_t mlm_root_text(int root_fd, const char *path, char *text, size_t size);

/* The same without the newline at the end, for files that hold one value. */
ssize_t mlm_root_value(int root_fd, const char *path, char *text, size_t size);

/* Reads a file that holds one number. Returns 0 or a negative errno. */
int mlm_root_number(int root_fd, const char *path, uint64_t *ret_value);

/* Calls `visit` for each entry of a folder whose name begins with `prefix`, in version order (cpu2 before
 * cpu10). Returns their number, or a negative errno. */
int mlm_root_each(int root_fd, const char *path, const char *prefix,
    void (*visit)(const char *name, void *data), void *data);
