/* What the job of one trial sees that differs from this machine: the memory and the processors of a laptop,
 * and a /tmp and a /dev/shm of its own. It follows from the limits of the trial. And the folder for its
 * temporary files, which is removed with all that the job leaves there. */
#pragma once

#include <limits.h>
#include <sched.h>

#include "cage/cage.h"
#include "meter/sample.h"
#include "trial/session.h"

struct mlm_view {
    struct mlm_limits limits;
    struct mlm_job_mounts mounts; /* for the job's start; none where it sees this machine */
    cpu_set_t processors;         /* those that it may use */
    bool has_processors;          /* false: the limits do not say which */
    uint64_t swap_bytes;          /* swap that it may use */
    char *meminfo, *online, *cpuinfo;
    char shm_options[64], tmp_options[64], folder[PATH_MAX], tmp[PATH_MAX];
    const char *scratch;       /* for TMPDIR; NULL: that of the user */
    int meminfo_fd, folder_fd; /* -1: none */
};

/* Prepares the view for a cage whose background runs already. `swap_total_bytes` is the machine's. -EINVAL:
 * there are not as many processors. The struct must not be moved. */
int mlm_view_open(const struct mlm_session *session, const struct mlm_cage *cage, uint64_t swap_total_bytes,
    struct mlm_view *view, struct mlm_error *error);

/* Gives the job of an open view a folder for its temporary files. Where none can be made, it has none. */
void mlm_view_scratch(struct mlm_view *view, const struct mlm_cage *cage);

/* Shows the job how much memory is free now. Does nothing without a laptop. */
void mlm_view_renew(const struct mlm_view *view, const struct mlm_sample *sample);

/* Call it when no process of the trial is left. Accepts a zeroed struct. */
void mlm_view_close(struct mlm_view *view);

/* The text of /proc/meminfo on the limits' laptop, for what the cage uses. It always has the same length, so
 * that it can be written over an earlier one while others read it. The caller frees it; NULL: no memory. */
char *mlm_view_meminfo(const struct mlm_limits *limits, uint64_t swap_bytes, const struct mlm_sample *sample);

/* The blocks of a /proc/cpuinfo that belong to these processors. The caller frees it; NULL: no memory. */
char *mlm_view_cpuinfo(const char *cpuinfo, const cpu_set_t *processors);

/* The processors as the kernel lists them: "0-3,8\n". The caller frees it; NULL: no memory. */
char *mlm_view_processor_list(const cpu_set_t *processors);
