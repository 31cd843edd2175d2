/* Everything that a measuring verb has open: the session, the store for its records, its progress messages,
 * and the user's wish to stop. */
#pragma once

#include "base/interrupts.h"
#include "cli/progress.h"
#include "record/store.h"
#include "trial/session.h"

struct mlm_measuring {
    struct mlm_catalogue *catalogue;
    struct mlm_session session;
    struct mlm_store *store;
    struct mlm_progress progress;
    struct mlm_interrupts interrupts;
    char path[4096]; /* path of the store */
    bool streams;    /* records go to standard output, and what else was for it goes to standard error */
};

/* Where the records are, for a message. */
const char *mlm_measuring_where(const struct mlm_measuring *measuring);

/* Opens the catalogue, and turns Ctrl-C and SIGTERM into a descriptor to poll, so that an interrupted trial
 * is ended and cleaned up like any other. */
int mlm_measuring_begin(struct mlm_measuring *measuring, struct mlm_error *error);

/* How to wait for what a verb does between trials: its progress shows that it goes on. */
struct mlm_await mlm_measuring_await(struct mlm_measuring *measuring);

/* Opens session and store. `out` is a folder, where the file gets a name of machine and time, or a file: an
 * existing one, to append to, or a new one that ends in .jsonl; or "-", for standard output. -ENOTSUP: no
 * cage can be made here, with the remedy. */
int mlm_measuring_open(struct mlm_measuring *measuring, const struct mlm_session_options *options,
    const char *out, struct mlm_error *error);

/* Warns where something above our cages, or the machine itself, is tighter than the trials' limits under one
 * of the caps, or where the first trial that is killed would end us, too. */
void mlm_measuring_warn_of_limits(
    struct mlm_measuring *measuring, const struct mlm_limits *limits, const uint64_t *caps, size_t cap_count);

/* How much fresh memory to probe. A probe detects slow pages only within what it fills, and it fills several
 * times; so it is as much as the largest cap allows, up to what can be filled in a few seconds. */
uint64_t mlm_measuring_probe_bytes(const uint64_t *caps, size_t cap_count);

/* Call it when nothing is measured any more: from here on a signal ends the program as usual. -EINTR: a
 * signal came that had no effect yet. */
int mlm_measuring_end(struct mlm_measuring *measuring, struct mlm_error *error);

void mlm_measuring_release(struct mlm_measuring *measuring);
