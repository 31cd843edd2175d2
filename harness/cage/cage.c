/* The life of one cage: make the cgroup, set its limits and verify them, kill its processes, remove it.
 * Differences between cgroup versions are in the dialect, not here. */
#include "cage/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/page.h"
#include "cage/run.h"
#include "cage/tree.h"

/* No counter of the kernel reaches this value: a larger limit means none. */
#define COUNTER_MAX (UINT64_C(1) << 62)

/* Writes a limit and reads it back through the same descriptor. The kernel rounds down to whole pages. */
static int limit_set(int dir_fd, const char *file, uint64_t bytes, struct mlm_error *error)
{
    mlm_auto_close int fd = openat(dir_fd, file, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return mlm_error_errno(error, -errno, "cannot open %s", file);
    char text[32];
    int length = snprintf(text, sizeof text, "%" PRIu64, bytes);
    if (write(fd, text, (size_t)length) != length)
        return mlm_error_errno(error, -errno, "cannot write %s to %s", text, file);
    char back[32];
    ssize_t n = pread(fd, back, sizeof back - 1, 0);
    if (n <= 0)
        return mlm_error_errno(error, n ? -errno : -EIO, "cannot read %s back", file);
    back[n] = 0;
    back[strcspn(back, "\n")] = 0;
    char *end;
    uint64_t set = strtoull(back, &end, 10);
    if (end == back || *end || set != bytes - bytes % mlm_page_bytes())
        return mlm_error_set(
            error, -EIO, "the limit does not hold: wrote %s to %s and read back %s", text, file, back);
    return 0;
}

/* Lines have the form "4:memory:/where/NAME/below". Only the hierarchy that holds the cage has its name. */
bool mlm_cage_holds(const struct mlm_cage *cage, pid_t pid)
{
    char path[64], text[8192];
    if (cage->inherited)
        return mlm_inherited_holds(cage, pid);
    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0)
        return false;
    size_t length = strlen(cage->name);
    for (const char *at = text; (at = strstr(at, cage->name)); at += length)
        if (at[-1] == '/' && (at[length] == '/' || at[length] == '\n'))
            return true;
    return false;
}

/* Where no file limits swap alone, a cage can still be kept from swapping at all. */
static int never_swap(const struct mlm_cage *cage, struct mlm_error *error)
{
    const struct mlm_dialect *dialect = cage->cages->dialect;
    if (cage->limits.swap_limit_bytes == 0 && access("/proc/swaps", F_OK) < 0)
        return 0; /* this kernel has no swap */
    if (cage->limits.swap_limit_bytes == 0 && dialect->swappiness)
        return limit_set(cage->dir_fd, dialect->swappiness, 0, error);
    return mlm_error_set(error, -ENOTSUP,
        dialect->swap_files_count_memory
            ? "cgroup v1 limits swap only together with a memory limit, and only where the kernel counts "
              "swap (kernel parameter swapaccount=1)"
            : "this kernel does not count swap (kernel parameter swapaccount=1)");
}

/* A new cgroup can inherit from its parent that the kernel kills nobody in it. A job above its cap would then
 * wait for ever. */
static int kills_allow(const struct mlm_cage *cage, struct mlm_error *error)
{
    const struct mlm_dialect *dialect = cage->cages->dialect;
    if (!mlm_cgroup_kills_nobody(cage->dir_fd, dialect->oom_file, dialect))
        return 0;
    return mlm_file_write(cage->dir_fd, dialect->oom_file, "0", error);
}

static int limits_set(const struct mlm_cage *cage, struct mlm_error *error)
{
    const struct mlm_dialect *dialect = cage->cages->dialect;
    int killable = kills_allow(cage, error);
    if (killable < 0)
        return killable;
    uint64_t memory = cage->limits.cap_bytes, swap = cage->limits.swap_limit_bytes;
    /* A new cgroup has no limit. Set the limit of memory first: on v1 the limit of memory and swap must not
     * be below it. */
    if (memory < COUNTER_MAX) {
        int r = limit_set(cage->dir_fd, dialect->memory_limit, memory, error);
        if (r < 0)
            return r;
    }
    if (swap >= COUNTER_MAX)
        return 0;
    bool together = dialect->swap_files_count_memory;
    if (together && memory >= COUNTER_MAX)
        return never_swap(cage, error);
    struct mlm_error cause;
    int r = limit_set(cage->dir_fd, dialect->swap_limit, together ? memory + swap : swap, &cause);
    if (r == -ENOENT)
        return never_swap(cage, error);
    return r < 0 ? mlm_error_set(error, r, "%s", cause.text) : 0;
}

