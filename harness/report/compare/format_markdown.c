/* GitHub-flavoured Markdown: what fails, the verdict and the rows that changed; then, folded, all rows and
 * the machines. Four machines or more are a fleet. Outcome, needs and time stand first in the tables, so that
 * they are seen in the width of a pull request. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/compare/facts.h"
#include "report/compare/format_fleet.h"
#include "report/compare/formats.h"
#include "report/compare/gate_words.h"
#include "report/compare/markdown_parts.h"
#include "report/compare/verdict.h"
#include "report/table/heading.h"
#include "report/text/markdown.h"

/* GitHub shows no summary of more than 1 MiB. A row takes at most a few hundred bytes. */
#define CHANGED_SHOWN 50
#define ROWS_SHOWN 1000
/* Names of rows on one side alone. */
#define NAMES_SHOWN 20

enum { SUMMARY_COLUMNS = 5, COLUMNS = 9 };
static const char *const titles[COLUMNS] = {
    "row", "outcome", "needs", "time", "verdict", "old needs", "needs 95 %", "old time", "time 95 %"};
static const bool is_text[COLUMNS] = {[0] = true, [1] = true, [4] = true};

static void put_titles(FILE *out, size_t columns)
{
    for (size_t c = 0; c < columns; c++)
        fprintf(out, "| %s ", titles[c]);
    fputs("|\n", out);
    for (size_t c = 0; c < columns; c++)
        fputs(is_text[c] ? "| --- " : "| ---: ", out);
    fputs("|\n", out);
}

/* "27.3 MiB, 1.20 ×" */
static void figure_write(
    const struct mlm_pair *pair, enum mlm_figure figure, char cell[static MLM_WORDS_SIZE])
{
    const struct mlm_contrast *contrast = &pair->contrasts[figure];
    char is[MLM_WORDS_SIZE], ratio[MLM_WORDS_SIZE];
    mlm_figure_text(figure, contrast->new_median, is);
    mlm_ratio_text(contrast->ratio, ratio);
    snprintf(cell, MLM_WORDS_SIZE, "%.64s%s%.64s", is, *is && *ratio ? ", " : "", ratio);
}

static const char *cell_text(const struct mlm_pair *pair, size_t column, char cell[static MLM_WORDS_SIZE])
{
    const struct mlm_contrast *contrasts = pair->contrasts;
    switch (column) {
    case 1:
        return *mlm_change_text(pair, false, cell) ? cell : "ok";
    case 2:
        figure_write(pair, MLM_FIGURE_NEEDS, cell);
        return cell;
    case 3:
        figure_write(pair, MLM_FIGURE_TIME, cell);
        return cell;
    case 4:
        return mlm_verdict_text(pair, false, cell);
    case 5:
        return mlm_figure_text(MLM_FIGURE_NEEDS, contrasts[MLM_FIGURE_NEEDS].old_median, cell);
    case 6:
        return mlm_interval_text(&contrasts[MLM_FIGURE_NEEDS], cell);
    case 7:
        return mlm_figure_text(MLM_FIGURE_TIME, contrasts[MLM_FIGURE_TIME].old_median, cell);
    default:
        return mlm_interval_text(&contrasts[MLM_FIGURE_TIME], cell);
    }
}

static int put_row(FILE *out, const struct mlm_pairing *pairing, const struct mlm_pair *pair, size_t columns)
{
    char cell[MLM_WORDS_SIZE];
    mlm_auto_free char *name = mlm_side_row_name(pairing->new_side, pair->new_row, false);
    if (!name)
        return -ENOMEM;
    fputs("| ", out);
    mlm_markdown_text(out, name, false);
    for (size_t c = 1; c < columns; c++) {
        const char *text = cell_text(pair, c, cell);
        /* Bold, so that failures are seen at once. */
        const bool loud = c == 1 && !mlm_row_all_ok(pair->new_row);
        fputs(loud ? " | **" : " | ", out);
        if (is_text[c])
            mlm_markdown_text(out, text, false);
        else
            mlm_markdown_figure(out, *text ? text : "-");
        fputs(loud ? "**" : "", out);
    }
    fputs(" |\n", out);
    return 0;
}

static int put_rows(FILE *out, const struct mlm_pairing *pairing, bool changed, size_t most, size_t columns)
{
    size_t count = 0;
    int r = 0;
    put_titles(out, columns);
    for (size_t i = 0; i < pairing->pair_count && r == 0; i++)
        if (!changed || mlm_pair_changed(&pairing->pairs[i]))
            r = count++ < most ? put_row(out, pairing, &pairing->pairs[i], columns) : 0;
    if (count > most)
        fprintf(out, "\nAnd %zu more.\n", count - most);
    return r;
}

static int put_changed(FILE *out, const struct mlm_pairing *pairing)
{
    size_t count = 0;
    for (size_t i = 0; i < pairing->pair_count; i++)
        count += mlm_pair_changed(&pairing->pairs[i]);
    if (!count) {
        if (pairing->pair_count == 1)
            fputs("\nThe row that both sides have did not change.\n", out);
        else
            fprintf(out, "\nNone of the %zu rows that both sides have changed.\n", pairing->pair_count);
        return 0;
    }
    fprintf(out, "\n%zu of %zu row%s changed:\n\n", count, pairing->pair_count,
        pairing->pair_count == 1 ? "" : "s");
    return put_rows(out, pairing, true, CHANGED_SHOWN, SUMMARY_COLUMNS);
}

static int put_alone(
    FILE *out, const char *name, const struct mlm_side *side, const struct mlm_row *const *rows, size_t count)
{
    int r = 0;
    if (count)
        fprintf(out, "\nOnly in %s:\n\n", name);
    for (size_t i = 0; i < count && i < NAMES_SHOWN && r == 0; i++)
        r = mlm_markdown_put_line(out, "- ", mlm_side_row_name(side, rows[i], true), "\n");
    if (count > NAMES_SHOWN)
        fprintf(out, "- and %zu more\n", count - NAMES_SHOWN);
    return r;
}

