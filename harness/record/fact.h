/* The fact table: everything that a record says of its machine, once, with what it is called and what it
 * means for figures. Comparisons, pages and exports all come from here; adding a fact is adding a line here
 * and its value in machine/machine.c.
 *
 * A fact that could not be had is null in the store. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum mlm_fact_kind {
    MLM_FACT_PLAIN,   /* a text, a number, yes or no */
    MLM_FACT_OR_NONE, /* the same; null: there is none */
    MLM_FACT_BYTES,
    MLM_FACT_SWAP,   /* devices */
    MLM_FACT_CACHES, /* levels */
};

struct mlm_fact_info {
    const char *key, *label;
    enum mlm_fact_kind kind;
    bool exported;       /* has a column in tables for other programs */
    const char *meaning; /* for the figures; NULL: nothing to say */
};

#define MLM_FACT_COUNT 32
extern const struct mlm_fact_info mlm_facts[MLM_FACT_COUNT];

/* NULL: none of that name; a newer version may record more. */
const struct mlm_fact_info *mlm_fact_of(const char *key);

/* What a person reads, printable, to be freed: "8.00 GiB (file)", "yes", "not known". Of a key without a row
 * `fact` is NULL. NULL: out of memory. */
char *mlm_fact_text(const struct mlm_fact_info *fact, const json_t *value);

/* How the machine is called: by its host's name, or by its identity. */
const char *mlm_machine_name(const json_t *machine);
