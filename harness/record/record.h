/* A record: what one trial leaves, as a struct and as a line of JSON. The struct has the trial's whole
 * specification, so that a line says by itself what was measured. Keys: results/schema.json. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "record/mark.h"
#include "record/metric.h"
#include "record/timeline.h"

#define MLM_RECORD_SCHEMA 1
#define MLM_RECORD_ANSWER_MAX 8

/* Data, never a reason to stop the run. */
enum mlm_outcome {
    MLM_OUTCOME_OK,
    MLM_OUTCOME_OOM,     /* the kernel killed in the cage, or refused memory */
    MLM_OUTCOME_TIMEOUT, /* ran past its time limit */
    MLM_OUTCOME_KILLED,  /* somebody else's signal (systemd-oomd, earlyoom, a person) */
    MLM_OUTCOME_CRASH,   /* ended by an error or a signal of its own */
    MLM_OUTCOME_WRONG,   /* did other work than its group */
    MLM_OUTCOME_REFUSED, /* no cap can be set here */
    MLM_OUTCOME_SKIPPED, /* something it needs is not there */
    MLM_OUTCOME_COUNT,
};

const char *mlm_outcome_name(enum mlm_outcome outcome);

/* Ordered NAME=VALUE pairs; values keep the spelling of the sweep ("0.01", "2G"). */
struct mlm_params {
    struct mlm_param_value {
        char *name, *value;
    } * items;
    size_t count;
};

/* -EEXIST: a parameter of that name is there. */
int mlm_params_add(struct mlm_params *params, const char *name, const char *value);
int mlm_params_copy(const struct mlm_params *params, struct mlm_params *ret_copy);
void mlm_params_release(struct mlm_params *params);

struct mlm_record {
    char *run_id;    /* one `mlmembench run`: machine and time of its start */
    char *time;      /* when the trial began, ISO 8601 UTC */
    json_t *machine; /* an object with an "id"; a counted reference, shared and not to be changed */
    json_t *command; /* the words that started the run, an array of texts; shared in the same way; or NULL */
    char *suite, *workload; /* "storage", "storage/csr" */
    struct mlm_params params;
    char *equal_work;        /* trials with the same text must reach the same answer; NULL: takes no part */
    double answer_tolerance; /* relative; 0: bit for bit */
    struct mlm_limits limits;
    bool cap_binds; /* nothing above the cage is tighter */
    uint64_t data_bytes;
    char *dataset; /* the user's file, by name; NULL: generated */
    uint64_t seed;
    uint64_t threads;
    uint64_t repetition; /* from 0 */
    enum mlm_outcome outcome;
    char *reason;    /* one line; NULL where the outcome says all */
    char *phase;     /* where it ended: "prepare", "run", "verify", "done" */
    double progress; /* of that phase, 0..1; NAN: not known */
    struct mlm_readings readings;
    bool has_checksum;
    uint64_t data_checksum; /* 16 hexadecimal digits in JSON */
    size_t answer_count;
    double answer[MLM_RECORD_ANSWER_MAX];
    json_t *processes; /* of a command: an array of those that were large, at the last look before their end,
                          largest first, each with name, rss_bytes, pss_bytes (or null), peak_rss_bytes; or
                          NULL */
    mlm_mark_set marks;
    struct mlm_timeline_place timeline; /* of a record that was read */
};

/* Would a store take a record of such a specification, and give it back? Asked before anything is run for it,
 * so that nothing is measured and then lost. -E2BIG: it is longer than a line may be, as with very many words
 * of a command; -EINVAL: a member is out of range. */
int mlm_record_check(const struct mlm_record *record, struct mlm_error *error);

/* No texts, no limits, every reading null. */
void mlm_record_init(struct mlm_record *record);
/* Frees the texts and gives the machine's reference back; leaves a record as mlm_record_init() does. */
void mlm_record_release(struct mlm_record *record);

#define MLM_SWAP_KINDS_TEXT 64

/* What kinds of swap a trial could use, as the machine lists its devices: "file", "partition+zram"; "" for
 * none. Without a limit of the trial's own that is part of what it ran under. */
const char *mlm_record_swap_kinds(const struct mlm_record *record, char text[static MLM_SWAP_KINDS_TEXT]);

/* The same limit, and the same kinds. */
bool mlm_record_same_swap(const struct mlm_record *a, const struct mlm_record *b);

/* The same data, seed, background, swap and time limit: what two sweeps must share to stand beside each
 * other. */
bool mlm_record_same_field(const struct mlm_record *a, const struct mlm_record *b);

/* What names a row: everything of the specification but the repetition. Two records of one row are
 * repetitions of each other; equal text, equal row. The caller frees it. */
char *mlm_record_row_key(const struct mlm_record *record);

/* The same without the cap: rows that share it are one sweep. The caller frees it. */
char *mlm_record_sweep_key(const struct mlm_record *record);

/* And without what only a cap makes matter (cap, swap limit, time limit): a row and its uncapped
 * reference have it in common. The caller frees it. */
char *mlm_record_uncapped_key(const struct mlm_record *record);

/* How alike two rows of different machines or days must be to be set side by side. */
enum mlm_likeness {
    MLM_LIKE_AGAIN, /* a row's key but for the machine */
    MLM_LIKE_WORK,  /* seeds, time limits and kinds of swap may differ: the same work under the same limits */
    MLM_LIKE_BUT_DATA, /* and how much data there is */
};

/* Where both must have run, beside that; to be combined. */
enum mlm_where {
    MLM_SAME_MACHINE = 1,
    MLM_SAME_SWAP = 2, /* the kinds of it */
};

/* Equal text: that alike. The caller frees it. */
char *mlm_record_work_key(const struct mlm_record *record, enum mlm_likeness likeness, unsigned where);

/* Machine, data and surroundings alone: what is said of one can be set against the other. The caller frees
 * it. */
char *mlm_record_field_key(const struct mlm_record *record);

/* Suite, workload and parameters alone: which technique it is, wherever and however often it ran. The caller
 * frees it. */
char *mlm_record_variant_key(const struct mlm_record *record);

/* "density=0.01 index=32", "" without parameters. The caller frees it. */
char *mlm_params_text(const struct mlm_params *params);

/* -EINVAL, with the key, for what mlm_record_from_json() would not take back. Bytes that are no UTF-8 become
 * '?', answers that are no finite number null. "machine" comes last: it is long and the same in every line.
 */
int mlm_record_to_json(const struct mlm_record *record, json_t **ret_json, struct mlm_error *error);

/* Checks types and ranges: -EBADMSG with the key. Unknown keys and marks are ignored (a newer minor version),
 * a newer schema is -EPROTO. The record takes a reference of the machine inside `json`. */
int mlm_record_from_json(const json_t *json, struct mlm_record *ret_record, struct mlm_error *error);
