/* Settings of the kernel and the machine that change figures. The record stores them and `doctor` judges
 * them. */
#pragma once

#include "base/error.h"

enum mlm_known { MLM_UNKNOWN = -1, MLM_NO = 0, MLM_YES = 1 };

/* An empty text or a number below 0: unknown. */
struct mlm_settings {
    char kernel[128]; /* release, "6.1.0-18-amd64" */
    int kernel_major, kernel_minor;
    int swappiness;
    int overcommit_memory; /* 0: heuristic, 1: always, 2: never beyond the commit limit */
    char thp[32];          /* transparent huge pages: always, madvise, never */
    enum mlm_known zswap;  /* zswap is enabled */
    enum mlm_known psi;    /* the kernel measures pressure (PSI) */
    enum mlm_known delays; /* the kernel counts what processes wait for (kernel.task_delayacct) */
    char governor[128];    /* frequency governor; "a+b" where processors differ */
    char scaling_driver[64];
    enum mlm_known boost;      /* frequencies above the nominal one are allowed */
    enum mlm_known on_battery; /* a battery is discharging and no charger is connected */
    int battery_percent;       /* charge of the emptiest battery; -1: no known battery */
    enum mlm_known v2_memory;  /* the memory controller is cgroup v2's */
};

/* Reads all settings that can be read below `root_fd` (AT_FDCWD: this machine). */
void mlm_settings_read(int root_fd, struct mlm_settings *ret_settings);
