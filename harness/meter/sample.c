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

static int open_named(int dir_fd, const char *name)
{
    return name ? openat(dir_fd, name, O_RDONLY | O_CLOEXEC) : -1;
}

void mlm_sampler_open(struct mlm_sampler *sampler, const struct mlm_cage *cage, pid_t worker)
{
    int dir_fd = mlm_cage_dir_fd(cage);
    const struct mlm_dialect *dialect = mlm_cage_dialect(cage);
    char status[64];
    snprintf(status, sizeof status, "/proc/%d/status", (int)worker);
    *sampler = (struct mlm_sampler){
        .dialect = dialect,
        .begin_ns = mlm_now_ns(),
        .current_fd = open_named(dir_fd, dialect->memory_current),
        .swap_fd = open_named(dir_fd, dialect->swap_current),
        .stat_fd = open_named(dir_fd, dialect->stat),
        .pressure_fd = open_named(dir_fd, dialect->memory_pressure),
        .status_fd = worker ? open_named(AT_FDCWD, status) : -1,
    };
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

static int64_t or_null(uint64_t ns)
{
    return ns == MLM_PRESSURE_UNKNOWN ? MLM_NULL : (int64_t)ns;
}

int64_t mlm_sample_cache_bytes(const struct mlm_sample *sample)
{
    if (sample->file_bytes == MLM_NULL || sample->shmem_bytes == MLM_NULL)
        return sample->file_bytes;
    return sample->file_bytes > sample->shmem_bytes ? sample->file_bytes - sample->shmem_bytes : 0;
}

int64_t mlm_sample_only_swap_bytes(const struct mlm_sample *sample)
{
    if (sample->swap_bytes == MLM_NULL || sample->swap_bytes < sample->swap_cached_bytes)
        return 0;
    return sample->swap_bytes - sample->swap_cached_bytes;
}

int64_t mlm_sample_held_bytes(const struct mlm_sample *sample)
{
    if (sample->file_bytes == MLM_NULL || sample->memory_bytes == MLM_NULL)
        return MLM_NULL;
    return sample->memory_bytes - mlm_sample_cache_bytes(sample) + mlm_sample_only_swap_bytes(sample);
}

void mlm_sampler_take(const struct mlm_sampler *sampler, struct mlm_sample *ret_sample)
{
    const struct mlm_dialect *dialect = sampler->dialect;
    struct mlm_sample sample = {
        .at_ns = (int64_t)(mlm_now_ns() - sampler->begin_ns),
        .memory_bytes = number(sampler->current_fd),
        .swap_bytes = number(sampler->swap_fd),
        .anon_bytes = MLM_NULL,
        .file_bytes = MLM_NULL,
        .shmem_bytes = MLM_NULL,
        .huge_pages_bytes = MLM_NULL,
        .stall_some_ns = MLM_NULL,
        .stall_full_ns = MLM_NULL,
        .worker_peak_rss_bytes = MLM_NULL,
        .worker_file_bytes = MLM_NULL,
    };
    char text[8192];
    if (read_again(sampler->stat_fd, text, sizeof text)) {
        sample.anon_bytes = keyed(text, dialect->anon_key);
        sample.file_bytes = keyed(text, dialect->file_key);
        sample.shmem_bytes = keyed(text, dialect->shmem_key);
        sample.huge_pages_bytes = keyed(text, dialect->huge_pages_key);
        int64_t cached_bytes = keyed(text, dialect->swap_cached_key);
        sample.swap_cached_bytes = cached_bytes == MLM_NULL ? 0 : cached_bytes;
        if (dialect->swap_key)
            sample.swap_bytes = keyed(text, dialect->swap_key);
    }
    if (read_again(sampler->pressure_fd, text, sizeof text)) {
        sample.stall_some_ns = or_null(mlm_pressure_some_ns(text));
        sample.stall_full_ns = or_null(mlm_pressure_full_ns(text));
    }
    if (read_again(sampler->status_fd, text, sizeof text)) {
        int64_t peak_kib = keyed(text, "VmHWM"), file_kib = keyed(text, "RssFile");
        sample.worker_peak_rss_bytes = peak_kib == MLM_NULL ? MLM_NULL : peak_kib * 1024;
        sample.worker_file_bytes = file_kib == MLM_NULL ? MLM_NULL : file_kib * 1024;
    }
    *ret_sample = sample;
}
