/* JUnit's XML: a suite for each side but the first, a test for each pair. A test fails where the gate does,
 * and is skipped where the row was not run. Without a gate none fails. */
#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "report/compare/formats.h"
#include "report/compare/gate_words.h"
#include "report/compare/verdict.h"
#include "report/export/json_text.h"
#include "report/export/names.h"
#include "report/html/html.h"

static void put_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    mlm_html_text(out, text); /* HTML's escapes are valid in XML too */
    fputc('"', out);
}

static void put_failure(FILE *out, const struct mlm_trip *trip)
{
    char reason[2 * MLM_WORDS_SIZE];
    fputs("      <failure type=\"regression\"", out);
    put_attribute(out, "message", mlm_trip_reason(trip, reason));
    fputs("/>\n", out);
}

/* "outcome: ok", "needs: 25.1 MiB → 30.2 MiB, 1.20 × (1.19 to 1.21)" */
static void put_figures(FILE *out, const struct mlm_pair *pair)
{
    char text[MLM_WORDS_SIZE];
    fprintf(out, "      <system-out>outcome: %s", *mlm_change_text(pair, false, text) ? text : "ok");
    if (*mlm_verdict_text(pair, false, text))
        fprintf(out, "\nverdict: %s", text);
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        const struct mlm_contrast *contrast = &pair->contrasts[f];
        if (isnan(contrast->ratio))
            continue;
        fprintf(out, "\n%s: %s", mlm_figures[f].name,
            mlm_figure_text((enum mlm_figure)f, contrast->old_median, text));
        fprintf(out, " → %s", mlm_figure_text((enum mlm_figure)f, contrast->new_median, text));
        fprintf(out, ", %s", mlm_ratio_text(contrast->ratio, text));
        if (*mlm_interval_text(contrast, text))
            fprintf(out, " (%s)", text);
    }
    fputs("</system-out>\n", out);
}

static void put_begin(FILE *out, const struct mlm_row *row, const char *name)
{
    fputs("    <testcase", out);
    put_attribute(out, "classname", row->first->suite);
    put_attribute(out, "name", name);
}

static void put_pair(FILE *out, const struct mlm_pair *pair, const struct mlm_trip *trip, const char *name)
{
    put_begin(out, pair->new_row, name);
    if (pair->new_row->time.count) {
        char seconds[MLM_NUMBER_TEXT];
        fprintf(out, " time=\"%s\"", mlm_number_text(pair->new_row->time.median / 1e9, seconds));
    }
    fputs(">\n", out);
    if (trip) {
        put_failure(out, trip);
    } else if (!mlm_row_ran(pair->new_row)) {
        char outcome[MLM_OUTCOME_TEXT];
        fputs("      <skipped", out);
        put_attribute(out, "message", mlm_row_outcome_text(pair->new_row, false, outcome));
        fputs("/>\n", out);
    }
    put_figures(out, pair);
    fputs("    </testcase>\n", out);
}

struct tally {
    size_t tests, failures, skipped;
};

/* Counts the tests of a pairing; missing rows are tests only where they fail. */
static struct tally tally_of(const struct mlm_compared *compared, const struct mlm_pairing *pairing)
{
    struct tally tally = {.tests = pairing->pair_count};
    for (size_t i = 0; compared->trips && i < compared->trips->count; i++) {
        const struct mlm_trip *trip = &compared->trips->items[i];
        tally.failures += trip->pairing == pairing;
        tally.tests += trip->pairing == pairing && trip->missing;
    }
    /* A row that was not run does not fail. */
    for (size_t i = 0; i < pairing->pair_count; i++)
        tally.skipped += !mlm_row_ran(pairing->pairs[i].new_row);
    return tally;
}

static void put_tally(FILE *out, const struct tally *tally)
{
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", tally->tests,
        tally->failures, tally->skipped);
}

static int put_pairing(
    const struct mlm_compared *compared, size_t index, size_t *next, FILE *out, struct mlm_error *error)
{
    const struct mlm_pairing *pairing = &compared->comparison->pairings[index];
    const struct tally tally = tally_of(compared, pairing);
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names old_names = {0};
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names new_names = {0};
    mlm_auto_free char *verdict = mlm_verdict_make(compared->comparison, index);
    if (!verdict)
        return mlm_error_errno(error, -ENOMEM, "writing tests");
    int r = mlm_row_names_make(pairing->old_side->table, &old_names, error);
    if (r == 0)
        r = mlm_row_names_make(pairing->new_side->table, &new_names, error);
    if (r < 0)
        return r;
    fputs("  <testsuite", out);
    put_attribute(out, "name", pairing->new_side->label);
    put_tally(out, &tally);
    for (size_t i = 0; i < pairing->pair_count; i++) {
        const struct mlm_pair *pair = &pairing->pairs[i];
        const struct mlm_trip *trip = compared->trips ? mlm_trip_of(compared->trips, pair, next) : NULL;
        put_pair(out, pair, trip, mlm_row_name_of(&new_names, pairing->new_side->table, pair->new_row));
    }
    for (size_t i = 0; compared->trips && i < compared->trips->count; i++) {
        const struct mlm_trip *trip = &compared->trips->items[i];
        if (trip->pairing != pairing || !trip->missing)
            continue;
        put_begin(out, trip->missing, mlm_row_name_of(&old_names, pairing->old_side->table, trip->missing));
        fputs(">\n", out);
        put_failure(out, trip);
        fputs("    </testcase>\n", out);
    }
    fputs("    <system-out>", out);
    mlm_html_text(out, verdict);
    fputs("</system-out>\n  </testsuite>\n", out);
    return 0;
}

int mlm_compare_junit(const struct mlm_compared *compared, FILE *out, struct mlm_error *error)
{
    const struct mlm_comparison *comparison = compared->comparison;
    struct tally all = {0};
    size_t next = 0;
    int r = 0;
    for (size_t i = 0; i < comparison->pairing_count; i++) {
        const struct tally tally = tally_of(compared, &comparison->pairings[i]);
        all.tests += tally.tests;
        all.failures += tally.failures;
        all.skipped += tally.skipped;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mlmembench compare\"", out);
    put_tally(out, &all);
    for (size_t i = 0; i < comparison->pairing_count && r == 0; i++)
        r = put_pairing(compared, i, &next, out, error);
    fputs("</testsuites>\n", out);
    return r;
}
