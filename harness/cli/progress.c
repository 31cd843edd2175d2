/* Draws the progress bar and estimates the time that is left. */
#include "cli/progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "cli/say.h"

#define BAR_CELLS 20
/* Length of the piece that runs along the bar during a step, and the time that it takes for a cell. */
#define PIECE_CELLS 4
#define CELL_NS UINT64_C(200000000)

static bool terminal(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

void mlm_progress_open(struct mlm_progress *progress, bool quiet, size_t total, uint64_t rough_total_ns)
{
    *progress = (struct mlm_progress){
        .silent = quiet,
        .bar = !quiet && terminal(),
        .total = total,
        .rough_total_ns = rough_total_ns,
    };
}

void mlm_progress_expect(struct mlm_progress *progress, size_t total, uint64_t rough_total_ns)
{
    progress->total = total;
    progress->rough_total_ns = rough_total_ns;
}

static void wipe(const struct mlm_progress *progress)
{
    if (progress->bar)
        fprintf(stderr, "\r\033[K");
}

void mlm_progress_say(struct mlm_progress *progress, const char *format, ...)
{
    if (progress->silent)
        return;
    wipe(progress);
    char text[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mlm_say("%s", text);
}

void mlm_progress_say_text(void *progress, const char *text)
{
    mlm_progress_say(progress, "%s", text);
}

double mlm_progress_pace(const struct mlm_progress *progress)
{
    /* Without this weight the first trials would make the estimate jump: the plan counts as ten seconds of
     * experience. */
    const double weight = 10e9;
    return ((double)progress->spent_ns + weight) / ((double)progress->rough_done_ns + weight);
}

/* The plan's estimate of the remaining time, corrected by how exact its estimates were so far. */
static double left_ns(const struct mlm_progress *progress)
{
    const uint64_t now_ns = progress->end_ns ? mlm_now_ns() : 0;
    if (progress->end_ns)
        return progress->end_ns > now_ns ? (double)(progress->end_ns - now_ns) : 0;
    double rough_left = (double)(progress->rough_total_ns - progress->rough_done_ns);
    return rough_left * mlm_progress_pace(progress);
}

static int width(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

size_t mlm_progress_columns(const struct mlm_progress *progress)
{
    return progress->bar ? (size_t)width() : 0;
}

/* Draws the bar, with the cells from `from` to `to` full, and the text beside it, cut at the terminal's
 * width. */
static void put(int from, int to, char *text)
{
    char bar[BAR_CELLS * 3 + 1] = "";
    for (int i = 0; i < BAR_CELLS; i++)
        (void)strcat(bar, i >= from && i < to ? "━" : "─");
    mlm_utf8_tame(text);
    int room = width() - BAR_CELLS - 2;
    mlm_utf8_cut(text, strlen(text) + 1, room > 0 ? (size_t)room : 0);
    fprintf(stderr, "\r%s %s\033[K", bar, text);
    (void)fflush(stderr);
}

/* Draws "──━━━━───── trying the memory of this machine  2 s". */
static void draw_step(const struct mlm_progress *progress)
{
    char text[256];
    uint64_t passed_ns = mlm_now_ns() - progress->step_begin_ns;
    int end = (int)(1 + passed_ns / CELL_NS % (BAR_CELLS + PIECE_CELLS));
    snprintf(text, sizeof text, "%s  %" PRIu64 " s", progress->step, passed_ns / MLM_SECOND_NS);
    put(end - PIECE_CELLS, end, text);
}

/* Draws "━━━━━───── 12/96 3 min 05 s left run 63 % 1.20 GiB storage/csr/density:0.01". The name comes last,
 * because its end matters least. */
static void draw(const struct mlm_progress *progress, const char *state)
{
    if (!progress->bar)
        return;
    if (progress->step[0]) {
        draw_step(progress);
        return;
    }
    const double to_do_ns = left_ns(progress), done_ns = (double)progress->spent_ns;
    const double share = done_ns > 0 ? done_ns / (done_ns + to_do_ns) : 0;
    char number[MLM_SIZE_TEXT], left[MLM_SIZE_TEXT], rest[512];
    mlm_progress_number(progress, number);
    snprintf(rest, sizeof rest, "%s  %s%s left%s%s  %s", number, progress->end_ns ? "at most " : "",
        mlm_duration_show(to_do_ns, left), state[0] ? "  " : "", state, progress->name ? progress->name : "");
    put(0, (int)(share * BAR_CELLS), rest);
}

void mlm_progress_step(struct mlm_progress *progress, const char *what)
{
    progress->step_begin_ns = mlm_now_ns();
    snprintf(progress->step, sizeof progress->step, "%s", what ? what : "");
    if (what)
        draw(progress, "");
    else
        wipe(progress);
}

void mlm_progress_tick(void *context)
{
    const struct mlm_progress *progress = context;
    draw(progress, "");
}

void mlm_progress_trial(struct mlm_progress *progress, const char *name)
{
    progress->name = name;
    progress->step[0] = 0;
    draw(progress, "");
}

void mlm_progress_news(struct mlm_progress *progress, const struct mlm_trial_news *news)
{
    char state[160], memory[MLM_SIZE_TEXT] = "", swap[MLM_SIZE_TEXT] = "", percent[16] = "";
    if (news->memory_bytes != MLM_NULL)
        mlm_size_show((double)news->memory_bytes, memory);
    if (news->swap_bytes > 0)
        mlm_size_show((double)news->swap_bytes, swap);
    if (!isnan(news->progress))
        snprintf(percent, sizeof percent, " %.0f %%", floor(news->progress * 100));
    snprintf(
        state, sizeof state, "%s%s  %s%s%s", news->phase, percent, memory, swap[0] ? " + swap " : "", swap);
    draw(progress, state);
}

void mlm_progress_less(struct mlm_progress *progress, uint64_t rough_ns)
{
    progress->total--;
    progress->rough_total_ns -= rough_ns;
    draw(progress, "");
}

void mlm_progress_more(struct mlm_progress *progress, uint64_t rough_ns, uint64_t left_ns)
{
    if (left_ns && progress->done == progress->total)
        progress->end_ns = mlm_now_ns() + left_ns;
    progress->total++;
    progress->rough_total_ns += rough_ns;
}

void mlm_progress_number(const struct mlm_progress *progress, char text[MLM_SIZE_TEXT])
{
    if (progress->total && !progress->end_ns)
        snprintf(text, MLM_SIZE_TEXT, "%zu/%zu", progress->done, progress->total);
    else
        snprintf(text, MLM_SIZE_TEXT, "%zu", progress->done);
}

void mlm_progress_count(struct mlm_progress *progress, uint64_t rough_ns, uint64_t spent_ns)
{
    progress->done++;
    progress->rough_done_ns += rough_ns;
    progress->spent_ns += spent_ns;
    draw(progress, "");
}

void mlm_progress_done(
    struct mlm_progress *progress, uint64_t rough_ns, uint64_t spent_ns, const struct mlm_record *record)
{
    mlm_progress_count(progress, rough_ns, spent_ns);
    if (!progress->silent && !progress->bar && !progress->no_trials) {
        char time[MLM_SIZE_TEXT], number[MLM_SIZE_TEXT];
        mlm_progress_number(progress, number);
        mlm_say("[%s] %s: %s, %s%s%s", number, progress->name, mlm_outcome_name(record->outcome),
            mlm_duration_show((double)spent_ns, time), record->reason ? "; " : "",
            record->reason ? record->reason : "");
    }
}

void mlm_progress_close(struct mlm_progress *progress)
{
    wipe(progress);
    (void)fflush(stderr);
    progress->silent = true;
    progress->bar = false;
}
