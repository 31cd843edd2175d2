/* The search for the smallest cap, as a function of the trials so far. It runs nothing, so that tests can
 * give it any trials. */
#include "advise/fit/search.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/size.h"
#include "record/student.h"

#define MIB (UINT64_C(1) << 20)

/* A cap above this many times the ceiling cannot slow a job down. */
#define CEILING_TIMES 2

#define CONFIDENCE 0.95
/* Rounding of logarithms must not decide. */
#define ROUNDING 1e-9

enum verdict { NOT_ENOUGH, NOT_SO_FAR, SO_FAR, ENOUGH };

void mlm_fit_begin(const struct mlm_fit_options *options, struct mlm_fit *ret_fit)
{
    *ret_fit = (struct mlm_fit){.options = *options,
        .ceiling_bytes = NAN,
        .guess_bytes = NAN,
        .file_least_bytes = NAN,
        .file_most_bytes = NAN,
        .unpaid_bytes = NAN};
}

void mlm_fit_release(struct mlm_fit *fit)
{
    free(fit->trials);
    fit->trials = NULL;
    fit->count = fit->capacity = 0;
}

static void raise_to(double *figure, int64_t value)
{
    if (value != MLM_NULL && value > 0)
        *figure = fmax(*figure, (double)value);
}

/* Learns ceiling and guess from a trial without a cap. */
static void learn(struct mlm_fit *fit, const int64_t *values)
{
    int64_t peak = values[MLM_cage_peak_bytes], file = values[MLM_file_peak_bytes];
    raise_to(&fit->ceiling_bytes, peak);
    if (file != MLM_NULL) {
        fit->file_least_bytes = fmin(fit->file_least_bytes, (double)file);
        fit->file_most_bytes = fmax(fit->file_most_bytes, (double)file);
    }
    if (peak != MLM_NULL && values[MLM_peak_rss_bytes] != MLM_NULL)
        raise_to(&fit->unpaid_bytes, values[MLM_peak_rss_bytes] - peak);
    if (fit->options.swaps)
        return;
    raise_to(&fit->guess_bytes, values[MLM_anon_peak_bytes]);
    if (peak != MLM_NULL && file != MLM_NULL)
        raise_to(&fit->guess_bytes, peak - file);
}

static double known_ns(int64_t value)
{
    return value == MLM_NULL ? 0 : (double)value;
}

/* A wait for a processor that is a smaller share of a time does not make it inexact. */
#define WAIT_SHARE 0.05

/* A job that had to wait for a processor knows that already in its own time. */
static struct mlm_fit_time time_of(const struct mlm_record *record, enum mlm_time_kind kind)
{
    const int64_t *values = record->readings.values;
    const int64_t ns = values[mlm_time_metric(kind)];
    if (record->outcome != MLM_OUTCOME_OK || ns == MLM_NULL)
        return (struct mlm_fit_time){NAN, NAN};
    const bool disturbed = record->marks & MLM_MARK_BIT(disturbed);
    const double waited_ns = kind == MLM_TIME_OWN ? 0 : known_ns(values[MLM_run_queue_ns]);
    double taken_ns = disturbed ? known_ns(values[MLM_stolen_ns]) : 0;
    if (disturbed || waited_ns > WAIT_SHARE * (double)ns)
        taken_ns += waited_ns;
    /* A logarithm is taken of it. */
    return (struct mlm_fit_time){fmax((double)ns - taken_ns, 1), (double)ns};
}

int mlm_fit_tell(struct mlm_fit *fit, const struct mlm_record *record)
{
    int r = mlm_grow(&fit->trials, fit->count, &fit->capacity, sizeof *fit->trials);
    if (r < 0)
        return r;
    const int64_t *values = record->readings.values;
    fit->trials[fit->count++] = (struct mlm_fit_trial){
        .cap_bytes = record->limits.cap_bytes,
        .outcome = record->outcome,
    };
    for (int kind = 0; kind < MLM_TIME_KIND_COUNT; kind++)
        fit->trials[fit->count - 1].time[kind] = time_of(record, (enum mlm_time_kind)kind);
    if (record->limits.cap_bytes == MLM_NO_LIMIT && record->outcome == MLM_OUTCOME_OK)
        learn(fit, values);
    return 0;
}

double mlm_fit_unpaid_bytes(const struct mlm_fit *fit)
{
    return fmax(fit->unpaid_bytes, fit->file_most_bytes - fit->file_least_bytes);
}

/* Less is not mentioned: libraries are always in the page cache. */
#define UNPAID_WORTH_BYTES (128.0 * 1024 * 1024)

