/* Lines of the store in pieces, for the store alone: the machine is most of a line and the same in all lines
 * of a run, so the store writes its text once and reads it once. */
#pragma once

#include "record/record.h"

/* mlm_record_to_json() and mlm_record_from_json() of everything but "machine". */
int mlm_record_members_to_json(const struct mlm_record *record, json_t **ret_json, struct mlm_error *error);
int mlm_record_members_from_json(const json_t *json, struct mlm_record *ret_record, struct mlm_error *error);

/* Is it what "machine" must be? */
int mlm_machine_check(const json_t *machine, struct mlm_error *error);

/* A line of the kind "timeline", with what it needs to be known as the record's. */
int mlm_timeline_to_json(const struct mlm_record *record, const struct mlm_timeline *timeline,
    json_t **ret_json, struct mlm_error *error);

/* What a timeline's line begins with, so that a reader can pass over it. */
#define MLM_TIMELINE_BEGIN "{\"kind\":\"timeline\""
