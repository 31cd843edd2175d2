/* Prints the advice: for each suite a table of times by cap, then sentences about each step, then one
 * recommendation for each field. It decides nothing; sweep.c and job.c do. */
#include "advise/advice/advice.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "advise/advice/phrase.h"
#include "advise/advice/rerun.h"
#include "advise/advice/words.h"
#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "base/utf8.h"
#include "record/fact.h"
#include "record/software.h"
#include "report/table/group.h"
#include "report/table/heading.h"
#include "report/text/grid.h"

/* Columns beside those of the caps. */
enum { COLUMN_WORKLOAD, COLUMN_PARAMS, COLUMN_CAPS };
enum { COLUMNS_BEHIND = 3 };
#define CAPS_MAX (MLM_GRID_COLUMNS - COLUMN_CAPS - COLUMNS_BEHIND)

/* With more caps than this, a narrow terminal may hide caps that are no sweep's edge; the column "enough" has
 * the answer. */
#define CAPS_STAY 6

/* The sweeps of one table: one suite of a field. */
struct block {
    const struct mlm_sweep *sweeps;
    size_t count;
    uint64_t caps[CAPS_MAX]; /* ascending, MLM_NO_LIMIT last */
    size_t cap_count;
    char titles[CAPS_MAX][MLM_SIZE_TEXT];
};

/* Ends the writing and prints the text: one paragraph for each line; a line that begins with blanks is
 * indented by as many. */
static int prose_put(struct mlm_text *prose, FILE *out, const struct mlm_text_style *style)
{
    mlm_auto_free char *text = mlm_text_end(prose);
    if (!text)
        return -ENOMEM;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        mlm_utf8_tame(line);
        size_t length = strlen(line), indent = strspn(line, " ");
        while (length > indent && line[length - 1] == ' ')
            line[--length] = 0;
        if (length > indent)
            mlm_put_wrapped(out, style, indent, line);
    }
    return 0;
}

static void cap_add(struct block *block, uint64_t cap_bytes)
{
    size_t at = 0;
    while (at < block->cap_count && block->caps[at] < cap_bytes)
        at++;
    if (block->cap_count == CAPS_MAX || (at < block->cap_count && block->caps[at] == cap_bytes))
        return;
    memmove(block->caps + at + 1, block->caps + at, (block->cap_count - at) * sizeof *block->caps);
    block->caps[at] = cap_bytes;
    block->cap_count++;
}

static void write_cap(const struct mlm_sweep *sweep, uint64_t cap_bytes, char text[static MLM_SIZE_TEXT])
{
    FILE *out = fmemopen(text, MLM_SIZE_TEXT, "w");
    *text = 0;
    if (!out)
        return;
    mlm_phrase_cap(out, sweep, cap_bytes);
    fclose(out);
}

/* Finds the sweeps that share a table with the one at `begin`. */
static size_t block_make(const struct mlm_sweeps *sweeps, size_t begin, struct block *block)
{
    const struct mlm_sweep *first = &sweeps->items[begin];
    size_t end = begin;
    *block = (struct block){.sweeps = first};
    for (; end < sweeps->count; end++) {
        const struct mlm_sweep *sweep = &sweeps->items[end];
        if (!mlm_sweep_same_field(first, sweep) || !mlm_row_same_suite(first->first, sweep->first))
            break;
        for (size_t i = 0; i < mlm_sweep_point_count(sweep); i++)
            cap_add(block, sweep->points[i].cap_bytes);
    }
    block->count = end - begin;
    for (size_t i = 0; i < block->cap_count; i++)
        write_cap(first, block->caps[i], block->titles[i]);
    return end;
}

static const struct mlm_point *point_at(const struct mlm_sweep *sweep, uint64_t cap_bytes)
{
    if (cap_bytes == MLM_NO_LIMIT)
        return sweep->has_reference ? &sweep->points[sweep->cap_count] : NULL;
    return mlm_sweep_at(sweep, cap_bytes);
}

