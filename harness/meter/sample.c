/* Reads the cage's files and the worker's status into one sample. It allocates nothing and keeps files
 * open. */
#include "meter/sample.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/pressure.h"
#include "record/metric.h"

/* The most that reading the processes may take from the job: CPU time as a share of the time that has passed.
 */
#define PROCESSES_TIME_SHARE 0.02
#define LOOKS_MOST 3

static int open_named(int dir_fd, const char *name)
{
    return name ? openat(dir_fd, name, O_RDONLY | O_CLOEXEC) : -1;
}

void mlm_sampler_close(struct mlm_sampler *sampler)
{
    mlm_close_p(&sampler->current_fd);
    mlm_close_p(&sampler->swap_fd);
    mlm_close_p(&sampler->stat_fd);
    mlm_close_p(&sampler->pressure_fd);
    mlm_close_p(&sampler->status_fd);
}

static bool read_again(int fd, char *text, size_t size)
{
    ssize_t n = fd >= 0 ? pread(fd, text, size - 1, 0) : -1;
    if (n <= 0)
        return false;
    text[n] = 0;
    return true;
}

static int64_t number(int fd)
{
    char text[64];
    return read_again(fd, text, sizeof text) ? (int64_t)strtoull(text, NULL, 10) : MLM_NULL;
}

static int64_t keyed(const char *text, const char *key)
{
    uint64_t value;
    return key && mlm_keyed_number(text, key, &value) == 0 ? (int64_t)value : MLM_NULL;
}

static int64_t or_0(int64_t value)
{
    return value == MLM_NULL ? 0 : value;
}

static int64_t or_null(uint64_t ns)
{
    return ns == MLM_PRESSURE_UNKNOWN ? MLM_NULL : (int64_t)ns;
}

static void add(int64_t *sum, int64_t value)
{
    if (value != MLM_NULL)
        *sum = or_0(*sum) + value;
}

static void lessen(int64_t *value, int64_t before)
{
    if (*value != MLM_NULL)
        *value = *value > or_0(before) ? *value - or_0(before) : 0;
}

int64_t mlm_sample_cache_bytes(const struct mlm_sample *sample)
{
    if (sample->file_bytes == MLM_NULL || sample->shmem_bytes == MLM_NULL)
        return sample->file_bytes;
    return sample->file_bytes > sample->shmem_bytes ? sample->file_bytes - sample->shmem_bytes : 0;
}

int64_t mlm_sample_memory_and_swap_bytes(const struct mlm_sample *sample)
{
    return or_0(sample->memory_bytes) + or_0(sample->swap_bytes) - sample->zswap_bytes;
}

int64_t mlm_sample_held_bytes(const struct mlm_sample *sample)
{
    if (sample->file_bytes == MLM_NULL || sample->memory_bytes == MLM_NULL)
        return MLM_NULL;
    return mlm_sample_memory_and_swap_bytes(sample) - mlm_sample_cache_bytes(sample);
}

/* Everything that is not known. */
static struct mlm_sample empty(void)
{
    return (struct mlm_sample){
        .memory_bytes = MLM_NULL,
        .swap_bytes = MLM_NULL,
        .anon_bytes = MLM_NULL,
        .file_bytes = MLM_NULL,
        .shmem_bytes = MLM_NULL,
        .huge_pages_bytes = MLM_NULL,
        .stall_some_ns = MLM_NULL,
        .stall_full_ns = MLM_NULL,
        .worker_peak_rss_bytes = MLM_NULL,
        .worker_file_bytes = MLM_NULL,
        .worker_own_bytes = MLM_NULL,
        .swap_backed_bytes = MLM_NULL,
    };
}

