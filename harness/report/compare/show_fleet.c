/* Prints many machines: which run everything, a line for each, what stands out, and a matrix of jobs and
 * machines. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/compare/show_parts.h"
#include "report/compare/words.h"
#include "report/fleet/words.h"
#include "report/text/text.h"

/* Prints a sentence about the fleet, broken into lines. */
static int put_sentence(const struct mlm_view *view, const struct mlm_fleet *fleet,
    const struct mlm_fleet_outlier *outlier, size_t indent)
{
    mlm_auto_free char *text = mlm_fleet_sentence(fleet, outlier);
    if (!text)
        return -ENOMEM;
    mlm_put_wrapped(view->out, view->style, indent, text);
    return 0;
}

static int put_outliers(const struct mlm_view *view, const struct mlm_fleet *fleet)
{
    mlm_auto_free struct mlm_fleet_outlier *items = NULL;
    size_t count = 0;
    int r = mlm_fleet_outliers(fleet, &items, &count);
    if (r < 0)
        return r;
    fputs(count ? "\nWhat stands out:\n" : "\nNo result stands out.\n", view->out);
    for (size_t i = 0; i < count && i < MLM_FLEET_NAMED && r == 0; i++)
        r = put_sentence(view, fleet, &items[i], 4);
    if (count > MLM_FLEET_NAMED)
        fprintf(view->out, "and %zu more, marked * below\n", count - MLM_FLEET_NAMED);
    return r;
}

enum { NAME, MACHINE, RAM, OK, PACE, COLUMNS };

static int machine_write(
    void *context, const void *p, size_t column, bool brief, char cell[static MLM_CELL_SIZE])
{
    (void)brief;
    const struct mlm_fleet *fleet = context;
    const struct mlm_fleet_machine *machine = p;
    char size[MLM_SIZE_TEXT];
    cell[0] = 0;
    switch (column) {
    case NAME:
        snprintf(cell, MLM_CELL_SIZE, "%zu", (size_t)(machine - fleet->machines) + 1);
        break;
    case MACHINE:
        mlm_cell_text(machine->label, cell);
        break;
    case RAM:
        if (machine->ram_bytes > 0)
            snprintf(cell, MLM_CELL_SIZE, "%s", mlm_size_show(machine->ram_bytes, size));
        break;
    case OK:
        snprintf(cell, MLM_CELL_SIZE, "%zu of %zu", machine->ok, fleet->job_count);
        break;
    default:
        if (!isnan(machine->pace))
            snprintf(cell, MLM_CELL_SIZE, machine->oddity == MLM_FLEET_USUAL ? "%.2f ×" : "* %.2f ×",
                machine->pace);
    }
    return 0;
}

static int put_machines(const struct mlm_view *view, struct mlm_fleet *fleet)
{
    struct mlm_grid grid = {.style = view->style,
        .out = view->out,
        .columns = {{.title = ""}, {.title = "machine", .left = true}, {.title = "RAM"}, {.title = "jobs ok"},
            {.title = "time / usual"}},
        .count = COLUMNS,
        .write = machine_write,
        .context = fleet};
    int r = 0;
    for (size_t m = 0; m < fleet->machine_count && r == 0; m++)
        r = mlm_grid_measure(&grid, &fleet->machines[m]);
    if (r < 0)
        return r;
    mlm_grid_fit(&grid);
    fputc('\n', view->out);
    mlm_grid_put_titles(&grid);
    for (size_t m = 0; m < fleet->machine_count && r == 0; m++)
        r = mlm_grid_put_row(&grid, &fleet->machines[m]);
    return r;
}

/* Some machines of the matrix, which fit beside each other. */
struct block {
    const struct mlm_fleet *fleet;
    char **names; /* of jobs */
    size_t first, count;
};

/* The job of a row: rows of this grid are the names. */
static size_t job_of(const struct block *block, const void *row)
{
    return (size_t)((char **)(uintptr_t)row - block->names);
}

