/* Prints the verdict of a gate, with the reason for each row. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/compare/show.h"
#include "report/compare/words.h"

/* "time 1.20 × (1.18 to 1.22)", "time 1.20 × (every repetition)", "ok → oom", "ok → missing" */
static void reason_text(const struct mlm_trip *trip, char text[static 2 * MLM_WORDS_SIZE])
{
    size_t length = 0;
    char ratio[MLM_WORDS_SIZE], extent[MLM_WORDS_SIZE];
    strcpy(text, trip->missing ? "ok → missing" : "");
    if (trip->missing)
        return;
    if (trip->outcome)
        length = (size_t)snprintf(text, MLM_WORDS_SIZE, "%s", mlm_change_text(trip->pair, false, ratio));
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        const struct mlm_contrast *contrast = &trip->pair->contrasts[f];
        bool few = contrast->old_count < MLM_GATE_INTERVAL_REPETITIONS ||
                   contrast->new_count < MLM_GATE_INTERVAL_REPETITIONS;
        if (!trip->figures[f])
            continue;
        mlm_interval_text(contrast, extent);
        length += (size_t)snprintf(text + length, 2 * (size_t)MLM_WORDS_SIZE - length, "%s%s %.16s (%.40s)",
            length ? ", " : "", mlm_figures[f].name, mlm_ratio_text(contrast->ratio, ratio),
            few ? "every repetition" : extent);
    }
}

static int put_trip(const struct mlm_trip *trip, const struct mlm_comparison *comparison,
    const struct mlm_text_style *style, FILE *out)
{
    char reason[2 * MLM_WORDS_SIZE];
    mlm_auto_free char *name = trip->missing
                                   ? mlm_side_row_name(trip->pairing->old_side, trip->missing, false)
                                   : mlm_side_row_name(trip->pairing->new_side, trip->pair->new_row, false);
    if (!name)
        return -ENOMEM;
    reason_text(trip, reason);
    bool many = comparison->pairing_count > 1;
    return mlm_put_line(out, style, MLM_PAINT_PLAIN,
        mlm_text_of(
            "  %s%s%s: %s", many ? trip->pairing->new_side->label : "", many ? ": " : "", name, reason));
}

int mlm_gate_show(const struct mlm_gate *gate, const struct mlm_comparison *comparison,
    const struct mlm_trips *trips, const struct mlm_text_style *style, FILE *out, struct mlm_error *error)
{
    size_t count = trips->count;
    const char *what = !gate->figures[MLM_FIGURE_NEEDS]  ? "time"
                       : !gate->figures[MLM_FIGURE_TIME] ? "needs"
                                                         : "time or needs";
    char *line = count ? mlm_text_of("regression: %zu row%s more than %g %% above in %s, or ending worse",
                             count, count == 1 ? "" : "s", 100 * gate->above, what)
                       : mlm_text_of("no regression: no row is more than %g %% above in %s, or ends worse",
                             100 * gate->above, what);
    fputc('\n', out);
    int r = mlm_put_line(out, style, count ? MLM_PAINT_RED : MLM_PAINT_GREEN, line);
    for (size_t i = 0; i < count && r >= 0; i++)
        r = put_trip(&trips->items[i], comparison, style, out);
    return mlm_put_end(out, r, "printing a gate", error);
}
