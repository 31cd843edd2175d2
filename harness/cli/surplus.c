/* Sentences that point from `exec` to `fit`: only trials under a cap tell what a job can do without. */
#include "cli/surplus.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "record/files.h"
#include "report/table/group.h"
#include "report/text/prose.h"
#include "report/text/sold.h"

/* Less than both is not worth a sentence. */
#define WORTH_BYTES (1024.0 * 1024)
#define WORTH_SHARE 0.1

static const struct {
    enum mlm_metric metric;
    const char *words; /* after the size */
} kinds[] = {
    {MLM_lazy_free_peak_bytes, "that the job had freed and the kernel had not yet taken back"},
    {MLM_huge_pages_peak_bytes, "in huge pages, of which the job may use only parts"},
};

/* Bytes of this kind, where they are worth a sentence; 0: they are not. */
static double surplus(const struct mlm_row *row, enum mlm_metric metric)
{
    int64_t bytes = row->readings.values[metric];
    double needs = mlm_row_needs(row);
    bool worth = bytes != MLM_NULL && (double)bytes > WORTH_BYTES && (double)bytes > WORTH_SHARE * needs;
    return worth ? fmin((double)bytes, needs) : 0;
}

static double surplus_of_all(const struct mlm_row *row)
{
    double bytes = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        bytes += surplus(row, kinds[i].metric);
    return bytes;
}

/* What its files add to what it needs, where that is worth a sentence; else 0. */
static double files_add(const struct mlm_row *row)
{
    double more = mlm_row_at_speed(row) - mlm_row_needs(row);
    return more > WORTH_BYTES && more > WORTH_SHARE * mlm_row_needs(row) ? more : 0;
}

/* Those files that add to the needs: mapped, or read more than once. */
static json_t *used_files(const json_t *files)
{
    json_t *used = json_array(), *file;
    size_t i;
    json_array_foreach((json_t *)files, i, file) if (json_is_true(json_object_get(file, "mapped")) ||
                                                     json_is_true(json_object_get(file, "reread")))(void)
        json_array_append(used, file);
    return used;
}

/* Says which files the row uses, whether it began warm, and what they add to its needs. */
static void put_files(FILE *out, const struct mlm_row *row, const struct mlm_desktop *desktop)
{
    (void)desktop;
    const int64_t *values = row->readings.values;
    char size[MLM_SIZE_TEXT];
    int64_t bytes, cached_bytes = mlm_files_cached(row->first, &bytes);
    bool mapped = values[MLM_mapped_bytes] != MLM_NULL && values[MLM_mapped_bytes] > 0;
    mlm_row_job_say(out, row);
    fputs(mapped ? " maps " : " reads more than once ", out);
    json_auto_t *used = used_files(row->first->data_files);
    mlm_files_put(out, used, MLM_FILES_SIZES);
    const enum mlm_start start = mlm_files_start(row->first);
    if (start == MLM_START_COLD || start == MLM_START_WARM)
        fprintf(out, ". Before its first trial %s of its files was in the page cache: a %s start",
            mlm_size_show((double)cached_bytes, size), start == MLM_START_WARM ? "warm" : "cold");
    fprintf(out, ". It needs %s to finish, ", mlm_size_show(mlm_row_needs(row), size));
    fprintf(out, "and at most %s to run at speed; `mlmembench fit -- …` finds both caps.",
        mlm_size_show(mlm_row_at_speed(row), size));
}

static void put_surplus(FILE *out, const struct mlm_row *row, const struct mlm_desktop *desktop)
{
    (void)desktop;
    char size[MLM_SIZE_TEXT];
    bool said = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        double bytes = surplus(row, kinds[i].metric);
        if (bytes <= 0)
            continue;
        if (!said) {
            mlm_row_job_say(out, row);
            fprintf(out, " needs %s. This includes ", mlm_size_show(mlm_row_needs(row), size));
        }
        fprintf(out, "%s%s %s", said ? "; " : "", mlm_size_show(bytes, size), kinds[i].words);
        said = true;
    }
    if (said)
        fputs(". `mlmembench fit -- …` finds the smallest cap that is enough.", out);
}

typedef void put_function(FILE *out, const struct mlm_row *row, const struct mlm_desktop *desktop);

struct saying {
    const struct mlm_desktop *desktop;
    const struct mlm_text_style *style;
    FILE *out;
};

static int say(
    const struct saying *saying, const struct mlm_row *row, put_function *put, struct mlm_error *error)
{
    struct mlm_text text;
    FILE *words = mlm_text_begin(&text);
    if (words)
        put(words, row, saying->desktop);
    mlm_auto_free char *said = words ? mlm_text_end_tame(&text) : NULL;
    if (!said)
        return mlm_error_errno(error, -ENOMEM, "exec");
    if (*said) {
        fputc('\n', saying->out);
        mlm_put_wrapped(saying->out, saying->style, 0, said);
    }
    return 0;
}

static void put_laptop(FILE *out, const struct mlm_row *row, const struct mlm_desktop *desktop)
{
    char size[MLM_SIZE_TEXT];
    mlm_row_job_say(out, row);
    fprintf(out, " needs %s%s. ", mlm_size_show(mlm_row_at_speed(row), size),
        row->readings.values[MLM_at_speed_bytes] == MLM_NULL ? "" : " at most to run at speed");
    mlm_sold_say(out, mlm_row_at_speed(row), desktop);
}

/* What of its files was in memory before says nothing about what it uses of them. */
static bool laptop_is_known(const struct mlm_row *row)
{
    return mlm_row_at_speed(row) > 0 && mlm_files_start(row->first) != MLM_START_WARM;
}

/* Returns true for the row with the most of it, above 0, of all rows of a command: under each cap, and with
 * each parameter, the sentence would be much the same. */
static bool has_most(
    const struct mlm_table *table, const struct mlm_row *row, double (*of)(const struct mlm_row *row))
{
    const double own = of(row);
    bool before = true;
    for (size_t s = 0; s < table->section_count && own > 0; s++)
        for (size_t i = 0; i < table->sections[s].count; i++) {
            const struct mlm_row *other = table->sections[s].rows[i];
            if (other == row)
                before = false;
            else if (strcmp(other->workload, row->workload) == 0 && mlm_row_all_ok(other) &&
                     (before ? of(other) >= own : of(other) > own))
                return false;
        }
    return own > 0;
}

int mlm_surplus_say(const struct mlm_table *table, const struct mlm_desktop *desktop,
    const struct mlm_text_style *style, FILE *out, struct mlm_error *error)
{
    const struct saying saying = {desktop, style, out};
    const struct mlm_row *most = NULL;
    for (size_t s = 0; s < table->section_count; s++)
        for (size_t i = 0; i < table->sections[s].count; i++) {
            const struct mlm_row *row = table->sections[s].rows[i];
            if (!mlm_row_all_ok(row))
                continue; /* what it needs is not known */
            int r = has_most(table, row, surplus_of_all) ? say(&saying, row, put_surplus, error) : 0;
            if (r == 0 && has_most(table, row, files_add))
                r = say(&saying, row, put_files, error);
            if (r < 0)
                return r;
            if (laptop_is_known(row) && (!most || mlm_row_at_speed(row) > mlm_row_at_speed(most)))
                most = row;
        }
    return most ? say(&saying, most, put_laptop, error) : 0;
}
