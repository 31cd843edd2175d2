#include "report/table/columns.h"

#include <math.h>
#include <string.h>

#include "base/size.h"
#include "record/utf8.h"

void mlm_cell_text(const char *text, char cell[static MLM_CELL_SIZE])
{
    size_t length = 0;
    while (text[length]) {
        uint32_t code;
        size_t step = mlm_utf8_next(text + length, &code);
        if (length + step + sizeof "…" > MLM_CELL_SIZE) {
            (void)strcpy(cell + length, "…");
            return;
        }
        memcpy(cell + length, text + length, step);
        length += step;
    }
    cell[length] = 0;
}

static void write_bytes(int64_t bytes, char *cell)
{
    cell[0] = 0;
    if (bytes != MLM_NULL)
        (void)mlm_size_show((double)bytes, cell);
}

static void write_ns(double ns, char cell[static MLM_CELL_SIZE])
{
    (void)mlm_duration_show(ns, cell);
}

static void write_ratio(double ratio, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (!isnan(ratio))
        (void)snprintf(cell, MLM_CELL_SIZE, ratio < 99.5 ? "%.2f ×" : "%.0f ×", ratio);
}

static void write_workload(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    mlm_cell_text(row->workload, cell);
}

static void write_params(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    mlm_cell_text(row->params, cell);
}

static void write_outcome(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    (void)mlm_row_outcome_text(row, false, cell);
}

static void write_time(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (row->time.count)
        write_ns(row->time.median, cell);
}

static void write_spread(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (row->time.count > 1)
        (void)snprintf(cell, MLM_CELL_SIZE, "%.1f %%%s", 100 * row->time.spread,
            row->time.spread > MLM_SPREAD_LIMIT ? "!" : "");
}

static void write_uncapped(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (!row->reference)
        return;
    if (row->reference->time.count)
        write_ns(row->reference->time.median, cell);
    else
        mlm_cell_text(mlm_outcome_name(row->reference->outcome), cell);
}

static void write_slowdown(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_ratio(row->slowdown, cell);
}

static void write_of_best(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_ratio(row->of_best, cell);
}

static void write_core(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_bytes(row->readings.values[MLM_core_bytes], cell);
}

/* A job that was cut off had not come to its peak. */
static void write_peak(const struct mlm_row *row, enum mlm_metric metric, char cell[static MLM_CELL_SIZE])
{
    char *text = cell;
    int64_t bytes = row->readings.values[metric];
    if (row->cut_off && bytes != MLM_NULL)
        text = stpcpy(cell, "> ");
    write_bytes(bytes, text);
}

static void write_needs(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_peak(row, MLM_needs_peak_bytes, cell);
}

/* Of a job that was cut off, what it needs when it can have it: its reference tells. */
static void write_uncapped_needs(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (row->cut_off && row->reference && !row->reference->cut_off)
        write_bytes(row->reference->readings.values[MLM_needs_peak_bytes], cell);
}

static void write_overhead(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_bytes(row->overhead_bytes, cell);
}

static void write_peak_rss(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_peak(row, MLM_peak_rss_bytes, cell);
}

static void write_swap(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_bytes(row->readings.values[MLM_swap_peak_bytes], cell);
}

static void write_stall(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (row->readings.values[MLM_stall_full_ns] != MLM_NULL)
        write_ns((double)row->readings.values[MLM_stall_full_ns], cell);
}

/* Stands in for the stall on kernels without PSI. */
static void write_waiting(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (row->readings.values[MLM_stall_full_ns] == MLM_NULL &&
        row->readings.values[MLM_waiting_ns] != MLM_NULL)
        write_ns((double)row->readings.values[MLM_waiting_ns], cell);
}

/* clang-format off */
const struct mlm_column mlm_columns[MLM_COLUMN_COUNT] = {
    /* title         sacrifice left   write */
    {"workload",       0,  true,  write_workload},
    {"parameters",     0,  true,  write_params},
    {"outcome",        0,  true,  write_outcome},
    {"time",           0,  false, write_time},
    {"spread",         9,  false, write_spread},
    {"uncapped",       6,  false, write_uncapped},
    {"slowdown",       2,  false, write_slowdown},
    {"of best",        3,  false, write_of_best},
    {"core",           5,  false, write_core},
    {"needs",          1,  false, write_needs},
    {"needs uncapped", 4,  false, write_uncapped_needs},
    {"overhead",       10, false, write_overhead},
    {"peak RSS",       11, false, write_peak_rss},
    {"swap peak",      7,  false, write_swap},
    {"stall",          8,  false, write_stall},
    {"waiting",        12, false, write_waiting},
};
/* clang-format on */
