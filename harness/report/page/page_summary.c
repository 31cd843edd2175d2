/* The finding over all sections: which rows fit where, what a cap costs, which choice helps most. It knows no
 * suite, like the finding of one section. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"
#include "report/table/felt.h"
#include "report/table/heading.h"
#include "report/text/sold.h"

/* The sections of one machine. */
struct span {
    const struct mlm_table *table;
    const struct mlm_section *sections;
    size_t count;
};

/* Counts of rows. A row fits if all its repetitions ended ok. */
struct tally {
    size_t ok, swapped, short_of, bad, not_run; /* swapped: of ok */
};

/* Returns true if the row failed, or if only some of its repetitions ended ok. */
static bool falls_short(const struct mlm_row *row)
{
    return mlm_row_failed(row) || (row->outcome == MLM_OUTCOME_OK && !mlm_row_all_ok(row));
}

static void tally_add(struct tally *tally, const struct mlm_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct mlm_row *row = section->rows[i];
        tally->swapped += mlm_row_all_ok(row) && mlm_swapped(row->readings.values[MLM_swap_peak_bytes],
                                                     row->readings.values[MLM_cage_peak_bytes]);
        if (mlm_row_all_ok(row))
            tally->ok++;
        else if (falls_short(row))
            tally->short_of++;
        else if (row->outcome == MLM_OUTCOME_WRONG || row->outcome == MLM_OUTCOME_CRASH)
            tally->bad++;
        else
            tally->not_run++;
    }
}

static uint64_t cap_of(const struct mlm_section *section)
{
    return section->rows[0]->first->limits.cap_bytes;
}

