/* Reads and writes numbers as text: exactly, fast, and the same in every locale. */
#pragma once

#include <stdint.h>

/* Longest text of a number; no sane program writes a longer one. */
#define MLM_NUMBER_MAX 1024

/* Reads a decimal number ("-1", "+.5", "2.5e-3") that begins at `at` and rounds it once to the nearest f32;
 * beyond the range of f32 that is infinity. Returns the end of the number, at most `end`; NULL where there is
 * no number or one that is too long. The words "nan" and "inf" are not accepted. */
const char *mlm_number_parse(const char *at, const char *end, float *ret_value);

/* Reads a whole number without sign, at most `maximum`. Returns its end, or NULL. */
const char *mlm_whole_parse(const char *at, const char *end, uint64_t maximum, uint64_t *ret_value);

/* Writes a whole number (at most 20 bytes) and returns its end. */
char *mlm_whole_print(char *at, uint64_t value);