bool mlm_fit_has_unpaid(const struct mlm_fit *fit)
{
    return mlm_fit_unpaid_bytes(fit) > UNPAID_WORTH_BYTES;
}

/* Own times only where all trials have them: times of two kinds are not comparable. */
static enum mlm_time_kind kind_of(const struct mlm_fit *fit)
{
    for (size_t i = 0; i < fit->count; i++)
        if (!isnan(fit->trials[i].time[MLM_TIME_WALL].most_ns) &&
            isnan(fit->trials[i].time[MLM_TIME_OWN].most_ns))
            return MLM_TIME_WALL;
    return MLM_TIME_OWN;
}

/* The majority of the trials that decide. */
static size_t majority(const struct mlm_fit *fit)
{
    return (size_t)fit->options.repetitions / 2 + 1;
}

/* A verdict takes at most one and a half times as many pairs as there are repetitions, of which `fit` allows
 * 50, and some trials that no time is known of. */
#define TRIALS_MAX 128

struct ratios {
    double least[TRIALS_MAX], most[TRIALS_MAX];
    size_t count, exact; /* exact: the first so many are of trials that nothing disturbed */
};

static bool is_exact(const struct mlm_fit_time *time)
{
    return time->least_ns >= time->most_ns;
}

/* The median bounds of the times without a cap, of the exact ones if there are any. */
static struct mlm_fit_time reference(const struct mlm_fit *fit, enum mlm_time_kind kind)
{
    double least[TRIALS_MAX], most[TRIALS_MAX];
    size_t count = 0;
    for (int exact = 1; exact >= 0 && !count; exact--)
        for (size_t i = 0; i < fit->count && count < TRIALS_MAX; i++) {
            const struct mlm_fit_time *time = &fit->trials[i].time[kind];
            if (fit->trials[i].cap_bytes != MLM_NO_LIMIT || isnan(time->most_ns) ||
                (exact && !is_exact(time)))
                continue;
            least[count] = time->least_ns;
            most[count++] = time->most_ns;
        }
    return count ? (struct mlm_fit_time){mlm_median(least, count), mlm_median(most, count)}
                 : (struct mlm_fit_time){NAN, NAN};
}

static void add(struct ratios *ratios, const struct mlm_fit_time *here, const struct mlm_fit_time *without)
{
    if (isnan(here->most_ns) || isnan(without->most_ns) || ratios->count == TRIALS_MAX)
        return;
    size_t place = ratios->count++;
    if (is_exact(here) && is_exact(without)) {
        ratios->least[place] = ratios->least[ratios->exact];
        ratios->most[place] = ratios->most[ratios->exact];
        place = ratios->exact++;
    }
    ratios->least[place] = here->least_ns / without->most_ns;
    ratios->most[place] = here->most_ns / without->least_ns;
}

/* Returns true for a trial without a cap whose time is known. */
static bool is_without(const struct mlm_fit *fit, size_t index)
{
    return index < fit->count && fit->trials[index].cap_bytes == MLM_NO_LIMIT &&
           !isnan(fit->trials[index].time[MLM_TIME_WALL].most_ns);
}

/* Slowdowns of the trials at a cap. `paired`: of those that come right before or after a trial without a cap,
 * against that one. Phases in which the whole machine is slower, for example because others use its memory,
 * last longer than such a pair. Else of all, against all trials without a cap. */
static void ratios_collect(
    const struct mlm_fit *fit, uint64_t cap_bytes, bool paired, struct ratios *ret_ratios)
{
    const enum mlm_time_kind kind = kind_of(fit);
    const struct mlm_fit_time all = reference(fit, kind);
    ret_ratios->count = ret_ratios->exact = 0;
    for (size_t i = 0; i < fit->count; i++) {
        if (fit->trials[i].cap_bytes != cap_bytes)
            continue;
        const struct mlm_fit_time *here = &fit->trials[i].time[kind];
        if (!paired)
            add(ret_ratios, here, &all);
        else if (i > 0 && is_without(fit, i - 1))
            add(ret_ratios, here, &fit->trials[i - 1].time[kind]);
        else if (is_without(fit, i + 1))
            add(ret_ratios, here, &fit->trials[i + 1].time[kind]);
    }
}

/* The ratios that say most about a cap: of pairs and exact, where those can decide. Returns true for
 * pairs. */
