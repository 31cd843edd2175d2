/* Finds the cap below which a job no longer ends well, or begins to be slowed. */
#include <math.h>

#include "report/plot/frame_parts.h"
#include "report/table/group.h"

static bool holds(const struct mlm_frame_point *point)
{
    return point->outcome == MLM_OUTCOME_OK && !point->partial;
}

static bool runs_freely(const struct mlm_frame_point *point)
{
    return holds(point) && !(point->figures[0][0].low >= MLM_SLOWED);
}

/* Finds the cliff: it lies between the largest cap with a point that is not good, and the next cap. Points
 * are sorted by cap. */
static bool find(struct mlm_frame_panel *panel, const struct mlm_frame_point *points, size_t count,
    bool (*good)(const struct mlm_frame_point *))
{
    size_t at = count;
    while (at > 0 && good(&points[at - 1]))
        at--;
    if (at == 0 || at == count)
        return false;
    panel->cliff_low = points[at - 1].x;
    panel->cliff_high = points[at].x;
    return true;
}

/* A panel with several lines gets no cliff, because its labels are enough. */
void mlm_frame_find_cliffs(struct mlm_frame *frame)
{
    for (size_t p = 0; p < frame->panel_count; p++)
        frame->panels[p].cliff_low = frame->panels[p].cliff_high = NAN;
    for (size_t begin = 0, end; frame->plot->x == MLM_X_CAP && begin < frame->point_count; begin = end) {
        const struct mlm_frame_point *first = &frame->points[begin];
        bool alone = true;
        for (end = begin; end < frame->point_count && frame->points[end].panel == first->panel; end++)
            alone &= frame->points[end].series == first->series;
        struct mlm_frame_panel *panel = &frame->panels[first->panel];
        if (alone && !find(panel, first, end - begin, holds))
            (void)find(panel, first, end - begin, runs_freely);
    }
}