static void write_point(const struct mlm_point *point, char cell[static MLM_CELL_SIZE])
{
    char text[MLM_OUTCOME_TEXT];
    if (!point)
        return;
    if (point->end == MLM_END_OK)
        mlm_duration_show(point->row->time.median, cell);
    else
        mlm_cell_text(mlm_row_outcome_text(point->row, true, text), cell);
}

/* Writes "1G"; "≤ 512M" for the smallest cap tried; "> 2G" for more than the largest; "1G ~" where it is not
 * certain. */
static void write_enough(const struct mlm_sweep *sweep, char cell[static MLM_CELL_SIZE])
{
    char text[MLM_SIZE_TEXT];
    if (!sweep->cap_count)
        return;
    const struct mlm_point *last = &sweep->points[sweep->cap_count - 1];
    bool at_none = sweep->enough == MLM_NOT_ENOUGH || sweep->enough == sweep->cap_count;
    if (at_none && last->end == MLM_END_UNKNOWN)
        return;
    uint64_t cap_bytes = at_none ? last->cap_bytes : sweep->points[sweep->enough].cap_bytes;
    write_cap(sweep, cap_bytes, text);
    snprintf(cell, MLM_CELL_SIZE, "%s%s%s",
        at_none         ? "> "
        : sweep->enough ? ""
                        : "≤ ",
        text, sweep->sure ? "" : " ~");
}

static void write_needs(const struct mlm_sweep *sweep, char cell[static MLM_CELL_SIZE])
{
    double least = NAN;
    if (!isnan(sweep->needs_bytes)) {
        mlm_size_show(sweep->needs_bytes, cell);
        return;
    }
    for (size_t i = 0; i < mlm_sweep_point_count(sweep); i++)
        least = fmax(least, mlm_row_needs(sweep->points[i].row));
    if (!isnan(least)) {
        strcpy(cell, "> ");
        mlm_size_show(least, cell + 2);
    }
}

static int write_spent(const struct mlm_sweep *sweep, char cell[static MLM_CELL_SIZE])
{
    const struct mlm_point *point = mlm_sweep_at_ease(sweep);
    FILE *out = point ? fmemopen(cell, MLM_CELL_SIZE, "w") : NULL;
    if (!out)
        return point ? -ENOMEM : 0;
    mlm_say_spent(out, point);
    return fclose(out) == 0 ? 0 : -ENOMEM;
}

static int cell_write(
    void *context, const void *row, size_t column, bool brief, char cell[static MLM_CELL_SIZE])
{
    (void)brief;
    const struct block *block = context;
    const struct mlm_sweep *sweep = row;
    cell[0] = 0;
    if (column == COLUMN_WORKLOAD)
        mlm_cell_text(sweep->first->workload, cell);
    else if (column == COLUMN_PARAMS)
        mlm_cell_text(sweep->first->params, cell);
    else if (column - COLUMN_CAPS < block->cap_count)
        write_point(point_at(sweep, block->caps[column - COLUMN_CAPS]), cell);
    else if (column - COLUMN_CAPS == block->cap_count)
        write_enough(sweep, cell);
    else if (column - COLUMN_CAPS == block->cap_count + 1)
        write_needs(sweep, cell);
    else
        return write_spent(sweep, cell);
    return 0;
}

/* Returns true for a cap that is just enough for some sweep, or just not enough. */
static bool is_an_edge(const struct block *block, uint64_t cap_bytes)
{
    for (size_t i = 0; i < block->count; i++) {
        const struct mlm_sweep *sweep = &block->sweeps[i];
        size_t at = sweep->enough == MLM_NOT_ENOUGH ? sweep->cap_count : sweep->enough;
        if ((at < mlm_sweep_point_count(sweep) && sweep->points[at].cap_bytes == cap_bytes) ||
            (at > 0 && sweep->points[at - 1].cap_bytes == cap_bytes))
            return true;
    }
    return cap_bytes == MLM_NO_LIMIT;
}

