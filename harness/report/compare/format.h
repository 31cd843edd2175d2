/* A comparison for a terminal, for CI services and for programs. A format is a row of the table in format.c
 * and a function that writes it. What matters comes first in each: what fails, which side is faster, what
 * fits, and what changed. */
#pragma once

#include <stdio.h>

#include "report/compare/gate.h"
#include "report/text/prose.h"

struct mlm_compared {
    const struct mlm_comparison *comparison;
    const struct mlm_gate *gate;        /* NULL: nothing was to be judged */
    const struct mlm_trips *trips;      /* what the gate found; NULL like it */
    const struct mlm_text_style *style; /* for terminals */
};

typedef int mlm_compare_writer(const struct mlm_compared *compared, FILE *out, struct mlm_error *error);

struct mlm_compare_format {
    const char *name;
    const char *purpose; /* one line */
    mlm_compare_writer *write;
    mlm_compare_writer *aside;  /* what belongs into a second file, NULL: none, */
    const char *aside_variable; /* which this variable of the environment names */
};

extern const struct mlm_compare_format mlm_compare_formats[]; /* ended by an empty row */
