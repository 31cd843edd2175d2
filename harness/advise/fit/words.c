/* Writes the result of the search as sentences: the needs, how certain they are, and what they leave out. */
#include "advise/fit/words.h"

#include <math.h>

#include "base/size.h"
#include "report/table/ratio.h"

/* A ceiling that is further above the needs than this many tolerances is mentioned. */
#define WORTH_TOLERANCES 2
/* A larger share of the difference between ceiling and needs counts as most of it. */
#define MOSTLY 0.5

static void put_cap(FILE *out, uint64_t cap_bytes)
{
    char text[MLM_SIZE_TEXT];
    fputs(mlm_size_spell(cap_bytes, text), out);
}

/* Writes "66M (3 of 3)" or "65M (0 of 1, oom)": the trials at a cap that ended well. */
static void put_ends(FILE *out, const struct mlm_fit *fit, uint64_t cap_bytes)
{
    struct mlm_fit_tally tally = mlm_fit_tally(fit, cap_bytes);
    put_cap(out, cap_bytes);
    fprintf(out, " (%zu of %zu", tally.ok, tally.count);
    if (tally.ok < tally.count)
        fprintf(out, ", %s", mlm_outcome_name(tally.failure));
    fputc(')', out);
}

/* Writes "412M (1.07 × its time without)" or "300M (1 of 3, oom)": the cost of a cap. */
static void put_cost(FILE *out, const struct mlm_fit *fit, uint64_t cap_bytes)
{
    struct mlm_fit_tally tally = mlm_fit_tally(fit, cap_bytes);
    if (tally.ok < tally.count || isnan(tally.slowdown)) {
        put_ends(out, fit, cap_bytes);
        return;
    }
    put_cap(out, cap_bytes);
    char times[MLM_RATIO_TEXT];
    fprintf(out, " (%s × its time without a cap)", mlm_ratio_number(tally.slowdown, times));
}

static void put_swap(FILE *out, uint64_t swap_limit_bytes)
{
    if (swap_limit_bytes == 0) {
        fputs(" without swap", out);
    } else if (swap_limit_bytes == MLM_NO_LIMIT) {
        fputs(" with the machine's swap", out);
    } else {
        fputs(" with ", out);
        put_cap(out, swap_limit_bytes);
        fputs(" of swap", out);
    }
}

static void say_steady(
    FILE *out, const struct mlm_fit *fit, const struct mlm_fit_edge *edge, const char *name, uint64_t swap)
{
    fprintf(out, "%s fits into ", name);
    put_cap(out, edge->high_bytes);
    put_swap(out, swap);
    fputs(": it ended well under ", out);
    put_ends(out, fit, edge->high_bytes);
    fputs(" and not under ", out);
    put_ends(out, fit, edge->low_bytes);
    fputc('.', out);
}

static void say_varying(
    FILE *out, const struct mlm_fit *fit, const struct mlm_fit_edge *edge, const char *name, uint64_t swap)
{
    fprintf(out, "What %s needs varies from run to run, between ", name);
    put_cap(out, edge->some_bytes);
    fputs(" and ", out);
    put_cap(out, edge->high_bytes);
    put_swap(out, swap);
    fputs(": it ended well under ", out);
    put_ends(out, fit, edge->some_bytes);
    fputs(", not always under ", out);
    put_ends(out, fit, edge->low_bytes);
    fputs(", each time under ", out);
    put_ends(out, fit, edge->high_bytes);
    fputc('.', out);
}

static void say_never(FILE *out, const struct mlm_fit *fit, const char *name)
{
    struct mlm_fit_tally tally = mlm_fit_tally(fit, MLM_NO_LIMIT);
    fprintf(out, "%s does not end well without a cap either (%zu of %zu, %s), so no cap can be found.", name,
        tally.ok, tally.count, mlm_outcome_name(tally.failure));
}

/* Writes how far an edge is known; `put` writes each of its caps. */
static void put_open(FILE *out, const struct mlm_fit *fit, const struct mlm_fit_edge *edge,
    void (*put)(FILE *out, const struct mlm_fit *fit, uint64_t cap_bytes))
{
    if (edge->high_bytes) {
        fputs("; enough was ", out);
        put(out, fit, edge->high_bytes);
    }
    if (edge->low_bytes) {
        fputs("; not enough was ", out);
        put(out, fit, edge->low_bytes);
    }
    fputs(fit->count >= fit->options.max_trials ? ". More --max-trials would tell." : ".", out);
}

