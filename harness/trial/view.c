/* Makes the files that a job sees instead of the machine's.
 *
 * LXCFS is not used for them. It takes MemTotal from the limit of the reader's cgroup, and that is the cap:
 * what the laptop's kernel leaves, not the laptop's memory. It counts processors by cpuset and quota, and we
 * bind by affinity. /proc/stat stays the machine's: its times go on, and programs compute the load from them.
 */
#include "trial/view.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/laptop.h"
#include "base/text.h"

#define MEMINFO "/proc/meminfo"
#define CPUINFO "/proc/cpuinfo"
#define ONLINE "/sys/devices/system/cpu/online"

static uint64_t or_zero(int64_t value)
{
    return value == MLM_NULL || value < 0 ? 0 : (uint64_t)value;
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

char *mlm_view_meminfo(const struct mlm_limits *limits, uint64_t swap_bytes, const struct mlm_sample *sample)
{
    const double ram = (double)limits->laptop_bytes;
    const uint64_t total = (uint64_t)(ram - mlm_laptop_reserved_bytes(ram));
    const uint64_t system = (uint64_t)(mlm_laptop_system_bytes(ram) - mlm_laptop_reserved_bytes(ram));
    const uint64_t used = or_zero(sample->memory_bytes), anon = or_zero(sample->anon_bytes);
    const uint64_t files = or_zero(mlm_sample_cache_bytes(sample)), shmem = or_zero(sample->shmem_bytes);
    const uint64_t cached = or_zero(sample->swap_cached_bytes),
                   swapped = or_zero(sample->swap_bytes) + cached;
    const uint64_t available = less(total, system + less(used, files));
    const struct {
        const char *name;
        uint64_t bytes;
    } lines[] = {
        {"MemTotal:", total},
        {"MemFree:", less(total, system + used)},
        {"MemAvailable:", available},
        {"Buffers:", 0},
        {"Cached:", files + shmem},
        {"SwapCached:", cached},
        {"Active:", anon + files / 2},
        {"Inactive:", shmem + files - files / 2},
        {"Active(anon):", anon},
        {"Inactive(anon):", shmem},
        {"Active(file):", files / 2},
        {"Inactive(file):", files - files / 2},
        {"Unevictable:", 0},
        {"Mlocked:", 0},
        {"SwapTotal:", swap_bytes},
        {"SwapFree:", less(swap_bytes, swapped)},
        {"Dirty:", 0},
        {"Writeback:", 0},
        {"AnonPages:", anon},
        {"Mapped:", 0},
        {"Shmem:", shmem},
        {"KReclaimable:", 0},
        {"Slab:", system},
        {"SReclaimable:", 0},
        {"SUnreclaim:", system},
        {"CommitLimit:", total / 2 + swap_bytes},
        {"Committed_AS:", system + anon + shmem + swapped},
    };
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    for (size_t i = 0; out && i < sizeof lines / sizeof *lines; i++)
        fprintf(out, "%-16s%12" PRIu64 " kB\n", lines[i].name, lines[i].bytes / 1024);
    return out ? mlm_text_end(&text) : NULL;
}

void mlm_view_renew(const struct mlm_view *view, const struct mlm_sample *sample)
{
    if (view->meminfo_fd < 0 || sample->memory_bytes == MLM_NULL)
        return;
    mlm_auto_free char *text = mlm_view_meminfo(&view->limits, view->swap_bytes, sample);
    if (text)
        (void)pwrite(view->meminfo_fd, text, strlen(text), 0);
}

char *mlm_view_processor_list(const cpu_set_t *processors)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    const char *separator = "";
    for (size_t first = 0, next; out && first < CPU_SETSIZE; first = next) {
        next = first + 1;
        if (!CPU_ISSET(first, processors))
            continue;
        while (next < CPU_SETSIZE && CPU_ISSET(next, processors))
            next++;
        fprintf(out, "%s%zu", separator, first);
        if (next > first + 1)
            fprintf(out, "-%zu", next - 1);
        separator = ",";
    }
    if (!out)
        return NULL;
    fputc('\n', out);
    return mlm_text_end(&text);
}

char *mlm_view_cpuinfo(const char *cpuinfo, const cpu_set_t *processors)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    /* A block ends with an empty line. One that is of no processor describes the machine. */
    for (const char *block = cpuinfo, *next; out && *block; block = next) {
        const char *end = strstr(block, "\n\n");
        next = end ? end + 2 : block + strlen(block);
        unsigned number;
        if (sscanf(block, "processor : %u", &number) != 1 ||
            (number < CPU_SETSIZE && CPU_ISSET(number, processors)))
            (void)fwrite(block, 1, (size_t)(next - block), out);
    }
    return out ? mlm_text_end(&text) : NULL;
}

static void add(
    struct mlm_view *view, enum mlm_mount_kind kind, const char *at, const char *from, int *ret_fd)
{
    view->mounts.items[view->mounts.count++] =
        (struct mlm_job_mount){.kind = kind, .at = at, .from = from, .size = strlen(from), .ret_fd = ret_fd};
}

static int memory_show(struct mlm_view *view, const struct mlm_cage *cage, struct mlm_error *error)
{
    struct mlm_sampler sampler;
    struct mlm_sample sample;
    mlm_sampler_open(&sampler, cage);
    mlm_sampler_take(&sampler, &sample);
    mlm_sampler_close(&sampler);
    view->meminfo = mlm_view_meminfo(&view->limits, view->swap_bytes, &sample);
    if (!view->meminfo)
        return mlm_error_errno(error, -ENOMEM, "%s of a laptop", MEMINFO);
    add(view, MLM_MOUNT_FILE, MEMINFO, view->meminfo, &view->meminfo_fd);
    return 0;
}

