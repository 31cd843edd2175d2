/* The course of a trial: its memory over time. Most readers need few timelines or none; therefore reading a
 * store only notes their places, and mlm_timeline_read() reads one. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define MLM_TIMELINE_MAX 200

/* The points, evenly thinned. */
struct mlm_timeline {
    uint64_t interval_ns;
    size_t count;
    struct mlm_timeline_point {
        int64_t at_ns;                                   /* since the worker started */
        int64_t memory_bytes, swap_bytes, stall_full_ns; /* MLM_NULL: no reading */
    } points[MLM_TIMELINE_MAX];
};

struct mlm_timeline_place {
    size_t file;           /* index into the list's paths */
    uint64_t offset_bytes; /* 0: no timeline, because a trial's line comes first */
};

struct mlm_record;
struct mlm_record_list;

/* Reads the timeline of one of the list's records. -ENODATA: it has none; -EBADMSG, naming file and key: the
 * line there is not the timeline of this record. */
int mlm_timeline_read(const struct mlm_record_list *list, const struct mlm_record *record,
    struct mlm_timeline *ret_timeline, struct mlm_error *error);