static int put_all(FILE *out, const struct mlm_pairing *pairing, const char *old, const char *new)
{
    char summary[128];
    const size_t alone = pairing->old_alone_count + pairing->new_alone_count;
    int length = pairing->pair_count == 1 ? snprintf(summary, sizeof summary, "The row that both sides have")
                                          : snprintf(summary, sizeof summary,
                                                "All %zu rows that both sides have", pairing->pair_count);
    if (alone)
        snprintf(summary + length, sizeof summary - (size_t)length, ", and %zu that one side has", alone);
    mlm_markdown_put_fold(out, summary);
    int r = put_rows(out, pairing, false, ROWS_SHOWN, COLUMNS);
    if (r == 0)
        r = put_alone(out, old, pairing->old_side, pairing->old_alone, pairing->old_alone_count);
    if (r == 0)
        r = put_alone(out, new, pairing->new_side, pairing->new_alone, pairing->new_alone_count);
    fputs(
        "\nneeds and time are medians of the new side, with their ratio to the old side's: 1.20 × is a fifth more.\n",
        out);
    mlm_markdown_put_fold_end(out);
    return r;
}

static int put_pairing(const struct mlm_comparison *comparison, size_t index, FILE *out)
{
    const struct mlm_pairing *pairing = &comparison->pairings[index];
    char old[MLM_SIDE_NAME], new[MLM_SIDE_NAME];
    mlm_side_name(comparison, 0, old);
    mlm_side_name(comparison, index + 1, new);
    int r = 0;
    if (comparison->pairing_count > 1) {
        fprintf(out, "\n### %s against %s:", new, old);
        r = mlm_markdown_put_line(out, " ", strdup(pairing->new_side->label), "\n");
    }
    if (r == 0)
        r = mlm_markdown_put_line(out, "\n", mlm_verdict_make(comparison, index), "\n");
    if (r == 0)
        r = put_changed(out, pairing);
    return r == 0 ? put_all(out, pairing, old, new) : r;
}

static int put_machine(const struct mlm_comparison *comparison, size_t side, FILE *out)
{
    const struct mlm_side *of = &comparison->sides[side];
    char name[MLM_SIDE_NAME];
    fprintf(out, "- %s:", mlm_side_name(comparison, side, name));
    int r = mlm_markdown_put_line(out, " ", strdup(of->label), "");
    if (r < 0 || mlm_side_has_machines(of)) {
        fputs(", several machines\n", out);
        return r;
    }
    return mlm_markdown_put_line(out, "; ", mlm_machine_line(of->rows[0]->first), "\n");
}

static int put_machines(const struct mlm_comparison *comparison, FILE *out, struct mlm_error *error)
{
    mlm_cleanup(mlm_facts_release) struct mlm_facts facts = {0};
    const size_t side_count = comparison->pairing_count + 1;
    int r = mlm_facts_find(comparison->sides, side_count, &facts, error);
    mlm_markdown_put_fold(out, "The sides and their machines");
    for (size_t i = 0; i < side_count && r >= 0; i++)
        r = put_machine(comparison, i, out);
    for (size_t i = 0; i < facts.count && r >= 0; i++) {
        fprintf(out, "- differs: ");
        mlm_markdown_text(out, facts.items[i].name, false);
        for (size_t s = 0; s < side_count; s++) {
            fputs(s ? " → " : " ", out);
            mlm_markdown_text(out, facts.items[i].values[s], false);
        }
        fputc('\n', out);
    }
    mlm_markdown_put_fold_end(out);
    return r;
}

static int put_gate(const struct mlm_compared *compared, FILE *out)
{
    const struct mlm_trips *trips = compared->trips;
    int r = mlm_markdown_put_line(out, "\n**", mlm_gate_line(compared->gate, trips), "**\n");
    mlm_auto_free char *limits = r == 0 ? mlm_gate_limits(compared->gate, trips) : NULL;
    if (trips->count)
        fputc('\n', out);
    for (size_t i = 0; i < trips->count && i < CHANGED_SHOWN && r == 0; i++) {
        char reason[2 * MLM_WORDS_SIZE];
        mlm_auto_free char *name = mlm_trip_name(&trips->items[i], compared->comparison);
        r = name ? mlm_markdown_put_line(out, "- ",
                       mlm_text_of("%s: %s", name, mlm_trip_reason(&trips->items[i], reason)), "\n")
                 : -ENOMEM;
    }
    if (trips->count > CHANGED_SHOWN)
        fprintf(out, "- and %zu more\n", trips->count - CHANGED_SHOWN);
    if (r < 0 || !limits)
        return -ENOMEM;
    return *limits ? mlm_markdown_put_line(out, "\n", mlm_take_ptr(limits), "\n") : 0;
}

int mlm_compare_markdown(const struct mlm_compared *compared, FILE *out, struct mlm_error *error)
{
    const struct mlm_comparison *comparison = compared->comparison;
    fputs("## mlmembench compare\n", out);
    int r = compared->gate ? put_gate(compared, out) : 0;
    const bool is_fleet = mlm_comparison_is_fleet(comparison);
    if (r == 0 && is_fleet)
        r = mlm_fleet_markdown(comparison, out, error);
    for (size_t i = 0; i < comparison->pairing_count && r == 0 && !is_fleet; i++)
        r = put_pairing(comparison, i, out);
    if (r == 0 && !is_fleet)
        r = put_machines(comparison, out, error);
    return mlm_put_end(out, r, "writing a comparison", error);
}
