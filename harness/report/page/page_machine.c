/* The machines: every fact that their records carry, and what it means for figures. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "record/keymap.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"

/* A machine as it was at the time. */
struct state {
    json_t *machine; /* borrowed */
    size_t trial_count;
};

struct states {
    struct state items[MLM_PAGE_MACHINES_MAX];
    size_t shown, count;
};

struct fact {
    const char *key, *label;
    void (*write)(FILE *out, const json_t *value);
    const char *meaning; /* for the figures; or NULL */
};

static void write_any(FILE *out, const json_t *value)
{
    if (json_is_string(value)) {
        mlm_html_text(out, json_string_value(value));
        return;
    }
    if (json_is_boolean(value)) {
        (void)fputs(json_is_true(value) ? "yes" : "no", out);
        return;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    mlm_html_text(out, text ? text : "?");
    free(text);
}

static void write_bytes(FILE *out, const json_t *value)
{
    char text[MLM_SIZE_TEXT];
    if (json_is_number(value))
        (void)fputs(mlm_size_show(json_number_value(value), text), out);
    else
        write_any(out, value);
}

static void write_caches(FILE *out, const json_t *value)
{
    size_t i;
    const json_t *cache;
    json_array_foreach(value, i, cache)
    {
        char text[MLM_SIZE_TEXT];
        json_int_t count = json_integer_value(json_object_get(cache, "count"));
        (void)fprintf(out, "%sL%" JSON_INTEGER_FORMAT " ", i ? ", " : "",
            json_integer_value(json_object_get(cache, "level")));
        if (count > 1)
            (void)fprintf(out, "%" JSON_INTEGER_FORMAT " × ", count);
        (void)fputs(mlm_size_show(json_number_value(json_object_get(cache, "size_bytes")), text), out);
    }
}

static void write_swap(FILE *out, const json_t *value)
{
    size_t i;
    const json_t *device;
    if (!json_array_size(value))
        (void)fputs("none", out);
    json_array_foreach(value, i, device)
    {
        const char *kind = json_string_value(json_object_get(device, "kind"));
        (void)fputs(i ? ", " : "", out);
        write_bytes(out, json_object_get(device, "size_bytes"));
        (void)fputs(" (", out);
        mlm_html_text(out, kind ? kind : "of unknown kind");
        (void)fputs(")", out);
    }
}

/* clang-format off */
static const struct fact facts[] = {
    /* key               label                      write         meaning */
    {"id",               "identity",                write_any,    "the same from run to run"},
    {"cpu",              "processor",               write_any,    NULL},
    {"cores",            "cores",                   write_any,    NULL},
    {"threads",          "hardware threads",        write_any,    NULL},
    {"usable_cores",     "cores that a trial may use", write_any, NULL},
    {"caches",           "caches",                  write_caches, "data that fits in one is much faster"},
    {"numa_nodes",       "NUMA nodes",              write_any,    NULL},
    {"memory_bytes",     "memory",                  write_bytes,  "a cap above what is available does not bind"},
    {"page_bytes",       "page size",               write_bytes,  "what pages and faults are counted in"},
    {"swap",             "swap",                    write_swap,   "decides whether what does not fit is slow or killed"},
    {"swappiness",       "swappiness",              write_any,    "how readily the kernel swaps rather than give page cache up"},
    {"zswap",            "zswap",                   write_any,    "keeps swapped pages compressed in memory, outside the cap"},
    {"overcommit_memory", "memory overcommit",      write_any,    "with 2, memory is refused rather than a process killed"},
    {"thp",              "huge pages",              write_any,    "as the machine has them"},
    {"worker_thp",       "huge pages in trials",    write_any,    "they change times and peaks, so they are the same everywhere"},
    {"psi",              "pressure stall information", write_any, "without it, stalls are not known"},
    {"governor",         "frequency governor",      write_any,    "all but performance let the clock vary"},
    {"scaling_driver",   "frequency driver",        write_any,    NULL},
    {"boost",            "frequency boost",         write_any,    "short jobs run at a higher clock than long ones"},
    {"on_battery",       "on battery",              write_any,    "laptops run slower on it"},
    {"virtualization",   "virtual machine",         write_any,    "its host may take processor time and memory away"},
    {"container",        "container",               write_any,    "may have limits of its own"},
    {"kernel",           "kernel",                  write_any,    NULL},
    {"architecture",     "architecture",            write_any,    NULL},
    {"distribution",     "system",                  write_any,    NULL},
    {"cgroup_version",   "cgroup version",          write_any,    "says which peaks the kernel keeps by itself"},
    {"cgroup_hybrid",    "cgroup versions mixed",   write_any,    NULL},
    {"compiler",         "compiler",                write_any,    NULL},
    {"flags",            "compiler flags",          write_any,    NULL},
    {"version",          "mlmembench",              write_any,    NULL},
    {"commit",           "commit",                  write_any,    NULL},
};
/* clang-format on */

#define FACT_COUNT (sizeof facts / sizeof *facts)

static bool is_known(const char *key)
{
    for (size_t i = 0; i < FACT_COUNT; i++)
        if (strcmp(facts[i].key, key) == 0)
            return true;
    return strcmp(key, "host") == 0; /* it heads the column */
}

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

static void put_value(FILE *out, const struct state *state, const struct fact *fact)
{
    const json_t *value = fact_of(state, fact->key);
    if (value && !json_is_null(value))
        fact->write(out, value);
    else
        (void)fputs("<span class=\"missing\">not known</span>", out);
}

/* Of one machine: a term and what it is. */
static void put_term(FILE *out, const struct states *states, const struct fact *fact)
{
    (void)fputs("<div><dt>", out);
    mlm_html_text(out, fact->label);
    (void)fputs("</dt><dd>", out);
    put_value(out, &states->items[0], fact);
    (void)fputs("</dd>", out);
    if (fact->meaning)
        (void)fprintf(out, "<dd class=\"note\">%s</dd>", fact->meaning);
    (void)fputs("</div>\n", out);
}

/* Of several: a line of a table, marked where they differ. */
static void put_line(FILE *out, const struct states *states, const struct fact *fact)
{
    (void)fprintf(out, "<tr%s><th scope=\"row\">", all_alike(states, fact->key) ? "" : " class=\"differs\"");
    mlm_html_text(out, fact->label);
    (void)fputs("</th>", out);
    for (size_t i = 0; i < states->shown; i++) {
        (void)fputs("<td>", out);
        put_value(out, &states->items[i], fact);
        (void)fputs("</td>", out);
    }
    (void)fprintf(out, "<td class=\"note\">%s</td></tr>\n", fact->meaning ? fact->meaning : "");
}

static void put_fact(FILE *out, const struct states *states, const struct fact *fact)
{
    (states->shown == 1 ? put_term : put_line)(out, states, fact);
}

/* What a newer version has recorded is shown under its own name. */
static int put_other_facts(FILE *out, const struct states *states)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap keys = {0};
    for (size_t i = 0; i < states->shown; i++) {
        json_t *machine = states->items[i].machine;
        for (void *at = json_object_iter(machine); at; at = json_object_iter_next(machine, at)) {
            size_t number, before = keys.count;
            const char *key = json_object_iter_key(at);
            if (is_known(key))
                continue;
            int r = mlm_keymap_add(&keys, strdup(key), &number);
            if (r < 0)
                return r;
            if (keys.count > before)
                put_fact(out, states, &(struct fact){.key = key, .label = key, .write = write_any});
        }
    }
    return 0;
}

