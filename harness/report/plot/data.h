/* A frame as what a script draws: values and data files; plots/README.md tells them. */
#pragma once

#include "report/plot/frame.h"
#include "report/plot/gnuplot.h"

int mlm_frame_write(const struct mlm_frame *frame, const char *format, const struct mlm_plot_files *files,
    struct mlm_error *error);
