/* Files that a job maps, reads or leaves behind, in sentences. */
#pragma once

#include <stdio.h>

#include "record/record.h"

/* Returns the bytes of these files that were in the page cache before the trial; MLM_NULL: there are no such
 * files, or it is not known. `*ret_bytes` is their size. */
int64_t mlm_files_cached(const struct mlm_record *record, int64_t *ret_bytes);

/* How a trial began: with more than a tenth of its files in the page cache (warm), or less. */
enum mlm_start { MLM_START_NONE /* it uses no files */, MLM_START_COLD, MLM_START_WARM, MLM_START_UNKNOWN };

enum mlm_start mlm_files_start(const struct mlm_record *record);

/* What mlm_files_put writes of a file beside its name. */
enum mlm_files_words { MLM_FILES_NAMES = 0, MLM_FILES_FOLDERS = 1, MLM_FILES_SIZES = 2 };

/* Writes "model.bin (400 MiB) and words.npy (31 MiB)", in the order of the list, of which each entry
 * has a path and bytes (record.h's data_files and left_tmpfs). After three it writes how many more there are.
 */
void mlm_files_put(FILE *out, const json_t *files, enum mlm_files_words words);
