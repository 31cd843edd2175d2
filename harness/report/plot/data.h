/* Writes a frame as the values and data files that a gnuplot script reads; plots/README.md describes them. */
#pragma once

#include "report/plot/frame.h"
#include "report/plot/gnuplot.h"

int mlm_frame_write(const struct mlm_frame *frame, const char *format, const struct mlm_plot_files *files,
    struct mlm_error *error);
