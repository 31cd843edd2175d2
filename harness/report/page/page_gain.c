/* The best choice of each suite: which row to use instead of which other. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"

/* A smaller share of the memory is not told exactly: the figures do not bear it. */
#define FINEST_SHARE 100

/* Ordered by importance: a later kind matters more. */
enum gain_kind { NO_GAIN, OF_TIME, OF_MEMORY, OF_FITTING };

/* A row that is better than another row that does the same work. */
struct gain {
    enum gain_kind kind;
    const struct mlm_section *section;
    const struct mlm_row *use, *instead;
    double memory;         /* memory that `instead` needs, as a multiple of this row's */
    struct mlm_ratio time; /* time that `instead` takes, as a multiple of this row's */
};

/* For a row that failed, its time without a cap is compared. */
static struct mlm_ratio time_ratio(const struct mlm_row *instead, const struct mlm_row *use)
{
    if (mlm_row_failed(instead))
        instead = instead->reference;
    if (!instead || !instead->time.count || !mlm_row_all_ok(instead))
        return (struct mlm_ratio){NAN, NAN, NAN, NAN};
    return mlm_row_time_ratio(instead, use, MLM_RATIO_CONFIDENCE);
}

static struct gain gain_make(const struct mlm_section *section, enum gain_kind kind,
    const struct mlm_row *use, const struct mlm_row *instead)
{
    return (struct gain){.kind = kind,
        .section = section,
        .use = use,
        .instead = instead,
        .memory = mlm_row_least_needs(instead) / mlm_row_needs(use),
        .time = time_ratio(instead, use)};
}

/* Both in needs and at speed. */
static bool is_leaner(const struct mlm_row *row, const struct mlm_row *than)
{
    return mlm_row_needs(than) >= MLM_LEANER * mlm_row_needs(row) &&
           mlm_row_at_speed(than) >= MLM_LEANER * mlm_row_at_speed(row);
}

static struct gain group_gain(const struct mlm_section *section, const struct mlm_group *group)
{
    const struct mlm_row *fast = group->choice;
    if (!fast)
        return (struct gain){.kind = NO_GAIN};
    if (group->failed && mlm_row_least_needs(group->failed) > mlm_row_needs(fast))
        return gain_make(section, OF_FITTING, fast, group->failed);
    if (is_leaner(fast, group->largest))
        return gain_make(section, OF_MEMORY, fast, group->largest);
    if (is_leaner(group->leanest, fast))
        return gain_make(section, OF_MEMORY, group->leanest, fast);
    struct mlm_ratio slow = mlm_row_time_ratio(group->slowest, fast, MLM_RATIO_CONFIDENCE);
    if (slow.low >= MLM_SLOWED)
        return gain_make(section, OF_TIME, fast, group->slowest);
    return (struct gain){.kind = NO_GAIN};
}

/* A row that fits where another does not matters most under the tightest cap, which comes first. */
static bool gain_is_better(const struct gain *a, const struct gain *b)
{
    if (a->kind != b->kind)
        return a->kind > b->kind;
    if (a->kind == OF_FITTING && a->section != b->section)
        return false;
    return a->kind == OF_TIME ? a->time.low > b->time.low : a->memory > b->memory;
}

static struct gain suite_gain(const struct mlm_section *sections, size_t count)
{
    struct gain best = {.kind = NO_GAIN};
    for (size_t s = 0; s < count; s++)
        for (size_t begin = 0, end; begin < sections[s].count; begin = end) {
            end = mlm_section_group_end(&sections[s], begin);
            struct mlm_group group = mlm_group_look(sections[s].rows + begin, end - begin);
            struct gain gain = group_gain(&sections[s], &group);
            if (gain_is_better(&gain, &best))
                best = gain;
        }
    return best;
}

