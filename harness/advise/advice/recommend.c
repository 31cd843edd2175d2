/* Writes one recommendation for a field: which cap is enough, what a technique saves, what RAM gains. */
#include <math.h>
#include <string.h>

#include "advise/advice/phrase.h"
#include "advise/advice/words.h"
#include "record/above.h"
#include "report/table/group.h"
#include "report/text/sold.h"

/* More examples would not be read. */
#define EXAMPLES_MAX 4

/* More different caps than anybody tries; further ones are not named as laptops. */
#define CAPS_NAMED 64

/* Counts over the sweeps and jobs of a field. */
struct count {
    const struct mlm_field *field;
    const struct mlm_desktop *desktop;
    size_t usable;      /* sweeps with a figure under a cap */
    size_t wanting;     /* of the usable ones: the smallest of their caps is not enough */
    size_t unsure;      /* of the usable ones: the cap is not certain */
    size_t cut_off;     /* of all: ran into the time limit with free memory */
    size_t silent;      /* of all: neither usable nor cut off */
    size_t jobs;        /* jobs with a usable sweep */
    size_t beyond;      /* of these: no cap is enough */
    uint64_t cap_bytes; /* enough for the other jobs; 0: no such job */
    bool techniques;    /* a job can be done in several ways */
};

static bool is_usable(const struct mlm_sweep *sweep)
{
    for (size_t i = 0; i < sweep->cap_count; i++)
        if (sweep->points[i].end != MLM_END_UNKNOWN)
            return true;
    return false;
}

static bool is_usable_job(const struct mlm_advice_job *job)
{
    for (size_t i = 0; i < job->count; i++)
        if (is_usable(job->sweeps[i]))
            return true;
    return false;
}

static struct count count_of(const struct mlm_field *field, const struct mlm_desktop *desktop)
{
    struct count count = {.field = field, .desktop = desktop};
    for (size_t i = 0; i < field->sweep_count; i++) {
        const struct mlm_sweep *sweep = field->sweeps[i];
        bool cut_off = mlm_sweep_cut_off(sweep);
        count.cut_off += cut_off;
        if (!is_usable(sweep)) {
            count.silent += !cut_off;
            continue;
        }
        count.usable++;
        count.wanting += sweep->enough != 0;
        count.unsure += !sweep->sure;
    }
    for (size_t i = 0; i < field->job_count; i++) {
        const struct mlm_advice_job *job = &field->jobs[i];
        if (!is_usable_job(job))
            continue;
        count.jobs++;
        count.techniques = count.techniques || job->count > 1;
        if (job->cap_bytes == MLM_NO_LIMIT)
            count.beyond++;
        else if (job->cap_bytes > count.cap_bytes)
            count.cap_bytes = job->cap_bytes;
    }
    return count;
}

/* How the examined sweeps spend their time, as evidence that memory has no influence. */
struct ease {
    size_t count, untouched, computing, reading, waiting;
    double least_computing; /* share of the time; NAN */
    double most_needs_bytes;
};

static void ease_add(struct ease *ease, const struct mlm_sweep *sweep)
{
    const struct mlm_point *point = mlm_sweep_at_ease(sweep);
    ease->most_needs_bytes = fmax(ease->most_needs_bytes, sweep->needs_bytes);
    if (!point)
        return;
    ease->count++;
    ease->untouched += point->felt == MLM_FELT_NOTHING;
    ease->reading += point->spent == MLM_SPENT_DISK;
    ease->waiting += point->spent == MLM_SPENT_WAITING;
    if (point->spent != MLM_SPENT_COMPUTING)
        return;
    ease->computing++;
    ease->least_computing = fmin(ease->least_computing, 1 - point->waiting);
}

/* "97 %", "at least 97 %" of the least of many, or "all". */
static void put_computing(FILE *out, const struct ease *ease)
{
    const double percent = floor(100 * ease->least_computing);
    if (percent >= 100)
        fputs("all of it is CPU time", out);
    else
        fprintf(out, "%s%.0f %% of it is CPU time", ease->computing > 1 ? "at least " : "", percent);
}

