/* Compares the peaks of all trials of a row with its cap. */
#include "report/table/felt.h"

#include "base/page.h"

#define MIB (INT64_C(1) << 20)

/* Maximum of the readings of all trials; MLM_NULL where one trial has none. */
static int64_t largest(const struct mlm_row *row, enum mlm_metric metric)
{
    int64_t most = 0;
    for (size_t i = 0; i < row->trial_count; i++) {
        int64_t value = row->trials[i]->readings.values[metric];
        if (value == MLM_NULL)
            return MLM_NULL;
        most = value > most ? value : most;
    }
    return most;
}

/* The page size in the record; 4 KiB where an older record has none, or one that no machine has. */
static int64_t page_bytes_of(const struct mlm_record *record)
{
    int64_t page = json_integer_value(json_object_get(record->machine, "page_bytes"));
    return page >= 4096 && page <= 65536 ? page : 4096;
}

/* What eight processors, as laptops have, charge in advance. A sampled peak can also be too low. */
int64_t mlm_row_slack_bytes(const struct mlm_row *row, int64_t cap_bytes)
{
    bool sampled = row->marks & (MLM_MARK_BIT(cage_peak_sampled) | MLM_MARK_BIT(needs_peak_sampled));
    return sampled ? cap_bytes / 8
                   : cap_bytes / 64 + (int64_t)8 * MLM_CHARGE_BATCH_PAGES * page_bytes_of(row->first);
}

bool mlm_swapped(int64_t swap_peak_bytes, int64_t peak_bytes)
{
    return swap_peak_bytes != MLM_NULL && swap_peak_bytes > MIB && swap_peak_bytes > peak_bytes / 100;
}

enum mlm_felt mlm_row_felt(const struct mlm_row *row)
{
    int64_t peak = largest(row, MLM_cage_peak_bytes), swap = largest(row, MLM_swap_peak_bytes);
    int64_t needs = largest(row, MLM_needs_peak_bytes), cap = (int64_t)row->first->limits.cap_bytes;
    if (peak == MLM_NULL)
        return MLM_FELT_UNKNOWN;
    if (row->first->limits.cap_bytes == MLM_NO_LIMIT)
        return swap == MLM_NULL          ? MLM_FELT_UNKNOWN
               : mlm_swapped(swap, peak) ? MLM_FELT_SHORT
                                         : MLM_FELT_NOTHING;
    int64_t slack = mlm_row_slack_bytes(row, cap);
    if (peak < cap - slack && !(row->marks & MLM_MARKS_OF_ANOTHER_LIMIT))
        return mlm_swapped(swap, peak) ? MLM_FELT_SHORT
                                       : MLM_FELT_NOTHING; /* the machine is short of memory */
    if (needs == MLM_NULL || swap == MLM_NULL)
        return MLM_FELT_UNKNOWN;
    return swap > 0 && needs >= cap - slack ? MLM_FELT_SHORT : MLM_FELT_CACHE;
}