/* "and 134 × as fast"; nothing where the times cannot be told apart */
static void say_time(FILE *out, const struct gain *gain, const char *glue)
{
    const struct mlm_ratio *time = &gain->time;
    const struct mlm_ratio inverse = {1 / time->ratio, 1 / time->high, 1 / time->low, time->p};
    char text[MLM_RATIO_TEXT];
    switch (mlm_ratio_says(time)) {
    case MLM_SAYS_MORE:
        fprintf(out, "%s%s as fast", glue, mlm_ratio_show(time, text));
        return;
    case MLM_SAYS_LESS:
        fprintf(out, "%s%s the time", glue, mlm_ratio_show(&inverse, text));
        return;
    case MLM_SAYS_EVEN:
        fprintf(out, "%sabout the same time", glue);
        return;
    case MLM_SAYS_UNSURE:
        return;
    }
}

static void say_gain(FILE *out, const void *of)
{
    const struct gain *gain = of;
    char text[MLM_SIZE_TEXT];
    mlm_row_say(out, gain->section, gain->use, NULL);
    fputs(" rather than ", out);
    mlm_row_say(out, gain->section, gain->instead, gain->use);
    fputs(": ", out);
    if (gain->kind == OF_TIME) {
        say_time(out, gain, "");
        fprintf(out, ", in about the same memory (%s).", mlm_size_show(mlm_row_needs(gain->use), text));
        return;
    }
    mlm_page_size(out, mlm_row_needs(gain->use));
    fprintf(out, " instead of %s", isnan(mlm_row_full_needs(gain->instead)) ? "more than " : "");
    mlm_page_size(out, mlm_row_least_needs(gain->instead));
    if (gain->memory > FINEST_SHARE)
        fprintf(out, ", less than 1/%d of the memory", FINEST_SHARE);
    else if (gain->memory >= 2)
        fprintf(out, ", 1/%.0f of the memory", gain->memory);
    else
        fprintf(out, ", %.0f %% of the memory", 100 / gain->memory);
    say_time(out, gain, ", and ");
    fputc('.', out);
}

static int compare_gains(const void *a, const void *b)
{
    const struct gain *x = a, *y = b;
    if ((x->kind == OF_TIME) != (y->kind == OF_TIME))
        return x->kind == OF_TIME ? 1 : -1;
    double p = x->kind == OF_TIME ? x->time.low : x->memory;
    double q = y->kind == OF_TIME ? y->time.low : y->memory;
    return p > q ? -1 : p < q;
}

static int put_gain(FILE *out, const struct gain *gain)
{
    fputs("<li><strong>", out);
    mlm_html_text(out, gain->use->first->suite);
    fputs("</strong>, ", out);
    mlm_page_in_cap(out, gain->use->first->limits.cap_bytes);
    fputs(": ", out);
    int r = mlm_page_said(out, say_gain, gain);
    fputs("</li>\n", out);
    return r;
}

int mlm_page_gains(FILE *out, const struct mlm_section *sections, size_t section_count)
{
    mlm_auto_free struct gain *gains = calloc(section_count + 1, sizeof *gains);
    if (!gains)
        return -ENOMEM;
    size_t count = 0;
    for (size_t begin = 0, end; begin < section_count; begin = end) {
        for (end = begin + 1; end < section_count; end++)
            if (!mlm_row_same_suite(sections[end].rows[0], sections[begin].rows[0]))
                break;
        gains[count] = suite_gain(&sections[begin], end - begin);
        count += gains[count].kind != NO_GAIN;
    }
    if (!count)
        return 0;
    qsort(gains, count, sizeof *gains, compare_gains);
    fputs("<h3>What buys most</h3>\n<p class=\"note\">For work that is proved to be equal: the fastest "
          "that fits, rather than what needs most. Of what was ended, the time is that of its uncapped "
          "run.</p>\n<ol class=\"gains\">\n",
        out);
    int r = 0;
    for (size_t i = 0; r == 0 && i < count && i < MLM_PAGE_SETTINGS_MAX; i++)
        r = put_gain(out, &gains[i]);
    fputs("</ol>\n", out);
    return r;
}
