/* Writes a fleet in Markdown: the answer, what stands out, the machines; then, folded, every job. A table is
 * as wide as there are machines, so machines are numbered. */
#include "report/compare/format_fleet.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "report/compare/markdown_parts.h"
#include "report/fleet/words.h"
#include "report/table/heading.h"
#include "report/text/markdown.h"

/* GitHub shows no summary of more than 1 MiB. A cell takes about ten bytes. */
#define CELLS_SHOWN 50000

bool mlm_comparison_is_fleet(const struct mlm_comparison *comparison)
{
    return mlm_fleet_is(comparison->sides, comparison->pairing_count + 1);
}

char *mlm_fleet_answer(const struct mlm_comparison *comparison)
{
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet = {0};
    int r = mlm_fleet_make(comparison->sides, comparison->pairing_count + 1, &fleet, NULL);
    return r < 0 ? NULL : mlm_fleet_sentence(&fleet, NULL);
}

static int put_outliers(FILE *out, const struct mlm_fleet *fleet)
{
    mlm_auto_free struct mlm_fleet_outlier *items = NULL;
    size_t count = 0;
    int r = mlm_fleet_outliers(fleet, &items, &count);
    if (r == 0)
        fputs(count ? "\nWhat stands out:\n\n" : "\nNo result stands out.\n", out);
    for (size_t i = 0; i < count && i < MLM_FLEET_NAMED && r == 0; i++)
        r = mlm_markdown_put_line(out, "- ", mlm_fleet_sentence(fleet, &items[i]), "\n");
    if (count > MLM_FLEET_NAMED)
        fprintf(out, "- and %zu more, bold below\n", count - MLM_FLEET_NAMED);
    return r;
}

/* Bold, so that it is seen at once. */
static void put_figure(FILE *out, const char *text, enum mlm_fleet_oddity oddity)
{
    const char *loud = oddity == MLM_FLEET_USUAL ? "" : "**";
    fprintf(out, " | %s", loud);
    mlm_markdown_figure(out, *text ? text : "-");
    fputs(loud, out);
}

static void put_machines(FILE *out, const struct mlm_fleet *fleet)
{
    fputs("\n| | machine | RAM | jobs ok | time / usual |\n| ---: | --- | ---: | ---: | ---: |\n", out);
    for (size_t m = 0; m < fleet->machine_count; m++) {
        const struct mlm_fleet_machine *machine = &fleet->machines[m];
        char ram[MLM_SIZE_TEXT] = "", ok[48], pace[48] = "";
        if (machine->ram_bytes > 0)
            mlm_size_show(machine->ram_bytes, ram);
        snprintf(ok, sizeof ok, "%zu of %zu", machine->ok, fleet->job_count);
        if (!isnan(machine->pace))
            snprintf(pace, sizeof pace, "%.2f ×", machine->pace);
        fprintf(out, "| %zu | ", m + 1);
        mlm_markdown_text(out, machine->label, false);
        put_figure(out, ram, MLM_FLEET_USUAL);
        put_figure(out, ok, MLM_FLEET_USUAL);
        put_figure(out, pace, machine->oddity);
        fputs(" |\n", out);
    }
}

static int put_job(FILE *out, const struct mlm_fleet *fleet, size_t job)
{
    int r = mlm_markdown_put_line(out, "| ", mlm_fleet_job_name(fleet, job), "");
    for (size_t m = 0; m < fleet->machine_count; m++) {
        const struct mlm_fleet_cell *cell = mlm_fleet_cell(fleet, m, job);
        char text[MLM_FLEET_CELL];
        put_figure(out, mlm_fleet_cell_text(cell, text), cell->oddity);
    }
    fputs(" |\n", out);
    return r;
}

static int put_jobs(FILE *out, const struct mlm_fleet *fleet)
{
    const size_t fit = CELLS_SHOWN / fleet->machine_count;
    const size_t shown = fleet->job_count < fit ? fleet->job_count : fit;
    int r = 0;
    mlm_markdown_put_fold(out, "All jobs on all machines");
    fputs("| job |", out);
    for (size_t m = 0; m < fleet->machine_count; m++)
        fprintf(out, " %zu |", m + 1);
    fputs("\n| --- |", out);
    for (size_t m = 0; m < fleet->machine_count; m++)
        fputs(" ---: |", out);
    fputc('\n', out);
    for (size_t j = 0; j < shown && r == 0; j++)
        r = put_job(out, fleet, j);
    if (shown < fleet->job_count)
        fprintf(out, "\nAnd %zu more.\n", fleet->job_count - shown);
    fputs(
        "\nA number is the time of the job over its median on all machines where it is ok; a word is how the job "
        "ended. Bold results stand out.\n",
        out);
    mlm_markdown_put_fold_end(out);
    return r;
}

/* A record of this machine; NULL: it has no job. */
static const struct mlm_record *record_of(const struct mlm_fleet *fleet, size_t machine)
{
    for (size_t j = 0; j < fleet->job_count; j++)
        if (mlm_fleet_cell(fleet, machine, j)->row)
            return mlm_fleet_cell(fleet, machine, j)->row->first;
    return NULL;
}

static int put_details(FILE *out, const struct mlm_fleet *fleet)
{
    int r = 0;
    mlm_markdown_put_fold(out, "The machines");
    for (size_t m = 0; m < fleet->machine_count && r == 0; m++) {
        char number[32];
        snprintf(number, sizeof number, "- %zu: ", m + 1);
        r = mlm_markdown_put_line(out, number, mlm_machine_line(record_of(fleet, m)), "\n");
    }
    mlm_markdown_put_fold_end(out);
    return r;
}

int mlm_fleet_markdown(const struct mlm_comparison *comparison, FILE *out, struct mlm_error *error)
{
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet = {0};
    int r = mlm_fleet_make(comparison->sides, comparison->pairing_count + 1, &fleet, error);
    if (r == 0)
        r = mlm_markdown_put_line(out, "\n", mlm_fleet_sentence(&fleet, NULL), "\n");
    if (r == 0)
        r = put_outliers(out, &fleet);
    if (r < 0)
        return r;
    put_machines(out, &fleet);
    r = put_jobs(out, &fleet);
    return r == 0 ? put_details(out, &fleet) : r;
}
