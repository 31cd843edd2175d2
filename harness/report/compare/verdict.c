/* Writes the verdict of a comparison. */
#include "report/compare/verdict.h"

#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/compare/speed.h"
#include "report/compare/words.h"
#include "report/table/group.h"
#include "report/text/sold.h"

#define NAMES_SHOWN 3

/* A speed within this of the other is the same to a person. */
#define SAME_SPEED 0.05
/* Less is not more RAM, but another firmware. */
#define MORE_RAM 1.2

/* How far the speeds may be apart, as far as is known. */
static double apart(const struct mlm_speed *speed)
{
    return fmax(fabs(speed->low - 1), fabs(speed->high - 1));
}

static bool is_same_speed(const struct mlm_speed *speed)
{
    return speed->verdict == MLM_SPEED_EVEN && apart(speed) <= SAME_SPEED;
}

/* "new is 1.60 × as fast as old (1.52 to 1.69) on the 17 rows that both can run." */
static void say_speed(FILE *out, const struct mlm_speed *speed, const char *old, const char *new)
{
    if (!speed->row_count) {
        fputs("No row ended well on both sides.", out);
        return;
    }
    char rows[64];
    snprintf(rows, sizeof rows, "the %zu row%s that both can run", speed->row_count,
        speed->row_count == 1 ? "" : "s");
    if (speed->verdict == MLM_SPEED_UNKNOWN) {
        fprintf(out, "Which side is faster is not known: %s ran too few times. Use --repetitions 5.", rows);
        return;
    }
    const bool faster = speed->ratio >= 1;
    const double ratio = faster ? speed->ratio : 1 / speed->ratio;
    const double low = faster ? speed->low : 1 / speed->high, high = faster ? speed->high : 1 / speed->low;
    if (is_same_speed(speed)) {
        fprintf(out, "On %s, both sides are equally fast, within %.0f %%.", rows, ceil(100 * apart(speed)));
        return;
    }
    if (speed->verdict == MLM_SPEED_EVEN)
        fputs("Neither side is clearly faster: ", out);
    fprintf(out, "%s is %.2f × as fast as %s (%.2f to %.2f) on %s.", faster ? new : old, ratio,
        faster ? old : new, low, high, rows);
    if (speed->verdict == MLM_SPEED_EVEN && !speed->of_runs && low > 1 && ratio < MLM_SPEED_LEAST)
        fprintf(out,
            " With one run on a side, a difference below %.1f × may only be due to the time of day. To know, put several "
            "runs of each side into one file.",
            MLM_SPEED_LEAST);
}

/* Rows that ended well each time on one side, and not on the other. */
static bool ends_only(const struct mlm_pair *pair, bool on_new)
{
    const struct mlm_row *well = on_new ? pair->new_row : pair->old_row;
    const struct mlm_row *other = on_new ? pair->old_row : pair->new_row;
    return mlm_row_all_ok(well) && !mlm_row_all_ok(other);
}

static size_t only_count(const struct mlm_pairing *pairing, bool on_new)
{
    size_t count = 0;
    for (size_t i = 0; i < pairing->pair_count; i++)
        count += ends_only(&pairing->pairs[i], on_new);
    return count;
}

/* All rows of a laptop have the same cap. */
static int put_name(FILE *out, const struct mlm_row *row)
{
    if (row->first->limits.laptop_bytes) {
        fprintf(out, "%s/%s%s%s", row->first->suite, row->workload, *row->params ? " " : "", row->params);
        return 0;
    }
    mlm_auto_free char *name = mlm_row_name(row, false);
    if (!name)
        return -ENOMEM;
    fputs(name, out);
    return 0;
}

/* " 3 rows ended well only on new: …" */
static int say_only(FILE *out, const struct mlm_pairing *pairing, bool on_new, const char *name)
{
    const size_t count = only_count(pairing, on_new);
    if (!count && only_count(pairing, !on_new))
        fprintf(out, " No row ended well only on %s.", name);
    if (!count)
        return 0;
    fprintf(out, " %zu row%s ended well only on %s: ", count, count == 1 ? "" : "s", name);
    size_t said = 0;
    for (size_t i = 0; i < pairing->pair_count && said < NAMES_SHOWN; i++)
        if (ends_only(&pairing->pairs[i], on_new)) {
            fputs(said++ ? "; " : "", out);
            int r = put_name(out, on_new ? pairing->pairs[i].new_row : pairing->pairs[i].old_row);
            if (r < 0)
                return r;
        }
    if (count > said)
        fprintf(out, "; and %zu more", count - said);
    fputc('.', out);
    return 0;
}

/* The RAM that the row had; 0: a cap made it irrelevant. */
static double ram_bytes(const struct mlm_record *record)
{
    if (record->limits.laptop_bytes)
        return (double)record->limits.laptop_bytes;
    if (record->limits.cap_bytes != MLM_NO_LIMIT)
        return 0;
    return (double)json_integer_value(json_object_get(record->machine, "memory_bytes"));
}

