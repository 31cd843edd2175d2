/* The store: JSON Lines. A trial's line and its timeline's line are written in one write and synced. A
 * write that fails halfway is undone, so the file always ends with a whole line. Concatenating files merges
 * them. */
#pragma once

#include <stdbool.h>

#include "record/record.h"

struct mlm_store;

/* Opens for appending and creates the file if needed, so that a file that cannot be written is noticed now. A
 * last line without newline is removed first (it was cut off when a machine lost power), unless it is
 * complete; then it gets a newline. -EBUSY: another run is appending to it. */
int mlm_store_open(const char *path, struct mlm_store **ret_store, struct mlm_error *error);
/* Opens a store in memory, and writes each record to out_fd as well, which it closes in the end. Its own path
 * can be read as long as it is open. */
int mlm_store_stream(int out_fd, struct mlm_store **ret_store, struct mlm_error *error);
void mlm_store_close(struct mlm_store *store); /* accepts NULL */

/* Appends a record; timeline may be NULL. On failure the file has nothing of the record. record->machine must
 * not have changed since an earlier append of the same object, because its text is made once. */
int mlm_store_append(struct mlm_store *store, const struct mlm_record *record,
    const struct mlm_timeline *timeline, struct mlm_error *error);

const char *mlm_store_path(const struct mlm_store *store);

/* Records in the order of the files. */
struct mlm_record_list {
    struct mlm_record *items;
    size_t count, capacity;
    char **paths; /* paths of the files that were read, in the order of reading */
    size_t path_count, path_capacity;
};

/* Moves the record into the list and leaves an empty one behind. */
int mlm_record_list_add(struct mlm_record_list *list, struct mlm_record *record, struct mlm_error *error);

/* Called for each invalid line, with a printable text that begins "FILE:LINE: "; the valid ones are still
 * read. */
typedef void mlm_store_complaint(void *context, const char *text);

/* Appends the file's records to the list. Timelines are skipped by their first bytes. On an error of reading,
 * the records before it stay in the list. */
int mlm_store_read(const char *path, struct mlm_record_list *list, mlm_store_complaint *complain,
    void *context, struct mlm_error *error);
void mlm_record_list_release(struct mlm_record_list *list);