static int put_table(FILE *out, const struct mlm_text_style *style, struct block *block)
{
    struct mlm_grid grid = {.style = style, .out = out, .write = cell_write, .context = block};
    grid.columns[COLUMN_WORKLOAD] = (struct mlm_grid_column){.title = "workload", .left = true};
    grid.columns[COLUMN_PARAMS] = (struct mlm_grid_column){.title = "parameters", .left = true};
    grid.count = COLUMN_CAPS;
    for (size_t i = 0; i < block->cap_count; i++)
        grid.columns[grid.count++] = (struct mlm_grid_column){
            .title = block->caps[i] == MLM_NO_LIMIT ? "uncapped" : block->titles[i],
            .sacrifice = block->cap_count > CAPS_STAY && !is_an_edge(block, block->caps[i]) ? 4 : 0,
        };
    grid.columns[grid.count++] = (struct mlm_grid_column){.title = "enough", .left = true};
    grid.columns[grid.count++] = (struct mlm_grid_column){.title = "needs", .sacrifice = 2};
    grid.columns[grid.count++] =
        (struct mlm_grid_column){.title = "time goes into", .left = true, .sacrifice = 3};
    int r = 0;
    for (size_t i = 0; i < block->count && r >= 0; i++)
        r = mlm_grid_measure(&grid, &block->sweeps[i]);
    if (r < 0)
        return r;
    mlm_grid_fit(&grid);
    mlm_grid_put_titles(&grid);
    for (size_t i = 0; i < block->count && r >= 0; i++)
        r = mlm_grid_put_row(&grid, &block->sweeps[i]);
    mlm_grid_put_dropped(&grid);
    return r;
}

static int put_heading(
    FILE *out, const struct mlm_text_style *style, const struct mlm_table *table, const struct block *block)
{
    const struct mlm_sweep *first = &block->sweeps[0];
    mlm_auto_free char *surroundings = mlm_ladder_line(table, first->section);
    char *line = surroundings ? mlm_text_of("%s%s%s", first->first->first->suite, *surroundings ? ", " : "",
                                    surroundings)
                              : NULL;
    if (line)
        mlm_utf8_tame(line);
    return mlm_put_line(out, style, MLM_PAINT_BOLD, line);
}

/* The last cap up to which every step, from this one on, gains nothing in the same way for all sweeps. */
static size_t steps_alike(const struct block *block, size_t from)
{
    const uint64_t *caps = block->caps;
    size_t to = from + 1;
    if (to == block->cap_count)
        return from;
    enum mlm_gain gain = mlm_gain_of_all(block->sweeps, block->count, caps[from], caps[to]);
    if (gain != MLM_GAIN_NONE && gain != MLM_GAIN_NO_FIT)
        return to;
    while (to + 1 < block->cap_count &&
           mlm_gain_of_all(block->sweeps, block->count, caps[to], caps[to + 1]) == gain)
        to++;
    return to;
}

static int put_step(
    FILE *out, const struct mlm_text_style *style, const struct block *block, const size_t caps[static 3])
{
    struct mlm_text prose;
    if (!mlm_text_begin(&prose))
        return -ENOMEM;
    fputs("  ", prose.out);
    mlm_say_step(prose.out, block->sweeps, block->count, block->caps[caps[0]], block->caps[caps[1]],
        block->caps[caps[2]]);
    return prose_put(&prose, out, style);
}

/* Prints the steps between two caps that are adjacent in some sweep. */
static int put_steps(FILE *out, const struct mlm_text_style *style, const struct block *block)
{
    int r = 0;
    for (size_t from = 0, next; from < block->cap_count && r >= 0; from = next) {
        size_t last = steps_alike(block, from);
        next = last > from + 1 ? last : from + 1;
        for (size_t to = from + 1; to < block->cap_count && r >= 0; to++)
            r = put_step(out, style, block, (size_t[]){from, to, to == from + 1 ? last : to});
    }
    return r;
}

