/* Compares several machines: each row of the first with the same row of the others. */
#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "report/compare/verdict.h"
#include "report/compare/words.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"

/* Writes "1.25 × 1.21 to 1.30"; a proved difference is highlighted. */
static void put_contrast(FILE *out, const struct mlm_contrast *contrast)
{
    char text[MLM_WORDS_SIZE];
    const char *kind = contrast->verdict == MLM_CONTRAST_LESS   ? " less"
                       : contrast->verdict == MLM_CONTRAST_MORE ? " more"
                                                                : "";
    fprintf(out, "<td class=\"figure%s\" data-value=\"%.17g\">", kind, contrast->ratio);
    fputs(mlm_ratio_text(contrast->ratio, text), out);
    if (*mlm_interval_text(contrast, text))
        fprintf(out, " <span class=\"interval\">%s</span>", text);
    fputs("</td>", out);
}

/* Writes how both rows ended, where there is no ratio. */
static void put_outcomes(FILE *out, const struct mlm_pair *pair)
{
    char text[2][MLM_OUTCOME_TEXT];
    fputs("<td class=\"figure\" data-value=\"\">", out);
    if (mlm_row_all_ok(pair->old_row) && mlm_row_all_ok(pair->new_row))
        fputs("-", out);
    else
        fprintf(out, "%s → %s", mlm_row_outcome_text(pair->old_row, true, text[0]),
            mlm_row_outcome_text(pair->new_row, true, text[1]));
    fputs("</td>", out);
}

static void put_pair(FILE *out, const struct mlm_pair *pair)
{
    for (int f = 0; f < MLM_FIGURE_COUNT; f++)
        if (!pair)
            fputs("<td class=\"figure\" data-value=\"\">-</td>", out);
        else if (isnan(pair->contrasts[f].ratio))
            put_outcomes(out, pair);
        else
            put_contrast(out, &pair->contrasts[f]);
}

/* Returns true if rows differ in the size of their data. */
static bool data_differs(const struct mlm_side *side)
{
    for (size_t i = 1; i < side->count; i++)
        if (side->rows[i]->first->data_bytes != side->rows[0]->first->data_bytes)
            return true;
    return false;
}

/* Finds the row's pair. Pairs are in the order of the rows, so all are found in one pass. */
static const struct mlm_pair *next_pair(
    const struct mlm_pairing *pairing, const struct mlm_row *row, size_t *next)
{
    if (*next < pairing->pair_count && pairing->pairs[*next].old_row == row)
        return &pairing->pairs[(*next)++];
    return NULL;
}

static int put_row(FILE *out, const struct mlm_comparison *comparison, const struct mlm_row *row,
    bool with_data, size_t *next)
{
    const struct mlm_pair *pairs[MLM_PAGE_MACHINES_MAX];
    bool any = false;
    for (size_t i = 0; i < comparison->pairing_count; i++) {
        pairs[i] = next_pair(&comparison->pairings[i], row, &next[i]);
        any = any || pairs[i];
    }
    if (!any)
        return 0;
    mlm_auto_free char *name = mlm_row_name(row, with_data);
    if (!name)
        return -ENOMEM;
    char cap[MLM_SIZE_TEXT];
    fprintf(out, "<tr data-cap=\"%s\"><th scope=\"row\" class=\"text\">",
        mlm_size_spell(row->first->limits.cap_bytes, cap));
    mlm_html_text(out, name);
    fputs("</th>", out);
    for (size_t i = 0; i < comparison->pairing_count; i++)
        put_pair(out, pairs[i]);
    fputs("</tr>\n", out);
    return 0;
}

static int put_matrix(FILE *out, const struct mlm_comparison *comparison)
{
    const struct mlm_side *first = &comparison->sides[0];
    size_t next[MLM_PAGE_MACHINES_MAX] = {0};
    fputs("<div class=\"mlm-scroll\" tabindex=\"0\"><table class=\"mlm-table matrix\">\n<caption>Against ",
        out);
    mlm_html_text(out, first->label);
    fputs("</caption>\n<thead><tr><th scope=\"col\" class=\"text\">row</th>", out);
    for (size_t i = 0; i < comparison->pairing_count; i++)
        for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
            fputs("<th scope=\"col\" class=\"figure\">", out);
            mlm_html_text(out, comparison->pairings[i].new_side->label);
            fprintf(out, ", %s</th>", mlm_figures[f].name);
        }
    fputs("</tr></thead>\n<tbody>\n", out);
    bool with_data = data_differs(first);
    int r = 0;
    for (size_t i = 0; r == 0 && i < first->count; i++)
        r = put_row(out, comparison, first->rows[i], with_data, next);
    fputs("</tbody></table></div>\n", out);
    return r;
}

