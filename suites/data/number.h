/* Numbers in text: exact, fast, and the same in every locale. */
#pragma once

#include <stdint.h>

/* A number's text may be this long; no sane program writes a longer one. */
#define MLM_NUMBER_MAX 1024

/* Reads a decimal number ("-1", "+.5", "2.5e-3") that begins at `at`, and rounds it once to the nearest f32:
 * beyond the range of f32 that is infinity. Returns where the number ends, at most `end`, or NULL where none
 * begins, or one that is too long. The words "nan" and "inf" are no numbers. */
const char *mlm_number_parse(const char *at, const char *end, float *ret_value);

/* A whole number without sign, at most `maximum`. Returns where it ends, or NULL. */
const char *mlm_whole_parse(const char *at, const char *end, uint64_t maximum, uint64_t *ret_value);

/* Writes a whole number; returns its end. At most 20 bytes. */
char *mlm_whole_print(char *at, uint64_t value);
