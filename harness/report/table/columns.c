/* The table of columns, with a function for the value and the text of each. */
#include "report/table/columns.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/table/group.h"
#include "report/table/ratio.h"

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

/* Two trials have an interval of any width; beyond this many per cent its width says nothing more. */
#define MARGIN_MOST 100.0

static double time_of(const struct mlm_row *row)
{
    return median(&row->time);
}

static double spread(const struct mlm_row *row)
{
    return row->time.count > 1 ? row->time.spread : NAN;
}

/* "12.4 ms ± 3 %", with a ! where repetitions are far apart. */
static void write_time(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_ns(time_of(row), cell);
    if (!cell[0] || isnan(row->time_margin))
        return;
    double percent = 100 * row->time_margin;
    size_t length = strlen(cell);
    const char *form = percent < 0.95           ? " ± %.1f %%%s"
                       : percent <= MARGIN_MOST ? " ± %.0f %%%s"
                                                : " ± > %.0f %%%s";
    snprintf(cell + length, MLM_CELL_SIZE - length, form, fmin(percent, MARGIN_MOST),
        spread(row) > MLM_SPREAD_LIMIT ? "!" : "");
}

static void write_spread(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (!isnan(spread(row)))
        snprintf(
            cell, MLM_CELL_SIZE, "%.1f %%%s", 100 * spread(row), spread(row) > MLM_SPREAD_LIMIT ? "!" : "");
}

/* Items of the suite a second: samples, rows, tokens. */
static double rate(const struct mlm_row *row)
{
    return number(row->readings.values[MLM_items]) / time_of(row) * 1e9;
}

static void write_rate(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (isfinite(rate(row)))
        snprintf(cell, MLM_CELL_SIZE, rate(row) < 99.5 ? "%.3g/s" : "%.0f/s", rate(row));
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
    return row->slowdown.ratio;
}

static void write_slowdown(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    mlm_ratio_show(&row->slowdown, cell);
}

static double of_best(const struct mlm_row *row)
{
    return row->of_best.ratio;
}

static void write_of_best(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    mlm_ratio_show(&row->of_best, cell);
}

static double core(const struct mlm_row *row)
{
    return number(row->readings.values[MLM_core_bytes]);
}

static void write_core(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_bytes(core(row), cell);
}

/* Writes a peak as a lower bound where the job was cut off, because it had not reached its peak. */
static void write_peak(const struct mlm_row *row, double bytes, char cell[static MLM_CELL_SIZE])
{
    char *text = cell;
    if (row->cut_off && !isnan(bytes))
        text = stpcpy(cell, "> ");
    write_bytes(bytes, text);
}

static void write_needs(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    write_peak(row, mlm_row_needs(row), cell);
}

static double at_speed(const struct mlm_row *row)
{
    return row->readings.values[MLM_at_speed_bytes] == MLM_NULL ? NAN : mlm_row_at_speed(row);
}

/* Not every page of a file has to stay in memory, so this is an upper bound. */
static void write_at_speed(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])
{
    /* Of a row that was cut off, not even its needs are known. */
    double bytes = row->cut_off ? NAN : at_speed(row);
    write_bytes(bytes, isnan(bytes) ? cell : stpcpy(cell, "≤ "));
}

