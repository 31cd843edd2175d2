/* Sizes and durations as people write them ("2G", "1.5M", "20s") and as tables show them.
 * Suffixes are powers of 1024 (K, M, G, T; "KiB", "MB" and so on mean the same); a bare number is bytes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* "No limit", the value of --cap none. */
#define MLM_NO_LIMIT UINT64_MAX

/* More than any processor addresses, and small enough that sums and multiples of sizes do not overflow. */
#define MLM_SIZE_MOST (UINT64_C(1) << 57)

int mlm_size_parse(const char *text, uint64_t *ret_bytes, struct mlm_error *error);

/* Like mlm_size_parse(), but "none" and "max" give MLM_NO_LIMIT. */
int mlm_limit_parse(const char *text, uint64_t *ret_bytes, struct mlm_error *error);

/* A number of things: K, M, G and T are powers of 1000, so "1M" rows are a million. Whole numbers only. */
int mlm_amount_parse(const char *text, uint64_t *ret_amount, struct mlm_error *error);

/* "20s", "500ms", "2min", "1.5h"; a bare number is seconds. */
int mlm_duration_parse(const char *text, uint64_t *ret_ns, struct mlm_error *error);

#define MLM_SIZE_TEXT 24

/* The exact short form where there is one ("2G", "48M", "123K"), else bytes. mlm_size_parse() can read it
 * again. "none" for MLM_NO_LIMIT. */
const char *mlm_size_spell(uint64_t bytes, char text[static MLM_SIZE_TEXT]);

/* For people: three significant digits and a unit ("41.2 MiB", "1.25 GiB"). */
const char *mlm_size_show(double bytes, char text[static MLM_SIZE_TEXT]);

/* For people: "1.2 ms", "3.41 s", "2 min 05 s". */
const char *mlm_duration_show(double ns, char text[static MLM_SIZE_TEXT]);
