/* The course of a trial over time. When the array is full, every second point is dropped, and from then on
 * only every second tick is kept: so a trial of any length fits, with even spacing. */
#include "meter/meter.h"

struct timeline_state {
    struct mlm_timeline timeline;
    uint64_t ticks, stride;
};

static void timeline_begin(void *p, const struct mlm_trial_view *view)
{
    (void)view;
    ((struct timeline_state *)p)->stride = 1;
}

static void thin_out(struct timeline_state *state)
{
    struct mlm_timeline *timeline = &state->timeline;
    for (size_t i = 0; i < timeline->count / 2; i++)
        timeline->points[i] = timeline->points[2 * i];
    timeline->count /= 2;
    state->stride *= 2;
}

static void timeline_tick(void *p, const struct mlm_trial_view *view)
{
    struct timeline_state *state = p;
    if (state->ticks++ % state->stride != 0)
        return;
    if (state->timeline.count == MLM_TIMELINE_MAX)
        thin_out(state);
    const struct mlm_sample *sample = &view->sample;
    state->timeline.points[state->timeline.count++] = (struct mlm_timeline_point){
        .at_ns = sample->at_ns,
        .memory_bytes = sample->memory_bytes,
        .swap_bytes = sample->swap_bytes,
        .stall_full_ns = sample->stall_full_ns,
    };
}

static void timeline_finish(void *p, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    (void)view;
    struct timeline_state *state = p;
    struct mlm_timeline *timeline = &state->timeline;
    size_t count = timeline->count;
    if (count > 1)
        timeline->interval_ns =
            (uint64_t)(timeline->points[count - 1].at_ns - timeline->points[0].at_ns) / (count - 1);
    *result->timeline = *timeline;
}

const struct mlm_meter mlm_meter_timeline = {
    .name = "timeline",
    .state_size = sizeof(struct timeline_state),
    .begin = timeline_begin,
    .tick = timeline_tick,
    .finish = timeline_finish,
};
