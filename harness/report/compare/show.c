/* Prints a comparison: the sides and how their machines differ, the table, rows without a partner, the
 * summary. */
#include "report/compare/show.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/compare/facts.h"
#include "report/compare/show_parts.h"
#include "report/compare/verdict.h"
#include "report/compare/words.h"
#include "report/fleet/fleet.h"
#include "report/table/heading.h"
#include "report/table/notes.h"

/* "3 machines: thinkpad, netbook, desktop" */
static char *machines_line(const struct mlm_side *side)
{
    struct mlm_text paragraph;
    struct mlm_side *machines = NULL;
    size_t count = 0;
    if (mlm_sides_by_machine(side->table, &machines, &count, NULL) < 0)
        return NULL;
    char *text = NULL;
    if (mlm_text_begin(&paragraph)) {
        fprintf(paragraph.out, "%zu machines: ", count);
        for (size_t i = 0; i < count && i < MLM_NAMES_SHOWN; i++)
            fprintf(paragraph.out, "%s%s", i ? ", " : "", machines[i].label);
        if (count > MLM_NAMES_SHOWN)
            fprintf(paragraph.out, " and %zu more", count - MLM_NAMES_SHOWN);
        text = mlm_text_end(&paragraph);
    }
    mlm_sides_free(machines, count);
    return text;
}

/* "old results/a.jsonl: thinkpad, Intel …" */
static int put_sides(const struct mlm_view *view)
{
    const struct mlm_side *sides = view->comparison->sides;
    mlm_auto_free char *first = NULL;
    for (size_t i = 0; i <= view->comparison->pairing_count; i++) {
        char name[MLM_SIDE_NAME];
        bool many = mlm_side_has_machines(&sides[i]);
        mlm_auto_free char *line =
            many ? machines_line(&sides[i]) : mlm_machine_line(sides[i].rows[0]->first);
        if (!line)
            return -ENOMEM;
        /* The line may already begin with the label, where the label is a machine's name. */
        bool says_it = strncmp(line, sides[i].label, strlen(sides[i].label)) == 0;
        bool same = first && strcmp(line, first) == 0;
        char *text = mlm_text_of("%s%s%s", says_it ? "" : sides[i].label, says_it ? "" : ": ",
            !same  ? line
            : many ? "the same machines"
                   : "the same machine");
        mlm_side_name(view->comparison, i, name);
        int r = mlm_put_labelled(view, name, text);
        if (r < 0)
            return r;
        if (!first)
            first = mlm_take_ptr(line);
    }
    return 0;
}

/* "differs: swap none → 8.00 GiB (file); kernel …" */
static int put_facts(const struct mlm_view *view, struct mlm_error *error)
{
    mlm_cleanup(mlm_facts_release) struct mlm_facts facts = {0};
    size_t side_count = view->comparison->pairing_count + 1;
    int r = mlm_facts_find(view->comparison->sides, side_count, &facts, error);
    struct mlm_text paragraph;
    if (r < 0 || !facts.count)
        return r;
    if (!mlm_text_begin(&paragraph))
        return -ENOMEM;
    for (size_t i = 0; i < facts.count; i++) {
        const struct mlm_fact *fact = &facts.items[i];
        fprintf(paragraph.out, "%s%s", i ? "; " : "", fact->name);
        for (size_t s = 0; s < side_count; s++) {
            char name[MLM_SIDE_NAME];
            mlm_side_name(view->comparison, s, name);
            if (side_count == 2)
                fprintf(paragraph.out, "%s%s", s ? " → " : " ", fact->values[s]);
            else
                fprintf(paragraph.out, "%s%s %s", s ? ", " : ": ", name, fact->values[s]);
        }
    }
    return mlm_put_labelled(view, "differs:", mlm_text_end(&paragraph));
}

/* Finds the rows that have partners, in the order of their table. */
static int lines_make(struct mlm_view *view)
{
    const struct mlm_comparison *comparison = view->comparison;
    const struct mlm_side *first = &comparison->sides[0];
    size_t width = comparison->pairing_count, at = (size_t)(first->rows - first->table->order);
    mlm_auto_free size_t *next = calloc(width, sizeof *next); /* index of the next pair, for each pairing */
    view->lines.table = first->table;
    view->lines.items = calloc(first->count + 1, sizeof *view->lines.items);
    view->pairs = calloc((first->count + 1) * width, sizeof(void *));
    if (!next || !view->lines.items || !view->pairs)
        return -ENOMEM;
    for (size_t i = 0; i < first->count; i++) {
        const struct mlm_pair **pairs = view->pairs + i * width;
        bool any = false;
        for (size_t k = 0; k < width; k++) {
            const struct mlm_pairing *pairing = &comparison->pairings[k];
            if (next[k] < pairing->pair_count && pairing->pairs[next[k]].old_index == i)
                pairs[k] = &pairing->pairs[next[k]++];
            any |= pairs[k] != NULL;
        }
        if (any)
            view->lines.items[view->lines.count++] =
                (struct mlm_line){.row = first->rows[i], .index = at + i, .pairs = pairs};
    }
    return 0;
}

static void view_release(struct mlm_view *view)
{
    free(view->lines.items);
    free(view->pairs);
    free(view->work_of_every_row);
    mlm_keymap_release(&view->footnotes);
}