/* "the time goes into computing (97 % of it is CPU time), and it never reached 1G: …" */
static void put_ease_of_one(FILE *out, const struct ease *ease)
{
    if (ease->computing) {
        fputs("the time goes into computing (", out);
        put_computing(out, ease);
        fputc(')', out);
    } else if (ease->reading)
        fputs("the time goes into waiting for the files it reads", out);
    else if (ease->waiting)
        fputs("the time goes into waiting for something else", out);
    else
        fputs("what the time goes into is not known", out);
}

static void put_ease_of_many(FILE *out, const struct ease *ease)
{
    size_t unknown = ease->count - ease->computing - ease->reading - ease->waiting;
    const char *glue = "";
    if (ease->computing == ease->count)
        put_ease_of_one(out, ease);
    else if (unknown == ease->count)
        fputs("what the time goes into is not known", out);
    else
        fprintf(out, "of %zu", ease->count);
    if (ease->computing == ease->count || unknown == ease->count)
        return;
    if (ease->computing) {
        fprintf(
            out, ", %zu spend%s the time on computing (", ease->computing, ease->computing == 1 ? "s" : "");
        put_computing(out, ease);
        fputc(')', out);
        glue = ",";
    }
    if (ease->reading) {
        fprintf(out, "%s %zu wait%s for the files %s read%s", glue, ease->reading,
            ease->reading == 1 ? "s" : "", ease->reading == 1 ? "it" : "they", ease->reading == 1 ? "s" : "");
        glue = ",";
    }
    if (ease->waiting) {
        fprintf(out, "%s %zu wait%s for something else", glue, ease->waiting, ease->waiting == 1 ? "s" : "");
        glue = ",";
    }
    if (unknown)
        fprintf(out, "%s of %zu it is not known", glue, unknown);
}

static void put_ease(FILE *out, const struct ease *ease, const struct mlm_field *field, uint64_t cap_bytes)
{
    if (ease->count == 1)
        put_ease_of_one(out, ease);
    else
        put_ease_of_many(out, ease);
    if (ease->untouched == ease->count) {
        fputs(ease->count == 1 ? ", and it never reached " : ", and none ever reached ", out);
        mlm_phrase_cap(out, field->sweeps[0], cap_bytes);
        fputs(": nothing was swapped out, and no dropped page was read back", out);
    } else if (ease->untouched) {
        fprintf(
            out, ", and %zu never reached %s cap", ease->untouched, ease->untouched == 1 ? "its" : "their");
    }
}

static double most_needs_bytes(const struct mlm_field *field)
{
    double most_bytes = NAN;
    for (size_t i = 0; i < field->sweep_count; i++)
        most_bytes = fmax(most_bytes, field->sweeps[i]->needs_bytes);
    return most_bytes;
}

static void say_one_cap(FILE *out, const struct count *count)
{
    const struct mlm_field *field = count->field;
    size_t untouched = 0, failed = 0, wanting = 0;
    for (size_t i = 0; i < field->sweep_count; i++) {
        const struct mlm_sweep *sweep = field->sweeps[i];
        if (!sweep->cap_count)
            continue;
        untouched += sweep->points[0].end == MLM_END_OK && sweep->points[0].felt == MLM_FELT_NOTHING;
        failed += sweep->points[0].end == MLM_END_FAILED;
        wanting += sweep->points[0].end == MLM_END_OK && sweep->enough != 0;
    }
    if (field->most_caps == 0) {
        fputs("Not enough data: nothing was run under a cap.", out);
        return;
    }
    fputs("Not enough data: one cap shows no step to another.\n", out);
    if (untouched && count->usable == 1)
        fputs("It was never reached, so more would gain nothing; whether less would do is not known. ", out);
    else if (untouched)
        fprintf(out,
            "%zu of %zu never reached it, so more would gain them nothing; whether less would do is not "
            "known. ",
            untouched, count->usable);
    if (failed)
        fprintf(out, "%zu do%s not end under it. ", failed, failed == 1 ? "es" : "");
    if (wanting)
        fprintf(out, "%zu %s slower than with memory enough. ", wanting, wanting == 1 ? "is" : "are");
    if (untouched || failed || wanting)
        fputc('\n', out);
    const double most_bytes = most_needs_bytes(field);
    if (isnan(most_bytes))
        return;
    fputs(field->sweep_count == 1 ? "It needs " : "The most that one of them needs is ", out);
    mlm_phrase_size(out, most_bytes);
    fputs(". ", out);
    mlm_sold_say(out, most_bytes, count->desktop);
    fputc('\n', out);
}

