/* Reads budgets, and holds the rows of a table against them. */
#include "cli/budget.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/say.h"
#include "report/table/group.h"

#define AT(field) offsetof(struct mlm_budgets, field)

const struct mlm_option mlm_budget_option_rows[] = {
    {"max-needs", "SIZE", mlm_option_size, AT(needs_bytes),
        .help =
            "end with exit status 4 if a job needs more memory than this, without the background beside it",
        .otherwise = "no limit", .words = (const char *const[]){"500M", "1G", "2G", NULL},
        .shapes_plan = true},
    {"max-time", "TIME", mlm_option_duration, AT(time_ns),
        .help = "end with exit status 4 if the median time of a job is longer than this",
        .otherwise = "no limit", .words = (const char *const[]){"30s", "2min", "10min", NULL},
        .shapes_plan = true},
    {"max-file", "FILE", mlm_option_text, AT(file),
        .help =
            "read such limits for single rows from FILE; a line of it is, for example, `train.py batch=64 cap=2G "
            "max-needs=500M max-time=2min`",
        .shapes_plan = true},
    {0},
};

/* A budget of some rows. */
struct rule {
    const char *name; /* NULL: every row is meant */
    struct mlm_params params;
    uint64_t cap_bytes, needs_bytes, time_ns; /* 0: any */
    const char *file;
    size_t line;
};

static int rule_word(struct rule *rule, const char *name, const char *value, struct mlm_error *error)
{
    if (strcmp(name, "max-needs") == 0)
        return mlm_size_parse(value, &rule->needs_bytes, error);
    if (strcmp(name, "max-time") == 0)
        return mlm_duration_parse(value, &rule->time_ns, error);
    if (strcmp(name, "cap") == 0)
        return mlm_limit_parse(value, &rule->cap_bytes, error);
    int r = mlm_params_add(&rule->params, name, value);
    return r < 0 ? mlm_error_errno(error, r, "%s", name) : 0;
}

/* Fills the rule from a line, which it cuts and borrows. Returns 1 where the line has none. */
static int rule_parse(char *line, struct rule *rule, struct mlm_error *error)
{
    line[strcspn(line, "#\n")] = 0;
    for (char *word; (word = strsep(&line, " \t\r"));) {
        if (!*word)
            continue;
        char *value = strchr(word, '=');
        if (!rule->name && value)
            return mlm_error_set(error, -EINVAL, "a line begins with the name of a row, not with '%s'", word);
        if (!rule->name) {
            rule->name = word;
            continue;
        }
        if (!value)
            return mlm_error_set(error, -EINVAL, "'%s' is not NAME=VALUE", word);
        *value++ = 0;
        int r = rule_word(rule, word, value, error);
        if (r < 0)
            return r;
    }
    if (rule->name && !rule->needs_bytes && !rule->time_ns)
        return mlm_error_set(error, -EINVAL, "%s has neither max-needs nor max-time", rule->name);
    return rule->name ? 0 : 1;
}

/* Calls `each` for every rule of the file; it may be NULL. The file is read before the trials and after them,
 * so a pipe would be empty the second time. */
static int file_read(const struct mlm_budgets *budgets,
    int (*each)(void *context, const struct rule *rule, struct mlm_error *error), void *context,
    struct mlm_error *error)
{
    struct stat status;
    mlm_auto_fclose FILE *file = fopen(budgets->file, "re");
    if (!file || fstat(fileno(file), &status) < 0)
        return mlm_error_errno(error, -errno, "--max-file: %s", budgets->file);
    if (!S_ISREG(status.st_mode))
        return mlm_error_set(error, -EINVAL, "--max-file: %s is not a regular file", budgets->file);
    mlm_auto_free char *line = NULL;
    size_t size = 0, number = 0, count = 0;
    int r = 0;
    while (r >= 0 && getline(&line, &size, file) > 0) {
        struct rule rule = {.file = budgets->file, .line = ++number};
        r = rule_parse(line, &rule, error);
        count += r == 0;
        if (r < 0)
            mlm_error_wrap(error, r, "%s:%zu", budgets->file, number);
        else if (r == 0 && each)
            r = each(context, &rule, error);
        mlm_params_release(&rule.params);
    }
    if (r >= 0 && ferror(file))
        return mlm_error_errno(error, -EIO, "--max-file: %s", budgets->file);
    if (r >= 0 && !count)
        return mlm_error_set(error, -EINVAL, "--max-file: %s has no line with a limit", budgets->file);
    return r < 0 ? r : 0;
}

bool mlm_budgets_any(const struct mlm_budgets *budgets)
{
    return budgets->needs_bytes || budgets->time_ns || budgets->file;
}

int mlm_budgets_check(const struct mlm_budgets *budgets, struct mlm_error *error)
{
    return budgets->file ? file_read(budgets, NULL, NULL, error) : 0;
}