/* "netbook: time 1.84 × and needs 1.00 × over 21 rows; …" */
static void put_overall(FILE *out, const struct mlm_pairing *pairing)
{
    fputs("<li><strong>", out);
    mlm_html_text(out, pairing->new_side->label);
    fputs("</strong>: ", out);
    const char *glue = "";
    char ratio[MLM_WORDS_SIZE];
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        const struct mlm_overall *overall = &pairing->overall[f];
        if (isnan(overall->ratio))
            continue;
        fprintf(out, "%s%s %s over ", glue, mlm_figures[f].name, mlm_ratio_text(overall->ratio, ratio));
        mlm_page_count(out, overall->count, "row");
        glue = ", ";
    }
    if (!*glue)
        fputs("no row ended ok on both", out);
    size_t alone = pairing->old_alone_count + pairing->new_alone_count;
    if (alone)
        fprintf(out, "; %zu without a partner", alone);
    if (pairing->other_data)
        fprintf(out, ", %zu of them for their size of data alone", pairing->other_data);
    fputs("</li>\n", out);
}

static void put_meaning(FILE *out, const struct mlm_comparison *comparison)
{
    char names[MLM_WORDS_SIZE];
    fputs("<p class=\"note\">Ratios of medians, with their 95 % interval: above 1 is slower, or needs more. ",
        out);
    if (comparison->test_count)
        fprintf(out,
            "In colour are those that chance does not explain (%s; corrected by Holm's method for all %zu that could show a difference). ",
            mlm_tests_text(comparison, names), comparison->test_count);
    if (comparison->test_counts[MLM_TEST_NONE])
        fprintf(out, "%s have one repetition on each side, which cannot tell a difference from chance. ",
            comparison->test_count ? "Some" : "All");
    fputs(
        "Overall figures are geometric means, and leave out what did not end ok on both. Facts in which the "
        "machines differ are marked below.</p>\n",
        out);
}

static int put_comparison(FILE *out, const struct mlm_comparison *comparison)
{
    size_t pairs = 0;
    fputs("<p>Overall, against <strong>", out);
    mlm_html_text(out, comparison->sides[0].label);
    fputs("</strong>:</p>\n<ul>\n", out);
    for (size_t i = 0; i < comparison->pairing_count; i++) {
        put_overall(out, &comparison->pairings[i]);
        pairs += comparison->pairings[i].pair_count;
    }
    fputs("</ul>\n", out);
    if (!pairs)
        return 0;
    put_meaning(out, comparison);
    mlm_page_fold_begin(out, comparison->sides[0].count, 1);
    int r = put_matrix(out, comparison);
    mlm_page_fold_end(out, comparison->sides[0].count);
    return r;
}

int mlm_page_verdict(FILE *out, const struct mlm_comparison *comparison)
{
    int r = 0;
    for (size_t i = 0; i < comparison->pairing_count && r == 0; i++) {
        const struct mlm_pairing *pairing = &comparison->pairings[i];
        struct mlm_text said;
        if (!mlm_text_begin(&said))
            return -ENOMEM;
        if (pairing->pair_count)
            r = mlm_verdict_say(said.out, pairing, pairing->old_side->label, pairing->new_side->label);
        else
            fprintf(said.out, "%s and %s ran no row under the same cap, swap and data.",
                pairing->old_side->label, pairing->new_side->label);
        mlm_auto_free char *text = mlm_text_end(&said);
        if (!text)
            return -ENOMEM;
        fputs("<p class=\"lead\">", out);
        mlm_html_text(out, text);
        fputs("</p>\n", out);
    }
    return r;
}

int mlm_page_compare(FILE *out, const struct mlm_machines *machines, struct mlm_error *error)
{
    const struct mlm_comparison *comparison = machines->comparison;
    fputs("<section id=\"comparison\">\n<h2>Row against row</h2>\n", out);
    int r = put_comparison(out, comparison);
    if (r < 0)
        mlm_error_errno(error, r, "comparison of machines");
    if (machines->count > comparison->pairing_count + 1)
        fprintf(out, "<p class=\"note\">And %zu machines more.</p>\n",
            machines->count - comparison->pairing_count - 1);
    fputs("</section>\n", out);
    return r;
}
