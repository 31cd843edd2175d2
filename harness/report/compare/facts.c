/* Finds the facts of machines in which sides differ. */
#include "report/compare/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/text.h"
#include "base/utf8.h"

/* More machines on one side are not examined: in a real run, not every line has another machine. */
#define MACHINES_MOST 8

struct machines {
    const json_t *items[MACHINES_MOST];
    size_t count;
};

/* Collects the different descriptions of a side's machine, which may change between runs. */
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

/* Text of all values that the side has for a key, each once, sorted; NULL with *ret_error 0 where it has
 * none. */
static char *value_text(const struct machines *machines, const char *key, int *ret_error)
{
    char *texts[MACHINES_MOST], *said = NULL;
    size_t count = 0;
    *ret_error = 0;
    for (size_t i = 0; i < machines->count && *ret_error == 0; i++) {
        const json_t *value = json_object_get(machines->items[i], key);
        if (value && !(texts[count++] = mlm_fact_text(mlm_fact_of(key), value)))
            *ret_error = -ENOMEM;
    }
    struct mlm_text joined;
    if (*ret_error == 0 && count && mlm_text_begin(&joined)) {
        qsort(texts, count, sizeof *texts, by_text);
        for (size_t i = 0; i < count; i++)
            if (!i || strcmp(texts[i - 1], texts[i]) != 0)
                fprintf(joined.out, "%s%s", i ? " or " : "", texts[i]);
        said = mlm_text_end_tame(&joined);
    }
    if (count && !said)
        *ret_error = -ENOMEM;
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    return said;
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

/* Adds the fact if the sides differ in it. */
static int consider(struct mlm_facts *facts, const struct machines *machines, const char *key)
{
    const struct mlm_fact_info *info = mlm_fact_of(key);
    struct mlm_fact fact = {.info = info,
        .name = strdup(info ? info->label : key),
        .values = calloc(facts->side_count, sizeof *fact.values)};
    int r = fact.name && fact.values ? 0 : -ENOMEM;
    bool differ = false, all = true;
    for (size_t i = 0; i < facts->side_count && r >= 0 && all; i++) {
        fact.values[i] = value_text(&machines[i], key, &r);
        all = fact.values[i];
        differ |= all && strcmp(fact.values[i], fact.values[0]) != 0;
    }
    bool wanted = r >= 0 && all && differ;
    if (wanted)
        r = mlm_grow(&facts->items, facts->count, &facts->capacity, sizeof *facts->items);
    if (!wanted || r < 0) {
        fact_release(&fact, facts->side_count);
        return r;
    }
    mlm_utf8_tame(fact.name);
    facts->items[facts->count++] = fact;
    return 0;
}

static bool names_the_machine(const char *key)
{
    return strcmp(key, "id") == 0 || strcmp(key, "host") == 0;
}

/* Room for the facts of a machine's description, which has fewer. */
#define FACTS_MOST 64

int mlm_facts_find(
    const struct mlm_side *sides, size_t side_count, struct mlm_facts *ret_facts, struct mlm_error *error)
{
    struct mlm_facts facts = {.side_count = side_count};
    mlm_auto_free struct machines *machines = calloc(side_count, sizeof *machines);
    int r = machines ? 0 : -ENOMEM;
    for (size_t i = 0; machines && i < side_count; i++)
        machines_find(&sides[i], &machines[i]);
    for (const struct mlm_fact_info *fact = mlm_facts; fact->key && r >= 0; fact++)
        r = names_the_machine(fact->key) ? 0 : consider(&facts, machines, fact->key);
    const char *key;
    json_t *value;
    if (r >= 0 && machines[0].count)
        json_object_foreach((json_t *)(uintptr_t)machines[0].items[0], key, value)
        {
            if (r >= 0 && facts.count < FACTS_MOST && !mlm_fact_of(key))
                r = consider(&facts, machines, key);
        }
    if (r < 0) {
        mlm_facts_release(&facts);
        return mlm_error_errno(error, r, "comparing %zu machines", side_count);
    }
    *ret_facts = facts;
    return 0;
}