static bool ratios_at(const struct mlm_fit *fit, uint64_t cap_bytes, struct ratios *ret_ratios)
{
    ratios_collect(fit, cap_bytes, true, ret_ratios);
    const bool paired = ret_ratios->count >= majority(fit);
    if (!paired)
        ratios_collect(fit, cap_bytes, false, ret_ratios);
    if (ret_ratios->exact >= majority(fit))
        ret_ratios->count = ret_ratios->exact;
    return paired;
}

struct mlm_fit_tally mlm_fit_tally(const struct mlm_fit *fit, uint64_t cap_bytes)
{
    struct mlm_fit_tally tally = {.slowdown = NAN};
    struct ratios ratios;
    ratios_at(fit, cap_bytes, &ratios);
    if (ratios.count && ratios.exact == ratios.count)
        tally.slowdown = mlm_median(ratios.most, ratios.count);
    for (size_t i = 0; i < fit->count; i++) {
        if (fit->trials[i].cap_bytes != cap_bytes)
            continue;
        if (fit->trials[i].outcome != MLM_OUTCOME_OK && tally.ok == tally.count)
            tally.failure = fit->trials[i].outcome;
        tally.count++;
        tally.ok += fit->trials[i].outcome == MLM_OUTCOME_OK;
    }
    return tally;
}

static double speed_limit(const struct mlm_fit *fit)
{
    return (1 + fit->options.within) * (1 + ROUNDING);
}

enum speed { UNCLEAR, FAST, SLOW };

/* The median says whether the cap is fast. It is unclear only while bounds of disturbed times leave it so. */
static enum speed speed_of(const struct mlm_fit *fit, const struct ratios *ratios)
{
    double sorted[TRIALS_MAX];
    if (!ratios->count)
        return UNCLEAR;
    memcpy(sorted, ratios->most, ratios->count * sizeof *sorted);
    if (mlm_median(sorted, ratios->count) <= speed_limit(fit))
        return FAST;
    memcpy(sorted, ratios->least, ratios->count * sizeof *sorted);
    return mlm_median(sorted, ratios->count) > speed_limit(fit) ? SLOW : UNCLEAR;
}

/* Pairs decide. The interval of their mean says whether more of them could say otherwise. */
static enum verdict verdict_on_speed(const struct mlm_fit *fit, uint64_t cap_bytes)
{
    struct ratios ratios;
    const bool paired = ratios_at(fit, cap_bytes, &ratios);
    const enum speed speed = speed_of(fit, &ratios);
    if (speed == UNCLEAR)
        return SO_FAR;
    const bool fast = speed == FAST;
    if (paired) {
        const struct mlm_values values = {fast ? ratios.most : ratios.least, ratios.count};
        const struct mlm_log_mean mean = mlm_log_mean(&values);
        const double margin = 1 + mlm_log_mean_margin(&mean, CONFIDENCE), limit = speed_limit(fit);
        const bool told = fast ? exp(mean.mean) * margin <= limit : exp(mean.mean) / margin > limit;
        /* Where chance leaves it open, the median of more pairs decides. */
        if (ratios.count >= (told ? 0 : fit->options.repetitions) + majority(fit))
            return fast ? ENOUGH : NOT_ENOUGH;
    }
    return fast ? SO_FAR : NOT_SO_FAR;
}

static enum verdict verdict_of(const struct mlm_fit *fit, enum mlm_fit_goal goal, uint64_t cap_bytes)
{
    struct mlm_fit_tally tally = mlm_fit_tally(fit, cap_bytes);
    if (tally.ok < tally.count)
        return NOT_ENOUGH;
    if (goal == MLM_FIT_ENDS)
        return tally.count >= fit->options.repetitions ? ENOUGH : SO_FAR;
    return verdict_on_speed(fit, cap_bytes);
}

/* The unit for rounding caps, so that they are readable: a power of two, at most the tolerance; half of it
 * where that is still whole MiB. */
static uint64_t grain(const struct mlm_fit *fit, double bytes)
{
    uint64_t grain = fit->options.page_bytes;
    while ((double)grain * (grain < MIB ? 2 : 4) <= bytes * fit->options.tolerance)
        grain *= 2;
    return grain;
}

static uint64_t round_up(const struct mlm_fit *fit, double bytes)
{
    uint64_t step = grain(fit, bytes);
    uint64_t cap = (uint64_t)ceil(bytes / (double)step) * step;
    return cap > fit->options.least_bytes ? cap : fit->options.least_bytes;
}

static uint64_t round_down(const struct mlm_fit *fit, double bytes)
{
    uint64_t step = grain(fit, bytes);
    uint64_t cap = (uint64_t)(bytes / (double)step) * step;
    return cap > fit->options.least_bytes ? cap : fit->options.least_bytes;
}