/* Makes the cgroup of a cage. */
static int cgroup_make(struct mlm_cage *cage, struct mlm_error *error)
{
    const struct mlm_cages *cages = cage->cages;
    if (mkdirat(cages->dir_fd, cage->name, 0755) < 0)
        return mlm_error_errno(error, -errno, "cannot make the cgroup %s/%s", cages->site.path, cage->name);
    cage->dir_fd = openat(cages->dir_fd, cage->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cage->hold_fd = cage->dir_fd < 0 ? -errno : mlm_cage_hold(cages->dir_fd, cage->name);
    return cage->hold_fd < 0 ? mlm_error_errno(error, cage->hold_fd, "cannot open the cgroup %s/%s",
                                   cages->site.path, cage->name)
                             : limits_set(cage, error);
}

int mlm_cage_open(struct mlm_cages *cages, const struct mlm_limits *limits, struct mlm_cage **ret_cage,
    struct mlm_error *error)
{
    mlm_auto_free struct mlm_cage *cage = malloc(sizeof *cage);
    if (!cage)
        return mlm_error_errno(error, -ENOMEM, "cannot make a cage");
    *cage = (struct mlm_cage){.cages = cages, .limits = *limits, .dir_fd = -1, .hold_fd = -1};
    snprintf(cage->name, sizeof cage->name, "%.64s%04u", cages->prefix, cages->next++);
    mlm_cages_look_above(cages, &cage->above);
    int r;
    if (cages->site.access == MLM_CAGE_INHERITED) {
        cage->dir_fd = cages->dir_fd < 0 ? -1 : fcntl(cages->dir_fd, F_DUPFD_CLOEXEC, 0);
        r = mlm_inherited_open(cage, error);
    } else {
        r = cgroup_make(cage, error);
    }
    if (r < 0) {
        mlm_cage_close(mlm_take_ptr(cage));
        return r;
    }
    *ret_cage = mlm_take_ptr(cage);
    return 0;
}

bool mlm_cage_is_inherited(const struct mlm_cage *cage)
{
    return cage->inherited;
}

int mlm_cage_dir_fd(const struct mlm_cage *cage)
{
    return cage->dir_fd;
}

const struct mlm_dialect *mlm_cage_dialect(const struct mlm_cage *cage)
{
    return cage->cages->dialect;
}

const struct mlm_limits *mlm_cage_limits(const struct mlm_cage *cage)
{
    return &cage->limits;
}

static int peak_read(const struct mlm_cage *cage, const char *file, uint64_t *ret_bytes)
{
    return file && mlm_file_read_number(cage->dir_fd, file, ret_bytes, NULL) == 0 ? 0 : -ENODATA;
}

int mlm_cage_memory_peak(const struct mlm_cage *cage, uint64_t *ret_bytes)
{
    return cage->inherited ? mlm_old_peak_read(&cage->inherited->memory, ret_bytes)
                           : peak_read(cage, cage->cages->dialect->memory_peak, ret_bytes);
}

int mlm_cage_swap_peak(const struct mlm_cage *cage, uint64_t *ret_bytes)
{
    return cage->inherited ? mlm_old_peak_read(&cage->inherited->swap, ret_bytes)
                           : peak_read(cage, cage->cages->dialect->swap_peak, ret_bytes);
}

const char *mlm_cage_stat_before(const struct mlm_cage *cage)
{
    return cage->inherited && cage->inherited->stat ? cage->inherited->stat : "";
}

int mlm_cage_kill(struct mlm_cage *cage, struct mlm_error *error)
{
    if (cage->inherited)
        return mlm_kin_kill(&cage->inherited->kin, error);
    return mlm_cgroup_kill(cage->dir_fd, cage->cages->dialect, error);
}

void mlm_cage_close(struct mlm_cage *cage)
{
    if (!cage)
        return;
    bool is_own = cage->cages->site.access != MLM_CAGE_INHERITED;
    if (cage->inherited)
        mlm_inherited_close(cage);
    mlm_close_p(&cage->dir_fd);
    mlm_close_p(&cage->hold_fd);
    /* mlm_cages_close() and `clean` try again to remove a cgroup that remains. */
    if (is_own)
        (void)mlm_cgroup_remove(cage->cages->dir_fd, cage->name, cage->cages->dialect, NULL);
    free(cage);
}
