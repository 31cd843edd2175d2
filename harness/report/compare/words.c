/* Texts for ratios, intervals, p-values and verdicts, rounded in one place. */
#include "report/compare/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "report/table/columns.h"

const char *mlm_side_name(
    const struct mlm_comparison *comparison, size_t side, char text[static MLM_SIDE_NAME])
{
    if (comparison->pairing_count == 1)
        return strcpy(text, side ? "new" : "old");
    if (side < 26)
        snprintf(text, MLM_SIDE_NAME, "%c", (char)('A' + side));
    else
        snprintf(text, MLM_SIDE_NAME, "%c%c", (char)('A' + side / 26 - 1), (char)('A' + side % 26));
    return text;
}

const char *mlm_ratio_text(double ratio, char text[static MLM_WORDS_SIZE])
{
    text[0] = 0;
    if (!isnan(ratio))
        snprintf(text, MLM_WORDS_SIZE, ratio < 99.5 ? "%.2f ×" : "%.0f ×", ratio);
    return text;
}

const char *mlm_interval_text(const struct mlm_contrast *contrast, char text[static MLM_WORDS_SIZE])
{
    text[0] = 0;
    if (!isnan(contrast->low) && !isnan(contrast->high))
        snprintf(text, MLM_WORDS_SIZE, contrast->high < 99.5 ? "%.2f to %.2f" : "%.0f to %.0f", contrast->low,
            contrast->high);
    return text;
}

const char *mlm_p_text(double p, char text[static MLM_WORDS_SIZE])
{
    text[0] = 0;
    if (!isnan(p))
        snprintf(text, MLM_WORDS_SIZE, p < 0.001 ? "< 0.001" : p < 0.1 ? "%.3f" : "%.2f", p);
    return text;
}

const char *mlm_figure_text(enum mlm_figure figure, double median, char text[static MLM_WORDS_SIZE])
{
    char short_text[MLM_SIZE_TEXT] = "";
    if (isnan(median))
        ; /* none */
    else if (mlm_metrics[mlm_figures[figure].metric].unit == MLM_UNIT_BYTES)
        mlm_size_show(median, short_text);
    else
        mlm_duration_show(median, short_text);
    strcpy(text, short_text);
    return text;
}

const char *mlm_change_text(const struct mlm_pair *pair, bool brief, char text[static MLM_WORDS_SIZE])
{
    char old[MLM_OUTCOME_TEXT], new[MLM_OUTCOME_TEXT], both[sizeof old + sizeof new + sizeof " → "];
    text[0] = 0;
    if (mlm_row_all_ok(pair->old_row) && mlm_row_all_ok(pair->new_row))
        return text;
    mlm_row_outcome_text(pair->old_row, true, old);
    mlm_row_outcome_text(pair->new_row, true, new);
    bool same = strcmp(old, new) == 0;
    if (!same)
        mlm_row_outcome_text(pair->new_row, brief, new);
    snprintf(both, sizeof both, "%s%s%s", old, same ? "" : " → ", same ? "" : new);
    mlm_cell_text(both, text);
    return text;
}

const char *mlm_verdict_text(const struct mlm_pair *pair, bool brief, char text[static MLM_WORDS_SIZE])
{
    bool even = false, too_few = false;
    size_t length = 0;
    text[0] = 0;
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        const struct mlm_figure_info *info = &mlm_figures[f];
        enum mlm_contrast_verdict verdict = pair->contrasts[f].verdict;
        if (verdict == MLM_CONTRAST_MORE || verdict == MLM_CONTRAST_LESS)
            length += (size_t)snprintf(text + length, MLM_WORDS_SIZE - length, "%s%s%s%s", length ? ", " : "",
                info->verb, mlm_contrast_is_slight(&pair->contrasts[f]) ? "slightly " : "",
                verdict == MLM_CONTRAST_MORE ? info->more : info->less);
        even |= verdict == MLM_CONTRAST_EVEN;
        too_few |= verdict == MLM_CONTRAST_TOO_FEW;
    }
    if (length)
        return text;
    return strcpy(text, pair->change == MLM_CHANGE_WORSE    ? "worse"
                        : pair->change == MLM_CHANGE_BETTER ? "better"
                        : too_few                           ? (brief ? "too few" : "too few repetitions")
                        : even                              ? "within noise"
                                                            : "");
}

const char *mlm_too_few_text(const struct mlm_comparison *comparison)
{
    return comparison->test_counts[MLM_TEST_NONE]
               ? "with one repetition on each side no difference can be told from chance"
               : "";
}

const char *mlm_tests_text(const struct mlm_comparison *comparison, char text[static MLM_WORDS_SIZE])
{
    size_t ranks = comparison->test_counts[MLM_TEST_RANK], ts = comparison->test_counts[MLM_TEST_T];
    static const char rank[] = "Mann–Whitney U", t[] = "Welch's t test of the logarithms";
    text[0] = 0;
    if (ranks && ts)
        snprintf(text, MLM_WORDS_SIZE, "%s for %zu test%s, %s for %zu with fewer repetitions", rank, ranks,
            ranks == 1 ? "" : "s", t, ts);
    else if (ranks || ts)
        snprintf(text, MLM_WORDS_SIZE, "%s%s", ranks ? rank : t,
            ranks ? "" : " (too few repetitions for a rank test)");
    return text;
}

const char *mlm_times_text(const struct mlm_comparison *comparison)
{
    size_t counts[MLM_TIME_KIND_COUNT] = {0};
    for (size_t i = 0; i < comparison->pairing_count; i++)
        for (size_t k = 0; k < comparison->pairings[i].pair_count; k++) {
            const struct mlm_contrast *time = &comparison->pairings[i].pairs[k].contrasts[MLM_FIGURE_TIME];
            counts[time->time_kind] += isnan(time->ratio) ? 0 : 1;
        }
    if (!counts[MLM_TIME_OWN])
        return "";
    return counts[MLM_TIME_WALL] ? "without waiting for a processor, where both sides know it; else wall time"
                                 : "without waiting for a processor";
}