static void say_no_help(FILE *out, const struct count *count)
{
    const struct mlm_field *field = count->field;
    struct ease ease = {.least_computing = NAN, .most_needs_bytes = NAN};
    uint64_t cap_bytes = 0; /* at which all are at ease */
    for (size_t i = 0; i < field->sweep_count; i++) {
        const struct mlm_sweep *sweep = field->sweeps[i];
        if (!is_usable(sweep))
            continue;
        ease_add(&ease, sweep);
        cap_bytes = sweep->points[0].cap_bytes > cap_bytes ? sweep->points[0].cap_bytes : cap_bytes;
    }
    fputs("More RAM than ", out);
    mlm_phrase_cap(out, field->sweeps[0], cap_bytes);
    fputs(count->unsure ? " is not shown to help" : " would not help", out);
    if (count->usable == 1)
        fputs(" this: ", out);
    else
        fprintf(out, " these %zu: ", count->usable);
    put_ease(out, &ease, field, cap_bytes);
    fputs(".\nLess was not tried", out);
    if (!isnan(ease.most_needs_bytes)) {
        fputs(count->usable == 1 ? "; it needs " : "; the most that one needs is ", out);
        mlm_phrase_size(out, ease.most_needs_bytes);
        fputs(". ", out);
        mlm_sold_say(out, ease.most_needs_bytes, count->desktop);
        fputc('\n', out);
        return;
    }
    fputs(".\n", out);
}

/* "needs 5.00 GiB" */
static void put_needs(FILE *out, const struct mlm_sweep *sweep)
{
    if (isnan(sweep->needs_bytes)) {
        fputs("it ended nowhere", out);
        return;
    }
    fputs("needs ", out);
    mlm_phrase_size(out, sweep->needs_bytes);
}

/* "needs 5.00 GiB: a laptop with 8 GB" */
static void put_needed_laptop(FILE *out, const struct mlm_sweep *sweep, const struct mlm_desktop *desktop)
{
    put_needs(out, sweep);
    if (isnan(sweep->needs_bytes))
        return;
    fputs(": ", out);
    mlm_sold_name(out, sweep->needs_bytes, desktop);
}

/* What a cap of this field leaves to the job, beside the background that had its place under it. */
static double left_bytes(const struct mlm_field *field, uint64_t cap_bytes)
{
    return (double)cap_bytes - (double)mlm_field_background_bytes(field);
}

static const struct mlm_sweep *leanest(const struct mlm_advice_job *job)
{
    const struct mlm_sweep *least = job->sweeps[0];
    for (size_t i = 1; i < job->count; i++)
        if (isnan(least->needs_bytes) || job->sweeps[i]->needs_bytes < least->needs_bytes)
            least = job->sweeps[i];
    return least;
}

static void say_enough(FILE *out, const struct count *count)
{
    const struct mlm_field *field = count->field;
    if (count->cap_bytes) {
        mlm_phrase_cap(out, count->field->sweeps[0], count->cap_bytes);
        fputs(" is enough", out);
        if (count->beyond)
            fprintf(out, " for %zu of %zu jobs", count->jobs - count->beyond, count->jobs);
        else if (count->jobs == 2)
            fputs(" for both jobs", out);
        else if (count->jobs > 2)
            fprintf(out, " for all %zu jobs", count->jobs);
        if (count->techniques)
            fputs(count->jobs > 1 ? ", each done by its best technique" : ", by the best technique", out);
        fputc('.', out);
        if (!mlm_field_is_of_laptops(field)) {
            fputc(' ', out);
            mlm_sold_say(out, left_bytes(field, count->cap_bytes), count->desktop);
        }
        fputc('\n', out);
    }
    if (!count->beyond)
        return;
    fputs(mlm_field_is_of_laptops(field) ? "No laptop up to " : "No cap up to ", out);
    mlm_phrase_cap(out, field->sweeps[0], field->most_cap_bytes);
    fputs(" is enough for ", out);
    size_t said = 0;
    for (size_t i = 0; i < field->job_count; i++) {
        const struct mlm_advice_job *job = &field->jobs[i];
        if (!is_usable_job(job) || job->cap_bytes != MLM_NO_LIMIT || said++ >= EXAMPLES_MAX)
            continue;
        fputs(said > 1 ? ", " : "", out);
        mlm_phrase_full_name(out, leanest(job));
        fputs(" (", out);
        put_needed_laptop(out, leanest(job), count->desktop);
        fputc(')', out);
    }
    if (said > EXAMPLES_MAX)
        fprintf(out, " and %zu more", said - EXAMPLES_MAX);
    fputs(".\n", out);
}