static int compare_caps(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Finds the different caps, ascending. `caps` gets the first MLM_PAGE_CAPS_MAX; the return value is how many
 * there are. */
static int caps_find(const struct span *span, uint64_t caps[static MLM_PAGE_CAPS_MAX], size_t *ret_count)
{
    mlm_auto_free uint64_t *all = calloc(span->count + 1, sizeof *all);
    if (!all)
        return -ENOMEM;
    for (size_t i = 0; i < span->count; i++)
        all[i] = cap_of(&span->sections[i]);
    qsort(all, span->count, sizeof *all, compare_caps);
    size_t count = 0;
    for (size_t i = 0; i < span->count; i++) {
        if (i && all[i] == all[i - 1])
            continue;
        if (count < MLM_PAGE_CAPS_MAX)
            caps[count] = all[i];
        count++;
    }
    *ret_count = count;
    return 0;
}

static struct tally tally_cap(const struct span *span, uint64_t cap_bytes)
{
    struct tally tally = {0};
    for (size_t i = 0; i < span->count; i++)
        if (cap_of(&span->sections[i]) == cap_bytes)
            tally_add(&tally, &span->sections[i]);
    return tally;
}

/* "14 of 24 variants fit in 512M and all 24 in 1G.", "The one variant does not fit in 512M and fits in 1G."
 */
static void say_fits(FILE *out, const struct span *span, const uint64_t *caps, size_t cap_count)
{
    bool said = false, one_said = false;
    for (size_t i = 0; i < cap_count; i++) {
        struct tally tally = tally_cap(span, caps[i]);
        fputs(!i ? "" : i + 1 == cap_count ? " and " : ", ", out);
        size_t ran = tally.ok + tally.short_of;
        if (!ran)
            fputs(i ? "nothing could be run " : "Nothing could be run ", out);
        else if (ran == 1)
            fprintf(out, "%s%s ",
                one_said ? ""
                : i      ? "the one variant "
                         : "The one variant ",
                tally.ok ? "fits" : "does not fit");
        else if (tally.ok == ran)
            fprintf(out, "%s %zu %s", i ? "all" : "All", ran, said ? "" : "variants fit ");
        else
            fprintf(out, "%zu of %zu %s", tally.ok, ran, said ? "" : "variants fit ");
        said = said || ran > 1;
        one_said = ran == 1;
        mlm_page_in_cap(out, caps[i]);
        if (tally.swapped && tally.ok == 1)
            fputs(" with a part in swap", out);
        else if (tally.swapped)
            fprintf(out, " (%zu of them with a part in swap)", tally.swapped);
    }
    fputs(". ", out);
}

/* Names the row that does not fit even in the largest cap, or counts such rows. */
static void say_rest(FILE *out, const struct span *span, uint64_t cap_bytes)
{
    const struct mlm_section *section = NULL;
    const struct mlm_row *most = NULL;
    size_t failed = 0;
    for (size_t s = 0; s < span->count; s++)
        for (size_t i = 0; i < span->sections[s].count && cap_of(&span->sections[s]) == cap_bytes; i++) {
            const struct mlm_row *row = span->sections[s].rows[i];
            if (!falls_short(row))
                continue;
            failed++;
            if (most && !(mlm_row_least_needs(row) > mlm_row_least_needs(most)))
                continue;
            most = row;
            section = &span->sections[s];
        }
    if (!most)
        return;
    double needs = mlm_row_least_needs(most);
    fprintf(out, failed == 1 ? "What does not fit " : "Of the %zu that do not fit ", failed);
    mlm_page_in_cap(out, cap_bytes);
    fputs(failed == 1 ? " is " : " the largest is ", out);
    fprintf(out, "%s's ", most->first->suite);
    mlm_row_say(out, section, most, NULL);
    if (!isnan(needs)) {
        fputs(isnan(mlm_row_full_needs(most)) ? ", which needs more than " : ", which needs ", out);
        mlm_page_size(out, needs);
    }
    fputs(". ", out);
}

/* Says which rows take no part in this. */
static void say_bad(FILE *out, const struct span *span)
{
    struct tally tally = {0};
    for (size_t i = 0; i < span->count; i++)
        tally_add(&tally, &span->sections[i]);
    if (tally.bad)
        fprintf(out, "Not counted: %zu that came to another answer than %s group, or crashed. ", tally.bad,
            tally.bad == 1 ? "its" : "their");
}

/* Says how much the caps slow down the rows that fit. */
static void say_slowed(FILE *out, const struct span *span)
{
    const struct mlm_section *section = NULL;
    const struct mlm_row *most = NULL;
    for (size_t i = 0; i < span->count; i++) {
        const struct mlm_row *row = mlm_section_most_slowed(&span->sections[i]);
        if (!row || (most && row->slowdown.low <= most->slowdown.low))
            continue;
        most = row;
        section = &span->sections[i];
    }
    if (!most) {
        fputs("Nothing that fits is shown to be slower than without a cap. ", out);
        return;
    }
    fprintf(out, "Of what fits, %s's ", most->first->suite);
    mlm_row_say(out, section, most, NULL);
    char times[MLM_RATIO_TEXT];
    fprintf(out, " pays most for its cap: %s its uncapped time ", mlm_ratio_show(&most->slowdown, times));
    mlm_page_in_cap(out, most->first->limits.cap_bytes);
    int64_t swap_bytes = most->readings.values[MLM_swap_peak_bytes];
    if (swap_bytes != MLM_NULL && swap_bytes > 0) {
        fputs(", with ", out);
        mlm_page_size(out, (double)swap_bytes);
        fputs(" in swap", out);
    }
    fputs(". ", out);
}

/* Says which laptop is large enough for all rows that fit. */
static void say_laptop(FILE *out, const struct span *span, const struct mlm_desktop *desktop)
{
    const struct mlm_section *section = NULL;
    const struct mlm_row *most = NULL;
    for (size_t s = 0; s < span->count; s++)
        for (size_t i = 0; i < span->sections[s].count; i++) {
            const struct mlm_row *row = span->sections[s].rows[i];
            if (!mlm_row_all_ok(row) || isnan(mlm_row_needs(row)) ||
                (most && mlm_row_needs(row) <= mlm_row_needs(most)))
                continue;
            most = row;
            section = &span->sections[s];
        }
    if (!most)
        return;
    fprintf(out, "Of what fits, %s's ", most->first->suite);
    mlm_row_say(out, section, most, NULL);
    fputs(" needs most: ", out);
    mlm_page_size(out, mlm_row_needs(most));
    fputs(". ", out);
    mlm_sold_say(out, mlm_row_needs(most), desktop);
    fputc(' ', out);
}

struct lead {
    const struct span *span;
    const uint64_t *caps;
    size_t cap_count;
    const struct mlm_desktop *desktop;
};

static void say_lead(FILE *out, const void *of)
{
    const struct lead *lead = of;
    say_fits(out, lead->span, lead->caps, lead->cap_count);
    say_rest(out, lead->span, lead->caps[lead->cap_count - 1]);
    say_slowed(out, lead->span);
    say_laptop(out, lead->span, lead->desktop);
    say_bad(out, lead->span);
}

static void put_tally(FILE *out, const struct tally *tally)
{
    size_t ran = tally->ok + tally->short_of;
    if (!ran) {
        fprintf(out, "<td class=\"absent\">%s</td>",
            tally->bad       ? "wrong"
            : tally->not_run ? "did not run"
                             : "-");
        return;
    }
    const char *kind = tally->ok == ran ? "all" : tally->ok ? "some" : "none";
    fprintf(out, "<td class=\"%s\" style=\"--share:%zu%%\">", kind, 100 * tally->ok / ran);
    if (tally->ok == ran && ran > 1)
        fprintf(out, "all %zu</td>", ran);
    else
        fprintf(out, "%zu of %zu</td>", tally->ok, ran);
}

/* Compares two sections of the span; an index beyond it has no suite. */
static bool same_suite(const struct span *span, size_t a, size_t b)
{
    return a < span->count && b < span->count &&
           mlm_row_same_suite(span->sections[a].rows[0], span->sections[b].rows[0]);
}

/* Writes a line of the table, with data and conditions where the suite has several. */
static int put_setting(
    FILE *out, const struct span *span, size_t begin, size_t end, const uint64_t *caps, size_t cap_count)
{
    bool alone = !same_suite(span, begin - 1, begin) && !same_suite(span, begin, end);
    mlm_auto_free char *line = mlm_surroundings_line(span->table, &span->sections[begin]);
    if (!line)
        return -ENOMEM;
    fputs("<tr><th scope=\"row\">", out);
    mlm_html_text(out, span->sections[begin].rows[0]->first->suite);
    if (!alone) {
        fputs(", ", out);
        mlm_html_text(out, line);
    }
    fputs("</th>", out);
    for (size_t c = 0; c < cap_count; c++) {
        struct tally tally = {0};
        for (size_t i = begin; i < end; i++)
            if (cap_of(&span->sections[i]) == caps[c])
                tally_add(&tally, &span->sections[i]);
        put_tally(out, &tally);
    }
    fputs("</tr>\n", out);
    return 0;
}

static int put_fits(FILE *out, const struct span *span, const uint64_t *caps, size_t cap_count)
{
    fputs("<div class=\"mlm-scroll\" tabindex=\"0\"><table class=\"fits\">\n"
          "<caption>Variants that fit</caption>\n<thead><tr><th scope=\"col\">suite</th>",
        out);
    for (size_t c = 0; c < cap_count; c++) {
        fputs("<th scope=\"col\">", out);
        mlm_page_in_cap(out, caps[c]);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    int r = 0;
    size_t settings = 0, left = 0;
    for (size_t begin = 0, end; r == 0 && begin < span->count; begin = end) {
        for (end = begin + 1; end < span->count; end++)
            if (!mlm_section_same_family(&span->sections[begin], &span->sections[end]))
                break;
        if (settings++ < MLM_PAGE_SETTINGS_MAX)
            r = put_setting(out, span, begin, end, caps, cap_count);
        else
            left++;
    }
    fputs("</tbody></table></div>\n", out);
    if (left)
        fprintf(out, "<p class=\"note\">And %zu more of other data or surroundings.</p>\n", left);
    return r;
}

static int put_machine(FILE *out, const struct span *span, const struct mlm_desktop *desktop, bool named)
{
    uint64_t caps[MLM_PAGE_CAPS_MAX];
    size_t count = 0;
    int r = caps_find(span, caps, &count);
    if (r < 0)
        return r;
    size_t shown = count < MLM_PAGE_CAPS_MAX ? count : MLM_PAGE_CAPS_MAX;
    if (named) {
        mlm_auto_free char *line = mlm_machine_line(span->sections[0].rows[0]->first);
        if (!line)
            return -ENOMEM;
        fputs("<h3>", out);
        mlm_html_text(out, line);
        fputs("</h3>\n", out);
    }
    fputs("<p>", out);
    r = mlm_page_said(
        out, say_lead, &(struct lead){.span = span, .caps = caps, .cap_count = shown, .desktop = desktop});
    fputs("</p>\n", out);
    if (count > shown)
        fprintf(out, "<p class=\"note\">And %zu larger caps.</p>\n", count - shown);
    if (r == 0)
        r = put_fits(out, span, caps, shown);
    return r == 0 ? mlm_page_gains(out, span->sections, span->count) : r;
}

static int put_answer(FILE *out, const struct mlm_page_request *request, const struct mlm_machines *compared,
    const struct mlm_fleet *fleet)
{
    int r = fleet                  ? mlm_page_fleet_finding(out, fleet)
            : compared->comparison ? mlm_page_verdict(out, compared->comparison)
                                   : 0;
    if (r == 0 && request->recommendation)
        r = mlm_page_advice(out, request, !compared->comparison);
    return r;
}

int mlm_page_summary(FILE *out, const struct mlm_page_request *request, const struct mlm_machines *compared,
    const struct mlm_fleet *fleet, struct mlm_error *error)
{
    const struct mlm_table *table = request->table;
    size_t machines = 0;
    fputs("<section id=\"finding\">\n<h2>The finding</h2>\n", out);
    int r = put_answer(out, request, compared, fleet);
    if (fleet)
        fputs("<details><summary>Each machine for itself</summary>\n", out);
    for (size_t begin = 0, end; r == 0 && begin < table->section_count; begin = end) {
        const struct mlm_record *machine = table->sections[begin].rows[0]->first;
        for (end = begin + 1; end < table->section_count; end++)
            if (!mlm_same_machine(table->sections[end].rows[0]->first, machine))
                break;
        struct span span = {.table = table, .sections = &table->sections[begin], .count = end - begin};
        if (machines++ < MLM_PAGE_MACHINES_MAX)
            r = put_machine(out, &span, request->desktop, begin || end < table->section_count);
    }
    if (machines > MLM_PAGE_MACHINES_MAX) {
        fputs("<p class=\"note\">And ", out);
        mlm_page_count(out, machines - MLM_PAGE_MACHINES_MAX, "more machine");
        fputs(", each with sections of its own below.</p>\n", out);
    }
    if (fleet)
        fputs("</details>\n", out);
    fputs("</section>\n", out);
    return r < 0 ? mlm_error_errno(error, r, "finding") : 0;
}