static void cgroup_read(const struct mlm_sampler *sampler, struct mlm_sample *ret_sample)
{
    const struct mlm_dialect *dialect = sampler->dialect;
    struct mlm_sample sample = empty();
    sample.memory_bytes = number(sampler->current_fd);
    sample.swap_bytes = number(sampler->swap_fd);
    char text[8192];
    if (read_again(sampler->stat_fd, text, sizeof text)) {
        sample.anon_bytes = keyed(text, dialect->anon_key);
        sample.file_bytes = keyed(text, dialect->file_key);
        sample.shmem_bytes = keyed(text, dialect->shmem_key);
        sample.huge_pages_bytes = keyed(text, dialect->huge_pages_key);
        sample.swap_cached_bytes = or_0(keyed(text, dialect->swap_cached_key));
        sample.zswap_bytes = or_0(keyed(text, dialect->zswap_key));
        for (size_t i = 0; dialect->swap_backed_keys[i]; i++)
            add(&sample.swap_backed_bytes, keyed(text, dialect->swap_backed_keys[i]));
        if (dialect->swap_key)
            sample.swap_bytes = keyed(text, dialect->swap_key);
        lessen(&sample.swap_bytes, sample.swap_cached_bytes);
    }
    /* A page that is swapped out between these readings would count in memory and in swap. */
    if (sample.swap_bytes > 0) {
        const int64_t later_bytes = number(sampler->current_fd);
        if (later_bytes != MLM_NULL && later_bytes < sample.memory_bytes)
            sample.memory_bytes = later_bytes;
    }
    if (read_again(sampler->pressure_fd, text, sizeof text)) {
        sample.stall_some_ns = or_null(mlm_pressure_some_ns(text));
        sample.stall_full_ns = or_null(mlm_pressure_full_ns(text));
    }
    *ret_sample = sample;
}

void mlm_sampler_open(struct mlm_sampler *sampler, const struct mlm_cage *cage)
{
    int dir_fd = mlm_cage_dir_fd(cage);
    const struct mlm_dialect *dialect = mlm_cage_dialect(cage);
    *sampler = (struct mlm_sampler){
        .cage = cage,
        .dialect = dialect,
        .begin_ns = mlm_now_ns(),
        .sums_processes = dir_fd < 0,
        .current_fd = open_named(dir_fd, dialect->memory_current),
        .swap_fd = open_named(dir_fd, dialect->swap_current),
        .stat_fd = open_named(dir_fd, dialect->stat),
        .pressure_fd = open_named(dir_fd, dialect->memory_pressure),
        .status_fd = -1,
    };
    if (!mlm_cage_is_inherited(cage) || sampler->sums_processes)
        return;
    cgroup_read(sampler, &sampler->before);
    sampler->others_bytes = or_0(sampler->before.memory_bytes);
}

void mlm_sampler_watch(struct mlm_sampler *sampler, pid_t worker)
{
    char status[64];
    snprintf(status, sizeof status, "/proc/%d/status", (int)worker);
    mlm_close_p(&sampler->status_fd);
    sampler->status_fd = open_named(AT_FDCWD, status);
    sampler->begin_ns = mlm_now_ns();
}

/* Takes off what was there before; others may hold less of it by now. */
static void others_subtract(struct mlm_sampler *sampler, struct mlm_sample *sample)
{
    const struct mlm_sample *before = &sampler->before;
    int64_t cache_before_bytes = or_0(mlm_sample_cache_bytes(before));
    int64_t cache_bytes = or_0(mlm_sample_cache_bytes(sample));
    int64_t cache_gone_bytes = cache_before_bytes > cache_bytes ? cache_before_bytes - cache_bytes : 0;
    int64_t others_bytes = or_0(before->memory_bytes) - cache_gone_bytes;
    if (others_bytes < sampler->others_bytes)
        sampler->others_bytes = others_bytes;
    lessen(&sample->memory_bytes, others_bytes);
    lessen(&sample->file_bytes, or_0(before->file_bytes) - cache_gone_bytes);
    lessen(&sample->shmem_bytes, before->shmem_bytes);
    lessen(&sample->anon_bytes, before->anon_bytes);
    lessen(&sample->huge_pages_bytes, before->huge_pages_bytes);
    lessen(&sample->swap_bytes, before->swap_bytes);
    lessen(&sample->swap_cached_bytes, before->swap_cached_bytes);
    lessen(&sample->zswap_bytes, before->zswap_bytes);
    lessen(&sample->swap_backed_bytes, before->swap_backed_bytes);
    lessen(&sample->stall_some_ns, before->stall_some_ns);
    lessen(&sample->stall_full_ns, before->stall_full_ns);
}

