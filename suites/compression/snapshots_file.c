/* Snapshots on disk. Each is synced, or a crash of the machine could take it; then its pages leave the page
 * cache, because nobody reads them soon. */
#include "compression/snapshots.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

/* Steps in which a snapshot is written and read. */
#define PIECE_BYTES (UINT64_C(4) << 20)

int snapshots_file_open(int *ret_fd, struct mlm_scoreboard *sb)
{
    const char *folder = getenv("TMPDIR");
    struct statfs disk;
    if (!folder || !*folder)
        folder = "/var/tmp";
    /* Not every file system has O_TMPFILE. */
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/mlmembench-XXXXXX", folder);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return mlm_fail(sb, -ENOTSUP, "cannot make a file in %s: %s; set TMPDIR to a folder on a disk",
            folder, strerror(errno));
    (void)unlink(path);
    if (fstatfs(fd, &disk) == 0 && (disk.f_type == TMPFS_MAGIC || disk.f_type == RAMFS_MAGIC)) {
        (void)close(fd);
        return mlm_fail(sb, -ENOTSUP, "%s lies in memory; set TMPDIR to a folder on a disk", folder);
    }
    *ret_fd = fd;
    return 0;
}

static int write_at(int fd, const void *data, uint64_t size, uint64_t at, struct mlm_scoreboard *sb)
{
    for (uint64_t done = 0; done < size;) {
        uint64_t piece = size - done < PIECE_BYTES ? size - done : PIECE_BYTES;
        ssize_t n = pwrite(fd, (const char *)data + done, piece, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mlm_fail(sb, -errno, "cannot write a snapshot: %s", strerror(errno));
        done += (uint64_t)n;
    }
    return 0;
}

static int read_at(int fd, void *data, uint64_t size, uint64_t at, struct mlm_scoreboard *sb)
{
    for (uint64_t done = 0; done < size;) {
        uint64_t piece = size - done < PIECE_BYTES ? size - done : PIECE_BYTES;
        ssize_t n = pread(fd, (char *)data + done, piece, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mlm_fail(sb, -errno, "cannot read a snapshot: %s", strerror(errno));
        if (n == 0)
            return mlm_fail(sb, -EBADMSG, "the snapshot ends at byte %" PRIu64, at + done);
        done += (uint64_t)n;
    }
    return 0;
}

static uint64_t place_of(const struct mlm_perceptron *model, uint64_t epoch)
{
    return epoch % 2 * (sizeof(struct snapshots_head) + 2 * model->lasting_bytes);
}

int snapshots_write(struct snapshots_state *state, struct mlm_scoreboard *sb)
{
    const struct mlm_perceptron *model = state->model;
    const struct snapshots_head head = {.epoch = state->epoch, .steps = model->steps, .loss = model->loss};
    uint64_t at = place_of(model, state->epoch);
    int r = write_at(state->fd, &head, sizeof head, at, sb);
    at += sizeof head;
    if (r == 0)
        r = write_at(state->fd, model->lasting[MLM_MLP_WEIGHTS], model->lasting_bytes, at, sb);
    if (r == 0)
        r = write_at(
            state->fd, model->lasting[MLM_MLP_STATE1], model->lasting_bytes, at + model->lasting_bytes, sb);
    if (r < 0)
        return r;
    if (fdatasync(state->fd) < 0)
        return mlm_fail(sb, -errno, "cannot write a snapshot: %s", strerror(errno));
    (void)posix_fadvise(state->fd, 0, 0, POSIX_FADV_DONTNEED);
    return 0;
}

int snapshots_read(struct snapshots_state *state, uint64_t epoch, struct mlm_scoreboard *sb)
{
    struct mlm_perceptron *model = state->model;
    struct snapshots_head head;
    uint64_t at = place_of(model, epoch);
    int r = read_at(state->fd, &head, sizeof head, at, sb);
    at += sizeof head;
    if (r == 0)
        r = read_at(state->fd, model->lasting[MLM_MLP_WEIGHTS], model->lasting_bytes, at, sb);
    if (r == 0)
        r = read_at(
            state->fd, model->lasting[MLM_MLP_STATE1], model->lasting_bytes, at + model->lasting_bytes, sb);
    if (r < 0)
        return r;
    (void)posix_fadvise(state->fd, 0, 0, POSIX_FADV_DONTNEED);
    if (head.epoch != epoch)
        return mlm_fail(sb, -EBADMSG, "the snapshot is of another epoch");
    model->steps = head.steps;
    model->loss = head.loss;
    return 0;
}
