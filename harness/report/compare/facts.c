#include "report/compare/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "record/utf8.h"

/* A value of any origin can be of any length. */
#define VALUE_LONGEST 200

static void write_plain(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        (void)fprintf(out, "%.*s", VALUE_LONGEST, json_string_value(value));
    else if (json_is_boolean(value))
        (void)fputs(json_is_true(value) ? "yes" : "no", out);
    else if (json_is_null(value))
        (void)fputs("not known", out);
    else {
        mlm_auto_free char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        (void)fprintf(out, "%.*s", VALUE_LONGEST, text ? text : "");
    }
}

static void write_or_none(FILE *out, const json_t *value)
{
    if (json_is_null(value))
        (void)fputs("none", out);
    else
        write_plain(out, value);
}

static void write_bytes(FILE *out, const json_t *value)
{
    char text[MLM_SIZE_TEXT];
    if (json_is_number(value))
        (void)fputs(mlm_size_show(json_number_value(value), text), out);
    else
        write_plain(out, value);
}

static void write_swap(FILE *out, const json_t *value)
{
    size_t i;
    const json_t *device;
    if (!json_is_array(value) || !json_array_size(value))
        (void)fputs(json_is_array(value) ? "none" : "not known", out);
    json_array_foreach(value, i, device)
    {
        const char *kind = json_string_value(json_object_get(device, "kind"));
        (void)fputs(i ? " and " : "", out);
        write_bytes(out, json_object_get(device, "size_bytes"));
        (void)fprintf(out, " (%.*s)", VALUE_LONGEST, kind ? kind : "of unknown kind");
    }
}

static void write_caches(FILE *out, const json_t *value)
{
    size_t i;
    const json_t *cache;
    if (!json_is_array(value) || !json_array_size(value))
        (void)fputs("not known", out);
    json_array_foreach(value, i, cache)
    {
        json_int_t count = json_integer_value(json_object_get(cache, "count"));
        (void)fprintf(out, "%sL%" JSON_INTEGER_FORMAT " ", i ? ", " : "",
            json_integer_value(json_object_get(cache, "level")));
        if (count > 1)
            (void)fprintf(out, "%" JSON_INTEGER_FORMAT " × ", count);
        write_bytes(out, json_object_get(cache, "size_bytes"));
    }
}

/* What matters most stands first. Keys that are not here come after, under their own names. */
static const struct known {
    const char *key, *name;
    void (*write)(FILE *out, const json_t *value);
} known[] = {
    {"cpu", "cpu", write_plain},
    {"cores", "cores", write_plain},
    {"threads", "hardware threads", write_plain},
    {"usable_cores", "usable cores", write_plain},
    {"caches", "caches", write_caches},
    {"memory_bytes", "memory", write_bytes},
    {"page_bytes", "page size", write_bytes},
    {"swap", "swap", write_swap},
    {"swappiness", "swappiness", write_plain},
    {"zswap", "zswap", write_plain},
    {"thp", "transparent huge pages", write_plain},
    {"worker_thp", "huge pages of the worker", write_plain},
    {"kernel", "kernel", write_plain},
    {"governor", "frequency governor", write_plain},
    {"scaling_driver", "frequency driver", write_plain},
    {"boost", "boost", write_plain},
    {"on_battery", "on battery", write_plain},
    {"virtualization", "virtualization", write_or_none},
    {"container", "container", write_or_none},
    {"cgroup_version", "cgroup version", write_plain},
    {"cgroup_hybrid", "hybrid cgroups", write_plain},
    {"distribution", "distribution", write_plain},
    {"architecture", "architecture", write_plain},
    {"numa_nodes", "NUMA nodes", write_plain},
    {"overcommit_memory", "overcommit_memory", write_plain},
    {"psi", "PSI", write_plain},
    {"compiler", "compiler", write_plain},
    {"flags", "compiler flags", write_plain},
    {"version", "version", write_plain},
    {"commit", "commit", write_plain},
};

#define KNOWN_COUNT (sizeof known / sizeof *known)

/* Further ones of a side are not looked at: a file in which every line has another machine is no run. */
#define MACHINES_MOST 8

struct machines {
    const json_t *items[MACHINES_MOST];
    size_t count;
};

