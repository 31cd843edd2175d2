/* The machines: every fact in their records, and its meaning for figures. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/fact.h"
#include "record/keymap.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"

/* A machine in one state: its facts at the time of a run. */
struct state {
    json_t *machine; /* borrowed */
    size_t trial_count;
};

struct states {
    struct state items[MLM_PAGE_MACHINES_MAX];
    size_t shown, count;
};

static const json_t *fact_of(const struct state *state, const char *key)
{
    return json_object_get(state->machine, key);
}

static bool any_has(const struct states *states, const char *key)
{
    for (size_t i = 0; i < states->shown; i++)
        if (fact_of(&states->items[i], key))
            return true;
    return false;
}

static bool all_alike(const struct states *states, const char *key)
{
    const json_t *first = fact_of(&states->items[0], key);
    for (size_t i = 1; i < states->shown; i++) {
        const json_t *other = fact_of(&states->items[i], key);
        if (first != other && !json_equal(first, other))
            return false;
    }
    return true;
}

static void put_value(FILE *out, const struct state *state, const struct mlm_fact_info *fact)
{
    const json_t *value = fact_of(state, fact->key);
    mlm_auto_free char *text = mlm_fact_text(fact, value);
    bool known = value && (!json_is_null(value) || fact->kind == MLM_FACT_OR_NONE);
    fputs(known ? "" : "<span class=\"missing\">", out);
    mlm_html_text(out, text ? text : "?");
    fputs(known ? "" : "</span>", out);
}

/* For one machine: writes a fact as a term and its value. */
static void put_term(FILE *out, const struct states *states, const struct mlm_fact_info *fact)
{
    fputs("<div><dt>", out);
    mlm_html_text(out, fact->label);
    fputs("</dt><dd>", out);
    put_value(out, &states->items[0], fact);
    fputs("</dd>", out);
    if (fact->meaning)
        fprintf(out, "<dd class=\"note\">%s</dd>", fact->meaning);
    fputs("</div>\n", out);
}

/* For several machines: writes a fact as a line of the table, marked where they differ. */
static void put_line(FILE *out, const struct states *states, const struct mlm_fact_info *fact)
{
    fprintf(out, "<tr%s><th scope=\"row\">", all_alike(states, fact->key) ? "" : " class=\"differs\"");
    mlm_html_text(out, fact->label);
    fputs("</th>", out);
    for (size_t i = 0; i < states->shown; i++) {
        fputs("<td>", out);
        put_value(out, &states->items[i], fact);
        fputs("</td>", out);
    }
    fprintf(out, "<td class=\"note\">%s</td></tr>\n", fact->meaning ? fact->meaning : "");
}

static void put_fact(FILE *out, const struct states *states, const struct mlm_fact_info *fact)
{
    (states->shown == 1 ? put_term : put_line)(out, states, fact);
}

/* Facts of a newer version are shown under their own names. */
static int put_other_facts(FILE *out, const struct states *states)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap keys = {0};
    for (size_t i = 0; i < states->shown; i++) {
        json_t *machine = states->items[i].machine;
        for (void *at = json_object_iter(machine); at; at = json_object_iter_next(machine, at)) {
            size_t number, before = keys.count;
            const char *key = json_object_iter_key(at);
            if (mlm_fact_of(key))
                continue;
            int r = mlm_keymap_add(&keys, strdup(key), &number);
            if (r < 0)
                return r;
            if (keys.count > before)
                put_fact(out, states, &(struct mlm_fact_info){.key = key, .label = key});
        }
    }
    return 0;
}

/* Machines are told apart by their facts, not only by id: swap may have been turned on between runs. */
static int states_collect(const struct mlm_record_list *list, struct states *states)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap texts = {0};
    const json_t *last = NULL;
    size_t number = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct mlm_record *record = &list->items[i];
        if (record->machine != last) {
            int r = mlm_keymap_add(&texts, json_dumps(record->machine, JSON_SORT_KEYS), &number);
            if (r < 0)
                return r;
            last = record->machine;
        }
        if (number >= MLM_PAGE_MACHINES_MAX)
            continue;
        states->items[number].machine = record->machine;
        states->items[number].trial_count++;
    }
    states->count = texts.count;
    states->shown = texts.count < MLM_PAGE_MACHINES_MAX ? texts.count : MLM_PAGE_MACHINES_MAX;
    return 0;
}

static void put_machines_head(FILE *out, const struct states *states)
{
    fputs("<div class=\"mlm-scroll\" tabindex=\"0\"><table class=\"facts\">\n"
          "<thead><tr><th scope=\"col\">fact</th>",
        out);
    for (size_t i = 0; i < states->shown; i++) {
        fputs("<th scope=\"col\"><strong>", out);
        mlm_html_text(out, mlm_machine_name(states->items[i].machine));
        fputs("</strong>, ", out);
        mlm_page_count(out, states->items[i].trial_count, "trial");
        fputs("</th>", out);
    }
    fputs("<th scope=\"col\">what it means for figures</th></tr></thead>\n<tbody>\n", out);
}

static int put_facts(FILE *out, const struct states *states)
{
    bool one = states->shown == 1;
    if (one)
        fputs("<dl class=\"terms\">\n", out);
    else
        put_machines_head(out, states);
    for (const struct mlm_fact_info *fact = mlm_facts; fact->key; fact++)
        if (strcmp(fact->key, "host") != 0 && any_has(states, fact->key)) /* it heads the column */
            put_fact(out, states, fact);
    int r = put_other_facts(out, states);
    fputs(one ? "</dl>\n" : "</tbody></table></div>\n", out);
    return r;
}

/* Says what the marks of rows tell about the conditions, and how many rows have them. */
static void put_marks(FILE *out, const struct mlm_table *table)
{
    size_t counts[MLM_MARK_COUNT] = {0}, total = 0;
    mlm_mark_set any = 0;
    for (size_t s = 0; s < table->section_count; s++)
        for (size_t i = 0; i < table->sections[s].count; i++) {
            mlm_mark_set marks = table->sections[s].rows[i]->marks;
            any |= marks;
            total++;
            for (int m = 0; m < MLM_MARK_COUNT; m++)
                counts[m] += marks >> m & 1;
        }
    if (!any)
        return;
    fputs("<h3>What qualifies the figures</h3>\n<ul>\n", out);
    for (int m = 0; m < MLM_MARK_COUNT; m++)
        if (counts[m])
            fprintf(out, "<li>%s <span class=\"note\">(%zu of %zu rows)</span></li>\n", mlm_marks[m].help,
                counts[m], total);
    fputs("</ul>\n", out);
}

int mlm_page_machines(
    FILE *out, const struct mlm_record_list *list, const struct mlm_table *table, struct mlm_error *error)
{
    struct states states = {0};
    int r = states_collect(list, &states);
    if (r < 0)
        return mlm_error_errno(error, r, "machines");
    fprintf(out, "<section id=\"machine\">\n<h2>The machine%s</h2>\n", states.count == 1 ? "" : "s");
    put_marks(out, table);
    fprintf(out, "<details><summary>Every fact that the records tell%s</summary>\n",
        states.count == 1 ? ", and what it means for figures" : "; those that differ are marked");
    r = put_facts(out, &states);
    if (states.count > states.shown) {
        fputs("<p class=\"note\">And ", out);
        mlm_page_count(out, states.count - states.shown, "more machine");
        fputs(", of which the records tell.</p>\n", out);
    }
    fputs("</details>\n</section>\n", out);
    return r < 0 ? mlm_error_errno(error, r, "machines") : 0;
}
