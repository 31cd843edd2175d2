/* Many machines on one page: what each can run and how fast, as a matrix of jobs and machines. */
#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "report/fleet/words.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"
#include "report/table/columns.h"

/* Columns of the matrix; more machines are counted. */
#define MACHINES_MAX 64

/* A cell has its full colour at this ratio, or at 1 over it. */
#define FULL_RATIO 4.0

struct sentence {
    const struct mlm_fleet *fleet;
    const struct mlm_fleet_outlier *outlier;
    int r;
};

static void say_able(FILE *out, const void *of)
{
    struct sentence *sentence = (struct sentence *)(uintptr_t)of;
    sentence->r = mlm_fleet_say_able(out, sentence->fleet);
}

static void say_outlier(FILE *out, const void *of)
{
    struct sentence *sentence = (struct sentence *)(uintptr_t)of;
    sentence->r = mlm_fleet_say_outlier(out, sentence->fleet, sentence->outlier);
}

static int put_sentence(FILE *out, void (*say)(FILE *out, const void *of), struct sentence sentence)
{
    int r = mlm_page_said(out, say, &sentence);
    return r < 0 ? r : sentence.r;
}

static int put_outliers(FILE *out, const struct mlm_fleet *fleet)
{
    mlm_auto_free struct mlm_fleet_outlier *items = NULL;
    size_t count = 0;
    int r = mlm_fleet_outliers(fleet, &items, &count);
    if (r < 0)
        return r;
    if (!count) {
        fputs("<p>No result stands out.</p>\n", out);
        return 0;
    }
    fputs("<h3>What stands out</h3>\n<ul class=\"outliers\">\n", out);
    for (size_t i = 0; i < count && i < MLM_FLEET_NAMED && r == 0; i++) {
        fputs("<li>", out);
        r = put_sentence(out, say_outlier, (struct sentence){.fleet = fleet, .outlier = &items[i]});
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
    if (count > MLM_FLEET_NAMED)
        fprintf(
            out, "<p class=\"note\">And %zu more, framed in the table below.</p>\n", count - MLM_FLEET_NAMED);
    return r;
}

int mlm_page_fleet_finding(FILE *out, const struct mlm_fleet *fleet)
{
    fputs("<p class=\"lead\">", out);
    int r = put_sentence(out, say_able, (struct sentence){.fleet = fleet});
    fputs("</p>\n", out);
    return r < 0 ? r : put_outliers(out, fleet);
}

/* "on netbook: ok, 1.23 s, 1.2 × the usual time" */
static void put_hint(FILE *out, const struct mlm_fleet_machine *machine, const struct mlm_fleet_job *job,
    const struct mlm_fleet_cell *cell)
{
    char text[MLM_OUTCOME_TEXT], time[MLM_SIZE_TEXT];
    fputs(" title=\"on ", out);
    mlm_html_text(out, machine->label);
    fputs(": ", out);
    mlm_html_text(out, mlm_row_outcome_text(cell->row, false, text));
    if (!isnan(cell->ratio))
        fprintf(out, ", %s, %.3g × the usual time",
            mlm_duration_show(cell->row->times[job->time_kind].summary.median, time), cell->ratio);
    fputs("\"", out);
}

static void put_cell(FILE *out, const struct mlm_fleet *fleet, size_t m, size_t j)
{
    const struct mlm_fleet_cell *cell = mlm_fleet_cell(fleet, m, j);
    char text[MLM_FLEET_CELL];
    if (!cell->row) {
        fputs("<td class=\"absent\"></td>", out);
        return;
    }
    const char *kind = !mlm_row_all_ok(cell->row) ? mlm_row_ran(cell->row) ? "failed" : "absent"
                       : isnan(cell->ratio)       ? "even"
                       : cell->ratio > 1          ? "slow"
                                                  : "fast";
    double share = isnan(cell->ratio) ? 0 : fmin(1, fabs(log(cell->ratio)) / log(FULL_RATIO));
    fprintf(out, "<td class=\"%s%s\" style=\"--heat:%.0f%%\"", kind,
        cell->oddity != MLM_FLEET_USUAL ? " odd" : "", 50 * share);
    put_hint(out, &fleet->machines[m], &fleet->jobs[j], cell);
    fputs(">", out);
    mlm_fleet_cell_text(cell, text);
    mlm_html_text(out, *text ? text : "-");
    fputs("</td>", out);
}

static size_t columns_of(const struct mlm_fleet *fleet)
{
    return fleet->machine_count < MACHINES_MAX ? fleet->machine_count : MACHINES_MAX;
}

static void put_head(FILE *out, const struct mlm_fleet *fleet)
{
    char size[MLM_SIZE_TEXT];
    fputs("<thead><tr><th scope=\"col\">job</th>", out);
    for (size_t m = 0; m < columns_of(fleet); m++) {
        const struct mlm_fleet_machine *machine = &fleet->machines[m];
        fprintf(
            out, "<th scope=\"col\"%s><span>", machine->oddity != MLM_FLEET_USUAL ? " class=\"odd\"" : "");
        mlm_html_text(out, machine->label);
        fputs("</span></th>", out);
    }
    fputs("</tr>\n<tr><th scope=\"row\">GiB of RAM</th>", out);
    for (size_t m = 0; m < columns_of(fleet); m++) {
        double gib = fleet->machines[m].ram_bytes / (1 << 30);
        snprintf(size, sizeof size, gib < 9.95 ? "%.1f" : "%.0f", gib);
        fprintf(out, "<td>%s</td>", gib > 0 ? size : "-");
    }
    fputs("</tr></thead>\n", out);
}

static void put_foot(FILE *out, const struct mlm_fleet *fleet)
{
    fprintf(out, "<tfoot><tr><th scope=\"row\">jobs that are ok, of %zu</th>", fleet->job_count);
    for (size_t m = 0; m < columns_of(fleet); m++)
        fprintf(out, "<td%s>%zu</td>", mlm_fleet_runs_all(fleet, m) ? " class=\"all\"" : "",
            fleet->machines[m].ok);
    fputs("</tr>\n<tr><th scope=\"row\">pace: mean ratio</th>", out);
    for (size_t m = 0; m < columns_of(fleet); m++) {
        double pace = fleet->machines[m].pace;
        if (isnan(pace))
            fputs("<td>-</td>", out);
        else
            fprintf(out, "<td>%.2f</td>", pace);
    }
    fputs("</tr></tfoot>\n", out);
}

static int put_job(FILE *out, const struct mlm_fleet *fleet, size_t j)
{
    mlm_auto_free char *name = mlm_fleet_job_name(fleet, j);
    if (!name)
        return -ENOMEM;
    fputs("<tr><th scope=\"row\">", out);
    mlm_html_text(out, name);
    fputs("</th>", out);
    for (size_t m = 0; m < columns_of(fleet); m++)
        put_cell(out, fleet, m, j);
    fputs("</tr>\n", out);
    return 0;
}

int mlm_page_fleet(FILE *out, const struct mlm_fleet *fleet, struct mlm_error *error)
{
    int r = 0;
    fputs(
        "<section id=\"fleet\">\n<h2>Machine by machine</h2>\n"
        "<p class=\"note\">A figure is the time of the job on this machine, over the median of its times on all "
        "machines where it is ok: 2.0 takes twice as long as usual. Where a job is not ok, its outcome stands "
        "there. Machines with the least RAM come first. What stands out is framed; point at a cell for its "
        "time.</p>\n",
        out);
    mlm_page_fold_begin(out, fleet->job_count, 1);
    fputs("<div class=\"mlm-scroll\" tabindex=\"0\"><table class=\"fleet\">\n", out);
    put_head(out, fleet);
    fputs("<tbody>\n", out);
    for (size_t j = 0; j < fleet->job_count && r == 0; j++)
        r = put_job(out, fleet, j);
    fputs("</tbody>\n", out);
    put_foot(out, fleet);
    fputs("</table></div>\n", out);
    mlm_page_fold_end(out, fleet->job_count);
    if (fleet->machine_count > columns_of(fleet))
        fprintf(out, "<p class=\"note\">And %zu machines with more RAM.</p>\n",
            fleet->machine_count - columns_of(fleet));
    if (fleet->left_out)
        fprintf(out,
            "<p class=\"note\">Left out: %zu rows that repeat a job on the same machine, for example with "
            "another seed.</p>\n",
            fleet->left_out);
    fputs("</section>\n", out);
    return r < 0 ? mlm_error_errno(error, r, "fleet") : 0;
}
