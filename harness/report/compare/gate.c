/* Decides for each pair whether a row became worse than the gate allows, and finds rows that disappeared. */
#include "report/compare/gate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/compare/facts.h"

/* A figure fails only where it is also called larger, so that no row is "within noise" and a regression. */
static bool lies_above(const struct mlm_contrast *contrast, double above)
{
    if (contrast->verdict != MLM_CONTRAST_MORE)
        return false;
    if (contrast->old_count < MLM_GATE_INTERVAL_REPETITIONS ||
        contrast->new_count < MLM_GATE_INTERVAL_REPETITIONS)
        return contrast->new_minimum > contrast->old_maximum * (1 + above);
    return contrast->low > 1 + above;
}

static bool fails(const struct mlm_gate *gate, struct mlm_trip *trip)
{
    const struct mlm_pair *pair = trip->pair;
    /* A row that was not run, for lack of a cap or a library, has not become worse. */
    trip->outcome =
        mlm_row_all_ok(pair->old_row) && !mlm_row_all_ok(pair->new_row) && mlm_row_ran(pair->new_row);
    bool any = trip->outcome;
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        trip->figures[f] = gate->figures[f] && lies_above(&pair->contrasts[f], gate->above);
        any |= trip->figures[f];
    }
    return any;
}

/* Finds rows that disappeared. Where machines are compared with themselves, a machine that is absent has lost
 * no rows. Rows without a partner are sorted by machine, so each machine is looked up once. */
static size_t missing_find(const struct mlm_pairing *pairing, bool by_machine, struct mlm_trip *found)
{
    const struct mlm_side *new = pairing->new_side;
    const struct mlm_record *machine = NULL;
    bool is_there = !by_machine;
    size_t count = 0;
    for (size_t i = 0; i < pairing->old_alone_count; i++) {
        const struct mlm_row *row = pairing->old_alone[i];
        if (by_machine && (!machine || !mlm_same_machine(machine, row->first))) {
            machine = row->first;
            is_there = false;
            for (size_t k = 0; k < new->count && !is_there; k++)
                is_there = mlm_same_machine(machine, new->rows[k]->first);
        }
        if (is_there && mlm_row_all_ok(row))
            found[count++] = (struct mlm_trip){.pairing = pairing, .missing = row};
    }
    return count;
}

static void judged_count(const struct mlm_gate *gate, const struct mlm_pair *pair, struct mlm_trips *trips)
{
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        enum mlm_contrast_verdict verdict = pair->contrasts[f].verdict;
        if (!gate->figures[f] || verdict == MLM_CONTRAST_NONE)
            continue;
        trips->judged += verdict != MLM_CONTRAST_TOO_FEW;
        trips->unjudged += verdict == MLM_CONTRAST_TOO_FEW;
    }
}

int mlm_gate_try(const struct mlm_gate *gate, const struct mlm_comparison *comparison,
    struct mlm_trips *ret_trips, struct mlm_error *error)
{
    struct mlm_trips trips = {0};
    size_t room = 1, count = 0;
    for (size_t i = 0; i < comparison->pairing_count; i++)
        room += comparison->pairings[i].pair_count + comparison->pairings[i].old_alone_count;
    struct mlm_trip *found = calloc(room, sizeof *found);
    if (!found)
        return mlm_error_errno(error, -ENOMEM, "gate of %zu rows", room - 1);
    for (size_t i = 0; i < comparison->pairing_count; i++) {
        const struct mlm_pairing *pairing = &comparison->pairings[i];
        for (size_t k = 0; k < pairing->pair_count; k++) {
            struct mlm_trip trip = {.pairing = pairing, .pair = &pairing->pairs[k]};
            judged_count(gate, trip.pair, &trips);
            if (fails(gate, &trip))
                found[count++] = trip;
        }
        if (gate->missing)
            count += missing_find(pairing, comparison->by_machine, found + count);
    }
    trips.items = found;
    trips.count = count;
    *ret_trips = trips;
    return 0;
}

const struct mlm_trip *mlm_trip_of(const struct mlm_trips *trips, const struct mlm_pair *pair, size_t *next)
{
    while (*next < trips->count && !trips->items[*next].pair)
        (*next)++; /* a missing row */
    return *next < trips->count && trips->items[*next].pair == pair ? &trips->items[(*next)++] : NULL;
}

/* The identity of a machine is no fact that can be shown as different values. */
static bool other_identity(const struct mlm_comparison *comparison)
{
    for (size_t i = 0; i < comparison->pairing_count && !comparison->by_machine; i++)
        for (size_t k = 0; k < comparison->pairings[i].pair_count; k++)
            if (!mlm_same_machine(comparison->pairings[i].pairs[k].old_row->first,
                    comparison->pairings[i].pairs[k].new_row->first))
                return true;
    return false;
}

int mlm_gate_machines_differ(
    const struct mlm_comparison *comparison, char **ret_difference, struct mlm_error *error)
{
    mlm_cleanup(mlm_facts_release) struct mlm_facts facts = {0};
    const size_t side_count = comparison->pairing_count + 1;
    char *text = NULL;
    int r = mlm_facts_find(comparison->sides, side_count, &facts, error);
    if (r < 0)
        return r;
    bool differ = other_identity(comparison);
    for (size_t i = 0; i < facts.count && !text; i++) {
        const struct mlm_fact *fact = &facts.items[i];
        if (!fact->info || !fact->info->paces)
            continue;
        differ = true;
        size_t other = 1; /* the first side that differs from the first of all */
        while (other + 1 < side_count && strcmp(fact->values[0], fact->values[other]) == 0)
            other++;
        text = mlm_text_of("%s %s → %s", fact->name, fact->values[0], fact->values[other]);
        if (!text)
            return mlm_error_errno(error, -ENOMEM, "comparing machines");
    }
    if (differ && !text && !(text = strdup("another identity")))
        return mlm_error_errno(error, -ENOMEM, "comparing machines");
    *ret_difference = text;
    return 0;
}
