/* The fact table: everything that a record says about its machine, with its label and its meaning for
 * figures. Comparisons, pages and exports all use this table. To add a fact: a line here and its value in
 * machine/machine.c.
 *
 * A fact that could not be read is null in the store. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum mlm_fact_kind {
    MLM_FACT_PLAIN,   /* text, number, true or false */
    MLM_FACT_OR_NONE, /* the same; null means "none" */
    MLM_FACT_BYTES,
    MLM_FACT_SWAP,     /* list of devices */
    MLM_FACT_CACHES,   /* list of cache levels */
    MLM_FACT_SOFTWARE, /* object of names and versions */
};

struct mlm_fact_info {
    const char *key, *label;
    enum mlm_fact_kind kind;
    bool exported;       /* included in tables for other programs */
    bool paces;          /* times of machines that differ in it say nothing about the work itself */
    const char *meaning; /* meaning for the figures; NULL: none */
};

extern const struct mlm_fact_info mlm_facts[]; /* ended by an empty row */

/* Finds a fact by its key. NULL: unknown key; a newer version may record more. */
const struct mlm_fact_info *mlm_fact_of(const char *key);

/* Text for people, printable, freed by the caller: "8.00 GiB (file)", "yes", "not known". For a key without a
 * row, `fact` is NULL. Returns NULL: out of memory. */
char *mlm_fact_text(const struct mlm_fact_info *fact, const json_t *value);

/* Name of the machine: its host name, or its id. */
const char *mlm_machine_name(const json_t *machine);