/* Memory makes the difference where rows ended for lack of it on the side with less RAM, and both sides are
 * equally fast. */
static bool by_memory(const struct mlm_pairing *pairing, bool on_new)
{
    size_t count = 0;
    for (size_t i = 0; i < pairing->pair_count; i++) {
        const struct mlm_pair *pair = &pairing->pairs[i];
        const struct mlm_row *well = on_new ? pair->new_row : pair->old_row;
        const struct mlm_row *other = on_new ? pair->old_row : pair->new_row;
        if (!ends_only(pair, on_new))
            continue;
        if (other->outcome != MLM_OUTCOME_OOM ||
            ram_bytes(well->first) < MORE_RAM * ram_bytes(other->first) || ram_bytes(other->first) <= 0)
            return false;
        count++;
    }
    return count && !only_count(pairing, !on_new) && is_same_speed(&pairing->speed);
}

/* The laptop that all rows of a side stand for; NULL: there is none, or there are several. */
static const struct mlm_limits *laptop_of(const struct mlm_pairing *pairing, bool on_new)
{
    const struct mlm_limits *found = NULL;
    for (size_t i = 0; i < pairing->pair_count; i++) {
        const struct mlm_row *row = on_new ? pairing->pairs[i].new_row : pairing->pairs[i].old_row;
        const struct mlm_limits *limits = &row->first->limits;
        if (!limits->laptop_bytes || (found && found->laptop_bytes != limits->laptop_bytes))
            return NULL;
        found = limits;
    }
    return found;
}

/* " old is a laptop with 8 GB." */
static void say_ram(FILE *out, const struct mlm_pairing *pairing, bool on_new, const char *name)
{
    const struct mlm_limits *limits = laptop_of(pairing, on_new);
    if (!limits)
        return;
    fprintf(out, " %s %s a laptop with ", name, limits->laptop_own ? "is" : "stands for");
    mlm_sold_ram(out, limits->laptop_bytes);
    fputc('.', out);
}

/* The row with the largest needs among those that ended well on a side; what is already in memory before says
 * nothing about its files. NULL: none. */
static const struct mlm_row *most_needing(const struct mlm_pairing *pairing, bool on_new)
{
    const struct mlm_row *most = NULL;
    for (size_t i = 0; i < pairing->pair_count; i++) {
        const struct mlm_row *row = on_new ? pairing->pairs[i].new_row : pairing->pairs[i].old_row;
        if (mlm_row_all_ok(row) && !isnan(mlm_row_needs(row)) &&
            (!most || mlm_row_needs(row) > mlm_row_needs(most)))
            most = row;
    }
    return most;
}

/* Says which laptop is large enough for all rows that one of the sides can run. */
static int say_laptop(FILE *out, const struct mlm_pairing *pairing)
{
    const struct mlm_row *old = most_needing(pairing, false), *new = most_needing(pairing, true);
    const struct mlm_row *most = !old || (new &&mlm_row_needs(new) > mlm_row_needs(old)) ? new : old;
    char size[MLM_SIZE_TEXT];
    if (!most)
        return 0;
    fputs(" Of all rows that end well on a side, ", out);
    int r = put_name(out, most);
    fprintf(out, " needs most: %s. ", mlm_size_show(mlm_row_needs(most), size));
    mlm_sold_say(out, mlm_row_needs(most), &pairing->desktop);
    return r;
}

int mlm_verdict_say(FILE *out, const struct mlm_pairing *pairing, const char *old, const char *new)
{
    say_speed(out, &pairing->speed, old, new);
    /* The side that has such rows comes first. */
    const bool first = only_count(pairing, true) > 0;
    int r = say_only(out, pairing, first, first ? new : old);
    if (r == 0)
        r = say_only(out, pairing, !first, first ? old : new);
    if (r < 0)
        return r;
    if (!only_count(pairing, true) && !only_count(pairing, false) && pairing->speed.row_count)
        fputs(" The same rows ended well on both.", out);
    for (int on_new = 0; on_new < 2; on_new++)
        if (by_memory(pairing, on_new))
            fprintf(out, " For these jobs %s gains by its memory, not by its processor.", on_new ? new : old);
    say_ram(out, pairing, false, old);
    say_ram(out, pairing, true, new);
    return say_laptop(out, pairing);
}

char *mlm_verdict_make(const struct mlm_comparison *comparison, size_t pairing)
{
    char old[MLM_SIDE_NAME], new[MLM_SIDE_NAME];
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    if (!out)
        return NULL;
    int r = mlm_verdict_say(out, &comparison->pairings[pairing], mlm_side_name(comparison, 0, old),
        mlm_side_name(comparison, pairing + 1, new));
    mlm_auto_free char *said = mlm_text_end_tame(&text);
    return r == 0 ? mlm_take_ptr(said) : NULL;
}
