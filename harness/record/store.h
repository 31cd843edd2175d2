/* The store: JSON Lines. A trial's line and right behind it its timeline's line go out in one write and are
 * synced; a write that fails halfway is taken back, so the file always ends with a whole line. Concatenating
 * files merges them. */
#pragma once

#include <stdbool.h>

#include "record/record.h"

struct mlm_store;

/* Opens for appending, creating the file (and checks now that it can be written). A last line without its
 * newline is cut off first (a machine that lost power), unless it is whole: then it gets one. -EBUSY: another
 * run is appending to it. */
int mlm_store_open(const char *path, struct mlm_store **ret_store, struct mlm_error *error);
void mlm_store_close(struct mlm_store *store); /* takes NULL */

/* timeline may be NULL. On failure nothing of the record is in the file. record->machine must not have been
 * changed since an earlier append of the same object: its text is made once. */
int mlm_store_append(struct mlm_store *store, const struct mlm_record *record,
    const struct mlm_timeline *timeline, struct mlm_error *error);

const char *mlm_store_path(const struct mlm_store *store);

/* Records in the order of the files. */
struct mlm_record_list {
    struct mlm_record *items;
    size_t count, capacity;
    char **paths; /* of the files that were read, in that order */
    size_t path_count, path_capacity;
};

/* Moves the record into the list, leaving an empty one behind. */
int mlm_record_list_add(struct mlm_record_list *list, struct mlm_record *record, struct mlm_error *error);

/* Called for each line that is no good, with a text that begins "FILE:LINE: " and can be printed as it is;
 * the good ones are still read. */
typedef void mlm_store_complaint(void *context, const char *text);

/* Appends the file's records to the list. Timelines are skipped by their first bytes. An error is one of
 * reading the file; the records before it stay in the list. */
int mlm_store_read(const char *path, struct mlm_record_list *list, mlm_store_complaint *complain,
    void *context, struct mlm_error *error);
void mlm_record_list_release(struct mlm_record_list *list);