/* For each sweep, by its number: the job that begins with it; NULL: no job does. */
struct jobs {
    const struct mlm_advice_job **first_of;
    const struct mlm_sweep *sweeps;
};

static void jobs_release(struct jobs *jobs)
{
    free(jobs->first_of);
}

static int jobs_find(const struct mlm_sweeps *sweeps, const struct mlm_fields *fields, struct jobs *ret_jobs)
{
    struct jobs jobs = {.first_of = calloc(sweeps->count + 1, sizeof(void *)), .sweeps = sweeps->items};
    if (!jobs.first_of)
        return -ENOMEM;
    for (size_t f = 0; f < fields->count; f++)
        for (size_t j = 0; j < fields->items[f].job_count; j++) {
            const struct mlm_advice_job *job = &fields->items[f].jobs[j];
            jobs.first_of[job->sweeps[0] - sweeps->items] = job;
        }
    *ret_jobs = jobs;
    return 0;
}

static int put_trades(
    FILE *out, const struct mlm_text_style *style, const struct jobs *jobs, const struct block *block)
{
    int r = 0;
    for (size_t i = 0; i < block->count && r >= 0; i++) {
        const struct mlm_advice_job *job = jobs->first_of[block->sweeps + i - jobs->sweeps];
        struct mlm_trade trade;
        r = job ? mlm_advice_job_trade(job, &trade) : 0;
        if (r <= 0)
            continue;
        struct mlm_text prose;
        if (!mlm_text_begin(&prose))
            return -ENOMEM;
        fputs("  ", prose.out);
        mlm_say_trade(prose.out, &trade);
        r = prose_put(&prose, out, style);
    }
    return r;
}

static int put_block(FILE *out, const struct mlm_text_style *style, const struct mlm_table *table,
    const struct jobs *jobs, struct block *block)
{
    fputc('\n', out);
    int r = put_heading(out, style, table, block);
    if (r >= 0)
        r = put_table(out, style, block);
    fputc('\n', out);
    if (r >= 0)
        r = put_steps(out, style, block);
    if (r >= 0)
        r = put_trades(out, style, jobs, block);
    return r;
}

static int put_machine(FILE *out, const struct mlm_text_style *style, const struct mlm_sweep *sweep)
{
    return mlm_put_line(out, style, MLM_PAINT_PLAIN, mlm_machine_line(sweep->first->first));
}

/* Prints "laptop, data 1.25 GiB, without swap:" where there are several fields. */
static void put_label(FILE *out, const struct mlm_table *table, const struct mlm_field *field)
{
    const struct mlm_record *record = field->sweeps[0]->first->first;
    char text[MLM_SIZE_TEXT], kinds[MLM_SWAP_KINDS_TEXT];
    fputs(mlm_machine_name(record->machine), out);
    if (record->dataset)
        fprintf(out, ", dataset %s", record->dataset);
    else if (record->data_bytes)
        fprintf(out, ", data %s", mlm_size_show((double)record->data_bytes, text));
    mlm_ladder_limits_write(out, record);
    if (table->swaps_differ && record->limits.swap_limit_bytes != 0)
        fprintf(out, ", %s%s", *mlm_record_swap_kinds(record, kinds) ? "swap: " : "no swap", kinds);
    if (table->software_differs)
        mlm_software_write(out, record, table->software_common, ", ", " ");
    fputs(":\n", out);
}

