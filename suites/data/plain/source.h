/* The bytes of a user's file from begin to end. Of a gzip file these are the bytes that were packed.
 *
 * zlib is opened with dlopen(), and only for a file that is packed: linking it would map it into every
 * worker, and a measured process must hold its workload and nothing else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

#define MLM_ZLIB_LIBRARY "libz.so.1"
#define MLM_ZLIB_PACKAGE "zlib1g"

struct mlm_zlib {
    void *(*open)(int fd, const char *mode);
    int (*read)(void *stream, void *to, unsigned size);
    int (*rewind)(void *stream);
    long (*offset)(void *stream);
    const char *(*error)(void *stream, int *ret_code);
    int (*close)(void *stream);
};

struct mlm_source {
    const char *name; /* path of the file; borrowed */
    int fd;           /* the file as it is, also if it is packed */
    uint64_t file_bytes;
    uint64_t read_bytes;  /* bytes given out since the begin */
    uint64_t shown_bytes; /* of the file, since the begin: told as progress */
    void *stream;         /* zlib's; NULL: the file is not packed */
    struct mlm_zlib zlib;
};

/* Opens a regular file that is not empty. `path` must outlive the source. -ENOTSUP: the file is packed, and
 * there is no zlib. */
int mlm_source_open(const char *path, struct mlm_source *ret_source, struct mlm_scoreboard *sb);

/* Returns true if the file begins as gzip files do. */
bool mlm_source_is_gzip(const struct mlm_source *source);

/* Reads `size` bytes; fewer only where the bytes end. Progress is in bytes of the file. */
int mlm_source_read(
    struct mlm_source *source, char *to, size_t size, size_t *ret_size, struct mlm_scoreboard *sb);

/* Goes back to the begin. */
int mlm_source_rewind(struct mlm_source *source, struct mlm_scoreboard *sb);

void mlm_source_close(struct mlm_source *source); /* accepts a closed source */