/* For a search that ended early: max_trials are used up, or the user stopped it. */
static void say_open(FILE *out, const struct mlm_fit *fit, const struct mlm_fit_edge *edge, const char *name)
{
    fprintf(out, "%s: not found yet after %zu trial%s", name, fit->count, fit->count == 1 ? "" : "s");
    put_open(out, fit, edge, put_ends);
}

static void say_need(
    FILE *out, const struct mlm_fit *fit, const struct mlm_fit_edge *edge, const char *name, uint64_t swap)
{
    switch (edge->state) {
    case MLM_FIT_FOUND:
        (edge->some_bytes < edge->low_bytes ? say_varying : say_steady)(out, fit, edge, name, swap);
        return;
    case MLM_FIT_LEAST:
        fprintf(out, "%s fits into ", name);
        put_ends(out, fit, edge->high_bytes);
        put_swap(out, swap);
        fputs(", the smallest cap that is tried.", out);
        return;
    case MLM_FIT_NEVER:
        say_never(out, fit, name);
        return;
    case MLM_FIT_OPEN:
        say_open(out, fit, edge, name);
        return;
    }
}

/* Memory that the job uses only because it is available is not part of its needs. With swap some of it was
 * swapped out, and a heap may stay smaller when memory is short; file cache is named as the reason only where
 * enough was seen. */
static void say_ceiling(FILE *out, const struct mlm_fit *fit, const struct mlm_fit_edge *edge)
{
    char text[MLM_SIZE_TEXT];
    double worth = (double)edge->high_bytes * (1 + WORTH_TOLERANCES * fit->options.tolerance);
    if (edge->state > MLM_FIT_LEAST || !edge->high_bytes || !(fit->ceiling_bytes > worth))
        return;
    double spare = fit->ceiling_bytes - (double)edge->high_bytes;
    bool cache = !fit->options.swaps && fit->file_most_bytes >= MOSTLY * spare;
    fprintf(out, " Without a cap it held up to %s, which it can do with less of%s.",
        mlm_size_show(fit->ceiling_bytes, text),
        cache                ? ": file cache, mostly"
        : fit->options.swaps ? ": what does not fit may go to swap"
                             : "");
}

static void say_fast(FILE *out, const struct mlm_fit *fit, const struct mlm_fit_edge *edge, uint64_t need)
{
    double percent = 100 * fit->options.within;
    switch (edge->state) {
    case MLM_FIT_FOUND:
    case MLM_FIT_LEAST:
        if (edge->high_bytes == need)
            fprintf(out, "There it is at most %.3g %% slower than without a cap already: ", percent);
        else
            fprintf(out, "To be at most %.3g %% slower than without a cap it needs ", percent);
        put_cost(out, fit, edge->high_bytes);
        if (edge->low_bytes && edge->high_bytes != need) {
            fputs("; less is not enough: ", out);
            put_cost(out, fit, edge->low_bytes);
        }
        fputc('.', out);
        return;
    case MLM_FIT_NEVER:
        fprintf(out, "Under no cap was it at most %.3g %% slower than without: ", percent);
        put_cost(out, fit, edge->low_bytes);
        fputs(". Its times vary by that, or something else than memory slows it.", out);
        return;
    case MLM_FIT_OPEN:
        fprintf(out, "Where it is at most %.3g %% slower than without a cap is not found yet", percent);
        put_open(out, fit, edge, put_cost);
        return;
    }
}

static void say_unpaid(FILE *out, const struct mlm_fit *fit)
{
    char text[MLM_SIZE_TEXT];
    if (mlm_fit_has_unpaid(fit))
        fprintf(out,
            "But %s of files were in the page cache already and cost it nothing: name them by --evict "
            "FILE.\n",
            mlm_size_show(mlm_fit_unpaid_bytes(fit), text));
}

void mlm_fit_say(FILE *out, const struct mlm_fit *fit, const char *name, uint64_t swap_limit_bytes)
{
    struct mlm_fit_edge need = mlm_fit_edge(fit, MLM_FIT_ENDS);
    say_need(out, fit, &need, name, swap_limit_bytes);
    say_ceiling(out, fit, &need);
    fputc('\n', out);
    if (isnan(fit->options.within) || need.state > MLM_FIT_LEAST || need.state == MLM_FIT_OPEN)
        return;
    struct mlm_fit_edge fast = mlm_fit_edge(fit, MLM_FIT_FAST);
    say_fast(out, fit, &fast, need.high_bytes);
    fputc('\n', out);
    say_unpaid(out, fit);
}
