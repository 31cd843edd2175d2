/* Functions that all forms of a comparison on a terminal use: names of sides, footnotes, labelled lines. */
#include "report/compare/show_parts.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/text/text.h"

int mlm_put_labelled(const struct mlm_view *view, const char *label, char *text)
{
    mlm_auto_free char *owned = text;
    char *line = owned ? mlm_text_of("%s %s", label, owned) : NULL;
    return mlm_put_line(view->out, view->style, MLM_PAINT_PLAIN, line);
}

/* Marks that do not concern time or needs, or that the outcome shows already. */
#define OTHER_MARKS                                                                                          \
    (MLM_MARK_BIT(peak_rss_lower_bound) | MLM_MARK_BIT(swap_peak_sampled) |                                  \
        MLM_MARK_BIT(cage_peak_sampled) | MLM_MARK_BIT(not_repeated))

/* The marks of one side of a line. */
static mlm_mark_set marks_of_side(const struct mlm_line *line, size_t side)
{
    const struct mlm_row *row = !side                   ? line->row
                                : line->pairs[side - 1] ? line->pairs[side - 1]->new_row
                                                        : NULL;
    return row ? row->marks : 0;
}

int mlm_view_mark_notes(
    struct mlm_view *view, const struct mlm_line *line, char brackets[static MLM_CELL_SIZE])
{
    size_t side_count = view->comparison->pairing_count + 1;
    int r = 0;
    for (int i = 0; i < MLM_MARK_COUNT && r >= 0; i++) {
        char text[2 * MLM_CELL_SIZE] = "", name[MLM_SIDE_NAME];
        size_t length = 0, having = 0;
        if ((view->of_every_row | OTHER_MARKS) >> i & 1)
            continue;
        for (size_t s = 0; s < side_count; s++)
            if (marks_of_side(line, s) >> i & 1 && having++ < MLM_NAMES_SHOWN)
                length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", length ? ", " : "",
                    mlm_side_name(view->comparison, s, name));
        if (!having)
            continue;
        if (having == side_count)
            length = 0;
        snprintf(text + length, sizeof text - length, "%s%s", length ? ": " : "", mlm_marks[i].help);
        r = mlm_footnote_add(&view->footnotes, text, brackets);
    }
    return r;
}
