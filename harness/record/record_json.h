/* Lines of the store in pieces, for the store alone: command and machine are most of a line and the same in
 * all lines of a run, so the store reads them once, and writes the machine's text once. */
#pragma once

#include "record/record.h"

/* A trial's line has about 4 KiB, a timeline's up to 20: what is longer is no record. */
#define MLM_LINE_LIMIT_BYTES ((size_t)1 << 20)

/* mlm_record_to_json() and mlm_record_from_json() of everything but "machine". */
int mlm_record_members_to_json(const struct mlm_record *record, json_t **ret_json, struct mlm_error *error);
int mlm_record_members_from_json(const json_t *json, struct mlm_record *ret_record, struct mlm_error *error);

/* Is it what "machine" must be? */
int mlm_machine_check(const json_t *machine, struct mlm_error *error);

/* A text as JSON, '?' for every byte that is no UTF-8; NULL: out of memory. */
json_t *mlm_json_text(const char *text);

/* An object with "kind" and "schema", which every line begins with; NULL: out of memory. */
json_t *mlm_line_begin(const char *kind);
/* Is it an object of that kind, and of a schema that this program knows? -EBADMSG, -EPROTO: a newer one. */
int mlm_line_check(const json_t *json, const char *kind, struct mlm_error *error);

/* A line of the kind "timeline", with what it needs to be known as the record's. */
int mlm_timeline_to_json(const struct mlm_record *record, const struct mlm_timeline *timeline,
    json_t **ret_json, struct mlm_error *error);

/* The other way round. -EBADMSG with the key, also where it is another record's. */
int mlm_timeline_from_json(const json_t *json, const struct mlm_record *record,
    struct mlm_timeline *ret_timeline, struct mlm_error *error);

/* What our lines begin with: so that a reader can pass over timelines, and a store be told from other files.
 */
#define MLM_TRIAL_BEGIN "{\"kind\":\"trial\""
#define MLM_TIMELINE_BEGIN "{\"kind\":\"timeline\""