static bool wants_more_than(const struct mlm_sweep *sweep, uint64_t cap_bytes)
{
    return is_usable(sweep) && mlm_sweep_lacks_at(sweep, cap_bytes);
}

/* Finds the sweep with the largest needs among those of the job that need more than the cap; NULL: none. */
static const struct mlm_sweep *most_wanting(
    const struct mlm_advice_job *job, uint64_t cap_bytes, size_t *ret_count)
{
    const struct mlm_sweep *most = NULL;
    size_t count = 0;
    for (size_t i = 0; i < job->count; i++) {
        const struct mlm_sweep *sweep = job->sweeps[i];
        if (!wants_more_than(sweep, cap_bytes))
            continue;
        count++;
        if (!most || isnan(sweep->needs_bytes) ||
            (!isnan(most->needs_bytes) && sweep->needs_bytes > most->needs_bytes))
            most = sweep;
    }
    *ret_count = count;
    return most;
}

/* Says what other techniques would need and which one to use instead. Returns the number of jobs with a
 * sentence. */
static size_t say_techniques(FILE *out, const struct count *count)
{
    size_t said = 0;
    for (size_t i = 0; i < count->field->job_count; i++) {
        const struct mlm_advice_job *job = &count->field->jobs[i];
        const struct mlm_sweep *chosen = job->chosen;
        if (!chosen)
            continue;
        size_t wanting;
        const struct mlm_sweep *most = most_wanting(job, job->cap_bytes, &wanting);
        if (!most || said++ >= EXAMPLES_MAX)
            continue;
        uint64_t enough = mlm_sweep_enough_bytes(most);
        fputs("  ", out);
        mlm_phrase_full_name(out, most);
        if (enough == MLM_NO_LIMIT) {
            fputs(" wants more than ", out);
            mlm_phrase_cap(out, most, most->points[most->cap_count - 1].cap_bytes);
            fputs(" (", out);
            put_needs(out, most);
            fputc(')', out);
        } else {
            fputs(" wants ", out);
            mlm_phrase_cap(out, most, enough);
        }
        if (wanting == 2)
            fputs(", another way of doing it more than ", out);
        else if (wanting > 2)
            fprintf(out, ", %zu other ways of doing it more than ", wanting - 1);
        if (wanting > 1)
            mlm_phrase_cap(out, job->sweeps[0], job->cap_bytes);
        fputs("; ", out);
        mlm_phrase_name(out, chosen, most);
        fputs(" gives the same at ", out);
        mlm_phrase_cap(out, job->sweeps[0], job->cap_bytes);
        if (!isnan(most->needs_bytes) && chosen->needs_bytes < most->needs_bytes) {
            fputs(" with ", out);
            mlm_phrase_share(out, chosen->needs_bytes, most->needs_bytes);
            fputs(" of the memory", out);
        }
        if (!isnan(most->best_ns)) {
            fputs(", in ", out);
            mlm_phrase_time(out, chosen->best_ns);
            fputs(" instead of ", out);
            mlm_phrase_time(out, most->best_ns);
        }
        fputs(".\n", out);
    }
    if (said > EXAMPLES_MAX)
        fprintf(out, "  The same is true for %zu more job%s.\n", said - EXAMPLES_MAX,
            said == EXAMPLES_MAX + 1 ? "" : "s");
    return said;
}

