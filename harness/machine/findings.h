/* Facts about this machine that a person should know before measuring, with a remedy where one is poor. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "machine/fresh.h"

enum mlm_finding_grade {
    MLM_FINDING_GOOD,
    MLM_FINDING_NOTE, /* changes the meaning of figures, or is not known */
    MLM_FINDING_POOR, /* spoils figures or outcomes */
};

struct mlm_finding {
    enum mlm_finding_grade grade;
    char subject[32];
    char fact[256];
    char remedy[256]; /* "" or what to do: a command, a setting, a flag */
};

/* The place to examine. */
struct mlm_findings_view {
    int root_fd;                          /* stands for "/"; AT_FDCWD: this machine */
    const char *folder;                   /* folder for datasets and results; may not exist yet; NULL: none */
    const struct mlm_fresh_memory *fresh; /* result of a probe; NULL: no probe was made */
    int presence_fd;                      /* our own announcement (presence.h); -1: none */
};

/* More than the checks can produce. */
#define MLM_FINDINGS_MOST 32

/* Runs the checks in a fixed order: memory, swap, swappiness, overcommit, huge pages, fresh memory, disk,
 * kernel, pressure, waits, killers, governor, boost, battery, load, other runs. A thing that this machine
 * lacks (a battery) gives no finding. Fills up to `size` findings and returns their number. */
size_t mlm_machine_findings(const struct mlm_findings_view *view, struct mlm_finding *findings, size_t size);

/* Names the programs that run here and kill others when memory is short (earlyoom, systemd-oomd, …), and how
 * to stop them: "earlyoom runs (sudo systemctl stop earlyoom)". Returns false where none was found. */
bool mlm_machine_killers(int root_fd, char *text, size_t size);