static int put_recommendation(FILE *out, const struct mlm_text_style *style, mlm_rerun_spell *spell,
    const struct mlm_table *table, const struct mlm_desktop *desktop, const struct mlm_fields *fields,
    const struct mlm_field *field)
{
    struct mlm_text prose;
    mlm_auto_free const struct mlm_sweep **rerun = calloc(field->sweep_count + 1, sizeof(void *));
    size_t rerun_count = 0;
    if (!rerun || !mlm_text_begin(&prose))
        return -ENOMEM;
    if (fields->count > 1)
        put_label(prose.out, table, field);
    mlm_say_recommendation(prose.out, field, desktop, rerun, &rerun_count);
    fputc('\n', out);
    int r = prose_put(&prose, out, style);
    if (r < 0 || !rerun_count)
        return r;
    struct mlm_rerun plan = mlm_rerun_plan(field);
    if (!plan.worthwhile)
        return 0;
    fputs("To measure what is missing:\n", out);
    plan.sweeps = rerun;
    plan.sweep_count = rerun_count;
    return spell(out, &plan);
}

static const char legend[] =
    "enough: the smallest cap within 10 % of the best time with all repetitions ok (≤: the smallest tried; "
    ">: more than the largest tried; ~: not certain). Times are medians. Needs are those of the job alone. A cap is "
    "what the job may hold: a machine needs what its system and desktop hold on top. GB is the RAM of a laptop, system "
    "and desktop included.";

static int advice_put(FILE *out, const struct mlm_text_style *style, mlm_rerun_spell *spell,
    const struct mlm_table *table, const struct mlm_desktop *desktop, const struct mlm_sweeps *sweeps,
    const struct mlm_fields *fields)
{
    const struct mlm_sweep *machine = NULL;
    mlm_cleanup(jobs_release) struct jobs jobs = {.first_of = NULL};
    int r = jobs_find(sweeps, fields, &jobs);
    if (r < 0)
        return r;
    for (size_t begin = 0; begin < sweeps->count && r >= 0;) {
        struct block block;
        const struct mlm_sweep *first = &sweeps->items[begin];
        if (!machine || !mlm_same_machine(machine->first->first, first->first->first)) {
            fputs(machine ? "\n" : "", out);
            r = put_machine(out, style, first);
            machine = first;
        }
        begin = block_make(sweeps, begin, &block);
        if (r >= 0)
            r = put_block(out, style, table, &jobs, &block);
    }
    fputc('\n', out);
    mlm_put_wrapped(out, style, 0, legend);
    for (size_t i = 0; i < fields->count && r >= 0; i++)
        r = put_recommendation(out, style, spell, table, desktop, fields, &fields->items[i]);
    return r;
}

int mlm_advise(const struct mlm_table *table, const struct mlm_desktop *desktop,
    const struct mlm_text_style *style, mlm_rerun_spell *spell, FILE *out, struct mlm_error *error)
{
    mlm_cleanup(mlm_sweeps_release) struct mlm_sweeps sweeps = {0};
    mlm_cleanup(mlm_fields_release) struct mlm_fields fields = {0};
    int r = mlm_sweeps_make(table, &sweeps, error);
    if (r < 0)
        return r;
    r = mlm_fields_make(&sweeps, &fields);
    if (r >= 0)
        r = advice_put(out, style, spell, table, desktop, &sweeps, &fields);
    if (r < 0)
        return mlm_error_errno(error, r, "advice");
    if (fflush(out) != 0 || ferror(out))
        return mlm_error_errno(error, -EIO, "printing advice");
    return 0;
}

int mlm_advise_in_brief(const struct mlm_table *table, const struct mlm_desktop *desktop,
    mlm_rerun_spell *spell, FILE *out, struct mlm_error *error)
{
    static const struct mlm_text_style unwrapped = {.width = 0};
    mlm_cleanup(mlm_sweeps_release) struct mlm_sweeps sweeps = {0};
    mlm_cleanup(mlm_fields_release) struct mlm_fields fields = {0};
    int r = mlm_sweeps_make(table, &sweeps, error);
    if (r < 0)
        return r;
    r = mlm_fields_make(&sweeps, &fields);
    for (size_t i = 0; i < fields.count && r >= 0; i++)
        if (fields.items[i].most_caps > 1)
            r = put_recommendation(out, &unwrapped, spell, table, desktop, &fields, &fields.items[i]);
    return r < 0 ? mlm_error_errno(error, r, "advice") : 0;
}
