/* A trial's course: how much memory it had at which time. Most readers want few of them or none, so reading a
 * store notes where they stand and passes over them; mlm_timeline_read() fetches one. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define MLM_TIMELINE_MAX 200

/* Evenly thinned. */
struct mlm_timeline {
    uint64_t interval_ns;
    size_t count;
    struct mlm_timeline_point {
        int64_t at_ns;                                   /* since the worker started */
        int64_t memory_bytes, swap_bytes, stall_full_ns; /* MLM_NULL where not had */
    } points[MLM_TIMELINE_MAX];
};

struct mlm_timeline_place {
    size_t file;           /* of mlm_record_list's paths */
    uint64_t offset_bytes; /* 0: there is none, for a trial's line comes first */
};

struct mlm_record;
struct mlm_record_list;

/* The timeline of one of the list's records. -ENODATA: it has none; -EBADMSG, with file and key: what stands
 * there is no timeline of this record. */
int mlm_timeline_read(const struct mlm_record_list *list, const struct mlm_record *record,
    struct mlm_timeline *ret_timeline, struct mlm_error *error);