/* The trials, summarized by cap. */
struct view {
    uint64_t low, high, some; /* as in the edge */
    bool tried;               /* `high` was tried; otherwise it is the ceiling */
    size_t lows, highs;       /* number of different caps that were not enough, and that were */
    size_t uncapped, uncapped_ok;
    size_t uncapped_timed; /* trials without a cap that ended ok with a known time */
};

static bool seen_before(const struct mlm_fit *fit, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (fit->trials[i].cap_bytes == fit->trials[index].cap_bytes)
            return true;
    return false;
}

/* Nothing is known of the speed under a cap while other work leaves it unclear. */
static bool says(const struct mlm_fit *fit, enum mlm_fit_goal goal, uint64_t cap_bytes)
{
    const struct mlm_fit_tally tally = mlm_fit_tally(fit, cap_bytes);
    if (goal == MLM_FIT_ENDS || tally.ok < tally.count)
        return true;
    struct ratios ratios;
    ratios_at(fit, cap_bytes, &ratios);
    return speed_of(fit, &ratios) != UNCLEAR;
}

static struct view look(const struct mlm_fit *fit, enum mlm_fit_goal goal)
{
    struct view view = {0};
    for (size_t i = 0; i < fit->count; i++) {
        uint64_t cap = fit->trials[i].cap_bytes;
        if (cap == MLM_NO_LIMIT) {
            view.uncapped++;
            view.uncapped_ok += fit->trials[i].outcome == MLM_OUTCOME_OK;
            view.uncapped_timed += isnan(fit->trials[i].time[MLM_TIME_WALL].most_ns) ? 0 : 1;
            continue;
        }
        if (fit->trials[i].outcome == MLM_OUTCOME_OK && (!view.some || cap < view.some))
            view.some = cap;
        if (seen_before(fit, i) || !says(fit, goal, cap))
            continue;
        bool enough = verdict_of(fit, goal, cap) >= SO_FAR;
        view.lows += !enough;
        view.highs += enough;
        if (!enough && cap > view.low)
            view.low = cap;
    }
    for (size_t i = 0; i < fit->count; i++) {
        uint64_t cap = fit->trials[i].cap_bytes;
        if (cap != MLM_NO_LIMIT && cap > view.low && (!view.high || cap < view.high) && says(fit, goal, cap))
            view.high = cap;
    }
    view.tried = view.high != 0;
    if (!view.tried && !isnan(fit->ceiling_bytes)) {
        uint64_t ceiling = round_up(fit, fit->ceiling_bytes);
        view.high = ceiling > view.low ? ceiling : 0;
    }
    return view;
}

/* Growing steps: 1, 2, 4 … times the tolerance, up to twice the cap. */
static double stride(const struct mlm_fit *fit, size_t taken)
{
    return 1 + fmin(ldexp(fit->options.tolerance, taken < 10 ? (int)taken : 10), 1);
}

/* Used while nothing has failed yet. */
static uint64_t next_down(const struct mlm_fit *fit, const struct view *view)
{
    if (view->tried)
        return round_down(fit, (double)view->high / stride(fit, view->highs - 1));
    if (isnan(fit->guess_bytes))
        return view->high ? view->high : fit->options.least_bytes;
    uint64_t guess = round_up(fit, fit->guess_bytes * (1 + fit->options.tolerance / 2));
    return view->high && guess > view->high ? view->high : guess;
}

/* A cap between one that is not enough and one that is, or is believed to be. */
static uint64_t next_between(const struct mlm_fit *fit, const struct view *view)
{
    double middle = sqrt((double)view->low * (double)view->high);
    double step = view->tried ? INFINITY : (double)view->low * stride(fit, view->lows - 1);
    uint64_t cap = round_down(fit, fmin(middle, step));
    uint64_t finest = grain(fit, (double)view->low);
    if (cap <= view->low)
        cap = view->low + finest;
    return cap < view->high ? cap : view->high;
}

/* A cap that is fast costs little time to try, one that is not costs much. So the search for FAST comes down
 * from the ceiling, in growing steps. */
static uint64_t next_from_above(const struct mlm_fit *fit, const struct view *view)
{
    if (!view->tried)
        return view->high;
    double middle = sqrt((double)view->low * (double)view->high);
    double step = (double)view->high / stride(fit, view->highs ? view->highs - 1 : 0);
    uint64_t cap = round_down(fit, fmax(middle, step));
    if (cap >= view->high)
        cap = view->high - grain(fit, (double)view->low);
    return cap > view->low ? cap : view->low + fit->options.page_bytes;
}

