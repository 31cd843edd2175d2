/* Files that the job of `fit` maps or reads. What is in the page cache already costs a job nothing, so each
 * trial has to begin without them. */
#pragma once

#include <stdio.h>

#include "cli/options.h"
#include "record/record.h"

struct mlm_fit_files {
    json_t *entries;        /* as in record.h's data_files */
    struct mlm_texts paths; /* of the entries; as many as it has room for */
    bool repeated;          /* a trial was not counted, because it began warm */
    bool stayed;            /* before some trial, a file could not be dropped, or not be checked */
};

/* Adds the files of a trial that are not known yet. Returns their bytes that were in the page cache before
 * it; -ENOMEM. */
int64_t mlm_fit_files_learn(struct mlm_fit_files *files, const struct mlm_record *record);
void mlm_fit_files_release(struct mlm_fit_files *files); /* accepts a zeroed struct */

/* Writes the sentence that says how each trial began; nothing where there are no files. */
void mlm_fit_files_say(FILE *out, const struct mlm_fit_files *files);
