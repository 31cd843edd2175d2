/* gnuplot as a tool: it reads its data from files in memory and leaves the picture in one. These files have
 * no name in any folder, so nobody can exchange them, and nothing is left behind whatever happens. No shell
 * is used, and no text of a record is ever part of a command. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* The files that plots/README.md describes. */
enum mlm_plot_file {
    MLM_PLOT_VALUES, /* the first script */
    MLM_PLOT_POINTS,
    MLM_PLOT_PANELS,
    MLM_PLOT_SERIES,
    MLM_PLOT_CROSSINGS,
    MLM_PLOT_TITLE,
    MLM_PLOT_PICTURE,
    MLM_PLOT_COMPLAINT, /* what gnuplot printed */
    MLM_PLOT_FILES
};

struct mlm_plot_files {
    int fds[MLM_PLOT_FILES];
    size_t count; /* number of open files */
};

int mlm_plot_files_make(struct mlm_plot_files *ret_files, struct mlm_error *error);
void mlm_plot_files_release(struct mlm_plot_files *files); /* a zeroed one holds nothing */

/* Opens one of the files for writing. */
int mlm_plot_file(
    const struct mlm_plot_files *files, enum mlm_plot_file which, FILE **ret_file, struct mlm_error *error);
/* Closes the file. An error: not everything was written. */
int mlm_plot_file_close(FILE *file, struct mlm_error *error);

/* Writes the paths of the other files as variables of the script: points_tsv = "/proc/self/fd/7". */
void mlm_plot_files_name(const struct mlm_plot_files *files, FILE *values);

/* Writes a text as a tab-separated field that gnuplot gives back as it is; "" as a space. A bitmap is drawn
 * with the fonts of this machine, in which characters beyond the common scripts may be missing and then spoil
 * the picture: they become '?' unless `any_character`. */
void mlm_plot_text(FILE *file, const char *text, bool any_character);

/* Runs gnuplot on the values and the scripts (absolute paths, ended by NULL). It dies with us. -ENOENT: there
 * is no gnuplot; -EINTR: `interrupt_fd` (or -1) is readable; -ETIMEDOUT: it draws for longer than any picture
 * takes. The error has what gnuplot printed. */
int mlm_gnuplot(const struct mlm_plot_files *files, const char *const *scripts, int interrupt_fd,
    struct mlm_error *error);

/* Reads one of the files; -EIO: it is empty. The bytes end with a NUL; the caller frees them. */
int mlm_plot_read(const struct mlm_plot_files *files, enum mlm_plot_file which, char **ret_bytes,
    size_t *ret_size, struct mlm_error *error);