/* Says how much jobs gain from their smallest cap to the one that is enough. Returns the number of jobs that
 * gain. */
static size_t say_gains(FILE *out, const struct count *count)
{
    size_t said = 0;
    for (size_t i = 0; i < count->field->job_count; i++) {
        const struct mlm_advice_job *job = &count->field->jobs[i];
        if (!job->chosen)
            continue;
        uint64_t least_bytes = job->chosen->points[0].cap_bytes;
        if (!mlm_sweep_lacks_at(job->chosen, least_bytes) || said++ >= EXAMPLES_MAX)
            continue;
        const struct mlm_sweep *fastest = mlm_advice_job_fastest_at(job, least_bytes);
        fputs("  ", out);
        mlm_phrase_full_name(out, job->chosen);
        fputs(" takes ", out);
        mlm_phrase_time(out, job->chosen->points[job->chosen->enough].row->time.median);
        fputs(" at ", out);
        mlm_phrase_cap(out, job->sweeps[0], job->cap_bytes);
        fputs(", where ", out);
        mlm_phrase_cap(out, job->sweeps[0], least_bytes);
        if (fastest) {
            fputs(" gives ", out);
            mlm_phrase_time(out, mlm_sweep_at(fastest, least_bytes)->row->time.median);
            if (fastest != job->chosen) {
                fputs(" by ", out);
                mlm_phrase_name(out, fastest, job->chosen);
            }
        } else {
            fputs(job->count > 1 ? " is enough for no technique" : " is not enough", out);
        }
        fputs(".\n", out);
    }
    if (said > EXAMPLES_MAX)
        fprintf(out, "  %zu more gain%s in the same way.\n", said - EXAMPLES_MAX,
            said == EXAMPLES_MAX + 1 ? "s" : "");
    return said;
}

static void say_choice(FILE *out, const struct count *count)
{
    struct ease ease = {.least_computing = NAN, .most_needs_bytes = NAN};
    say_enough(out, count);
    size_t spared = say_techniques(out, count), gaining = say_gains(out, count);
    bool sure = true;
    for (size_t i = 0; i < count->field->job_count; i++) {
        const struct mlm_sweep *chosen = count->field->jobs[i].chosen;
        if (!chosen)
            continue;
        ease_add(&ease, chosen);
        sure = sure && chosen->sure;
    }
    if (count->cap_bytes && ease.count) {
        fputs(count->techniques ? "With these techniques, more than " : "More than ", out);
        mlm_phrase_cap(out, count->field->sweeps[0], count->cap_bytes);
        fprintf(out, " brings %sno %sgain: ", count->beyond ? "these " : "", sure ? "" : "measurable ");
        put_ease(out, &ease, count->field, count->cap_bytes);
        fputs(".\n", out);
    }
    if (spared && !gaining)
        fputs("Change the technique before buying RAM.\n", out);
    else if (spared && gaining)
        fputs("Change the technique first; RAM pays for what is left.\n", out);
    else if (gaining) {
        fputs("RAM is what helps here, up to ", out);
        mlm_phrase_cap(out, count->field->sweeps[0], count->cap_bytes);
        fputs(".\n", out);
    }
}

static size_t caps_of(const struct mlm_field *field, uint64_t caps[static CAPS_NAMED])
{
    size_t count = 0;
    for (size_t i = 0; i < field->sweep_count; i++)
        for (size_t k = 0; k < field->sweeps[i]->cap_count; k++) {
            const uint64_t cap_bytes = field->sweeps[i]->points[k].cap_bytes;
            size_t at = 0;
            while (at < count && caps[at] < cap_bytes)
                at++;
            if (count == CAPS_NAMED || (at < count && caps[at] == cap_bytes))
                continue;
            memmove(caps + at + 1, caps + at, (count - at) * sizeof *caps);
            caps[at] = cap_bytes;
            count++;
        }
    return count;
}