static int put_names(const struct mlm_view *view, const char *label, const struct mlm_side *side,
    const struct mlm_row *const *rows, size_t count)
{
    struct mlm_text paragraph;
    if (!count)
        return 0;
    if (!mlm_text_begin(&paragraph))
        return -ENOMEM;
    bool complete = true;
    for (size_t i = 0; i < count && i < MLM_NAMES_SHOWN; i++) {
        mlm_auto_free char *name = mlm_side_row_name(side, rows[i], true);
        complete = complete && name;
        fprintf(paragraph.out, "%s%s", i ? "; " : "", name ? name : "");
    }
    if (count > MLM_NAMES_SHOWN)
        fprintf(paragraph.out, "; and %zu more", count - MLM_NAMES_SHOWN);
    mlm_auto_free char *text = mlm_text_end(&paragraph);
    return complete ? mlm_put_labelled(view, label, mlm_take_ptr(text)) : -ENOMEM;
}

/* Says how many rows have no partner, and names the first of them. */
static int put_alone(const struct mlm_view *view, const struct mlm_pairing *pairing, size_t side)
{
    char first[MLM_SIDE_NAME], name[MLM_SIDE_NAME], label[64];
    if (!pairing->old_alone_count && !pairing->new_alone_count)
        return 0;
    mlm_side_name(view->comparison, 0, first);
    mlm_side_name(view->comparison, side, name);
    fputc('\n', view->out);
    snprintf(label, sizeof label, "%zu in %s alone:", pairing->old_alone_count, first);
    int r = put_names(view, label, pairing->old_side, pairing->old_alone, pairing->old_alone_count);
    snprintf(label, sizeof label, "%zu in %s alone:", pairing->new_alone_count, name);
    if (r >= 0)
        r = put_names(view, label, pairing->new_side, pairing->new_alone, pairing->new_alone_count);
    if (r < 0 || !pairing->other_data)
        return r;
    char text[160];
    snprintf(text, sizeof text, "%zu of each differ in the size of the data alone; --mix-data compares them",
        pairing->other_data);
    mlm_put_wrapped(view->out, view->style, 4, text);
    return 0;
}

/* Finds the marks that every row of every pair has: they are stated once, below the table. */
static mlm_mark_set marks_of_every_row(const struct mlm_comparison *comparison)
{
    mlm_mark_set marks = ~(mlm_mark_set)0;
    size_t count = 0;
    for (size_t i = 0; i < comparison->pairing_count; i++)
        for (size_t k = 0; k < comparison->pairings[i].pair_count; k++, count++) {
            const struct mlm_pair *pair = &comparison->pairings[i].pairs[k];
            marks &= pair->old_row->marks & pair->new_row->marks;
        }
    return count > 1 ? marks : 0;
}

static int put_footnote(void *context, const char *label, const char *text)
{
    const struct mlm_view *view = context;
    return mlm_put_note(view->out, view->style, label, text);
}

static int put_notes(struct mlm_view *view)
{
    const char *text = mlm_too_few_text(view->comparison), *times = mlm_times_text(view->comparison);
    if (view->footnotes.count || view->work_of_every_row || view->of_every_row || text[0] || times[0])
        fputc('\n', view->out);
    int r = mlm_footnotes_say(&view->footnotes, put_footnote, view);
    if (view->work_of_every_row && r >= 0)
        r = mlm_put_labelled(view, "every row:", strdup(view->work_of_every_row));
    for (int i = 0; i < MLM_MARK_COUNT && r >= 0; i++)
        if (view->of_every_row >> i & 1)
            r = mlm_put_labelled(view, "every row:", strdup(mlm_marks[i].help));
    if (text[0] && r >= 0)
        r = mlm_put_labelled(view, "too few repetitions:", strdup(text));
    if (times[0] && r >= 0)
        r = mlm_put_labelled(view, "times:", strdup(times));
    return r;
}

/* The answer comes first, one paragraph for each side but the first. */
static int put_verdicts(const struct mlm_view *view)
{
    for (size_t i = 0; i < view->comparison->pairing_count; i++) {
        mlm_auto_free char *text = mlm_verdict_make(view->comparison, i);
        if (!text)
            return -ENOMEM;
        mlm_put_wrapped(view->out, view->style, 0, text);
    }
    fputc('\n', view->out);
    return 0;
}

static int show(struct mlm_view *view, struct mlm_error *error)
{
    const struct mlm_comparison *comparison = view->comparison;
    if (mlm_fleet_is(comparison->sides, comparison->pairing_count + 1))
        return mlm_show_fleet(view, error);
    int r = put_verdicts(view);
    if (r >= 0)
        r = put_sides(view);
    if (r >= 0)
        r = put_facts(view, error);
    if (r >= 0)
        r = lines_make(view);
    if (r >= 0)
        r = comparison->pairing_count == 1 ? mlm_show_pairs(view) : mlm_show_matrix(view);
    for (size_t i = 0; i < comparison->pairing_count && r >= 0; i++)
        r = put_alone(view, &comparison->pairings[i], i + 1);
    if (r >= 0)
        r = put_notes(view);
    return r;
}

int mlm_comparison_show(const struct mlm_comparison *comparison, const struct mlm_text_style *style,
    FILE *out, struct mlm_error *error)
{
    mlm_cleanup(view_release) struct mlm_view view = {
        .comparison = comparison, .style = style, .out = out, .of_every_row = marks_of_every_row(comparison)};
    return mlm_put_end(out, show(&view, error), "printing a comparison", error);
}
