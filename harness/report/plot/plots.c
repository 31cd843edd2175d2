/* The table of plots. */
#include "report/plot/plot.h"

/* Lines over the values of a parameter, or over caps. */
#define OVER(parameter_, text)                                                                               \
    .script = "lines.gp", .places = 2, .x = MLM_X_PARAMETER, .parameter = (parameter_), .x_title = (text)
#define OVER_CAPS .script = "lines.gp", .places = 2, .x = MLM_X_CAP, .x_title = "memory cap (M: MiB, G: GiB)"

/* Axes of several plots. A formula knows needs where a trial was killed. */
/* clang-format off */
#define MEMORY {"memory needed", MLM_SCALE_FITTING, {&mlm_plot_field_full_needs, &mlm_plot_field_predicted}}
#define TIME {"time", MLM_SCALE_FITTING, {&mlm_plot_field_time}}
#define RATE(of) {of " a second", MLM_SCALE_FITTING, {&mlm_plot_field_rate}}
/* clang-format on */

const struct mlm_plot mlm_plots[] = {
    {
        .name = "needs",
        .script = "needs.gp",
        .title = "memory needed, and time",
        .panels = MLM_PANEL_SECTION,
        .axes = {{"memory and swap together", MLM_SCALE_LINEAR,
                     {&mlm_plot_field_needs, &mlm_plot_field_swap, &mlm_plot_field_core,
                         &mlm_plot_field_uncapped_needs}},
            {"time", MLM_SCALE_FITTING, {&mlm_plot_field_time, &mlm_plot_field_uncapped_time}}},
    },
    {
        .name = "parts",
        .script = "parts.gp",
        .title = "where the time went",
        .panels = MLM_PANEL_SECTION,
        .second_beside = true,
        .places = 1,
        .axes = {{"share of the time", MLM_SCALE_LINEAR,
                     {&mlm_plot_field_user, &mlm_plot_field_system, &mlm_plot_field_run_queue,
                         &mlm_plot_field_blocked_memory, &mlm_plot_field_blocked_storage,
                         &mlm_plot_field_blocked_rest, &mlm_plot_field_blocked}},
            {"time", MLM_SCALE_LINEAR, {&mlm_plot_field_time}}},
    },
    {
        .name = "slowdown",
        .title = "slowdown against cap",
        OVER_CAPS,
        .axes = {{"time against uncapped", MLM_SCALE_LOGARITHMIC, {&mlm_plot_field_slowdown}}},
    },
    {
        .name = "density",
        .title = "memory and time against density",
        .suite = "storage",
        .caps = MLM_CAPS_LARGEST,
        OVER("density", "density: share of values that are not zero"),
        .base = "dense",
        .axes = {{"memory needed", MLM_SCALE_FITTING, {&mlm_plot_field_full_needs}}, TIME},
    },
    {
        .name = "batch",
        .title = "samples a second and memory against batch size",
        .suite = "batch",
        .caps = MLM_CAPS_MIDDLE,
        OVER("batch", "batch size (samples)"),
        .axes = {RATE("samples"), MEMORY},
    },
    {
        .name = "workers",
        .title = "memory and time against workers",
        .suite = "parallel",
        .caps = MLM_CAPS_LARGEST,
        OVER("workers", "workers (processes or threads that share the work)"),
        .axes = {MEMORY, TIME},
    },
    {
        .name = "batches",
        .title = "memory and time against rows at once",
        .suite = "classical",
        .caps = MLM_CAPS_LARGEST,
        OVER("batch", "batch (rows that are looked at together)"),
        .axes = {MEMORY, TIME},
    },
    {
        .name = "rate",
        .title = "tokens a second against cap",
        .suite = "inference",
        OVER_CAPS,
        .axes = {RATE("tokens")},
    },
    {
        .name = "context",
        .title = "tokens a second and memory against context",
        .suite = "inference",
        .caps = MLM_CAPS_MIDDLE,
        OVER("context", "context (positions in the cache of keys and values)"),
        .axes = {RATE("tokens"), MEMORY},
    },
    {
        .name = "zeros",
        .title = "memory and time of pruned weights",
        .suite = "compression",
        .caps = MLM_CAPS_LARGEST,
        OVER("zeros", "zeros: share of the weights that is zero"),
        .axes = {MEMORY, TIME},
    },
    {
        .name = "timeline",
        .script = "timeline.gp",
        .title = "memory over time",
        .caps = MLM_CAPS_MIDDLE,
        .panels = MLM_PANEL_ROW,
        .x = MLM_X_TIME,
        .x_title = "time since the worker started",
        .places = 2,
        .axes = {{"memory", MLM_SCALE_LINEAR, {&mlm_plot_field_memory_now, &mlm_plot_field_swap_now}}},
    },
    {
        .name = "overhead",
        .script = "dots.gp",
        .title = "peak over live bytes",
        .suite = "pooling",
        .caps = MLM_CAPS_MIDDLE,
        .panels = MLM_PANEL_SECTION,
        .places = 1,
        .axes = {{"peak over live bytes", MLM_SCALE_FITTING, {&mlm_plot_field_over_core}}},
    },
    {
        .name = "machines",
        .script = "dots.gp",
        .title = "time against the first machine's",
        .of = MLM_OF_MACHINES,
        .panels = MLM_PANEL_SECTION,
        .places = 1,
        .axes = {{"time ratio", MLM_SCALE_LOGARITHMIC, {&mlm_plot_field_time_ratio}}},
    },
};

const size_t mlm_plot_count = sizeof mlm_plots / sizeof *mlm_plots;
