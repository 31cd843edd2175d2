/* Words to the user beside what was asked for. They may hold parts of files that came from elsewhere. */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct mlm_catalogue;

/* One line on standard error, in which nothing commands the terminal. */
void mlm_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line for people on `out`, in which nothing commands the terminal: one that names a file, or what else
 * the user may call as he likes. */
void mlm_put_named(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line for each suite that is broken, where all are meant; how many they are. */
size_t mlm_say_broken(const struct mlm_catalogue *catalogue);
