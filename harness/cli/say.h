/* Messages to the user beside the requested output. They may contain text of files from any source. */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct mlm_catalogue;

/* What the user types to start this program, in a command to go on with: "mlmembench", or how bootstrap was
 * called. */
const char *mlm_say_program(void);

/* Prints one line on standard error; control characters are replaced, so that no text controls the
 * terminal. */
void mlm_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints one line on `out` that controls no terminal: for lines with the name of a file, or another name that
 * the user chose. */
void mlm_put_named(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints a line for each broken suite; returns their number. */
size_t mlm_say_broken(const struct mlm_catalogue *catalogue);
