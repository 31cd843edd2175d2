/* What all trials of one run share: where cages are made, what machine this is, what qualifies every figure.
 */
#pragma once

#include <jansson.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cage/cage.h"
#include "machine/machine.h"
#include "record/record.h"
#include "trial/catalogue.h"

struct mlm_session {
    const struct mlm_catalogue *catalogue;
    struct mlm_cage_site site;
    struct mlm_cages *cages; /* NULL: none can be made; trials are `refused` */
    struct mlm_machine *machine;
    json_t *machine_facts;           /* the machine's, with the cgroup version; every record carries it */
    json_t *command;                 /* the words that started this run, for a reader to repeat it */
    char run_id[64];                 /* machine and time of the start */
    char dataset_folder[4096];       /* "": there is no place for one; see mlm_dataset_folder() */
    mlm_mark_set marks;              /* of every trial: slow fresh memory */
    double warm_ns_per_byte;         /* where fresh memory is slow: the pace of warm memory; else 0 */
    uint64_t warm_bytes, warm_at_ns; /* how much memory was touched lately, and when */
    cpu_set_t
        started_affinity; /* processors that this program was started on: the user's programs have them */
    int presence_fd;
    int datasets_fd;  /* keeps `clean` from our datasets; 0 or -1: not held */
    int interrupt_fd; /* readable when the user wants to stop; -1: never */
};

struct mlm_session_options {
    const struct mlm_catalogue *catalogue;
    int argc;
    char **argv; /* kept as `command` */
    int interrupt_fd;
    uint64_t probe_bytes; /* how much fresh memory to try: what trials are likely to fill */
};

/* Finds or makes all of it, reads the worker and its libraries once outside any cage (so that no trial pays
 * for them), and measures whether fresh memory is slow. Where no cage can be made it still succeeds: look at
 * `cages`. */
int mlm_session_open(
    const struct mlm_session_options *options, struct mlm_session *ret_session, struct mlm_error *error);

/* Removes the cages' place, stops the guardian. Safe on a struct of zeros. */
void mlm_session_close(struct mlm_session *session);
