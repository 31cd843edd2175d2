/* How to repeat the runs: the command of each, and the version of the program that ran it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/words.h"
#include "record/keymap.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"

/* One call of `mlmembench run`, exec, fit or predict: the part of its records that is in the files. */
struct past_run {
    const struct mlm_record *first; /* the first of its records */
    const char *from, *to; /* earliest and latest time of its trials; ISO 8601, so texts sort as times do */
    size_t trial_count;
};

/* Writes the program's name and the words from `from` on, as a line to be copied. */
static int put_command(FILE *out, const json_t *words, size_t from)
{
    struct mlm_text command;
    FILE *line = mlm_text_begin(&command);
    if (!line)
        return -ENOMEM;
    fputs("mlmembench", line);
    for (size_t i = from; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        fputc(' ', line);
        mlm_word_put(line, word ? word : "");
    }
    mlm_auto_free char *text = mlm_text_end(&command);
    if (!text)
        return -ENOMEM;
    fputs("<pre><code>", out);
    mlm_html_text(out, text);
    fputs("</code></pre>\n", out);
    return 0;
}

/* Finds the verb's index: in older records the program's name stands before it. */
static size_t verb_at(const json_t *words)
{
    static const char *const verbs[] = {"run", "exec", "fit", "predict"};
    const char *first = json_string_value(json_array_get(words, 0));
    for (size_t i = 0; first && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(first, verbs[i]) == 0)
            return 0;
    return 1;
}

/* Writes the command that makes this page from the same files. */
static int put_report(FILE *out, const struct mlm_record_list *list)
{
    json_t *words = json_array();
    int r = json_array_append_new(words, json_string("report"));
    for (size_t i = 0; r == 0 && i < list->path_count; i++)
        r = json_array_append_new(words, json_stringn_nocheck(list->paths[i], strlen(list->paths[i])));
    r = r == 0 ? put_command(out, words, 0) : -ENOMEM;
    json_decref(words);
    return r;
}

static void put_fact(FILE *out, const char *glue, const json_t *machine, const char *key)
{
    const char *value = json_string_value(json_object_get(machine, key));
    if (!value || !*value)
        return;
    fputs(glue, out);
    mlm_html_text(out, value);
}

static int put_run(FILE *out, const struct past_run *run)
{
    fputs("<li><p><strong>", out);
    mlm_html_text(out, mlm_machine_name(run->first->machine));
    fputs("</strong>, ", out);
    mlm_html_text(out, run->from);
    if (strcmp(run->from, run->to) != 0) {
        fputs(" to ", out);
        mlm_html_text(out, run->to);
    }
    fputs(", ", out);
    mlm_page_count(out, run->trial_count, "trial");
    put_fact(out, ", mlmembench ", run->first->machine, "version");
    put_fact(out, ", commit ", run->first->machine, "commit");
    fputs("</p>\n", out);
    int r = 0;
    if (run->first->command)
        r = put_command(out, run->first->command, verb_at(run->first->command));
    else
        fputs("<p class=\"note\">Its command is not recorded.</p>\n", out);
    fputs("</li>\n", out);
    return r;
}

static int runs_collect(const struct mlm_record_list *list, struct past_run *runs, size_t *ret_count)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap ids = {0};
    size_t number = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct mlm_record *record = &list->items[i];
        /* Trials of a run are adjacent. */
        if (i == 0 || strcmp(record->run_id, list->items[i - 1].run_id) != 0) {
            int r = mlm_keymap_add(&ids, strdup(record->run_id), &number);
            if (r < 0)
                return r;
        }
        if (number >= MLM_PAGE_RUNS_MAX)
            continue;
        struct past_run *run = &runs[number];
        if (!run->first)
            *run = (struct past_run){.first = record, .from = record->time, .to = record->time};
        if (strcmp(record->time, run->from) < 0)
            run->from = record->time;
        if (strcmp(record->time, run->to) > 0)
            run->to = record->time;
        run->trial_count++;
    }
    *ret_count = ids.count;
    return 0;
}

int mlm_page_repeat(FILE *out, const struct mlm_record_list *list, struct mlm_error *error)
{
    struct past_run runs[MLM_PAGE_RUNS_MAX] = {0};
    size_t count = 0;
    int r = runs_collect(list, runs, &count);
    fputs("<section id=\"repeat\">\n<h2>How to repeat it</h2>\n"
          "<p>The same seed makes the same data and the same order of trials everywhere. "
          "<code>./bootstrap run</code> in a clone of that commit builds what is missing and takes the same "
          "options; <code>mlmembench doctor</code> says beforehand what would spoil figures.</p>\n"
          "<ol class=\"runs\">\n",
        out);
    for (size_t i = 0; r == 0 && i < MLM_PAGE_RUNS_MAX && runs[i].first; i++)
        r = put_run(out, &runs[i]);
    fputs("</ol>\n", out);
    if (count > MLM_PAGE_RUNS_MAX) {
        fputs("<p class=\"note\">And ", out);
        mlm_page_count(out, count - MLM_PAGE_RUNS_MAX, "more run");
        fputs(" in the same files.</p>\n", out);
    }
    fputs("<p>This page again, from the records:</p>\n", out);
    if (r == 0)
        r = put_report(out, list);
    fputs("</section>\n", out);
    return r < 0 ? mlm_error_errno(error, r, "how to repeat it") : 0;
}
