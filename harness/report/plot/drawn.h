/* What every picture has in common: a script of plots/ that draws it, and a file that keeps it. */
#pragma once

#include "report/plot/gnuplot.h"

/* Runs gnuplot on the data with style.gp and the script; see mlm_gnuplot(). -EINVAL: there is no such script.
 */
int mlm_plot_run(const struct mlm_plot_files *files, const char *plots_folder, const char *script,
    int interrupt_fd, struct mlm_error *error);

/* Writes the file as a whole, or not at all. -ENOTSUP: something is there that is no regular file. */
int mlm_plot_keep(const char *path, const char *bytes, size_t size, struct mlm_error *error);
