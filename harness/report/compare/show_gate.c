/* Prints the verdict of a gate, with the reason for each row. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/compare/gate_words.h"
#include "report/compare/show.h"

static int put_trip(const struct mlm_trip *trip, const struct mlm_comparison *comparison,
    const struct mlm_text_style *style, FILE *out)
{
    char reason[2 * MLM_WORDS_SIZE];
    mlm_auto_free char *name = mlm_trip_name(trip, comparison);
    if (!name)
        return -ENOMEM;
    return mlm_put_line(
        out, style, MLM_PAINT_PLAIN, mlm_text_of("  %s: %s", name, mlm_trip_reason(trip, reason)));
}

int mlm_gate_show(const struct mlm_gate *gate, const struct mlm_comparison *comparison,
    const struct mlm_trips *trips, const struct mlm_text_style *style, FILE *out, struct mlm_error *error)
{
    fputc('\n', out);
    int r =
        mlm_put_line(out, style, trips->count ? MLM_PAINT_RED : MLM_PAINT_GREEN, mlm_gate_line(gate, trips));
    for (size_t i = 0; i < trips->count && r >= 0; i++)
        r = put_trip(&trips->items[i], comparison, style, out);
    mlm_auto_free char *limits = mlm_gate_limits(gate, trips);
    if (r >= 0 && !limits)
        r = -ENOMEM;
    if (r >= 0 && *limits)
        mlm_put_wrapped(out, style, 0, limits);
    return mlm_put_end(out, r, "printing a gate", error);
}
