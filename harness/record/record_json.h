/* Parts of a store's line, for the store only. Command and machine make up most of a line and are the same in
 * all lines of a run; so the store parses them once, and makes the machine's text once. */
#pragma once

#include "base/cleanup.h"
#include "record/record.h"

/* A trial's line has about 4 KiB, a timeline's up to 20 KiB; a longer line is not a record. */
#define MLM_LINE_LIMIT_BYTES ((size_t)1 << 20)

static inline void mlm_json_release_p(json_t **json)
{
    json_decref(*json);
}

/* A reference that is released at the end of its scope. */
#define mlm_auto_json mlm_cleanup(mlm_json_release_p) json_t *

/* Like mlm_record_to_json() and mlm_record_from_json(), without "machine". */
int mlm_record_members_to_json(const struct mlm_record *record, json_t **ret_json, struct mlm_error *error);
int mlm_record_members_from_json(const json_t *json, struct mlm_record *ret_record, struct mlm_error *error);

/* Checks the value of "machine". */
int mlm_machine_check(const json_t *machine, struct mlm_error *error);

/* Makes a JSON text, with '?' for every byte that is not UTF-8; NULL: out of memory. */
json_t *mlm_json_text(const char *text);

/* Makes an object with "kind" and "schema", with which every line begins; NULL: out of memory. */
json_t *mlm_line_begin(const char *kind);
/* Checks that the value is an object of that kind, with a schema that this program knows. -EBADMSG; -EPROTO:
 * a newer schema. */
int mlm_line_check(const json_t *json, const char *kind, struct mlm_error *error);

/* Makes a line of the kind "timeline", with the keys that connect it with its record. */
int mlm_timeline_to_json(const struct mlm_record *record, const struct mlm_timeline *timeline,
    json_t **ret_json, struct mlm_error *error);

/* Reads such a line. -EBADMSG, naming the key, also where the line belongs to another record. */
int mlm_timeline_from_json(const json_t *json, const struct mlm_record *record,
    struct mlm_timeline *ret_timeline, struct mlm_error *error);

/* The begin of our lines. A reader skips timelines by it, and recognizes a store. */
#define MLM_TRIAL_BEGIN "{\"kind\":\"trial\""
#define MLM_TIMELINE_BEGIN "{\"kind\":\"timeline\""
