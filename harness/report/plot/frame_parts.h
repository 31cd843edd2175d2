/* Parts of frame.c, for it alone. The only error is -ENOMEM. */
#pragma once

#include "report/plot/frame.h"

/* Keeps the `most` series with the largest weights, and drops the points of the others. */
int mlm_frame_bound_series(struct mlm_frame *frame, size_t most);
int mlm_frame_bound_panels(struct mlm_frame *frame, size_t most);
int mlm_frame_bound_rows(struct mlm_frame *frame, size_t most);

/* Keeps the panels and series that are marked (NULL: all), and the points of both. */
int mlm_frame_keep(struct mlm_frame *frame, const bool *panels, const bool *series);

/* Drops panels and series with nothing to show, sorts the points, and computes everything that needs all of
 * them: slots, names, extents, tics, places. */
int mlm_frame_finish(struct mlm_frame *frame);

/* Fills `crossings`. Points are sorted. */
void mlm_frame_find_crossings(struct mlm_frame *frame);

/* Fills the panels' cliffs. Points are sorted. */
void mlm_frame_find_cliffs(struct mlm_frame *frame);