/* "Caps in laptops: up to 192M a laptop with 2 GB; up to 2G a laptop with 4 GB. …" */
static void say_caps(FILE *out, const struct count *count)
{
    uint64_t caps[CAPS_NAMED];
    const struct mlm_field *field = count->field;
    const size_t cap_count = caps_of(field, caps);
    const char *glue = "";
    char text[MLM_DESKTOP_TEXT];
    const struct mlm_desktop usual = {.kind = MLM_DESKTOP_USUAL};
    const struct mlm_desktop *desktop = count->desktop ? count->desktop : &usual;
    if (!cap_count)
        return;
    fputs("Caps in laptops: ", out);
    for (size_t i = 0; i < cap_count; i++) {
        const unsigned laptop = mlm_laptop_smallest(left_bytes(field, caps[i]), desktop);
        if (i + 1 < cap_count && mlm_laptop_smallest(left_bytes(field, caps[i + 1]), desktop) == laptop)
            continue;
        fprintf(out, "%sup to ", glue);
        mlm_phrase_cap(out, field->sweeps[0], caps[i]);
        fputc(' ', out);
        mlm_sold_name(out, left_bytes(field, caps[i]), desktop);
        glue = "; ";
    }
    fprintf(out, ". The rest of the RAM is for %s.\n", mlm_desktop_text(desktop, "the system", text));
}

/* True where no cap is enough, or not certainly, or the time limit was too short. */
static bool wants_data(const struct mlm_sweep *sweep)
{
    return mlm_sweep_cut_off(sweep) ||
           (is_usable(sweep) && (!sweep->sure || mlm_sweep_enough_bytes(sweep) == MLM_NO_LIMIT));
}

/* A trial that met another limit than its cap says nothing of the cap. */
static void say_other_limits(FILE *out, const struct mlm_field *field)
{
    const struct mlm_record *named = NULL;
    size_t count = 0;
    for (size_t i = 0; i < field->sweep_count; i++)
        for (size_t k = 0; k < mlm_sweep_point_count(field->sweeps[i]); k++) {
            const struct mlm_point *point = &field->sweeps[i]->points[k];
            if (point->end != MLM_END_UNKNOWN || !(point->row->marks & MLM_MARKS_OF_ANOTHER_LIMIT))
                continue;
            count++;
            for (size_t t = 0; t < point->row->trial_count && !named; t++)
                if (point->row->trials[t]->limits_above)
                    named = point->row->trials[t];
        }
    if (!count)
        return;
    fprintf(out, "%zu row%s met another limit than the cap first", count, count == 1 ? "" : "s");
    if (named) {
        fputs(" (", out);
        (void)mlm_above_put(out, named);
        fputc(')', out);
    }
    fprintf(out, ", so %s end%s nothing of the cap.\n", count == 1 ? "its" : "their",
        count == 1 ? " says" : "s say");
}

void mlm_say_recommendation(FILE *out, const struct mlm_field *field, const struct mlm_desktop *desktop,
    const struct mlm_sweep **ret_rerun, size_t *ret_count)
{
    struct count count = count_of(field, desktop);
    bool one_cap = field->most_caps <= 1;
    *ret_count = 0;
    for (size_t i = 0; i < field->sweep_count; i++)
        if (one_cap || wants_data(field->sweeps[i]))
            ret_rerun[(*ret_count)++] = field->sweeps[i];
    if (one_cap)
        say_one_cap(out, &count);
    else if (!count.usable)
        fputs("Not enough data: how they ended says nothing of memory.\n", out);
    else if (!count.wanting)
        say_no_help(out, &count);
    else
        say_choice(out, &count);
    if (!one_cap && count.unsure)
        fprintf(out, "Of %zu the cap is not certain (~): repetitions are too few, or differ too much.\n",
            count.unsure);
    if (count.cut_off)
        fprintf(out,
            "%zu ran into the time limit, and no lack of memory is to be seen: it may be time that %s "
            "lacked.\n",
            count.cut_off, count.cut_off == 1 ? "it" : "they");
    if (count.silent && !one_cap)
        fprintf(
            out, "Of %zu there is no figure: they did not run, crashed or did other work.\n", count.silent);
    say_other_limits(out, field);
    if (!mlm_field_is_of_laptops(field))
        say_caps(out, &count);
}
