/* Prints lines under the headings of a table's sections. */
#include "report/compare/show_parts.h"
#include "report/table/heading.h"

bool mlm_line_name_write(const struct mlm_line *line, size_t column, char cell[static MLM_CELL_SIZE])
{
    if (column >= MLM_LINE_COLUMNS)
        return false;
    mlm_cell_text(column == MLM_LINE_WORKLOAD ? line->row->workload : line->row->params, cell);
    return true;
}

/* Returns the index behind the section's last line. */
static size_t section_end(const struct mlm_lines *lines, const struct mlm_section *section, size_t begin)
{
    size_t end = (size_t)(section->rows - lines->table->order) + section->count;
    while (begin < lines->count && lines->items[begin].index < end)
        begin++;
    return begin;
}

static bool any_shown(const struct mlm_lines *lines, size_t begin, size_t end)
{
    while (begin < end && lines->items[begin].hidden)
        begin++;
    return begin < end;
}

static int put_section(const struct mlm_lines *lines, const struct mlm_grid *grid,
    const struct mlm_section *section, size_t begin, size_t end)
{
    fputc('\n', grid->out);
    int r = mlm_put_line(grid->out, grid->style, MLM_PAINT_BOLD, mlm_section_line(lines->table, section));
    if (r >= 0)
        mlm_grid_put_titles(grid);
    for (size_t i = begin; i < end && r >= 0; i++)
        if (!lines->items[i].hidden)
            r = mlm_grid_put_row(grid, &lines->items[i]);
    return r;
}

/* Prints the sections of a suite, which share a layout. */
static int put_suite(const struct mlm_lines *lines, const struct mlm_grid *empty, size_t first_section,
    size_t end_section, size_t *line)
{
    const struct mlm_section *sections = lines->table->sections;
    struct mlm_grid grid = *empty;
    size_t begin = *line, end = begin;
    int r = 0;
    for (size_t s = first_section; s < end_section; s++)
        end = section_end(lines, &sections[s], end);
    *line = end;
    for (size_t i = begin; i < end && r >= 0; i++)
        if (!lines->items[i].hidden)
            r = mlm_grid_measure(&grid, &lines->items[i]);
    if (r < 0 || !any_shown(lines, begin, end))
        return r;
    mlm_grid_fit(&grid);
    for (size_t s = first_section; s < end_section && r >= 0; s++) {
        size_t until = section_end(lines, &sections[s], begin);
        if (any_shown(lines, begin, until))
            r = put_section(lines, &grid, &sections[s], begin, until);
        begin = until;
    }
    if (r >= 0)
        mlm_grid_put_dropped(&grid);
    return r;
}

int mlm_lines_put(const struct mlm_lines *lines, const struct mlm_grid *grid)
{
    size_t line = 0;
    int r = 0;
    bool many = lines->count &&
                !mlm_same_machine(lines->items[0].row->first, lines->items[lines->count - 1].row->first);
    const struct mlm_record *machine = NULL;
    for (size_t begin = 0, end; begin < lines->table->section_count && line < lines->count && r >= 0;
         begin = end) {
        end = mlm_table_suite_end(lines->table, begin);
        const struct mlm_record *record = lines->table->sections[begin].rows[0]->first;
        if (many && (!machine || !mlm_same_machine(machine, record))) {
            machine = record;
            fputc('\n', grid->out);
            r = mlm_put_line(grid->out, grid->style, MLM_PAINT_PLAIN, mlm_machine_line(machine));
        }
        if (r >= 0)
            r = put_suite(lines, grid, begin, end, &line);
    }
    return r;
}