static bool near(const struct mlm_fit *fit, const struct view *view)
{
    return (double)view->high <= (double)view->low * (1 + fit->options.tolerance) ||
           view->high - view->low <= fit->options.page_bytes;
}

/* The cap that needs another trial before high and low are an edge; 0: none. */
static uint64_t next_repeat(const struct mlm_fit *fit, enum mlm_fit_goal goal, const struct view *view)
{
    if (!view->tried || verdict_of(fit, goal, view->high) != ENOUGH)
        return view->high;
    return view->low && verdict_of(fit, goal, view->low) != NOT_ENOUGH ? view->low : 0;
}

static bool beyond_ceiling(const struct mlm_fit *fit, enum mlm_fit_goal goal, const struct view *view)
{
    return goal == MLM_FIT_FAST && !view->high && (double)view->low >= CEILING_TIMES * fit->ceiling_bytes &&
           verdict_of(fit, goal, view->low) == NOT_ENOUGH;
}

/* Used while every cap was not enough. A single slow trial under a large cap may be chance. */
static uint64_t next_up(const struct mlm_fit *fit, enum mlm_fit_goal goal, const struct view *view)
{
    if (goal == MLM_FIT_FAST && verdict_of(fit, goal, view->low) != NOT_ENOUGH)
        return view->low;
    double cap = (double)view->low * stride(fit, view->lows - 1);
    return round_up(fit, goal == MLM_FIT_FAST ? fmin(cap, CEILING_TIMES * fit->ceiling_bytes) : cap);
}

/* Trials that decide about the speed under a cap lie beside one without a cap: one before it, one after it. A
 * first one only shows the way. */
static bool wants_partner(const struct mlm_fit *fit, uint64_t cap_bytes)
{
    if (!cap_bytes || cap_bytes == MLM_NO_LIMIT || !mlm_fit_tally(fit, cap_bytes).count)
        return false;
    const size_t last = fit->count - 1;
    const bool has_one = fit->trials[last].cap_bytes == cap_bytes && last > 0 && is_without(fit, last - 1);
    return !is_without(fit, last) && !has_one;
}

struct mlm_fit_edge mlm_fit_edge(const struct mlm_fit *fit, enum mlm_fit_goal goal)
{
    struct view view = look(fit, goal);
    struct mlm_fit_edge edge = {
        .low_bytes = view.low, .high_bytes = view.tried ? view.high : 0, .some_bytes = view.some};
    bool referred = goal == MLM_FIT_FAST ? view.uncapped_timed >= fit->options.repetitions : view.uncapped;
    if (view.uncapped_ok < view.uncapped || beyond_ceiling(fit, goal, &view)) {
        edge.state = MLM_FIT_NEVER;
    } else if (!referred) {
        edge.next_bytes = MLM_NO_LIMIT;
    } else if (!view.low && view.tried && view.high <= fit->options.least_bytes) {
        edge.next_bytes = next_repeat(fit, goal, &view);
        edge.state = edge.next_bytes ? MLM_FIT_OPEN : MLM_FIT_LEAST;
    } else if (!view.low) {
        edge.next_bytes = next_down(fit, &view);
    } else if (!view.high) {
        edge.next_bytes = next_up(fit, goal, &view);
    } else if (!near(fit, &view)) {
        edge.next_bytes = goal == MLM_FIT_FAST ? next_from_above(fit, &view) : next_between(fit, &view);
    } else {
        edge.next_bytes = next_repeat(fit, goal, &view);
        edge.state = edge.next_bytes ? MLM_FIT_OPEN : MLM_FIT_FOUND;
    }
    if (goal == MLM_FIT_FAST && wants_partner(fit, edge.next_bytes))
        edge.next_bytes = MLM_NO_LIMIT;
    return edge;
}

uint64_t mlm_fit_next(const struct mlm_fit *fit)
{
    if (fit->count >= fit->options.max_trials)
        return 0;
    struct mlm_fit_edge edge = mlm_fit_edge(fit, MLM_FIT_ENDS);
    if (edge.next_bytes || edge.state == MLM_FIT_NEVER)
        return edge.next_bytes;
    if (!isnan(fit->options.within))
        return mlm_fit_edge(fit, MLM_FIT_FAST).next_bytes;
    /* The reference of all slowdowns gets as many trials as the answer. */
    return mlm_fit_tally(fit, MLM_NO_LIMIT).count < fit->options.repetitions ? MLM_NO_LIMIT : 0;
}
