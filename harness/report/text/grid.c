/* Lays out a table for a terminal: measures columns, hides or shortens them until a line fits, prints. */
#include "report/text/grid.h"

#include <string.h>

#include "base/utf8.h"

#define GAP 2

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static const char *nothing_of(const struct mlm_grid_column *column)
{
    return column->nothing ? column->nothing : "-";
}

int mlm_grid_measure(struct mlm_grid *grid, const void *row)
{
    char cell[MLM_CELL_SIZE];
    for (size_t c = 0; c < grid->count; c++) {
        if (grid->absent[c])
            continue;
        int r = grid->write(grid->context, row, c, false, cell);
        if (r < 0)
            return r;
        grid->widths[c] = larger(grid->widths[c], mlm_utf8_width(cell));
        if (!grid->columns[c].two_lengths)
            continue;
        r = grid->write(grid->context, row, c, true, cell);
        if (r < 0)
            return r;
        grid->brief_widths[c] = larger(grid->brief_widths[c], mlm_utf8_width(cell));
    }
    return 0;
}

static size_t line_width(const struct mlm_grid *grid)
{
    size_t width = 0;
    for (size_t i = 0; i < grid->count; i++)
        width += grid->widths[i] ? grid->widths[i] + GAP : 0;
    return width ? width - GAP : 0;
}

static void make_brief(struct mlm_grid *grid)
{
    grid->brief = true;
    for (size_t c = 0; c < grid->count; c++)
        if (grid->columns[c].two_lengths && grid->widths[c])
            grid->widths[c] = grid->brief_widths[c];
}

/* Hides columns and shortens cells, then cuts the widest columns, until a line fits. */
static void narrow(struct mlm_grid *grid, size_t room)
{
    while (line_width(grid) > room) {
        size_t victim = 0;
        for (size_t i = 1; i < grid->count; i++)
            if (grid->widths[i] && grid->columns[i].sacrifice > grid->columns[victim].sacrifice)
                victim = i;
        if (grid->columns[victim].sacrifice <= grid->brief_before && !grid->brief) {
            make_brief(grid);
            continue;
        }
        if (!grid->columns[victim].sacrifice)
            break;
        grid->widths[victim] = 0;
        grid->dropped[victim] = true;
    }
    while (line_width(grid) > room) {
        size_t widest = 0;
        for (size_t i = 1; i < grid->count; i++)
            if (grid->widths[i] > grid->widths[widest])
                widest = i;
        if (grid->widths[widest] <= 2)
            break;
        grid->widths[widest]--;
    }
}

void mlm_grid_fit(struct mlm_grid *grid)
{
    for (size_t c = 0; c < grid->count; c++) {
        const struct mlm_grid_column *column = &grid->columns[c];
        size_t least = larger(mlm_utf8_width(column->title), mlm_utf8_width(nothing_of(column)));
        if (!grid->widths[c])
            continue;
        grid->widths[c] = larger(grid->widths[c], least);
        grid->brief_widths[c] = larger(grid->brief_widths[c], least);
    }
    if (grid->style->width > 0)
        narrow(grid, (size_t)grid->style->width);
}

/* Prints one cell, with the gap in front of it. Spaces wait until something follows, so that no line ends
 * with them. */
static void put_cell(
    const struct mlm_grid *grid, size_t column, enum mlm_paint paint, char *cell, size_t *held_back)
{
    size_t width = grid->widths[column];
    bool left = grid->columns[column].left;
    mlm_utf8_cut(cell, MLM_CELL_SIZE, width);
    size_t used = mlm_utf8_width(cell);
    size_t fill = width > used ? width - used : 0;
    mlm_put_spaces(grid->out, *held_back + (left ? 0 : fill));
    mlm_put_painted(grid->out, grid->style, paint, cell);
    *held_back = GAP + (left ? fill : 0);
}

void mlm_grid_put_titles(const struct mlm_grid *grid)
{
    size_t held_back = 0;
    for (size_t c = 0; c < grid->count; c++) {
        char cell[MLM_CELL_SIZE];
        if (!grid->widths[c])
            continue;
        mlm_cell_text(grid->columns[c].title, cell);
        put_cell(grid, c, MLM_PAINT_DIM, cell, &held_back);
    }
    fputc('\n', grid->out);
}

int mlm_grid_put_row(const struct mlm_grid *grid, const void *row)
{
    size_t held_back = 0;
    for (size_t c = 0; c < grid->count; c++) {
        char cell[MLM_CELL_SIZE];
        if (!grid->widths[c])
            continue;
        int r = grid->write(grid->context, row, c, grid->brief, cell);
        if (r < 0)
            return r;
        if (!cell[0])
            strcpy(cell, nothing_of(&grid->columns[c]));
        put_cell(grid, c, grid->paint ? grid->paint(row, c) : MLM_PAINT_PLAIN, cell, &held_back);
    }
    fputc('\n', grid->out);
    return 0;
}

void mlm_grid_put_dropped(const struct mlm_grid *grid)
{
    char text[MLM_CELL_SIZE] = "";
    for (size_t c = 0; c < grid->count; c++) {
        size_t length = strlen(text);
        if (grid->dropped[c])
            snprintf(text + length, sizeof text - length, "%s%s", length ? ", " : "", grid->columns[c].title);
    }
    if (!text[0])
        return;
    char line[MLM_CELL_SIZE + 64];
    snprintf(line, sizeof line, "(columns hidden, the terminal is too narrow: %s)", text);
    mlm_put_wrapped(grid->out, grid->style, 4, line);
}