const char *mlm_page_host(const json_t *machine)
{
    const char *host = json_string_value(json_object_get(machine, "host"));
    const char *id = json_string_value(json_object_get(machine, "id"));
    return host && *host ? host : id ? id : "?";
}

/* Machines differ by their facts, not by their identity alone: swap may have been turned on between runs. */
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
    (void)fputs("<div class=\"mlm-scroll\" tabindex=\"0\"><table class=\"facts\">\n"
                "<thead><tr><th scope=\"col\">fact</th>",
        out);
    for (size_t i = 0; i < states->shown; i++) {
        (void)fputs("<th scope=\"col\"><strong>", out);
        mlm_html_text(out, mlm_page_host(states->items[i].machine));
        (void)fputs("</strong>, ", out);
        mlm_page_count(out, states->items[i].trial_count, "trial");
        (void)fputs("</th>", out);
    }
    (void)fputs("<th scope=\"col\">what it means for figures</th></tr></thead>\n<tbody>\n", out);
}

static int put_facts(FILE *out, const struct states *states)
{
    bool one = states->shown == 1;
    if (one)
        (void)fputs("<dl class=\"terms\">\n", out);
    else
        put_machines_head(out, states);
    for (size_t i = 0; i < FACT_COUNT; i++)
        if (any_has(states, facts[i].key))
            put_fact(out, states, &facts[i]);
    int r = put_other_facts(out, states);
    (void)fputs(one ? "</dl>\n" : "</tbody></table></div>\n", out);
    return r;
}

/* What the marks of rows say of the surroundings, and how many rows have them. */
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
    (void)fputs("<h3>What qualifies the figures</h3>\n<ul>\n", out);
    for (int m = 0; m < MLM_MARK_COUNT; m++)
        if (counts[m])
            (void)fprintf(out, "<li>%s <span class=\"note\">(%zu of %zu rows)</span></li>\n",
                mlm_marks[m].help, counts[m], total);
    (void)fputs("</ul>\n", out);
}

int mlm_page_machines(
    FILE *out, const struct mlm_record_list *list, const struct mlm_table *table, struct mlm_error *error)
{
    struct states states = {0};
    int r = states_collect(list, &states);
    if (r < 0)
        return mlm_error_errno(error, r, "machines");
    (void)fprintf(out, "<section id=\"machine\">\n<h2>The machine%s</h2>\n", states.count == 1 ? "" : "s");
    r = put_facts(out, &states);
    if (states.count > states.shown) {
        (void)fputs("<p class=\"note\">And ", out);
        mlm_page_count(out, states.count - states.shown, "more machine");
        (void)fputs(", of which the records tell.</p>\n", out);
    }
    put_marks(out, table);
    (void)fputs("</section>\n", out);
    return r < 0 ? mlm_error_errno(error, r, "machines") : 0;
}