static int matrix_write(
    void *context, const void *row, size_t column, bool brief, char cell[static MLM_CELL_SIZE])
{
    (void)brief;
    const struct block *block = context;
    if (!column) {
        mlm_cell_text(block->names[job_of(block, row)], cell);
        return 0;
    }
    char text[MLM_FLEET_CELL];
    const struct mlm_fleet_cell *it =
        mlm_fleet_cell(block->fleet, block->first + column - 1, job_of(block, row));
    snprintf(
        cell, MLM_CELL_SIZE, "%s%s", it->oddity == MLM_FLEET_USUAL ? "" : "*", mlm_fleet_cell_text(it, text));
    return 0;
}

static int put_block(const struct mlm_view *view, struct block *block)
{
    char titles[MLM_GRID_COLUMNS][8];
    struct mlm_grid grid = {.style = view->style,
        .out = view->out,
        .columns = {{.title = "job", .left = true}},
        .count = 1 + block->count,
        .write = matrix_write,
        .context = block};
    for (size_t i = 0; i < block->count; i++) {
        snprintf(titles[i], sizeof titles[i], "%zu", block->first + i + 1);
        grid.columns[1 + i] = (struct mlm_grid_column){.title = titles[i]};
    }
    int r = 0;
    for (size_t j = 0; j < block->fleet->job_count && r == 0; j++)
        r = mlm_grid_measure(&grid, &block->names[j]);
    if (r < 0)
        return r;
    mlm_grid_fit(&grid);
    fputc('\n', view->out);
    mlm_grid_put_titles(&grid);
    for (size_t j = 0; j < block->fleet->job_count && r == 0; j++)
        r = mlm_grid_put_row(&grid, &block->names[j]);
    return r;
}

/* How many machines fit beside the names of the jobs. */
static size_t block_width(const struct mlm_view *view, const struct mlm_fleet *fleet, char *const *names)
{
    size_t most = MLM_GRID_COLUMNS - 1, name_width = 3, cell_width = 2;
    if (!view->style->width)
        return most;
    for (size_t j = 0; j < fleet->job_count; j++) {
        size_t width = mlm_utf8_width(names[j]);
        name_width = width > name_width ? width : name_width;
        for (size_t m = 0; m < fleet->machine_count; m++) {
            char text[MLM_FLEET_CELL];
            const struct mlm_fleet_cell *cell = mlm_fleet_cell(fleet, m, j);
            width = strlen(mlm_fleet_cell_text(cell, text)) + (cell->oddity != MLM_FLEET_USUAL);
            cell_width = width > cell_width ? width : cell_width;
        }
    }
    size_t room = (size_t)view->style->width > name_width ? (size_t)view->style->width - name_width : 0;
    size_t fit = room / (cell_width + 2);
    return fit < 1 ? 1 : fit < most ? fit : most;
}

static int put_matrix(const struct mlm_view *view, const struct mlm_fleet *fleet, char **names)
{
    for (size_t j = 0; j < fleet->job_count; j++)
        if (!(names[j] = mlm_fleet_job_name(fleet, j)))
            return -ENOMEM;
    size_t width = block_width(view, fleet, names);
    int r = 0;
    for (size_t first = 0; first < fleet->machine_count && r == 0; first += width) {
        size_t left = fleet->machine_count - first;
        struct block block = {
            .fleet = fleet, .names = names, .first = first, .count = left < width ? left : width};
        r = put_block(view, &block);
    }
    if (r == 0)
        mlm_put_wrapped(view->out, view->style, 4,
            "(time of the job over its median on all machines where it is ok; an outcome where it is not)");
    return r;
}

int mlm_show_fleet(const struct mlm_view *view, struct mlm_error *error)
{
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet = {0};
    int r = mlm_fleet_make(view->comparison->sides, view->comparison->pairing_count + 1, &fleet, error);
    if (r < 0)
        return r;
    char **names = calloc(fleet.job_count + 1, sizeof *names);
    r = names ? put_sentence(view, &fleet, NULL, 0) : -ENOMEM;
    if (r == 0)
        r = put_outliers(view, &fleet);
    if (r == 0)
        r = put_machines(view, &fleet);
    if (r == 0)
        r = put_matrix(view, &fleet, names);
    for (size_t j = 0; names && j < fleet.job_count; j++)
        free(names[j]);
    free(names);
    return r;
}
