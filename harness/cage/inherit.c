/* Inherited cages: the job stays in the cgroup that we are in. Nothing is made and no limit is set, so
 * everything that a new cgroup would have begun with is noted here instead. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mounts.h"
#include "cage/run.h"

int mlm_inherited_cages_open(struct mlm_cages *cages, struct mlm_error *error)
{
    void *known = mmap(NULL, sizeof *cages->known, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (known == MAP_FAILED)
        return mlm_error_errno(error, -errno, "cannot prepare for the processes of a job");
    cages->known = known;
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    return 0;
}

void mlm_inherited_cages_close(struct mlm_cages *cages)
{
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
    (void)munmap(cages->known, sizeof *cages->known);
    cages->known = NULL;
}

static int number_read(int fd, uint64_t *ret_bytes)
{
    char text[32];
    ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
    if (n <= 0)
        return -ENODATA;
    text[n] = 0;
    *ret_bytes = strtoull(text, NULL, 10);
    return 0;
}

/* Resets the peak, as v1 lets whoever may write it, and v2 from Linux 6.12 on. A peak that stays as it was is
 * noted, to see later whether it has risen. */
static void old_peak_begin(int dir_fd, const char *name, struct mlm_old_peak *ret_peak)
{
    struct mlm_old_peak peak = {.fd = name ? openat(dir_fd, name, O_RDWR | O_CLOEXEC) : -1};
    peak.reset = peak.fd >= 0 && write(peak.fd, "0", 1) == 1;
    if (peak.fd < 0 && name)
        peak.fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    if (!peak.reset && number_read(peak.fd, &peak.before_bytes) < 0) {
        mlm_close_p(&peak.fd);
        peak.fd = -1;
    }
    *ret_peak = peak;
}

int mlm_old_peak_read(const struct mlm_old_peak *peak, uint64_t *ret_bytes)
{
    uint64_t bytes;
    if (number_read(peak->fd, &bytes) < 0 || (!peak->reset && bytes <= peak->before_bytes))
        return -ENODATA;
    *ret_bytes = bytes;
    return 0;
}

int mlm_inherited_open(struct mlm_cage *cage, struct mlm_error *error)
{
    const struct mlm_dialect *dialect = cage->cages->dialect;
    struct mlm_inherited *inherited = calloc(1, sizeof *inherited);
    if (!inherited)
        return mlm_error_errno(error, -ENOMEM, "cannot inherit a cage");
    inherited->memory.fd = inherited->swap.fd = -1;
    cage->inherited = inherited;
    int r = mlm_kin_begin(cage->cages->known, &inherited->kin, error);
    if (r < 0)
        return r;
    if (cage->dir_fd >= 0) {
        old_peak_begin(cage->dir_fd, dialect->memory_peak, &inherited->memory);
        /* v1's peak of memory and swap together cannot be divided between us and others. */
        if (!dialect->swap_files_count_memory)
            old_peak_begin(cage->dir_fd, dialect->swap_peak, &inherited->swap);
        (void)mlm_file_read(cage->dir_fd, dialect->stat, &inherited->stat, NULL);
    }
    inherited->oom_kills = 0;
    inherited->oom_kills = mlm_cage_oom_kills(cage);
    if (!mlm_cage_own_ooms(cage, &cage->ooms))
        cage->ooms = 0;
    return 0;
}

void mlm_inherited_close(struct mlm_cage *cage)
{
    struct mlm_inherited *inherited = cage->inherited;
    (void)mlm_kin_kill(&inherited->kin, NULL);
    mlm_kin_end(&inherited->kin);
    mlm_close_p(&inherited->memory.fd);
    mlm_close_p(&inherited->swap.fd);
    free(inherited->stat);
    free(inherited);
    cage->inherited = NULL;
}

/* Finds the line of the memory controller's hierarchy in the text of a /proc/PID/cgroup: "4:memory:/where",
 * "0::/where". Returns its length without the newline; 0: there is none. */
static size_t line_find(const char *text, int version, const char **ret_line)
{
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        char controllers[256];
        int number, at = 0;
        if (version == 2 && strncmp(line, "0::", 3) != 0)
            continue;
        if (version == 1 && (sscanf(line, "%d:%255[^:\n]:%n", &number, controllers, &at) != 2 || !at ||
                                !mlm_comma_list_has(controllers, "memory")))
            continue;
        *ret_line = line;
        return strcspn(line, "\n");
    }
    return 0;
}

bool mlm_inherited_holds(const struct mlm_cage *cage, pid_t pid)
{
    char path[64], theirs[8192], ours[8192];
    const char *their_line, *our_line;
    int version = cage->cages->site.version;
    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    if (mlm_file_read_into(AT_FDCWD, path, theirs, sizeof theirs) <= 0)
        return false;
    if (cage->dir_fd < 0 || mlm_file_read_into(AT_FDCWD, "/proc/self/cgroup", ours, sizeof ours) <= 0)
        return true;
    size_t length = line_find(ours, version, &our_line);
    return length && line_find(theirs, version, &their_line) && strncmp(their_line, our_line, length) == 0 &&
           (our_line[length - 1] == '/' || their_line[length] == '/' || their_line[length] == '\n');
}
