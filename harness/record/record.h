/* A record: the result of one trial, as a struct and as a line of JSON. It contains the trial's whole
 * specification, so that each line says by itself what was measured. Keys: results/schema.json. */
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

/* How a trial ended. This is data, never a reason to stop the run. */
enum mlm_outcome {
    MLM_OUTCOME_OK,
    MLM_OUTCOME_OOM,     /* the kernel killed a process in the cage, or refused memory */
    MLM_OUTCOME_TIMEOUT, /* ran past its time limit */
    MLM_OUTCOME_KILLED,  /* a signal of another program or a person (systemd-oomd, earlyoom) */
    MLM_OUTCOME_CRASH,   /* ended by an error, or by a signal that it caused itself */
    MLM_OUTCOME_WRONG,   /* its answer differs from that of its group */
    MLM_OUTCOME_REFUSED, /* no cap can be set here */
    MLM_OUTCOME_SKIPPED, /* a library or program that it needs is missing */
    MLM_OUTCOME_COUNT,
};

const char *mlm_outcome_name(enum mlm_outcome outcome);

/* Returns true if the job itself ran: a trial that was refused or skipped says nothing of it. */
bool mlm_outcome_ran(enum mlm_outcome outcome);

/* Ordered NAME=VALUE pairs; values keep the spelling of the sweep ("0.01", "2G"). */
struct mlm_params {
    struct mlm_param_value {
        char *name, *value;
    } * items;
    size_t count;
};

/* -EEXIST: there is a parameter with that name. */
int mlm_params_add(struct mlm_params *params, const char *name, const char *value);
void mlm_params_drop(struct mlm_params *params); /* removes the last one */
int mlm_params_copy(const struct mlm_params *params, struct mlm_params *ret_copy);
void mlm_params_release(struct mlm_params *params);

struct mlm_record {
    char *run_id;           /* identifies one `mlmembench run`: machine and start time */
    char *time;             /* when the trial began, ISO 8601 UTC */
    json_t *machine;        /* an object with an "id"; a counted reference, shared, never changed */
    json_t *command;        /* command line of the run, an array of texts; shared in the same way; or NULL */
    char *suite, *workload; /* "storage", "storage/csr" */
    struct mlm_params params;
    char *equal_work; /* trials with the same text must have the same answer; NULL: not compared */
    char *rate_of;    /* "tokens": people judge such a job by their number a second; NULL: by its time */
    double answer_tolerance; /* relative; 0: bit for bit */
    struct mlm_limits limits;
    bool cap_binds; /* nothing else was reached first, as far as known */
    bool reference; /* the run added this trial without a cap, only as a base for slowdowns */
    uint64_t data_bytes;
    char *dataset; /* name of the user's file; NULL: generated data */
    uint64_t seed;
    uint64_t threads;
    uint64_t repetition; /* from 0 */
    enum mlm_outcome outcome;
    char *reason;    /* one line; NULL where the outcome needs no explanation */
    char *phase;     /* the phase in which it ended: "prepare", "run", "verify", "done" */
    double progress; /* of that phase, 0..1; NAN: not known */
    struct mlm_readings readings;
    bool has_checksum;
    uint64_t data_checksum; /* 16 hexadecimal digits in JSON */
    size_t answer_count;
    double answer[MLM_RECORD_ANSWER_MAX];
    /* Command only: array of the large processes at the last look before they end, largest first, each with
     * name, rss_bytes, pss_bytes (or null) and peak_rss_bytes; or NULL. */
    json_t *processes;
    /* Command only: array of what its large processes held at the sample at which the cage held most, largest
     * first, each with name, anon_bytes, file_bytes, shmem_bytes and swap_bytes (or null); or NULL. */
    json_t *peak_processes;
    /* Array of the largest files that a trial left in tmpfs, largest first, each with path and bytes; NULL:
     * it left nothing worth naming. See record/left.h. */
    json_t *left_tmpfs;
    /* Array of the files of at least 1 MiB that the job mapped or read, largest first, each with path, bytes,
     * mapped, reread (more than once) and cached_bytes: how much of it was in the page cache before (or
     * null). NULL: there were none. */
    json_t *data_files;
    /* Array of the limits of cgroups above that were tighter than the trial's own, each with file
     * ("memory.high"), path and bytes; NULL: none was. */
    json_t *limits_above;
    mlm_mark_set marks;
    struct mlm_timeline_place timeline; /* only in a record that was read from a store */
};

/* The time of a trial. Own time is the better one, where it is known: what other programs on the machine took
 * is no part of it. */
enum mlm_time_kind {
    MLM_TIME_OWN,  /* without waiting for a processor: own_ns */
    MLM_TIME_WALL, /* run_ns */
    MLM_TIME_KIND_COUNT,
};