static int64_t kib(const char *text, const char *key)
{
    int64_t value = keyed(text, key);
    return value == MLM_NULL ? MLM_NULL : value * 1024;
}

/* One look at all processes. */
struct sum {
    struct mlm_sample sample;
    uint64_t pids; /* of all, in any order */
};

static void pid_note(void *pids, pid_t pid)
{
    *(uint64_t *)pids += (uint64_t)pid * UINT64_C(0x9e3779b97f4a7c15);
}

/* Pages that processes share are divided among them. Only RSS is known of a process whose pages we may not
 * read, and before Linux 5.3 of all. */
static void process_add(void *context, pid_t pid)
{
    static const struct {
        const char *file, *anon, *files, *shmem, *huge, *swap;
    } sources[] = {
        {"smaps_rollup", "Pss_Anon", "Pss_File", "Pss_Shmem", "AnonHugePages", "SwapPss"},
        {"status", "RssAnon", "RssFile", "RssShmem", NULL, "VmSwap"},
    };
    struct sum *looked = context;
    struct mlm_sample *sum = &looked->sample;
    pid_note(&looked->pids, pid);
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        char path[64], text[4096];
        snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, sources[i].file);
        if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0 ||
            keyed(text, sources[i].anon) == MLM_NULL)
            continue;
        int64_t anon_bytes = kib(text, sources[i].anon), shmem_bytes = kib(text, sources[i].shmem);
        int64_t files_bytes = kib(text, sources[i].files);
        add(&sum->anon_bytes, anon_bytes);
        add(&sum->shmem_bytes, shmem_bytes);
        add(&sum->file_bytes, or_0(files_bytes) + or_0(shmem_bytes));
        add(&sum->memory_bytes, anon_bytes + or_0(files_bytes) + or_0(shmem_bytes));
        add(&sum->huge_pages_bytes, kib(text, sources[i].huge));
        add(&sum->swap_bytes, kib(text, sources[i].swap));
        return;
    }
}

/* A process that forks or ends between two readings would be counted twice with what it shares. So a look
 * counts only if the processes are the same after it; where they always change, the smallest of some looks
 * does. */
static struct mlm_sample processes_sum(const struct mlm_cage *cage)
{
    struct mlm_sample least = empty();
    for (int i = 0; i < LOOKS_MOST; i++) {
        struct sum look = {.sample = empty()};
        uint64_t pids = 0;
        mlm_cage_processes(cage, process_add, &look);
        mlm_cage_processes(cage, pid_note, &pids);
        if (pids == look.pids)
            return look.sample;
        if (least.memory_bytes == MLM_NULL || look.sample.memory_bytes < least.memory_bytes)
            least = look.sample;
    }
    return least;
}

/* The kernel walks through all pages of a process for this. */
static void processes_read(struct mlm_sampler *sampler, struct mlm_sample *ret_sample)
{
    uint64_t passed_ns = mlm_now_ns() - sampler->begin_ns, before_ns = mlm_thread_cpu_ns();
    if (!sampler->spent_ns || (double)sampler->spent_ns <= PROCESSES_TIME_SHARE * (double)passed_ns) {
        sampler->latest = processes_sum(sampler->cage);
        sampler->spent_ns += mlm_thread_cpu_ns() - before_ns;
    }
    *ret_sample = sampler->latest;
}

void mlm_sampler_take(struct mlm_sampler *sampler, struct mlm_sample *ret_sample)
{
    struct mlm_sample sample;
    int64_t at_ns = (int64_t)(mlm_now_ns() - sampler->begin_ns);
    if (sampler->sums_processes) {
        processes_read(sampler, &sample);
    } else {
        cgroup_read(sampler, &sample);
        others_subtract(sampler, &sample);
    }
    sample.at_ns = at_ns;
    char text[8192];
    if (read_again(sampler->status_fd, text, sizeof text)) {
        sample.worker_peak_rss_bytes = kib(text, "VmHWM");
        sample.worker_file_bytes = kib(text, "RssFile");
        sample.worker_own_bytes = kib(text, "RssAnon");
        if (sample.worker_own_bytes != MLM_NULL)
            sample.worker_own_bytes += or_0(kib(text, "VmSwap"));
    }
    *ret_sample = sample;
}
