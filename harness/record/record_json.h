/* Parts of a store's line, for the store only. Command and machine make up most of a line and are the same in
 * all lines of a run; so the store parses them once, and makes the machine's text once. */
#pragma once

#include "record/line.h"
#include "record/record.h"

/* Like mlm_record_to_json() and mlm_record_from_json(), without "machine". */
int mlm_record_members_to_json(const struct mlm_record *record, json_t **ret_json, struct mlm_error *error);
int mlm_record_members_from_json(const json_t *json, struct mlm_record *ret_record, struct mlm_error *error);

/* Checks the value of "machine". */
int mlm_machine_check(const json_t *machine, struct mlm_error *error);

/* Makes a JSON text, with '?' for every byte that is not UTF-8; NULL: out of memory. */
json_t *mlm_json_text(const char *text);

/* Makes a line of the kind "timeline", with the keys that connect it with its record. */
int mlm_timeline_to_json(const struct mlm_record *record, const struct mlm_timeline *timeline,
    json_t **ret_json, struct mlm_error *error);

/* Reads such a line. -EBADMSG, naming the key, also where the line belongs to another record. */
int mlm_timeline_from_json(const json_t *json, const struct mlm_record *record,
    struct mlm_timeline *ret_timeline, struct mlm_error *error);