/* The metric of that time. */
enum mlm_metric mlm_time_metric(enum mlm_time_kind kind);

/* "own", "wall". */
const char *mlm_time_kind_name(enum mlm_time_kind kind);

/* Checks that a store would accept a record of this specification and read it back. Call it before the trial
 * runs, so that no result is lost. -E2BIG: longer than a line may be, for instance by a very long command;
 * -EINVAL: a member is out of range. */
int mlm_record_check(const struct mlm_record *record, struct mlm_error *error);

/* Makes an empty record: no texts, no limits, every reading null. */
void mlm_record_init(struct mlm_record *record);
/* Frees the texts, releases the machine's reference, and leaves an empty record. */
void mlm_record_release(struct mlm_record *record);

#define MLM_SWAP_KINDS_TEXT 64

/* The kinds of swap that a trial could use, from the machine's list of devices: "file", "partition+zram"; ""
 * for none. Without a swap limit this is a part of the trial's conditions. */
const char *mlm_record_swap_kinds(const struct mlm_record *record, char text[static MLM_SWAP_KINDS_TEXT]);

/* Returns true if swap limit and kinds of swap are the same. */
bool mlm_record_same_swap(const struct mlm_record *a, const struct mlm_record *b);

/* Orders records by all limits but those of memory and time, by kinds of swap, and by the versions of a
 * script's programs (software.h); 0: they are the same. */
int mlm_record_compare_surroundings(const struct mlm_record *a, const struct mlm_record *b);

/* Returns true if data, seed, background, swap and time limit are the same: two sweeps must share these to be
 * compared. */
bool mlm_record_same_field(const struct mlm_record *a, const struct mlm_record *b);

/* Returns true if the cap is what a laptop leaves. `fit` tries other caps on a laptop, too. */
bool mlm_is_laptop_cap(const struct mlm_limits *limits);

/* The same, but laptops (--laptop) may differ in RAM, and in what follows from it: sizes of one sweep. */
bool mlm_record_same_ladder(const struct mlm_record *a, const struct mlm_record *b);

/* The key of a row: everything of the specification but the repetition. Records with the same key are
 * repetitions of one row. The caller frees it. */
char *mlm_record_row_key(const struct mlm_record *record);

/* The same without the cap: rows with the same key form a sweep, over caps or over laptops. The caller frees
 * it. */
char *mlm_record_sweep_key(const struct mlm_record *record);

/* The same without cap, swap limit and time limit, which matter only under a cap: a row and its uncapped
 * reference have the same key. The caller frees it. */
char *mlm_record_uncapped_key(const struct mlm_record *record);

/* How alike two rows of different machines or days must be to be compared. */
enum mlm_likeness {
    MLM_LIKE_AGAIN, /* equal row keys, except for the machine */
    MLM_LIKE_WORK,  /* seeds, time limits and kinds of swap may differ: the same work under the same limits */
    MLM_LIKE_LAPTOP,   /* the same work on two laptops: of --laptop, the RAM may differ too, and what follows
                          from it */
    MLM_LIKE_BUT_DATA, /* as LIKE_WORK, but the amount of data may differ */
};

/* Conditions that must also be the same; can be combined. */
enum mlm_where {
    MLM_SAME_MACHINE = 1,
    MLM_SAME_SWAP = 2, /* the same kinds of swap */
};

/* Two rows that are alike in this sense have the same key. The caller frees it. */
char *mlm_record_work_key(const struct mlm_record *record, enum mlm_likeness likeness, unsigned where);

/* The key of machine, data and conditions, but for the RAM of a laptop: statements about records with the
 * same key can be compared. The caller frees it. */
char *mlm_record_field_key(const struct mlm_record *record);

/* The key of suite, workload and parameters: identifies the technique, wherever and however often it ran. The
 * caller frees it. */
char *mlm_record_variant_key(const struct mlm_record *record);

/* "density=0.01 index=32", "" without parameters. The caller frees it. */
char *mlm_params_text(const struct mlm_params *params);

/* -EINVAL, naming the key, for a value that mlm_record_from_json() would refuse. Bytes that are not UTF-8
 * become '?', answers that are not finite become null. "machine" comes last: it is long and the same in every
 * line. */
int mlm_record_to_json(const struct mlm_record *record, json_t **ret_json, struct mlm_error *error);

/* Checks types and ranges: -EBADMSG, naming the key. Unknown keys and marks are ignored (a newer minor
 * version); a newer schema gives -EPROTO. The record takes a reference of the machine inside `json`. */
int mlm_record_from_json(const json_t *json, struct mlm_record *ret_record, struct mlm_error *error);
