/* Opens a user's file, finds out whether it is packed, and reads it. */
#include "data/plain/source.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/library.h"

/* zlib takes sizes as unsigned int and returns them as int. */
#define READ_MOST ((size_t)1 << 30)

static int source_fail(const struct mlm_source *source, int code, const char *what, struct mlm_scoreboard *sb)
{
    return mlm_fail(sb, code, "cannot %s %.300s: %s", what, source->name, strerror(-code));
}

static int zlib_find(struct mlm_source *source, struct mlm_scoreboard *sb)
{
    struct mlm_zlib *zlib = &source->zlib;
    void *library = mlm_library_open(MLM_ZLIB_LIBRARY, RTLD_LOCAL, NULL);
    const struct {
        const char *name;
        void *function;
    } symbols[] = {
        {"gzdopen", &zlib->open},
        {"gzread", &zlib->read},
        {"gzrewind", &zlib->rewind},
        {"gzoffset", &zlib->offset},
        {"gzerror", &zlib->error},
        {"gzclose", &zlib->close},
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *symbol = library ? dlsym(library, symbols[i].name) : NULL;
        if (!symbol)
            return mlm_fail(sb, -ENOTSUP,
                "%.300s is a gzip file, and %s is not installed; install the package %s, or unpack the file",
                source->name, MLM_ZLIB_LIBRARY, MLM_ZLIB_PACKAGE);
        /* ISO C has no conversion from object to function pointers; POSIX guarantees the same representation.
         */
        memcpy(symbols[i].function, &symbol, sizeof symbol);
    }
    return 0;
}

bool mlm_source_is_gzip(const struct mlm_source *source)
{
    unsigned char begin[2] = {0};
    return pread(source->fd, begin, sizeof begin, 0) == sizeof begin && begin[0] == 0x1f && begin[1] == 0x8b;
}

/* Starts to unpack, with a descriptor that zlib closes. */
static int stream_open(struct mlm_source *source, struct mlm_scoreboard *sb)
{
    int r = zlib_find(source, sb);
    if (r < 0)
        return r;
    int fd = fcntl(source->fd, F_DUPFD_CLOEXEC, 3);
    source->stream = fd < 0 ? NULL : source->zlib.open(fd, "r");
    if (source->stream)
        return 0;
    if (fd >= 0)
        (void)close(fd);
    return source_fail(source, fd < 0 ? -errno : -ENOMEM, "unpack", sb);
}

int mlm_source_open(const char *path, struct mlm_source *ret_source, struct mlm_scoreboard *sb)
{
    struct mlm_source source = {.name = path};
    struct stat status;
    /* O_NONBLOCK: a pipe must be refused, and opening it must not block. */
    source.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (source.fd < 0)
        return source_fail(&source, -errno, "open", sb);
    int r = fstat(source.fd, &status) < 0 ? source_fail(&source, -errno, "look at", sb) : 0;
    if (r == 0 && !S_ISREG(status.st_mode))
        r = mlm_fail(sb, -EINVAL, "%.300s is not a regular file", path);
    if (r == 0 && status.st_size == 0)
        r = mlm_fail(sb, -EINVAL, "%.300s is empty", path);
    source.file_bytes = r == 0 ? (uint64_t)status.st_size : 0;
    if (r == 0 && mlm_source_is_gzip(&source))
        r = stream_open(&source, sb);
    if (r < 0) {
        mlm_source_close(&source);
        return r;
    }
    *ret_source = source;
    return 0;
}

/* zlib returns what it could unpack of a file that was cut off, and tells the fault only when asked. */
static int stream_read(
    struct mlm_source *source, char *to, size_t size, size_t *ret_size, struct mlm_scoreboard *sb)
{
    int n = source->zlib.read(source->stream, to, (unsigned)(size < READ_MOST ? size : READ_MOST));
    if (n > 0) {
        *ret_size = (size_t)n;
        return 0;
    }
    int code = 0;
    const char *why = source->zlib.error(source->stream, &code);
    if (n < 0 || code < 0)
        return mlm_fail(sb, -EINVAL, "%.300s cannot be unpacked: %.100s; get the file again", source->name,
            why && *why ? why : "it is damaged");
    *ret_size = 0;
    return 0;
}

static int file_read(
    struct mlm_source *source, char *to, size_t size, size_t *ret_size, struct mlm_scoreboard *sb)
{
    for (;;) {
        ssize_t n = read(source->fd, to, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return source_fail(source, -errno, "read", sb);
        *ret_size = (size_t)n;
        return 0;
    }
}

/* Of a packed file: how much of it was unpacked. */
static uint64_t position(const struct mlm_source *source)
{
    if (!source->stream)
        return source->read_bytes;
    long offset = source->zlib.offset(source->stream);
    return offset < 0 ? 0 : (uint64_t)offset;
}

int mlm_source_read(
    struct mlm_source *source, char *to, size_t size, size_t *ret_size, struct mlm_scoreboard *sb)
{
    size_t have = 0;
    while (have < size) {
        size_t n = 0;
        int r = (source->stream ? stream_read : file_read)(source, to + have, size - have, &n, sb);
        if (r < 0)
            return r;
        if (n == 0)
            break;
        have += n;
    }
    source->read_bytes += have;
    uint64_t now = position(source);
    mlm_progress_add(sb, now - source->shown_bytes);
    source->shown_bytes = now;
    *ret_size = have;
    return 0;
}

int mlm_source_rewind(struct mlm_source *source, struct mlm_scoreboard *sb)
{
    source->read_bytes = source->shown_bytes = 0;
    if (source->stream ? source->zlib.rewind(source->stream) < 0 : lseek(source->fd, 0, SEEK_SET) < 0)
        return source_fail(source, source->stream ? -EIO : -errno, "rewind", sb);
    return 0;
}

void mlm_source_close(struct mlm_source *source)
{
    if (source->stream)
        (void)source->zlib.close(source->stream);
    if (source->fd > 0)
        (void)close(source->fd);
    *source = (struct mlm_source){.fd = -1};
}