/* The different descriptions of a side's machine: of several runs. */
static void machines_find(const struct mlm_side *side, struct machines *machines)
{
    for (size_t i = 0; i < side->count; i++)
        for (size_t t = 0; t < side->rows[i]->trial_count; t++) {
            const json_t *machine = side->rows[i]->trials[t]->machine;
            bool seen = false;
            for (size_t k = 0; k < machines->count && !seen; k++)
                seen = machines->items[k] == machine;
            for (size_t k = 0; k < machines->count && !seen; k++)
                seen = json_equal(machines->items[k], machine);
            if (seen)
                continue;
            machines->items[machines->count++] = machine;
            if (machines->count == MACHINES_MOST)
                return;
        }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *text_of(const json_t *value, void (*write)(FILE *out, const json_t *value))
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    write(out, value);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* What the side says of a key, each value once, in an order of their own; NULL where it says nothing, with
 * *ret_error 0. */
static char *value_text(const struct machines *machines, const char *key,
    void (*write)(FILE *out, const json_t *value), int *ret_error)
{
    char *texts[MACHINES_MOST], *joined = NULL;
    size_t count = 0, size;
    *ret_error = 0;
    for (size_t i = 0; i < machines->count && *ret_error == 0; i++) {
        const json_t *value = json_object_get(machines->items[i], key);
        if (value && !(texts[count++] = text_of(value, write)))
            *ret_error = -ENOMEM;
    }
    FILE *out = *ret_error == 0 && count ? open_memstream(&joined, &size) : NULL;
    if (out) {
        qsort(texts, count, sizeof *texts, by_text);
        for (size_t i = 0; i < count; i++)
            if (!i || strcmp(texts[i - 1], texts[i]) != 0)
                (void)fprintf(out, "%s%s", i ? " or " : "", texts[i]);
    }
    if (count && (!out || fclose(out) != 0))
        *ret_error = -ENOMEM;
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    if (*ret_error < 0) {
        free(joined);
        return NULL;
    }
    if (joined)
        mlm_utf8_tame(joined);
    return joined;
}

static void fact_release(struct mlm_fact *fact, size_t side_count)
{
    free(fact->name);
    for (size_t i = 0; fact->values && i < side_count; i++)
        free(fact->values[i]);
    free(fact->values);
    *fact = (struct mlm_fact){0};
}

void mlm_facts_release(struct mlm_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++)
        fact_release(&facts->items[i], facts->side_count);
    free(facts->items);
    *facts = (struct mlm_facts){0};
}

/* Adds the fact if it is one in which the sides differ. */
static int consider(struct mlm_facts *facts, const struct machines *machines, const char *key,
    const char *name, void (*write)(FILE *out, const json_t *value))
{
    struct mlm_fact fact = {.name = strdup(name), .values = calloc(facts->side_count, sizeof *fact.values)};
    int r = fact.name && fact.values ? 0 : -ENOMEM;
    bool differ = false, all = true;
    for (size_t i = 0; i < facts->side_count && r >= 0 && all; i++) {
        fact.values[i] = value_text(&machines[i], key, write, &r);
        all = fact.values[i];
        differ |= all && strcmp(fact.values[i], fact.values[0]) != 0;
    }
    struct mlm_fact *items = NULL;
    if (r >= 0 && all && differ) {
        items = reallocarray(facts->items, facts->count + 1, sizeof *items);
        r = items ? 0 : -ENOMEM;
    }
    if (!items) {
        fact_release(&fact, facts->side_count);
        return r;
    }
    mlm_utf8_tame(fact.name);
    facts->items = items;
    facts->items[facts->count++] = fact;
    return 0;
}

static bool is_known(const char *key)
{
    static const char *const who[] = {"id", "host"};
    for (size_t i = 0; i < sizeof who / sizeof *who; i++)
        if (strcmp(key, who[i]) == 0)
            return true;
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (strcmp(key, known[i].key) == 0)
            return true;
    return false;
}

/* More are no description of a machine. */
#define FACTS_MOST 64

int mlm_facts_find(
    const struct mlm_side *sides, size_t side_count, struct mlm_facts *ret_facts, struct mlm_error *error)
{
    struct mlm_facts facts = {.side_count = side_count};
    mlm_auto_free struct machines *machines = calloc(side_count, sizeof *machines);
    int r = machines ? 0 : -ENOMEM;
    for (size_t i = 0; machines && i < side_count; i++)
        machines_find(&sides[i], &machines[i]);
    for (size_t i = 0; i < KNOWN_COUNT && r >= 0; i++)
        r = consider(&facts, machines, known[i].key, known[i].name, known[i].write);
    const char *key;
    json_t *value;
    if (r >= 0 && machines[0].count)
        json_object_foreach((json_t *)(uintptr_t)machines[0].items[0], key, value)
        {
            if (r >= 0 && facts.count < FACTS_MOST && !is_known(key))
                r = consider(&facts, machines, key, key, write_plain);
        }
    if (r < 0) {
        mlm_facts_release(&facts);
        return mlm_error_errno(error, r, "comparing %zu machines", side_count);
    }
    *ret_facts = facts;
    return 0;
}
