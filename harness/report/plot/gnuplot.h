/* gnuplot as a tool: data goes into files of a temporary folder in which it is run, pictures come out of it.
 * No shell takes part, and no text of a record is ever part of a command. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct mlm_plot_folder {
    char path[4096]; /* "": none */
};

int mlm_plot_folder_make(struct mlm_plot_folder *ret_folder, struct mlm_error *error);
/* Removes it with all that is in it. */
void mlm_plot_folder_remove(struct mlm_plot_folder *folder);

/* Opens a file of the folder for writing. */
int mlm_plot_file(
    const struct mlm_plot_folder *folder, const char *name, FILE **ret_file, struct mlm_error *error);
/* Closes it and says whether all that was written is there. */
int mlm_plot_file_close(FILE *file, struct mlm_error *error);

/* Writes a text as a tab-separated field that gnuplot gives back as it is; "" as a space. A bitmap is drawn
 * with the fonts of this machine, in which characters beyond the common scripts may be missing and then spoil
 * the picture: they become '?' unless `any_character`. */
void mlm_plot_text(FILE *file, const char *text, bool any_character);

/* Runs `gnuplot values.gp SCRIPTS…` (absolute paths, ended by NULL) in the folder. -ENOENT: there is no
 * gnuplot. What it printed is in the error. */
int mlm_gnuplot(const struct mlm_plot_folder *folder, const char *const *scripts, struct mlm_error *error);

/* Reads a file that a script made in the folder. A NUL stands behind its bytes, which the caller frees. */
int mlm_plot_read(const struct mlm_plot_folder *folder, const char *name, char **ret_bytes, size_t *ret_size,
    struct mlm_error *error);
