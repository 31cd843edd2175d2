/* Words the verdict of a gate and the reason for each row. */
#include "report/compare/gate_words.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

char *mlm_gate_line(const struct mlm_gate *gate, const struct mlm_trips *trips)
{
    const size_t count = trips->count;
    const char *what = !gate->figures[MLM_FIGURE_NEEDS]  ? "time"
                       : !gate->figures[MLM_FIGURE_TIME] ? "needs"
                                                         : "time or needs";
    return count ? mlm_text_of("regression: %zu row%s more than %g %% above in %s, or ending worse", count,
                       count == 1 ? "" : "s", 100 * gate->above, what)
                 : mlm_text_of("no regression: no row is more than %g %% above in %s, or ends worse",
                       100 * gate->above, what);
}

char *mlm_gate_limits(const struct mlm_gate *gate, const struct mlm_trips *trips)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    if (!out)
        return NULL;
    if (gate->machines_differ)
        fprintf(out,
            "time is not judged, because the machines differ: %s. --fail-on both judges it all the same.",
            gate->machines_differ);
    if (trips->unjudged)
        fprintf(out,
            "%s%zu figure%s not judged, because one repetition on each side tells nothing: use --repetitions 5.",
            gate->machines_differ ? " " : "", trips->unjudged, trips->unjudged == 1 ? " is" : "s are");
    return mlm_text_end(&text);
}

char *mlm_trip_name(const struct mlm_trip *trip, const struct mlm_comparison *comparison)
{
    mlm_auto_free char *name = trip->missing
                                   ? mlm_side_row_name(trip->pairing->old_side, trip->missing, false)
                                   : mlm_side_row_name(trip->pairing->new_side, trip->pair->new_row, false);
    bool many = comparison->pairing_count > 1;
    return name ? mlm_text_of("%s%s%s", many ? trip->pairing->new_side->label : "", many ? ": " : "", name)
                : NULL;
}

const char *mlm_trip_reason(const struct mlm_trip *trip, char text[static 2 * MLM_WORDS_SIZE])
{
    size_t length = 0;
    char ratio[MLM_WORDS_SIZE], extent[MLM_WORDS_SIZE];
    strcpy(text, trip->missing ? "ok → missing" : "");
    if (trip->missing)
        return text;
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
    return text;
}
