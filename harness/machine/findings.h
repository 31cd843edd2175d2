/* Facts that a person would want to know before measuring, each with its remedy where it is poor. */
#pragma once

#include <stddef.h>

#include "machine/fresh.h"

enum mlm_finding_grade {
    MLM_FINDING_GOOD,
    MLM_FINDING_NOTE, /* changes what figures mean, or is not known */
    MLM_FINDING_POOR, /* spoils figures or outcomes */
};

struct mlm_finding {
    enum mlm_finding_grade grade;
    char subject[32];
    char fact[256];
    char remedy[256]; /* "" or what to do: a command, a setting, a flag */
};

/* Where to look. */
struct mlm_findings_view {
    int root_fd;        /* stands for "/"; AT_FDCWD: this machine */
    const char *folder; /* where datasets and results will lie; may not exist yet; NULL: none */
    const struct mlm_fresh_memory *fresh; /* a probe's result; NULL: not probed */
    int presence_fd;                      /* our own announcement; -1: none */
};

/* More than there can be. */
#define MLM_FINDINGS_MOST 32

/* In a fixed order: memory, swap, swappiness, overcommit, huge pages, fresh memory, disk, kernel, pressure,
 * killers, governor, boost, battery, load, other runs. A thing that this machine does not have (a battery)
 * makes no finding. Fills up to `size` findings, returns how many. */
size_t mlm_machine_findings(const struct mlm_findings_view *view, struct mlm_finding *findings, size_t size);
