/* Users' files as trials can read them: plain. The decoders (data/decoder.h) read fast and take nothing but
 * numbers, so that a trial measures a way of reading and not the oddities of one file. This folder reads what
 * people have, outside any cage and before any trial: it finds the shape of a file, and where the file is not
 * plain it writes a plain copy, which the trials read.
 *
 * Text tables (.csv, .tsv): any separator, decimal commas, quotes, lines at the begin that are no rows. Texts
 * become codes from 1, dates become days, missing values become 0. Arrays (.npy): Fortran order, NaN as a
 * missing value. Any of these and libsvm files may be packed by gzip. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "data/inspect.h"
#include "scoreboard.h"
#include "workload.h"

struct mlm_plain_order {
    const char *path;
    struct mlm_reading reading;
    FILE *notes; /* gets a line of text for each thing that the user should know; NULL: nobody wants them */
};

struct mlm_plain {
    struct mlm_shape shape;
    uint64_t bytes; /* size of the plain copy; 0: the file itself is plain, and no copy is needed */
};

/* Finds the shape of what trials will read. Memory is bounded by MLM_INSPECT_BYTES_MAX. The message for a
 * file that cannot be read names the line and field, or the byte, and what to do. */
int mlm_plain_look(
    const struct mlm_plain_order *order, struct mlm_plain *ret_plain, struct mlm_scoreboard *sb);

/* Writes the plain copy of a file that needs one; compare: checks that `fd` holds it. -EBADMSG: it holds
 * something else. */
int mlm_plain_copy(const struct mlm_plain_order *order, int fd, bool compare, struct mlm_scoreboard *sb);
