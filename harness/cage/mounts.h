/* Mounts that one process sees and nobody else: made in a mount namespace of its own, before its program
 * starts. The namespace ends with its last process, and all mounts with it, so nothing has to be undone.
 *
 * Root makes a mount namespace alone. An ordinary user needs a user namespace, too, which knows the user's
 * own uid and gid and no others: in it sudo does not work, and files of other users belong to "nobody". */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

enum mlm_mount_kind {
    MLM_MOUNT_TMPFS,  /* a fresh tmpfs; `from` has its options */
    MLM_MOUNT_FOLDER, /* the folder with the path `from` */
    MLM_MOUNT_FILE,   /* a file whose content is `from`, of `size` bytes */
};

struct mlm_job_mount {
    enum mlm_mount_kind kind;
    const char *at; /* the existing path that it covers */
    const char *from;
    size_t size;
    int *ret_fd; /* file: gets a descriptor, with which the file can be written later; NULL: none */
};

#define MLM_MOUNTS_MAX 8

struct mlm_job_mounts {
    struct mlm_job_mount items[MLM_MOUNTS_MAX];
    size_t count;
};

/* Internal to cage/: the steps of spawn.c. */

/* Everything that the child needs, made before it starts, because it may only make system calls. */
struct mlm_mounting {
    const struct mlm_job_mounts *mounts;
    unsigned namespaces; /* flags for clone() */
    char uid_map[48], gid_map[48];
    int ends[2];        /* a socket, through which the child hands over descriptors */
    const char *failed; /* the child's report: the path that could not be covered, or written */
};

int mlm_mounting_begin(
    const struct mlm_job_mounts *mounts, struct mlm_mounting *ret_mounting, struct mlm_error *error);
/* In the child. Returns 0 or a positive errno. */
int mlm_mounting_do(struct mlm_mounting *mounting);
/* Takes the descriptors that the child has handed over. Returns 0 or a negative errno. */
int mlm_mounting_take(struct mlm_mounting *mounting);
void mlm_mounting_end(struct mlm_mounting *mounting);
/* Says why there are no mounts for the program, with the remedy; returns the negative errno `r`. */
int mlm_mounting_explain(
    const struct mlm_mounting *mounting, const char *program, int r, struct mlm_error *error);