/* Needs of a job that was cut off, from its uncapped reference. */
static double uncapped_needs(const struct mlm_row *row)
{
    return row->cut_off && row->reference && !row->reference->cut_off ? mlm_row_needs(row->reference) : NAN;
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

/* The parts of the time of the job; see meter/parts.h. */
#define PART(name, metric)                                                                                   \
    static double name(const struct mlm_row *row)                                                            \
    {                                                                                                        \
        return number(row->readings.values[metric]);                                                         \
    }                                                                                                        \
    static void write_##name(const struct mlm_row *row, char cell[static MLM_CELL_SIZE])                     \
    {                                                                                                        \
        write_ns(name(row), cell);                                                                           \
    }

PART(user, MLM_run_cpu_user_ns)
PART(in_kernel, MLM_run_cpu_system_ns)
PART(cpu_wait, MLM_run_queue_ns)
PART(blocked, MLM_blocked_ns)
PART(memory_wait, MLM_blocked_memory_ns)
PART(storage_wait, MLM_blocked_storage_ns)
PART(other_wait, MLM_blocked_rest_ns)

/* clang-format off */
#define COLUMNS(X)                                                                                          \
    /* key              title          standard sacrifice left   beside value           write */            \
    X("workload",       "workload",       true,  0,  true,  true,  NULL,           write_workload)          \
    X("parameters",     "parameters",     true,  0,  true,  true,  NULL,           write_params)            \
    X("outcome",        "outcome",        true,  0,  true,  false, NULL,           write_outcome)           \
    X("time",           "time",           true,  0,  false, false, time_of,        write_time)              \
    X("spread",         "spread",         false, 4,  false, false, spread,         write_spread)            \
    X("rate",           "rate",           false, 5,  false, false, rate,           write_rate)              \
    X("uncapped",       "uncapped",       false, 9,  false, true,  uncapped,       write_uncapped)          \
    X("slowdown",       "slowdown",       true,  2,  false, false, slowdown,       write_slowdown)          \
    X("core",           "core",           false, 8,  false, true,  core,           write_core)              \
    X("needs",          "needs",          true,  1,  false, false, mlm_row_needs,  write_needs)             \
    X("at-speed",       "at speed",       true,  6,  false, false, at_speed,       write_at_speed)          \
    X("needs-uncapped", "needs uncapped", false, 7,  false, true,  uncapped_needs, write_uncapped_needs)    \
    X("overhead",       "overhead",       false, 12, false, true,  overhead,       write_overhead)          \
    X("peak-rss",       "peak RSS",       false, 13, false, false, peak_rss,       write_peak_rss)          \
    X("swap",           "swap",           true,  10, false, false, swap_peak,      write_swap)              \
    X("stall",          "stall",          false, 11, false, false, stall,          write_stall)             \
    X("user",           "user",           false, 14, false, false, user,           write_user)              \
    X("system",         "system",         false, 15, false, false, in_kernel,      write_in_kernel)         \
    X("cpu-wait",       "CPU wait",       false, 16, false, false, cpu_wait,       write_cpu_wait)          \
    X("blocked",        "blocked",        false, 17, false, false, blocked,        write_blocked)           \
    X("memory-wait",    "memory wait",    false, 18, false, false, memory_wait,    write_memory_wait)       \
    X("storage-wait",   "storage wait",   false, 19, false, false, storage_wait,   write_storage_wait)      \
    X("other-wait",     "other wait",     false, 20, false, false, other_wait,     write_other_wait)        \
    X("vs-best",        "vs best",        true,  3,  false, true,  of_best,        write_of_best)
#define AS_COLUMN(...) {__VA_ARGS__},
#define AS_WORD(key, ...) key,
/* clang-format on */
const struct mlm_column mlm_columns[MLM_COLUMN_COUNT] = {COLUMNS(AS_COLUMN)};
const char *const mlm_column_words[] = {COLUMNS(AS_WORD) "all", NULL};

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

static bool any_swapped(const struct mlm_section *sections, size_t count)
{
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count; i++)
            if (swap_peak(sections[s].rows[i]) > 0)
                return true;
    return false;
}

/* Returns true if people judge each of these jobs by its items a second. */
static bool all_rated(const struct mlm_section *sections, size_t count)
{
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count; i++)
            if (!sections[s].rows[i]->first->rate_of)
                return false;
    return true;
}

void mlm_columns_shown(mlm_column_set set, const struct mlm_section *sections, size_t count,
    bool ret_shown[static MLM_COLUMN_COUNT])
{
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++) {
        bool wanted = set ? set >> c & 1 : mlm_columns[c].standard;
        if (!set && mlm_columns[c].write == write_rate)
            wanted = all_rated(sections, count);
        ret_shown[c] = wanted && mlm_column_used(c, sections, count);
        if (!set && mlm_columns[c].write == write_swap)
            ret_shown[c] = ret_shown[c] && any_swapped(sections, count);
    }
}

bool mlm_columns_have(mlm_column_set set, const char *key)
{
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++)
        if (strcmp(mlm_columns[c].key, key) == 0)
            return set ? set >> c & 1 : mlm_columns[c].standard;
    return false;
}

static int column_parse(const char *key, mlm_column_set *set, struct mlm_error *error)
{
    if (strcmp(key, "all") == 0) {
        *set = MLM_COLUMNS_ALL;
        return 0;
    }
    char keys[MLM_CELL_SIZE] = "";
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++) {
        if (strcmp(mlm_columns[c].key, key) == 0) {
            *set |= UINT32_C(1) << c;
            return 0;
        }
        stpcpy(stpcpy(keys + strlen(keys), mlm_columns[c].key), ", ");
    }
    return mlm_error_set(error, -EINVAL, "there is no column '%.40s'; there are %sand all", key, keys);
}

int mlm_columns_parse(const char *text, mlm_column_set *ret_set, struct mlm_error *error)
{
    mlm_column_set set = (UINT32_C(2) << MLM_COLUMN_OUTCOME) - 1;
    mlm_auto_free char *keys = strdup(text);
    if (!keys)
        return mlm_error_errno(error, -ENOMEM, "%s", text);
    char *rest = keys;
    for (char *key; (key = strsep(&rest, ","));) {
        int r = column_parse(key, &set, error);
        if (r < 0)
            return r;
    }
    *ret_set = set;
    return 0;
}
