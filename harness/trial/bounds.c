/* Compares a trial's own limits with those above it, and asks who killed. */
#include "trial/bounds.h"

#include <errno.h>
#include <stdio.h>

#include "base/size.h"
#include "record/record_json.h"

/* A trial without a cap has met a limit above if it came that near to it: within an eighth. */
#define NEAR(bytes) ((bytes) - (bytes) / 8)

void mlm_bounds_begin(
    const struct mlm_limits *limits, const struct mlm_memory_now *memory, struct mlm_record *record)
{
    record->cap_binds = limits->cap_bytes != MLM_NO_LIMIT;
    if (!record->cap_binds || memory->available_bytes >= limits->cap_bytes)
        return;
    record->cap_binds = false;
    record->marks |= MLM_MARK_BIT(machine_binds_first);
}

bool mlm_bounds_wait(const struct mlm_cages *cages, const struct mlm_limits *limits)
{
    const struct mlm_above *above = &mlm_cages_site(cages)->above;
    return above->waits &&
           (limits->inherited_cage || above->limits[MLM_ABOVE_MEMORY].bytes < limits->cap_bytes);
}

static bool came_near(const struct mlm_record *record, uint64_t limit_bytes)
{
    const int64_t peak = record->readings.values[MLM_cage_peak_bytes];
    return limit_bytes != MLM_NO_LIMIT && peak != MLM_NULL && (uint64_t)peak >= NEAR(limit_bytes);
}

/* v1 limits memory and swap together: such a limit below the cap is one of memory, too. */
static bool binds_memory(
    const struct mlm_above *above, const struct mlm_dialect *dialect, int kind, uint64_t cap_bytes)
{
    return kind == MLM_ABOVE_MEMORY || kind == MLM_ABOVE_SLOW ||
           (kind == MLM_ABOVE_SWAP && dialect->swap_files_count_memory &&
               above->limits[kind].bytes < cap_bytes);
}

static mlm_mark_set mark_of(int kind, bool of_memory)
{
    if (kind == MLM_ABOVE_SLOW || kind == MLM_ABOVE_SWAP_SLOW)
        return MLM_MARK_BIT(ancestor_slows);
    return of_memory ? MLM_MARK_BIT(ancestor_binds_first) : MLM_MARK_BIT(ancestor_limits_swap);
}

static int limit_keep(const struct mlm_limit_above *limit, const char *file, struct mlm_record *record)
{
    if (!record->limits_above)
        record->limits_above = json_array();
    json_t *item = json_pack("{s:s, s:o, s:I}", "file", file, "path", mlm_json_text(limit->path), "bytes",
        (json_int_t)limit->bytes);
    return record->limits_above && json_array_append_new(record->limits_above, item) == 0 ? 0 : -ENOMEM;
}

static uint64_t most_swap(const struct mlm_bounds_swap *machine)
{
    const uint64_t before = machine->before.swap_total_bytes, after = machine->after.swap_total_bytes;
    return before > after ? before : after;
}

int mlm_bounds_end(
    const struct mlm_cage *cage, const struct mlm_bounds_swap *machine, struct mlm_record *record)
{
    struct mlm_above above;
    const struct mlm_limits *limits = mlm_cage_limits(cage);
    const struct mlm_dialect *dialect = mlm_cage_dialect(cage);
    mlm_cage_above(cage, &above);
    unsigned binding = mlm_above_binding(&above, dialect, limits, most_swap(machine));
    for (int kind = 0; kind < MLM_ABOVE_COUNT; kind++) {
        const bool of_memory = binds_memory(&above, dialect, kind, limits->cap_bytes);
        if (limits->cap_bytes == MLM_NO_LIMIT && of_memory && came_near(record, above.limits[kind].bytes))
            binding |= 1u << kind;
        if (!(binding >> kind & 1))
            continue;
        record->marks |= mark_of(kind, of_memory);
        record->cap_binds &= !of_memory;
        int r = limit_keep(&above.limits[kind], mlm_above_file(dialect, (enum mlm_above_kind)kind), record);
        if (r < 0)
            return r;
    }
    return 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Returns true if the trial was to have more swap than it could get. A job that took all that there was has
 * had what it was allowed. */
static bool lacked_swap(
    const struct mlm_cage *cage, const struct mlm_bounds_swap *swap, const struct mlm_record *record)
{
    const int64_t peak = record->readings.values[MLM_swap_peak_bytes];
    const uint64_t had = peak == MLM_NULL ? 0 : (uint64_t)peak;
    const uint64_t allowed = least(mlm_cage_limits(cage)->swap_limit_bytes, swap->before.swap_total_bytes);
    struct mlm_above above;
    if (peak == MLM_NULL || had >= NEAR(allowed))
        return false;
    mlm_cage_above(cage, &above);
    const bool gone = swap->after.swap_total_bytes < swap->before.swap_total_bytes;
    const bool full = mlm_cage_lacked_swap(cage) || had >= NEAR(swap->before.swap_free_bytes);
    /* v1 limits memory and swap together. On v2 the limit is shared with what else is below it, and samples
     * miss the last of what the job had. */
    const struct mlm_dialect *dialect = mlm_cage_dialect(cage);
    const int64_t needs = record->readings.values[MLM_needs_peak_bytes];
    const uint64_t both = needs == MLM_NULL ? 0 : (uint64_t)needs, limit = above.limits[MLM_ABOVE_SWAP].bytes;
    const unsigned binding = mlm_above_binding(&above, dialect, mlm_cage_limits(cage), most_swap(swap));
    const bool limited = binding >> MLM_ABOVE_SWAP & 1 &&
                         (dialect->swap_files_count_memory ? both >= NEAR(limit) : had >= limit / 2);
    return gone || full || limited;
}

void mlm_bounds_of_kill(const struct mlm_cage *cage, const struct mlm_bounds_swap *swap,
    struct mlm_record *record, char text[static MLM_BOUNDS_TEXT])
{
    struct mlm_limit_above limit = {.bytes = MLM_NO_LIMIT};
    char size[MLM_SIZE_TEXT], of[MLM_SIZE_TEXT + 8] = "";
    const bool capped = mlm_cage_limits(cage)->cap_bytes != MLM_NO_LIMIT;
    const char *before = capped ? " before the cap was reached" : "";
    const enum mlm_oom_by by = mlm_cage_oom_by(cage, &limit);
    text[0] = 0;
    switch (by) {
    case MLM_OOM_BY_CAP:
        if (!lacked_swap(cage, swap, record))
            return;
        record->marks |= MLM_MARK_BIT(swap_ran_out);
        snprintf(text, MLM_BOUNDS_TEXT, "killed under the cap, with less swap than the trial allows");
        return;
    case MLM_OOM_BY_ABOVE:
        if (limit.bytes != MLM_NO_LIMIT)
            snprintf(of, sizeof of, "of %s ", mlm_size_spell(limit.bytes, size));
        snprintf(text, MLM_BOUNDS_TEXT, "killed at the limit %sof %.400s%s%s", of, limit.path,
            capped ? "," : "", before);
        break;
    case MLM_OOM_BY_MACHINE:
        snprintf(text, MLM_BOUNDS_TEXT, "killed because the machine had no memory left%s%s",
            capped ? "," : "", before);
        break;
    case MLM_OOM_BY_HIDDEN:
        snprintf(text, MLM_BOUNDS_TEXT,
            "killed%s: at the limit of a cgroup above, or because the machine had no memory left; which of them "
            "cannot be told from here",
            before);
        break;
    }
    record->cap_binds = false;
    record->marks |= MLM_MARK_BIT(killed_for_another_limit);
}