/* Takes as many processors as asked for, on cores of their own where there are enough. */
static int processors_choose(
    const struct mlm_session *session, struct mlm_view *view, struct mlm_error *error)
{
    const uint64_t wanted = view->limits.processors;
    const int most = CPU_COUNT(&session->started_affinity);
    if (wanted > (uint64_t)most)
        return mlm_error_set(error, -EINVAL, "--cpus %" PRIu64 ": this program may use only %d processor%s",
            wanted, most, most == 1 ? "" : "s");
    int r = mlm_machine_affinity(session->machine, wanted, &view->processors, error);
    if (r < 0)
        return r;
    /* Where there are fewer cores, all processors were chosen. */
    for (size_t i = CPU_SETSIZE - 1; (uint64_t)CPU_COUNT(&view->processors) > wanted; i--)
        CPU_CLR(i, &view->processors);
    view->has_processors = true;
    return 0;
}

static int processors_show(struct mlm_view *view, struct mlm_error *error)
{
    mlm_auto_free char *cpuinfo = NULL;
    view->online = mlm_view_processor_list(&view->processors);
    if (mlm_file_read(AT_FDCWD, CPUINFO, &cpuinfo, NULL) > 0)
        view->cpuinfo = mlm_view_cpuinfo(cpuinfo, &view->processors);
    if (!view->online || (cpuinfo && !view->cpuinfo))
        return mlm_error_errno(error, -ENOMEM, "%s", CPUINFO);
    if (access(ONLINE, F_OK) == 0)
        add(view, MLM_MOUNT_FILE, ONLINE, view->online, NULL);
    if (view->cpuinfo)
        add(view, MLM_MOUNT_FILE, CPUINFO, view->cpuinfo, NULL);
    return 0;
}

/* Returns true if a tmpfs is mounted there; its options are for another one of the same size. */
static bool is_tmpfs(const char *path, char options[static 64])
{
    struct statfs status;
    if (statfs(path, &status) < 0)
        return false;
    snprintf(options, 64, "mode=1777,size=%" PRIu64, (uint64_t)status.f_blocks * (uint64_t)status.f_frsize);
    return status.f_type == TMPFS_MAGIC;
}

static int tmp_show(struct mlm_view *view, const struct mlm_cage *cage, struct mlm_error *error)
{
    if (is_tmpfs("/dev/shm", view->shm_options))
        add(view, MLM_MOUNT_TMPFS, "/dev/shm", view->shm_options, NULL);
    if (is_tmpfs("/tmp", view->tmp_options)) {
        add(view, MLM_MOUNT_TMPFS, "/tmp", view->tmp_options, NULL);
        return 0;
    }
    int r = mlm_cage_folder_make(cage, view->folder, &view->folder_fd, error);
    if (r < 0)
        return mlm_error_wrap(error, r, "--private-tmp");
    /* Everybody may write into a /tmp; the folder around it keeps others out. */
    if (snprintf(view->tmp, sizeof view->tmp, "%s/tmp", view->folder) >= (int)sizeof view->tmp)
        return mlm_error_errno(error, -ENAMETOOLONG, "--private-tmp");
    if (mkdir(view->tmp, 0700) < 0 || chmod(view->tmp, 01777) < 0)
        return mlm_error_errno(error, -errno, "--private-tmp: cannot make %s", view->tmp);
    add(view, MLM_MOUNT_FOLDER, "/tmp", view->tmp, NULL);
    return 0;
}

int mlm_view_open(const struct mlm_session *session, const struct mlm_cage *cage, uint64_t swap_total_bytes,
    struct mlm_view *view, struct mlm_error *error)
{
    const struct mlm_limits *limits = mlm_cage_limits(cage);
    *view = (struct mlm_view){.limits = *limits, .meminfo_fd = -1, .folder_fd = -1};
    view->swap_bytes =
        swap_total_bytes < limits->swap_limit_bytes ? swap_total_bytes : limits->swap_limit_bytes;
    int r = limits->laptop_bytes && !limits->laptop_own ? memory_show(view, cage, error) : 0;
    if (r == 0 && limits->processors)
        r = processors_choose(session, view, error);
    if (r == 0 && limits->processors)
        r = processors_show(view, error);
    if (r == 0 && limits->private_tmp)
        r = tmp_show(view, cage, error);
    return r;
}

/* A /tmp of its own is such a folder already. */
void mlm_view_scratch(struct mlm_view *view, const struct mlm_cage *cage)
{
    if (view->limits.private_tmp)
        view->scratch = "/tmp";
    else if (mlm_cage_scratch_make(cage, view->folder, &view->folder_fd, NULL) == 0)
        view->scratch = view->folder;
    else
        view->folder[0] = 0;
}

void mlm_view_close(struct mlm_view *view)
{
    if (view->folder[0])
        mlm_cage_folder_remove(view->folder);
    /* 0 is standard input, never ours: so a zeroed struct holds nothing. */
    if (view->meminfo_fd > 0)
        (void)close(view->meminfo_fd);
    if (view->folder_fd > 0)
        (void)close(view->folder_fd);
    free(view->meminfo);
    free(view->online);
    free(view->cpuinfo);
    *view = (struct mlm_view){0};
}
