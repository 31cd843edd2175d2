/* The things that all trials of one run share: the place for cages, the facts of the machine, marks for every
 * figure. */
#pragma once

#include <jansson.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/await.h"
#include "base/error.h"
#include "cage/cage.h"
#include "machine/machine.h"
#include "record/record.h"
#include "trial/catalogue.h"
#include "trial/leftovers.h"

struct mlm_session {
    const struct mlm_catalogue *catalogue;
    struct mlm_cage_site site;
    struct mlm_cages *cages; /* NULL: cages cannot be made; trials are `refused` */
    struct mlm_machine *machine;
    json_t *machine_facts;     /* facts of the machine with the cgroup version; every record has them */
    uint64_t swap_total_bytes; /* of the machine, when machine_facts were made */
    json_t *script_facts;      /* the same with the versions of what scripts run; NULL: no script runs */
    char python[4096];         /* the Python that runs scripts; "": none was found */
    json_t *command;           /* command line of this run, so that a reader can repeat it */
    char run_id[64];           /* made of the machine and the start time */
    char dataset_folder[4096]; /* "": there is no folder; see mlm_dataset_folder() */
    mlm_mark_set marks;        /* marks of every trial: slow fresh memory */
    double warm_ns_per_byte;   /* pace of warm memory, where fresh memory is slow; else 0 */
    uint64_t warm_bytes, warm_at_ns; /* how much memory was touched last, and when */
    struct mlm_leftovers leftovers;  /* what the latest trial left in tmpfs */
    cpu_set_t
        started_affinity; /* processors that this program was started on; the user's programs get them */
    int presence_fd;
    int datasets_fd;        /* protects our datasets from `clean`; 0 or -1: no lock */
    struct mlm_await await; /* for what is waited for between trials, and the user's wish to stop */
};

struct mlm_session_options {
    const struct mlm_catalogue *catalogue;
    int argc;
    char **argv; /* stored as `command` */
    struct mlm_await await;
    uint64_t probe_bytes; /* fresh memory to probe: as much as trials will probably fill */
    bool inherit;         /* no cages of our own: jobs stay in the cgroup that we are in */
};

/* Opens everything: finds the machine's facts and the place for cages, reads the worker and its libraries
 * once outside any cage (so that no trial is charged for them), and measures whether fresh memory is slow.
 * Succeeds also where no cage can be made: check `cages`. */
int mlm_session_open(
    const struct mlm_session_options *options, struct mlm_session *ret_session, struct mlm_error *error);

/* The machine as the records of this workload describe it: a script's also has versions. */
json_t *mlm_session_machine(const struct mlm_session *session, const struct mlm_workload *workload);

/* Removes the place for cages and stops the guardian. Accepts a zeroed struct. */
void mlm_session_close(struct mlm_session *session);