struct judging {
    const struct mlm_table *table;
    FILE *out;
    size_t checked, broken;
};

static bool is_meant(const struct rule *rule, const struct mlm_row *row)
{
    if (rule->name && strcmp(rule->name, row->workload) != 0 && strcmp(rule->name, row->first->workload) != 0)
        return false;
    if (rule->cap_bytes && rule->cap_bytes != row->first->limits.cap_bytes)
        return false;
    for (size_t i = 0; i < rule->params.count; i++) {
        const char *value = mlm_row_param(row, rule->params.items[i].name);
        if (!value || strcmp(value, rule->params.items[i].value) != 0)
            return false;
    }
    return true;
}

static double most_needs_bytes(const struct mlm_row *row)
{
    double most = NAN;
    for (size_t i = 0; i < row->trial_count; i++) {
        int64_t bytes = row->trials[i]->readings.values[MLM_needs_peak_bytes];
        if (bytes == MLM_NULL)
            return NAN;
        most = fmax(most, (double)bytes - (double)row->first->limits.background_bytes);
    }
    return most;
}

static void broken_say(struct judging *judging, const struct mlm_row *row, const char *text)
{
    char cap[MLM_SIZE_TEXT];
    struct mlm_text name;
    FILE *out = mlm_text_begin(&name);
    if (out)
        mlm_row_job_say(out, row);
    mlm_auto_free char *said = out ? mlm_text_end(&name) : NULL;
    mlm_put_named(judging->out, "Budget: %s under cap %s %s.", said ? said : row->workload,
        mlm_size_spell(row->first->limits.cap_bytes, cap), text);
    judging->broken++;
}

/* Holds one figure against its limit; `show` writes it. */
static void figure_judge(struct judging *judging, const struct mlm_row *row, const char *verb, double figure,
    uint64_t limit, const char *(*show)(double value, char text[static MLM_SIZE_TEXT]))
{
    char is[MLM_SIZE_TEXT], may_be[MLM_SIZE_TEXT], text[3 * MLM_SIZE_TEXT];
    if (!limit)
        return;
    judging->checked++;
    if (isnan(figure))
        snprintf(
            text, sizeof text, "%s an unknown amount; the budget is %s", verb, show((double)limit, may_be));
    else if (figure > (double)limit)
        snprintf(text, sizeof text, "%s %s; the budget is %s", verb, show(figure, is),
            show((double)limit, may_be));
    else
        return;
    broken_say(judging, row, text);
}

static void row_judge(struct judging *judging, const struct rule *rule, const struct mlm_row *row)
{
    if (!mlm_row_all_ok(row)) {
        char outcome[MLM_OUTCOME_TEXT], text[MLM_OUTCOME_TEXT + 64];
        snprintf(text, sizeof text, "did not end well: %s", mlm_row_outcome_text(row, false, outcome));
        judging->checked++;
        broken_say(judging, row, text);
        return;
    }
    figure_judge(judging, row, "needs", most_needs_bytes(row), rule->needs_bytes, mlm_size_show);
    figure_judge(
        judging, row, "takes", row->time.count ? row->time.median : NAN, rule->time_ns, mlm_duration_show);
}

static int rule_judge(void *context, const struct rule *rule, struct mlm_error *error)
{
    struct judging *judging = context;
    size_t meant = 0;
    /* A row that `run` added as a reference is not what was asked for. */
    for (size_t i = 0; i < judging->table->row_count; i++) {
        const struct mlm_row *row = judging->table->order[i];
        if (row->first->reference || !is_meant(rule, row))
            continue;
        row_judge(judging, rule, row);
        meant++;
    }
    if (!meant && rule->name)
        return mlm_error_set(error, -EINVAL,
            "%s:%zu: no row is meant by '%s' with these parameters and this cap; give a command with blanks a --name",
            rule->file, rule->line, rule->name);
    return 0;
}

int mlm_budgets_judge(
    const struct mlm_budgets *budgets, const struct mlm_table *table, FILE *out, struct mlm_error *error)
{
    struct judging judging = {.table = table, .out = out};
    struct rule all = {.needs_bytes = budgets->needs_bytes, .time_ns = budgets->time_ns};
    if (!mlm_budgets_any(budgets))
        return 0;
    fputc('\n', out);
    int r = all.needs_bytes || all.time_ns ? rule_judge(&judging, &all, error) : 0;
    if (r == 0 && budgets->file)
        r = file_read(budgets, rule_judge, &judging, error);
    if (r < 0)
        return r;
    if (!judging.broken && judging.checked == 1)
        fputs("Budget: it holds.\n", out);
    else if (!judging.broken)
        fprintf(out, "Budget: all %zu figures hold.\n", judging.checked);
    return (int)judging.broken;
}
