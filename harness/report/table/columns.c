/* The table of columns, with a function for the value and the text of each. */
#include "report/table/columns.h"

#include <math.h>
#include <string.h>

#include "base/size.h"
#include "base/utf8.h"

void mlm_cell_text(const char *text, char cell[static MLM_CELL_SIZE])
{
    size_t length = 0;
    while (text[length]) {
        uint32_t code;
        size_t step = mlm_utf8_next(text + length, &code);
        if (length + step + sizeof "…" > MLM_CELL_SIZE) {
            strcpy(cell + length, "…");
            return;
        }
        memcpy(cell + length, text + length, step);
        length += step;
    }
    cell[length] = 0;
}

static void write_bytes(double bytes, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (!isnan(bytes))
        mlm_size_show(bytes, cell);
}

static void write_ns(double ns, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (!isnan(ns))
        mlm_duration_show(ns, cell);
}

static void write_ratio(double ratio, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (!isnan(ratio))
        snprintf(cell, MLM_CELL_SIZE, ratio < 99.5 ? "%.2f ×" : "%.0f ×", ratio);
}

static double number(int64_t value)
{
    return value == MLM_NULL ? NAN : (double)value;
}

static double median(const struct mlm_summary *time)
{
    return time->count ? time->median : NAN;
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
    mlm_row_outcome_text(row, false, cell);
}

static double time_of(const struct mlm_row *row)
{
    return median(&row->time);
}

static void write_time(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_ns(time_of(row), cell);
}

static double spread(const struct mlm_row *row)
{
    return row->time.count > 1 ? row->time.spread : NAN;
}

static void write_spread(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (!isnan(spread(row)))
        snprintf(
            cell, MLM_CELL_SIZE, "%.1f %%%s", 100 * spread(row), spread(row) > MLM_SPREAD_LIMIT ? "!" : "");
}

static double uncapped(const struct mlm_row *row)
{
    return row->reference ? median(&row->reference->time) : NAN;
}

static void write_uncapped(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_ns(uncapped(row), cell);
    if (row->reference && isnan(uncapped(row)))
        mlm_cell_text(mlm_outcome_name(row->reference->outcome), cell);
}

static double slowdown(const struct mlm_row *row)
{
    return row->slowdown;
}

static void write_slowdown(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_ratio(row->slowdown, cell);
}

static double of_best(const struct mlm_row *row)
{
    return row->of_best;
}

static void write_of_best(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_ratio(row->of_best, cell);
}

static double core(const struct mlm_row *row)
{
    return number(row->readings.values[MLM_core_bytes]);
}

static void write_core(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_bytes(core(row), cell);
}

/* A job that was cut off had not reached its peak. */
static void write_peak(const struct mlm_row *row, double bytes, char cell[static MLM_CELL_SIZE])
{
    char *text = cell;
    if (row->cut_off && !isnan(bytes))
        text = stpcpy(cell, "> ");
    write_bytes(bytes, text);
}

static double needs(const struct mlm_row *row)
{
    return number(row->readings.values[MLM_needs_peak_bytes]);
}

static void write_needs(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_peak(row, needs(row), cell);
}

/* Needs of a job that was cut off, from its uncapped reference. */
static double uncapped_needs(const struct mlm_row *row)
{
    return row->cut_off && row->reference && !row->reference->cut_off ? needs(row->reference) : NAN;
}

static void write_uncapped_needs(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_bytes(uncapped_needs(row), cell);
}

static double overhead(const struct mlm_row *row)
{
    return number(row->overhead_bytes);
}

static void write_overhead(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_bytes(overhead(row), cell);
}

static double peak_rss(const struct mlm_row *row)
{
    return number(row->readings.values[MLM_peak_rss_bytes]);
}

static void write_peak_rss(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_peak(row, peak_rss(row), cell);
}

static double swap_peak(const struct mlm_row *row)
{
    return number(row->readings.values[MLM_swap_peak_bytes]);
}

static void write_swap(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_bytes(swap_peak(row), cell);
}

static double stall(const struct mlm_row *row)
{
    return number(row->readings.values[MLM_stall_full_ns]);
}

static void write_stall(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_ns(stall(row), cell);
}

/* Used instead of the stall on kernels without PSI. */
static double waiting(const struct mlm_row *row)
{
    return isnan(stall(row)) ? number(row->readings.values[MLM_waiting_ns]) : NAN;
}

static void write_waiting(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_ns(waiting(row), cell);
}

bool mlm_column_used(size_t column, const struct mlm_section *sections, size_t count)
{
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count; i++) {
            char cell[MLM_CELL_SIZE];
            mlm_columns[column].write(sections[s].rows[i], cell);
            if (cell[0])
                return true;
        }
    return false;
}

/* clang-format off */
const struct mlm_column mlm_columns[MLM_COLUMN_COUNT] = {
    /* title         sacrifice left   beside value           write */
    {"workload",       0,  true,  true,  NULL,           write_workload},
    {"parameters",     0,  true,  true,  NULL,           write_params},
    {"outcome",        0,  true,  false, NULL,           write_outcome},
    {"time",           0,  false, false, time_of,        write_time},
    {"spread",         9,  false, false, spread,         write_spread},
    {"uncapped",       6,  false, true,  uncapped,       write_uncapped},
    {"slowdown",       2,  false, false, slowdown,       write_slowdown},
    {"vs best",        3,  false, true,  of_best,        write_of_best},
    {"core",           5,  false, true,  core,           write_core},
    {"needs",          1,  false, false, needs,          write_needs},
    {"needs uncapped", 4,  false, true,  uncapped_needs, write_uncapped_needs},
    {"overhead",       10, false, true,  overhead,       write_overhead},
    {"peak RSS",       11, false, false, peak_rss,       write_peak_rss},
    {"swap peak",      7,  false, false, swap_peak,      write_swap},
    {"stall",          8,  false, false, stall,          write_stall},
    {"waiting",        12, false, false, waiting,        write_waiting},
};
/* clang-format on */
